/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the journal's index: segments on disk, and the memtable of lines that are in none
 * yet. */
#ifndef STANCE_PLUGINS_REPOSITORY_SQLITE_INDEX_MEMTABLE_H
#define STANCE_PLUGINS_REPOSITORY_SQLITE_INDEX_MEMTABLE_H

#include "sqlite_db.h"

/* Passes the lines that match f to fn, in the order of f. f has an endpoint, a software or
 * both. row: statement that selects the line with seq ?1; columns 1 to 3 are kind, endpoint
 * and software. fn: as in repository_plugin.read. */
int sqlite_runs_read(struct repository *r, sqlite3 *db, const struct repository_filter *f,
		     sqlite3_stmt *row, int (*fn)(sqlite3_stmt *row, void *ctx), void *ctx);

/* Reads a number (seven bits an octet, lowest first) and moves *p past it. False: the octets
 * end before the number does, or it is too long. */
bool sqlite_place_get(const uint8_t **p, const uint8_t *end, uint32_t *v);

/* Drops the segments in which all lines have a seq below keep. */
int sqlite_runs_prune(struct repository *r, uint64_t keep);

#endif
