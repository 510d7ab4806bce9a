/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the journal, by filter. */
#include "sqlite_read.h"
#include "index_memtable.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

#define CHANGE_COLUMNS                                                                        \
	"seq, kind, endpoint, software, known_at, happened_at, epoch, eid, record,"           \
	" number, number_was, key, value, was"

static void change_of(sqlite3_stmt *st, struct change *c)
{
	*c = (struct change){
		.seq = (uint64_t)sqlite3_column_int64(st, 0),
		.kind = (enum change_kind)sqlite3_column_int(st, 1),
		.endpoint = (uint32_t)sqlite3_column_int64(st, 2),
		.software = (uint32_t)sqlite3_column_int64(st, 3),
		.known_at = sqlite3_column_int64(st, 4),
		.happened_at = sqlite3_column_int64(st, 5),
		.epoch = (uint32_t)sqlite3_column_int64(st, 6),
		.eid = (uint32_t)sqlite3_column_int64(st, 7),
		.record = (uint32_t)sqlite3_column_int64(st, 8),
		.number = sqlite3_column_int64(st, 9),
		.number_was = sqlite3_column_int64(st, 10),
		.key = sqlite_span(st, 11),
		.value = sqlite_span(st, 12),
		.was = sqlite_span(st, 13),
		.has_was = sqlite3_column_type(st, 10) != SQLITE_NULL,
	};
}

/* Steps through st and calls row for each row. */
static int each(sqlite3_stmt *st, int (*row)(sqlite3_stmt *st, void *ctx), void *ctx)
{
	int rc, err = 0;

	while (!err && (rc = sqlite3_step(st)) == SQLITE_ROW)
		err = row(st, ctx);
	return err ? err : sqlite_err(rc);
}

/* --- the journal --------------------------------------------------------------------------- */

struct journal_reader {
	int (*fn)(void *ctx, const struct change *c);
	void *ctx;
};

static int read_row(sqlite3_stmt *st, void *ctx)
{
	struct journal_reader *r = ctx;
	struct change c;

	change_of(st, &c);
	return r->fn(r->ctx, &c);
}

/* A filter without endpoint and software reads the table itself, not the index. */
static int read_all(sqlite3 *db, const struct repository_filter *f,
		    struct journal_reader *reading)
{
	sqlite3_stmt *st = NULL;
	char sql[256];
	int err;

	(void)snprintf(sql, sizeof(sql),
		       "SELECT " CHANGE_COLUMNS
		       " FROM change WHERE seq BETWEEN ?1 AND ?2%s ORDER BY seq%s LIMIT ?4",
		       f->kinds ? " AND (1 << kind) & ?3" : "", f->descending ? " DESC" : "");
	if ((err = sqlite_statement(db, sql, &st)) == 0) {
		sqlite3_bind_int64(st, 1, (int64_t)f->from);
		sqlite3_bind_int64(st, 2, f->to > INT64_MAX ? INT64_MAX : (int64_t)f->to);
		sqlite3_bind_int64(st, 3, f->kinds);
		sqlite3_bind_int64(st, 4, f->limit ? (int64_t)f->limit : -1);
		err = each(st, read_row, reading);
		sqlite_statement_done(st);
	}
	return err;
}

static int read_some(struct repository *r, sqlite3 *db, const struct repository_filter *f,
		     struct journal_reader *reading)
{
	sqlite3_stmt *row = NULL;
	int err = sqlite_statement(db, "SELECT " CHANGE_COLUMNS " FROM change WHERE seq = ?1",
				   &row);

	if (err < 0)
		return err;
	err = sqlite_runs_read(r, db, f, row, read_row, reading);
	sqlite_statement_done(row);
	return err;
}

int sqlite_read(struct repository *r, const struct repository_filter *f,
		int (*fn)(void *ctx, const struct change *c), void *ctx)
{
	struct journal_reader reading = { fn, ctx };
	sqlite3 *db;
	int err = sqlite_reader(r, &db);

	if (err < 0)
		return err;
	err = f->endpoint || f->software ? read_some(r, db, f, &reading)
					 : read_all(db, f, &reading);
	sqlite_reader_done(r, db);
	return err;
}

static int known_at(sqlite3_stmt *st, uint64_t seq, int64_t *known)
{
	int rc;

	sqlite3_bind_int64(st, 1, (int64_t)seq);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*known = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return rc == SQLITE_ROW ? 0 : rc == SQLITE_DONE ? ST_EDB : sqlite_err(rc);
}

/* Binary search in [lo, hi]: known_at never decreases with seq. */
static int search(sqlite3_stmt *st, uint64_t lo, uint64_t hi, int64_t at, uint64_t *seq)
{
	while (lo < hi) {
		uint64_t mid = lo + (hi - lo + 1) / 2;
		int64_t known = 0;
		int err = known_at(st, mid, &known);

		if (err < 0)
			return err;
		if (known <= at)
			lo = mid;
		else
			hi = mid - 1;
	}
	*seq = lo;
	return 0;
}

static int ends_of(sqlite3 *db, uint64_t *first, uint64_t *last)
{
	sqlite3_stmt *st = NULL;
	int rc, err = sqlite_statement(db,
				       "SELECT (SELECT min(seq) FROM change),"
				       " (SELECT max(seq) FROM change)",
				       &st);

	if (err < 0)
		return err;
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		*first = (uint64_t)sqlite3_column_int64(st, 0);
		*last = (uint64_t)sqlite3_column_int64(st, 1);
	}
	sqlite_statement_done(st);
	return sqlite_err(rc);
}

int sqlite_seq_at(struct repository *r, int64_t at, uint64_t *seq)
{
	sqlite3_stmt *st = NULL;
	sqlite3 *db;
	uint64_t first = 0, last = 0;
	int err = sqlite_reader(r, &db);

	*seq = 0;
	if (err < 0)
		return err;
	/* one snapshot: pruning must not move the ends under the search */
	if ((err = sqlite_exec(db, "BEGIN")) == 0 && (err = ends_of(db, &first, &last)) == 0)
		err = sqlite_statement(db, "SELECT known_at FROM change WHERE seq = ?1", &st);
	if (!err && first)
		err = search(st, first - 1, last, at, seq);
	if (st)
		sqlite_statement_done(st);
	if (!sqlite3_get_autocommit(db))
		(void)sqlite_exec(db, "ROLLBACK");
	sqlite_reader_done(r, db);
	return err;
}
