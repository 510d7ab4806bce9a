/* SPDX-License-Identifier: BSD-2-Clause */
/* The schema, as a list of steps from nothing to now. */
#ifndef STANCE_PLUGINS_SQLITE_SCHEMA_H
#define STANCE_PLUGINS_SQLITE_SCHEMA_H

#include <sqlite3.h>
#include <stddef.h>

/* "STNC", in the file's header */
#define SCHEMA_APPLICATION_ID 0x53544e43

/* Step n (counted from 1) makes version n out of version n - 1. Steps that were once released
 * never change. */
extern const char *const schema_steps[];
extern const size_t schema_n_steps;

/* Brings db to version n by the steps it lacks, each in a transaction of its own. An empty
 * file is version 0. 0; ST_EVERSION when the file is newer than n, or not ours; or the error
 * of a step, which then has had no effect. why is a sentence about it. */
int schema_migrate(sqlite3 *db, const char *path, const char *const *steps, size_t n,
		   char *err_msg, size_t err_msg_len);

#endif
