/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the journal's index: segments on disk, and the memtable of lines that are in none
 * yet. */
#ifndef STANCE_PLUGINS_REPOSITORY_SQLITE_INDEX_MEMTABLE_H
#define STANCE_PLUGINS_REPOSITORY_SQLITE_INDEX_MEMTABLE_H

#include "sqlite_db.h"

/* Lines that satisfy f, which names an endpoint or a software (or both), in its order: row is
 * prepared to give the line ?1, with kind, endpoint and software in columns 1 to 3. fn as in
 * repository_plugin.read. */
int sqlite_runs_read(struct repository *r, sqlite3 *db, const struct repository_filter *f,
		     sqlite3_stmt *row, int (*fn)(sqlite3_stmt *row, void *ctx), void *ctx);

/* A number off a list of them, seven bits an octet. False: there is none. */
bool sqlite_place_get(const uint8_t **p, const uint8_t *end, uint32_t *v);

/* Lines before keep were dropped: their index goes too. */
int sqlite_runs_prune(struct repository *r, uint64_t keep);

#endif
