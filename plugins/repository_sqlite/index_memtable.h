/* SPDX-License-Identifier: BSD-2-Clause */
/* The journal's index, in runs. */
#ifndef STANCE_PLUGINS_REPOSITORY_SQLITE_INDEX_MEMTABLE_H
#define STANCE_PLUGINS_REPOSITORY_SQLITE_INDEX_MEMTABLE_H

#include "sqlite_db.h"

/* At start: what no run holds yet is read into memory, and written as runs if it is much. */
int sqlite_runs_open(struct repository *r);

/* Room in memory for n more lines, so that sqlite_runs_appended does not fail. */
int sqlite_runs_reserve(struct repository *r, size_t n);

/* A run is at work: some of it is to go with the next batch. */
bool sqlite_run_goes_on(const struct repository *r);

/* Writes some of it, inside the transaction of b. */
int sqlite_run_step(struct repository *r, const struct repository_batch *b);

/* The batch is committed; stepped: and what sqlite_run_step wrote. */
void sqlite_runs_appended(struct repository *r, const struct repository_batch *b,
			  bool stepped);

void sqlite_run_free(struct sqlite_run *run);

/* Lines that satisfy f, which names an endpoint or a software (or both), in its order: row is
 * prepared to give the line ?1, with kind, endpoint and software in columns 1 to 3. fn as in
 * repository_plugin.read. */
int sqlite_runs_read(struct repository *r, sqlite3 *db, const struct repository_filter *f,
		     sqlite3_stmt *row, int (*fn)(sqlite3_stmt *row, void *ctx), void *ctx);

/* What a line did to who has its software, in an octet: the lowest two bits 1 for CHANGE_ADDED, 2
 * for CHANGE_REMOVED, 0 for neither; the others b when it took effect less than 2^b microseconds
 * before it was known, 0 when then. */
uint8_t sqlite_turn_of(const struct change *c);

/* repository_plugin.turns (sqlite_turns.c). */
int sqlite_turns(struct repository *r, const struct repository_filter *f, int64_t as_of,
		 int (*fn)(void *ctx, const struct software_transition *t), void *ctx);

/* A number off a list of them, seven bits an octet. False: there is none. */
bool sqlite_place_get(const uint8_t **p, const uint8_t *end, uint32_t *v);

/* Lines before keep were dropped: their index goes too. */
int sqlite_runs_prune(struct repository *r, uint64_t keep);

#endif
