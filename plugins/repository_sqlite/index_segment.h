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

/* True while a segment is being written. A part of it is written with each batch. */
bool sqlite_run_goes_on(const struct repository *r);

/* Writes a part of the segment in the transaction of b. */
int sqlite_run_step(struct repository *r, const struct repository_batch *b);

/* Adds the lines of b, which is committed, to the memtable. stepped: the part that
 * sqlite_run_step wrote is committed, too. */
void sqlite_runs_appended(struct repository *r, const struct repository_batch *b,
			  bool stepped);

void sqlite_run_free(struct sqlite_run *run);

/* The transition of a line as an octet; 0: the line is not a transition.
 *   - Bits 0-1: 1 for CHANGE_ADDED, 2 for CHANGE_REMOVED.
 *   - Bits 2-7: b if it took effect (an untimed one: may have happened) less than 2^b
 *     microseconds before its commit; 0 if at its commit. */
uint8_t sqlite_turn_of(const struct change *c);

#endif
