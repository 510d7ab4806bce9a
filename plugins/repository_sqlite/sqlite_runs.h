/* The journal's index, in runs. */
#ifndef STANCE_PLUGINS_SQLITE_RUNS_H
#define STANCE_PLUGINS_SQLITE_RUNS_H

#include "sqlite_db.h"

/* At start: what no run holds yet is read into memory, and written as runs if it is much. */
int sqlite_runs_open(struct repository *r);

/* Room in memory for n more lines, so that sqlite_runs_appended does not fail. */
int sqlite_runs_reserve(struct repository *r, size_t n);

/* The batch is committed. */
void sqlite_runs_appended(struct repository *r, const struct repository_batch *b);

/* Lines that satisfy f, which names an endpoint or a software (or both), in its order: row is
 * prepared to give the line ?1, with kind, endpoint and software in columns 1 to 3. fn as in
 * repository_plugin.read. */
int sqlite_runs_read(struct repository *r, sqlite3 *db, const struct repository_filter *f,
		     sqlite3_stmt *row, int (*fn)(sqlite3_stmt *row, void *ctx), void *ctx);

/* Lines before keep were dropped: their index goes too. */
int sqlite_runs_prune(struct repository *r, uint64_t keep);

#endif
