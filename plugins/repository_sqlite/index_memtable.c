/* SPDX-License-Identifier: BSD-2-Clause */
/* The journal's index: the lines about one endpoint, or about one software.
 *
 * An SQLite index would write a page for each endpoint and each software of a batch. Instead
 * the index consists of segments (table change_run) and a memtable (struct sqlite_tail):
 *   - The memtable has the lines since the last segment.
 *   - A full memtable is written as one sorted segment (index_segment.c): little cost a line.
 *   - A query reads the segments that overlap its part of the journal, and the memtable. */
#include "index_memtable.h"
#include "sqlite_checkpoint.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

#define VARINT_MAX 5 /* octets of a number of 32 bits */

bool sqlite_place_get(const uint8_t **p, const uint8_t *end, uint32_t *v)
{
	*v = 0;
	for (int shift = 0; *p < end && shift < 7 * VARINT_MAX; shift += 7) {
		uint8_t octet = *(*p)++;

		*v |= (uint32_t)(octet & 0x7f) << shift;
		if (!(octet & 0x80))
			return true;
	}
	return false;
}

/* --- reading -------------------------------------------------------------------------------- */

struct places {
	uint64_t *v; /* seqs */
	size_t n, cap;
};

struct lookup {
	const struct repository_filter *f;
	sqlite3_stmt *row; /* one line by its seq */
	int (*fn)(sqlite3_stmt *row, void *ctx);
	void *ctx;
	struct places found;
	uint64_t left; /* lines that may still be passed */
};

static int found_push(struct lookup *l, uint64_t seq)
{
	struct places *s = &l->found;
	uint64_t *v;

	if (seq < l->f->from || seq > l->f->to)
		return 0;
	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 64;

		if (!(v = reallocarray(s->v, cap, sizeof(*v))))
			return ST_ENOMEM;
		s->v = v;
		s->cap = cap;
	}
	s->v[s->n++] = seq;
	return 0;
}

/* Passes one line, if it matches the filter. A pruned line is skipped. */
static int line_show(struct lookup *l, uint64_t seq)
{
	const struct repository_filter *f = l->f;
	int rc, err = 0;

	sqlite3_bind_int64(l->row, 1, (int64_t)seq);
	rc = sqlite3_step(l->row);
	if (rc == SQLITE_ROW &&
	    (!f->endpoint || sqlite3_column_int64(l->row, 2) == f->endpoint) &&
	    (!f->software || sqlite3_column_int64(l->row, 3) == f->software) &&
	    (!f->kinds || (f->kinds >> sqlite3_column_int(l->row, 1) & 1))) {
		err = l->fn(l->row, l->ctx);
		l->left--;
	}
	sqlite3_reset(l->row);
	return err ? err : sqlite_err(rc);
}

/* Passes the found lines in the order of the filter, and empties the list. */
static int found_show(struct lookup *l)
{
	int err = 0;

	for (size_t i = 0; i < l->found.n && l->left && !err; i++)
		err = line_show(l, l->found.v[l->f->descending ? l->found.n - 1 - i : i]);
	l->found.n = 0;
	return err;
}

static int tail_find(struct repository *r, struct lookup *l, uint64_t behind)
{
	const struct sqlite_tail *t = &r->tail;
	const struct repository_filter *f = l->f;
	int err = 0;

	for (size_t i = 0; i < t->n && !err; i++)
		if (t->first + i > behind && (f->software ? t->v[i].software == f->software
							  : t->v[i].endpoint == f->endpoint))
			err = found_push(l, t->first + i);
	return err;
}

static int run_find(struct lookup *l, uint64_t run, struct span places)
{
	const uint8_t *p = places.p, *end = span_end(places);
	uint32_t by;
	int err = 0;

	for (uint64_t seq = run; p < end && !err;) {
		if (!sqlite_place_get(&p, end, &by))
			return ST_EDB;
		seq += by;
		err = found_push(l, seq);
	}
	return err;
}

static int runs_show(sqlite3 *db, struct lookup *l)
{
	const struct repository_filter *f = l->f;
	const char *by = f->software ? "software" : "endpoint";
	sqlite3_stmt *st = NULL;
	char sql[256];
	int rc, err;

	(void)snprintf(sql, sizeof(sql),
		       "SELECT r.run, x.changes FROM change_run r CROSS JOIN change_by_%s x"
		       " ON x.run = r.run AND x.%s = ?1"
		       " WHERE r.run <= ?2 AND r.last >= ?3 ORDER BY r.run%s",
		       by, by, f->descending ? " DESC" : "");
	if ((err = sqlite_statement(db, sql, &st)) < 0)
		return err;
	sqlite3_bind_int64(st, 1, f->software ? f->software : f->endpoint);
	sqlite3_bind_int64(st, 2, f->to < INT64_MAX ? (int64_t)f->to : INT64_MAX);
	sqlite3_bind_int64(st, 3, (int64_t)f->from);
	while (!err && l->left && (rc = sqlite3_step(st)) != SQLITE_DONE) {
		struct span places = { sqlite3_column_blob(st, 1), 0 };

		if (rc != SQLITE_ROW) {
			err = sqlite_err(rc);
			break;
		}
		places.n = (size_t)sqlite3_column_bytes(st, 1);
		if ((err = run_find(l, (uint64_t)sqlite3_column_int64(st, 0), places)) == 0)
			err = found_show(l);
	}
	sqlite_statement_done(st);
	return err;
}

/* Begins the snapshot of the segments under the lock of the memtable, so that both are of the
 * same moment. first: passes the lines of the memtable now, otherwise leaves them in
 * l->found. */
static int tail_show(struct repository *r, sqlite3 *db, struct lookup *l, bool first)
{
	int64_t last = 0;
	int err;

	pthread_mutex_lock(&r->tail_lock);
	err = sqlite_number(db, "SELECT max(last) FROM change_run", 0, &last);
	if (!err)
		err = tail_find(r, l, (uint64_t)last);
	pthread_mutex_unlock(&r->tail_lock);
	return err < 0 || !first ? err : found_show(l);
}

int sqlite_runs_read(struct repository *r, sqlite3 *db, const struct repository_filter *f,
		     sqlite3_stmt *row, int (*fn)(sqlite3_stmt *row, void *ctx), void *ctx)
{
	struct lookup l = { f, row, fn, ctx, { 0 }, f->limit ? f->limit : UINT64_MAX };
	struct places tail = { 0 };
	int err = sqlite_exec(db, "BEGIN");

	if (!err)
		err = tail_show(r, db, &l, f->descending);
	if (!f->descending) {
		tail = l.found;
		l.found = (struct places){ 0 };
	}
	if (!err)
		err = runs_show(db, &l);
	if (!f->descending) {
		free(l.found.v);
		l.found = tail;
		if (!err)
			err = found_show(&l);
	}
	free(l.found.v);
	if (!sqlite3_get_autocommit(db))
		(void)sqlite_exec(db, "ROLLBACK");
	return err;
}

int sqlite_runs_prune(struct repository *r, uint64_t keep)
{
	char sql[256];
	int64_t run;
	int err;

	for (;;) {
		(void)snprintf(sql, sizeof(sql),
			       "SELECT min(run) FROM change_run WHERE last < %llu",
			       (unsigned long long)keep);
		if ((err = sqlite_number(r->db, sql, -1, &run)) < 0 || run < 0)
			return err;
		(void)snprintf(sql, sizeof(sql),
			       "DELETE FROM change_by_endpoint WHERE run = %lld;"
			       "DELETE FROM change_by_software WHERE run = %lld;"
			       "DELETE FROM change_run WHERE run = %lld",
			       (long long)run, (long long)run, (long long)run);
		if ((err = sqlite_begin(r, NULL, 0)) < 0 ||
		    (err = sqlite_end(r, sqlite_exec(r->db, sql), NULL, 0)) < 0)
			return err;
	}
}
