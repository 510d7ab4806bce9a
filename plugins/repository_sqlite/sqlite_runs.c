/* Which lines of the journal are about one endpoint, about one software.
 *
 * An index of SQLite's own would be written in as many places as there are endpoints and
 * software in a batch, a page each. Instead the journal is indexed in runs: the lines since the
 * last run are kept in memory, and once they are enough their index is written as one sorted
 * piece, which costs next to nothing for each of them. Who asks looks into each run that lies
 * in the part of the journal he asks for, and into memory. */
#include "sqlite_runs.h"
#include "sqlite_checkpoint.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

#define VARINT_MAX 5 /* octets of 32 bits */

/* What a line is about, with its place in the run behind it: sorts into the run's index. */
struct entry {
	uint32_t key, at;
};

static int entry_cmp(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->key != y->key)
		return x->key > y->key ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

/* --- lists of places: each as its distance from the one before, seven bits an octet --------- */

static void place_put(struct wr *w, uint32_t v)
{
	while (v > 0x7f) {
		wr_u8(w, (uint8_t)(v | 0x80));
		v >>= 7;
	}
	wr_u8(w, (uint8_t)v);
}

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

/* --- writing -------------------------------------------------------------------------------- */

static int row_put(sqlite3_stmt *st, uint64_t run, uint32_t key, struct span places,
		   const struct wr *turns)
{
	int rc;

	sqlite3_bind_int64(st, 1, (int64_t)run);
	sqlite3_bind_int64(st, 2, key);
	sqlite3_bind_blob(st, 3, places.p, (int)places.n, SQLITE_STATIC);
	if (turns)
		sqlite3_bind_blob(st, 4, turns->p, (int)turns->len, SQLITE_STATIC);
	rc = sqlite3_step(st);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : sqlite_err(rc);
}

static void turn_put(struct wr *turns, const struct sqlite_line *line)
{
	place_put(turns, line->endpoint);
	wr_u8(turns, line->turn);
}

/* One row for each key of the n entries, in order. turns: where its turns are gathered, when the
 * row has them; else NULL. */
static int rows_put(struct repository *r, const char *sql, struct entry *v, size_t n,
		    struct wr *turns)
{
	sqlite3_stmt *st = NULL;
	int err = sqlite_err(sqlite3_prepare_v2(r->db, sql, -1, &st, NULL));
	struct wr *w = &r->text;

	qsort(v, n, sizeof(*v), entry_cmp);
	for (size_t i = 0; i < n && !err;) {
		uint32_t key = v[i].key, before = 0;

		wr_truncate(w, 0);
		if (turns)
			wr_truncate(turns, 0);
		for (; i < n && v[i].key == key; i++) {
			place_put(w, v[i].at - before);
			if (turns)
				turn_put(turns, &r->tail.v[v[i].at]);
			before = v[i].at;
		}
		err = w->err ? w->err : turns ? turns->err : 0;
		if (!err)
			err = row_put(st, r->tail.first, key, wr_span(w), turns);
	}
	sqlite3_finalize(st);
	return err;
}

static int run_put(struct repository *r, struct entry *v)
{
	const struct sqlite_tail *t = &r->tail;
	struct wr turns = { 0 };
	char sql[128];
	size_t n = 0;
	int err;

	(void)snprintf(sql, sizeof(sql), "INSERT INTO change_run VALUES (%llu, %llu)",
		       (unsigned long long)t->first, (unsigned long long)t->first + t->n - 1);
	if ((err = sqlite_exec(r->db, sql)) < 0)
		return err;
	for (size_t i = 0; i < t->n; i++)
		v[i] = (struct entry){ t->v[i].endpoint, (uint32_t)i };
	err = rows_put(r, "INSERT INTO change_by_endpoint VALUES (?1, ?2, ?3)", v, t->n, NULL);
	for (size_t i = 0; i < t->n && !err; i++)
		if (t->v[i].software)
			v[n++] = (struct entry){ t->v[i].software, (uint32_t)i };
	if (!err)
		err = rows_put(r, "INSERT INTO change_by_software VALUES (?1, ?2, ?3, ?4)", v,
			       n, &turns);
	wr_reset(&turns);
	return err;
}

/* What is in memory becomes a run. */
static int run_write(struct repository *r)
{
	struct entry *v = calloc(r->tail.n + 1, sizeof(*v));
	int err = v ? sqlite_begin(r, NULL, 0) : ST_ENOMEM;

	if (!err)
		err = sqlite_end(r, run_put(r, v), NULL, 0);
	free(v);
	if (err)
		return err;
	pthread_mutex_lock(&r->tail_lock);
	r->tail.first += r->tail.n;
	r->tail.n = 0;
	pthread_mutex_unlock(&r->tail_lock);
	return 0;
}

uint8_t sqlite_turn_of(const struct change *c)
{
	int64_t since = change_untimed(c) ? c->number_was : change_effective(c);
	uint64_t late = since < c->known_at ? (uint64_t)(c->known_at - since) : 0;
	unsigned bits = late ? 64 - (unsigned)__builtin_clzll(late) : 0;

	if (c->kind != CHANGE_ADDED && c->kind != CHANGE_REMOVED)
		return 0;
	return (uint8_t)(bits << 2 | (c->kind == CHANGE_ADDED ? 1 : 2));
}

/* Under the lock. */
static int tail_push(struct sqlite_tail *t, const struct change *c)
{
	struct sqlite_line *v;

	if (!t->n)
		t->first = c->seq;
	if (t->n == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 1024;

		if (!(v = reallocarray(t->v, cap, sizeof(*v))))
			return ST_ENOMEM;
		t->v = v;
		t->cap = cap;
	}
	t->v[t->n++] = (struct sqlite_line){ c->endpoint, c->software, sqlite_turn_of(c) };
	return 0;
}

int sqlite_runs_reserve(struct repository *r, size_t n)
{
	struct sqlite_tail *t = &r->tail;
	struct sqlite_line *v;
	int err = 0;

	if (t->cap - t->n >= n)
		return 0;
	pthread_mutex_lock(&r->tail_lock);
	if ((v = reallocarray(t->v, t->n + n, sizeof(*v)))) {
		t->v = v;
		t->cap = t->n + n;
	} else {
		err = ST_ENOMEM;
	}
	pthread_mutex_unlock(&r->tail_lock);
	return err;
}

void sqlite_runs_appended(struct repository *r, const struct repository_batch *b)
{
	pthread_mutex_lock(&r->tail_lock);
	for (size_t i = 0; i < b->n_changes; i++)
		(void)tail_push(&r->tail, &b->changes[i]);
	pthread_mutex_unlock(&r->tail_lock);
	if (r->tail.n < r->conf.run_changes)
		return;
	/* if the disk is full it stays in memory, and is tried again with the next batch */
	(void)run_write(r);
}

int sqlite_runs_open(struct repository *r)
{
	static const char sql[] =
		"SELECT seq, endpoint, software, kind, known_at, happened_at, number_was"
		" FROM change WHERE seq > ?1 ORDER BY seq LIMIT ?2";
	sqlite3_stmt *st = NULL;
	int64_t last = 0;
	int rc, err = sqlite_number(r->db, "SELECT max(last) FROM change_run", 0, &last);
	size_t n;

	if (!err)
		err = sqlite_err(sqlite3_prepare_v2(r->db, sql, -1, &st, NULL));
	do {
		n = 0;
		sqlite3_bind_int64(st, 1, last);
		sqlite3_bind_int64(st, 2, (int64_t)r->conf.run_changes);
		while (!err && (rc = sqlite3_step(st)) != SQLITE_DONE) {
			if (rc != SQLITE_ROW) {
				err = sqlite_err(rc);
				break;
			}
			last = sqlite3_column_int64(st, 0);
			err = tail_push(
				&r->tail,
				&(struct change){
					.seq = (uint64_t)last,
					.endpoint = (uint32_t)sqlite3_column_int64(st, 1),
					.software = (uint32_t)sqlite3_column_int64(st, 2),
					.kind = (enum change_kind)sqlite3_column_int(st, 3),
					.known_at = sqlite3_column_int64(st, 4),
					.happened_at = sqlite3_column_int64(st, 5),
					.number_was = sqlite3_column_int64(st, 6),
				});
			n++;
		}
		sqlite3_reset(st);
		if (!err && r->tail.n >= r->conf.run_changes)
			err = run_write(r);
	} while (!err && n == r->conf.run_changes);
	sqlite3_finalize(st);
	return err;
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
	uint64_t left; /* lines that are still wanted */
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

/* Columns 1 to 3 are kind, endpoint and software. A line that was dropped is not there. */
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

/* What was found, in the order that is wanted; and it is emptied. */
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
	if ((err = sqlite_err(sqlite3_prepare_v2(db, sql, -1, &st, NULL))) < 0)
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
	sqlite3_finalize(st);
	return err;
}

/* The runs and what is in memory as they belong together: of one moment. */
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
