/* SPDX-License-Identifier: BSD-2-Clause */
/* Transitions of software from the journal's index. Reads the line of a transition only if it
 * may have taken effect by as_of, although it was known later. */
#include "software_transition.h"
#include "index_memtable.h"
#include "base/err.h"

#include <stdlib.h>

struct turns {
	struct repository_filter f;
	int64_t as_of;
	sqlite3_stmt *line; /* kind, known_at, happened_at, number_was of a seq */
	int (*fn)(void *ctx, const struct software_transition *t);
	void *ctx;
	struct software_transition *v; /* of one segment or the memtable, oldest first */
	uint8_t *turn;
	size_t n, cap;
};

static int turn_push(struct turns *t, uint64_t seq, uint32_t endpoint, uint32_t software,
		     uint8_t turn)
{
	if (!(turn & 3) || seq < t->f.from || seq > t->f.to)
		return 0;
	if (t->n == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 1024;
		struct software_transition *v = reallocarray(t->v, cap, sizeof(*v));
		uint8_t *octets;

		if (v)
			t->v = v;
		octets = v ? realloc(t->turn, cap) : NULL;
		if (!octets)
			return ST_ENOMEM;
		t->turn = octets;
		t->cap = cap;
	}
	t->turn[t->n] = turn;
	t->v[t->n++] = (struct software_transition){ .seq = seq,
						     .endpoint = endpoint,
						     .software = software,
						     .added = (turn & 3) == 1,
						     .effective = INT64_MAX };
	return 0;
}

/* Completes a transition from its line in the journal. */
static int turn_look(struct turns *t, struct software_transition *turn)
{
	struct change c = { 0 };
	int rc;

	sqlite3_bind_int64(t->line, 1, (int64_t)turn->seq);
	if ((rc = sqlite3_step(t->line)) == SQLITE_ROW) {
		c.kind = (enum change_kind)sqlite3_column_int(t->line, 0);
		c.known_at = sqlite3_column_int64(t->line, 1);
		c.happened_at = sqlite3_column_int64(t->line, 2);
		turn->effective = change_effective(&c);
		turn->known_at = c.known_at;
		turn->untimed = change_untimed(&c);
		turn->after = turn->untimed ? sqlite3_column_int64(t->line, 3) : 0;
	}
	sqlite3_reset(t->line);
	return rc == SQLITE_ROW ? 0 : rc == SQLITE_DONE ? ST_EDB : sqlite_err(rc);
}

/* Passes the collected transitions, newest first, and empties the list. known: all of them
 * were committed at this time or later. */
static int turns_show(struct turns *t, int64_t known)
{
	int err = 0;

	for (size_t i = t->n; i-- > 0 && !err;) {
		unsigned bits = t->turn[i] >> 2;
		int64_t late = bits < 62 ? (INT64_C(1) << bits) - 1 : INT64_MAX / 2;

		if (known - late <= t->as_of)
			err = turn_look(t, &t->v[i]);
		if (!err)
			err = t->fn(t->ctx, &t->v[i]);
	}
	t->n = 0;
	return err;
}

/* --- segments
 * ------------------------------------------------------------------------------- */

/* Collects the transitions of one software in one segment. */
static int run_push(struct turns *t, uint64_t run, uint32_t software, struct span places,
		    struct span turns)
{
	const uint8_t *p = places.p, *p_end = span_end(places);
	const uint8_t *q = turns.p, *q_end = span_end(turns);
	uint64_t seq = run;
	int err = 0;

	while (p < p_end && !err) {
		uint32_t by, endpoint;

		if (!sqlite_place_get(&p, p_end, &by) ||
		    !sqlite_place_get(&q, q_end, &endpoint) || q == q_end)
			return ST_EDB;
		seq += by;
		err = turn_push(t, seq, endpoint, software, *q++);
	}
	return err;
}

static int run_row(struct turns *t, sqlite3_stmt *st)
{
	struct span places = { sqlite3_column_blob(st, 2), 0 };
	struct span turns = { sqlite3_column_blob(st, 3), 0 };
	uint64_t run = (uint64_t)sqlite3_column_int64(st, 0);
	int err;

	places.n = (size_t)sqlite3_column_bytes(st, 2);
	turns.n = (size_t)sqlite3_column_bytes(st, 3);
	err = run_push(t, run, (uint32_t)sqlite3_column_int64(st, 1), places, turns);
	return err ? err : turns_show(t, sqlite3_column_int64(st, 4));
}

/* Passes the transitions of the segments that overlap the filter, newest segment first. */
static int runs_show(sqlite3 *db, struct turns *t)
{
	static const char one[] = "SELECT r.run, x.software, x.changes, x.turns, c.known_at"
				  " FROM change_run r CROSS JOIN change_by_software x"
				  "  ON x.run = r.run AND x.software = ?1 CROSS JOIN change c "
				  "ON c.seq = max(r.run, ?3)"
				  " WHERE r.run <= ?2 AND r.last >= ?3 ORDER BY r.run DESC";
	static const char all[] =
		"SELECT r.run, x.software, x.changes, x.turns, c.known_at"
		" FROM change_run r CROSS JOIN change_by_software x"
		"  ON x.run = r.run CROSS JOIN change c ON c.seq = max(r.run, ?3)"
		" WHERE r.run <= ?2 AND r.last >= ?3 ORDER BY r.run DESC";
	sqlite3_stmt *st = NULL;
	int rc, err = sqlite_statement(db, t->f.software ? one : all, &st);

	if (err < 0)
		return err;
	if (t->f.software)
		sqlite3_bind_int64(st, 1, t->f.software);
	sqlite3_bind_int64(st, 2, (int64_t)t->f.to);
	sqlite3_bind_int64(st, 3, (int64_t)t->f.from);
	while (!err && (rc = sqlite3_step(st)) != SQLITE_DONE)
		err = rc == SQLITE_ROW ? run_row(t, st) : sqlite_err(rc);
	sqlite_statement_done(st);
	return err;
}

/* --- memtable
 * ------------------------------------------------------------------------------- */

/* Collects the transitions of the memtable. Begins the snapshot of the segments under the lock
 * of the memtable, so that both are of the same moment. */
static int tail_push(struct repository *r, sqlite3 *db, struct turns *t)
{
	const struct sqlite_tail *tail = &r->tail;
	int64_t first = INT64_MAX, last = 0;
	int err;

	pthread_mutex_lock(&r->tail_lock);
	/* the first read begins the snapshot; pruned lines are left out */
	err = sqlite_number(db, "SELECT min(seq) FROM change", INT64_MAX, &first);
	if (t->f.from < (uint64_t)first)
		t->f.from = (uint64_t)first;
	if (!err)
		err = sqlite_number(db, "SELECT max(last) FROM change_run", 0, &last);
	for (size_t i = 0; i < tail->n && !err; i++) {
		const struct sqlite_line *line = &tail->v[i];

		if (tail->first + i > (uint64_t)last && line->software &&
		    (!t->f.software || line->software == t->f.software))
			err = turn_push(t, tail->first + i, line->endpoint, line->software,
					line->turn);
	}
	pthread_mutex_unlock(&r->tail_lock);
	return err;
}

static int tail_show(struct repository *r, sqlite3 *db, struct turns *t)
{
	int64_t known = 0;
	char sql[128];
	int err = tail_push(r, db, t);

	if (err || !t->n)
		return err;
	(void)sqlite3_snprintf(sizeof(sql), sql,
			       "SELECT known_at FROM change WHERE seq = %llu",
			       (unsigned long long)t->v[0].seq);
	err = sqlite_number(db, sql, 0, &known);
	return err ? err : turns_show(t, known);
}

int sqlite_turns(struct repository *r, const struct repository_filter *f, int64_t as_of,
		 int (*fn)(void *ctx, const struct software_transition *t), void *ctx)
{
	struct turns t = { .f = *f, .as_of = as_of, .fn = fn, .ctx = ctx };
	sqlite3 *db;
	int err = sqlite_reader(r, &db);

	if (err < 0)
		return err;
	err = sqlite_statement(
		db,
		"SELECT kind, known_at, happened_at, number_was FROM change WHERE seq = ?1",
		&t.line);
	if (!err && (err = sqlite_exec(db, "BEGIN")) == 0 &&
	    (err = tail_show(r, db, &t)) == 0 && t.f.from <= t.f.to)
		err = runs_show(db, &t);
	if (t.line)
		sqlite_statement_done(t.line);
	if (!sqlite3_get_autocommit(db))
		(void)sqlite_exec(db, "ROLLBACK");
	sqlite_reader_done(r, db);
	free(t.v);
	free(t.turn);
	return err;
}
