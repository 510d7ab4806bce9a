/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing a segment: the index of the lines in the memtable.
 *
 * Each batch writes a part of the segment in its own transaction, so that no batch waits for
 * all of it. The segment is valid once its row in change_run is committed. */
#include "index_segment.h"
#include "index_memtable.h"
#include "sqlite_checkpoint.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

/* Places written with a batch: a constant, and a number for each line of the batch. A segment
 * is complete before the next is due, and a small batch takes little longer. */
#define PLACES_LEAST 64
#define PLACES_A_LINE 3

/* key: endpoint or software of a line. at: position of the line in the segment. */
struct sqlite_place {
	uint32_t key, at;
};

/* Stable radix sort by key. tmp has room for n places. */
static void places_sort(struct sqlite_place *v, struct sqlite_place *tmp, size_t n)
{
	for (unsigned shift = 0; n && shift < 32; shift += 8) {
		size_t at[257] = { 0 };

		for (size_t i = 0; i < n; i++)
			at[(v[i].key >> shift & 0xff) + 1]++;
		if (at[(v[0].key >> shift & 0xff) + 1] == n)
			continue;
		for (unsigned k = 1; k < 257; k++)
			at[k] += at[k - 1];
		for (size_t i = 0; i < n; i++)
			tmp[at[v[i].key >> shift & 0xff]++] = v[i];
		memcpy(v, tmp, n * sizeof(*v));
	}
}

/* Writes a number: seven bits an octet, lowest first. */
static void place_put(struct wr *w, uint32_t v)
{
	while (v > 0x7f) {
		wr_u8(w, (uint8_t)(v | 0x80));
		v >>= 7;
	}
	wr_u8(w, (uint8_t)v);
}

/* --- the segment at work
 * -------------------------------------------------------------------- */

static bool run_is_due(const struct repository *r)
{
	return !r->run.v && r->tail.n >= r->conf.run_changes;
}

/* Sorts the lines of the memtable. On lack of memory does nothing; the next batch tries
 * again. */
static void run_begin(struct repository *r)
{
	const struct sqlite_tail *t = &r->tail;
	struct sqlite_place *v = reallocarray(NULL, t->n, 2 * sizeof(*v));
	struct sqlite_place *tmp = reallocarray(NULL, t->n, sizeof(*v));
	size_t n = t->n;

	if (!v || !tmp) {
		free(v);
		free(tmp);
		return;
	}
	for (size_t i = 0; i < t->n; i++)
		v[i] = (struct sqlite_place){ t->v[i].endpoint, (uint32_t)i };
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].software)
			v[n++] = (struct sqlite_place){ t->v[i].software, (uint32_t)i };
	places_sort(v, tmp, t->n);
	places_sort(v + t->n, tmp, n - t->n);
	free(tmp);
	r->run = (struct sqlite_run){ .v = v, .lines = t->n, .n = n };
}

/* Writes the row of the key of place `at`, with all places of that key. Returns the index of
 * the first place of the next key. */
static size_t row_put(struct repository *r, size_t at, int *err)
{
	const struct sqlite_run *run = &r->run;
	bool by_software = at >= run->lines;
	sqlite3_stmt *st = r->append[by_software ? APPEND_RUN_SOFTWARE : APPEND_RUN_ENDPOINT];
	size_t end = by_software ? run->n : run->lines, turns;
	uint32_t key = run->v[at].key, before = 0;
	struct wr *w = &r->text;

	wr_truncate(w, 0);
	for (turns = at; turns < end && run->v[turns].key == key; turns++) {
		place_put(w, run->v[turns].at - before);
		before = run->v[turns].at;
	}
	end = turns;
	turns = w->len;
	for (; by_software && at < end; at++) {
		place_put(w, r->tail.v[run->v[at].at].endpoint);
		wr_u8(w, r->tail.v[run->v[at].at].turn);
	}
	if ((*err = w->err) < 0)
		return end;
	sqlite3_bind_int64(st, 1, (int64_t)r->tail.first);
	sqlite3_bind_int64(st, 2, key);
	sqlite3_bind_blob(st, 3, w->p, (int)turns, SQLITE_STATIC);
	if (by_software)
		sqlite3_bind_blob(st, 4, w->p + turns, (int)(w->len - turns), SQLITE_STATIC);
	*err = sqlite_err(sqlite3_step(st));
	sqlite3_reset(st);
	return end;
}

/* Deletes the rows of an incomplete segment, which a manager left that ended while writing
 * it. */
static int rest_drop(struct repository *r)
{
	return sqlite_exec(r->db, "DELETE FROM change_by_endpoint WHERE run >"
				  " (SELECT coalesce(max(last), 0) FROM change_run);"
				  "DELETE FROM change_by_software WHERE run >"
				  " (SELECT coalesce(max(last), 0) FROM change_run)");
}

/* Writes about `places` more places. With the last ones, writes the row in change_run. */
static int run_write(struct repository *r, size_t places)
{
	struct sqlite_run *run = &r->run;
	char sql[128];
	int err = run->written ? 0 : rest_drop(r);
	size_t at = run->written;

	while (!err && at < run->n && at - run->written < places)
		at = row_put(r, at, &err);
	run->next = at;
	if (err || at < run->n)
		return err;
	(void)snprintf(sql, sizeof(sql), "INSERT INTO change_run VALUES (%llu, %llu)",
		       (unsigned long long)r->tail.first,
		       (unsigned long long)r->tail.first + run->lines - 1);
	return sqlite_exec(r->db, sql);
}

/* The places that run_write wrote are committed. */
static void run_written(struct repository *r)
{
	struct sqlite_tail *t = &r->tail;
	struct sqlite_run *run = &r->run;

	run->written = run->next;
	if (run->written < run->n)
		return;
	pthread_mutex_lock(&r->tail_lock);
	t->first += run->lines;
	t->n -= run->lines;
	memmove(t->v, t->v + run->lines, t->n * sizeof(*t->v));
	pthread_mutex_unlock(&r->tail_lock);
	sqlite_run_free(run);
}

void sqlite_run_free(struct sqlite_run *run)
{
	free(run->v);
	*run = (struct sqlite_run){ 0 };
}

/* --- with each batch ------------------------------------------------------------------------ */

bool sqlite_run_goes_on(const struct repository *r)
{
	return r->run.v != NULL;
}

int sqlite_run_step(struct repository *r, const struct repository_batch *b)
{
	return run_write(r, PLACES_LEAST + b->n_changes * PLACES_A_LINE);
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

/* Under tail_lock. */
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

void sqlite_runs_appended(struct repository *r, const struct repository_batch *b, bool stepped)
{
	pthread_mutex_lock(&r->tail_lock);
	for (size_t i = 0; i < b->n_changes; i++)
		(void)tail_push(&r->tail, &b->changes[i]);
	pthread_mutex_unlock(&r->tail_lock);
	if (stepped)
		run_written(r);
	if (run_is_due(r))
		run_begin(r);
}

/* --- at open
 * -------------------------------------------------------------------------------- */

/* Writes the memtable as a segment in one transaction. */
static int run_all(struct repository *r)
{
	int err;

	run_begin(r);
	if (!r->run.v)
		return ST_ENOMEM;
	if ((err = sqlite_begin(r, NULL, 0)) == 0)
		err = sqlite_end(r, run_write(r, SIZE_MAX), NULL, 0);
	if (!err)
		run_written(r);
	else
		sqlite_run_free(&r->run);
	return err;
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
		if (!err && run_is_due(r))
			err = run_all(r);
	} while (!err && n == r->conf.run_changes);
	sqlite3_finalize(st);
	return err;
}
