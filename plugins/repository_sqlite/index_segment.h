/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing segments of the journal's index. */
#ifndef STANCE_PLUGINS_REPOSITORY_SQLITE_INDEX_SEGMENT_H
#define STANCE_PLUGINS_REPOSITORY_SQLITE_INDEX_SEGMENT_H

#include "sqlite_db.h"

/* Loads the index of journal lines that are in no segment yet into memory, at open; writes
 * segments if there are many. */
int sqlite_runs_open(struct repository *r);

/* Reserves memory for n more lines, so that sqlite_runs_appended does not fail. */
int sqlite_runs_reserve(struct repository *r, size_t n);

/* True when a segment is being written: a part of it goes with the next batch. */
bool sqlite_run_goes_on(const struct repository *r);

/* Writes a part of it in the transaction of b. */
int sqlite_run_step(struct repository *r, const struct repository_batch *b);

/* The batch is committed. stepped: with what sqlite_run_step wrote. */
void sqlite_runs_appended(struct repository *r, const struct repository_batch *b,
			  bool stepped);

void sqlite_run_free(struct sqlite_run *run);

/* What a line does to the endpoints that have its software, as an octet. Bits 0-1: 1 for
 * CHANGE_ADDED, 2 for CHANGE_REMOVED, 0 for neither. Bits 2-7: b if it took effect less than
 * 2^b microseconds before its commit, 0 if at its commit. */
uint8_t sqlite_turn_of(const struct change *c);

#endif
