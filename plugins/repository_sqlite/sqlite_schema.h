/* SPDX-License-Identifier: BSD-2-Clause */
/* The schema: a list of steps from an empty file to the present version. */
#ifndef STANCE_PLUGINS_SQLITE_SCHEMA_H
#define STANCE_PLUGINS_SQLITE_SCHEMA_H

#include <sqlite3.h>
#include <stddef.h>

/* application_id in the header of the file: "STNC" */
#define SCHEMA_APPLICATION_ID 0x53544e43

/* Step n (counted from 1) turns version n - 1 into version n. A released step never
 * changes. */
extern const char *const schema_steps[];
extern const size_t schema_n_steps;

/* Upgrades db to version n. Each missing step runs in a transaction of its own; an empty file
 * is version 0. Returns, with a sentence in err_msg unless 0:
 *   - 0;
 *   - ST_EVERSION: the file is newer than n, or not a repository of Stance;
 *   - the error of a step, which has had no effect. */
int schema_migrate(sqlite3 *db, const char *path, const char *const *steps, size_t n,
		   char *err_msg, size_t err_msg_len);

#endif
