/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger_db.h"

#include "base/err.h"

#include <sys/random.h>

/* --- SQLite in small words --- */

/* ST_EDB is the file's fault, ST_EIO its surroundings': a full disk, for example. */
static int ledger_result(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_BUSY:
		return ST_EBUSY;
	case SQLITE_NOMEM:
		return ST_ENOMEM;
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return ST_EIO;
	default:
		return ST_EDB;
	}
}

int ledger_exec(struct ledger *l, const char *sql)
{
	return ledger_result(sqlite3_exec(l->db, sql, NULL, NULL, NULL));
}

int ledger_run(sqlite3_stmt *s)
{
	int rc = sqlite3_step(s);

	(void)sqlite3_reset(s);
	(void)sqlite3_clear_bindings(s);
	return ledger_result(rc);
}

void ledger_bind(sqlite3_stmt *s, int i, struct span v)
{
	(void)sqlite3_bind_blob64(s, i, v.n ? (const void *)v.p : "", v.n, SQLITE_STATIC);
}

struct span ledger_column(sqlite3_stmt *s, int i)
{
	const void *p = sqlite3_column_blob(s, i);

	return span_of(p, p ? (size_t)sqlite3_column_bytes(s, i) : 0);
}

int64_t ledger_number(struct ledger *l, const char *sql)
{
	sqlite3_stmt *s = NULL;
	int64_t v = -1;

	if (sqlite3_prepare_v2(l->db, sql, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		v = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	return v;
}

/* Not a counter: the number must not come again after a restored backup. Positive as a signed
 * 32-bit integer, because some validators keep it in one. */
uint32_t ledger_random_epoch(uint32_t old)
{
	uint32_t epoch = 0;

	while (!epoch || epoch == old) {
		if (getrandom(&epoch, sizeof(epoch), 0) != sizeof(epoch))
			epoch = old % 0x7fffffff + 1;
		epoch &= 0x7fffffff;
	}
	return epoch;
}

/* --- the state --- */

static int ledger_seal(struct ledger *l, uint8_t seal[SHA256_SIZE])
{
	const struct ledger_state *s = &l->state;

	sha256_begin(l->sha);
	sha256_number(l->sha, (uint64_t)s->lineage);
	sha256_number(l->sha, (uint64_t)s->generation);
	sha256_number(l->sha, s->epoch);
	sha256_number(l->sha, s->last_eid);
	sha256_number(l->sha, s->next_id);
	sha256_number(l->sha, s->begun);
	sha256_number(l->sha, (uint64_t)s->looked);
	sha256_blob(l->sha, span_of(s->chain, sizeof(s->chain)));
	sha256_blob(l->sha, span_of(s->sum, sizeof(s->sum)));
	return sha256_end(l->sha, seal);
}

static bool ledger_take_sum(sqlite3_stmt *s, int i, uint8_t out[SHA256_SIZE])
{
	struct span v = ledger_column(s, i);

	if (v.n != SHA256_SIZE)
		return false;
	memcpy(out, v.p, SHA256_SIZE);
	return true;
}

static int ledger_take_state(struct ledger *l, sqlite3_stmt *s)
{
	struct ledger_state *t = &l->state;
	uint8_t stored[SHA256_SIZE], seal[SHA256_SIZE];

	t->lineage = sqlite3_column_int64(s, 0);
	t->generation = sqlite3_column_int64(s, 1);
	t->epoch = (uint32_t)sqlite3_column_int64(s, 2);
	t->last_eid = (uint32_t)sqlite3_column_int64(s, 3);
	t->next_id = (uint32_t)sqlite3_column_int64(s, 4);
	t->begun = sqlite3_column_int(s, 5) != 0;
	t->looked = sqlite3_column_int64(s, 6);
	if (!ledger_take_sum(s, 7, t->chain) || !ledger_take_sum(s, 8, t->sum) ||
	    !ledger_take_sum(s, 9, stored) || ledger_seal(l, seal) < 0)
		return ST_EDB;
	return memcmp(seal, stored, sizeof(seal)) == 0 && t->epoch && t->next_id ? 0 : ST_EDB;
}

int ledger_load(struct ledger *l)
{
	sqlite3_stmt *s = l->sql[SQL_STATE];
	uint32_t epoch = l->state.epoch, last = l->state.last_eid;
	int err = ST_EDB;

	if (sqlite3_step(s) == SQLITE_ROW)
		err = ledger_take_state(l, s);
	(void)sqlite3_reset(s);
	if (!err && l->state.epoch != epoch)
		l->base += last; /* another process began it */
	l->dirty = false;
	return err;
}

int ledger_store(struct ledger *l)
{
	sqlite3_stmt *s = l->sql[SQL_SET_STATE];
	const struct ledger_state *t = &l->state;
	uint8_t seal[SHA256_SIZE];

	l->state.generation++;
	if (ledger_seal(l, seal) < 0)
		return ST_EIO;
	(void)sqlite3_bind_int64(s, 1, t->lineage);
	(void)sqlite3_bind_int64(s, 2, t->generation);
	(void)sqlite3_bind_int64(s, 3, t->epoch);
	(void)sqlite3_bind_int64(s, 4, t->last_eid);
	(void)sqlite3_bind_int64(s, 5, t->next_id);
	(void)sqlite3_bind_int(s, 6, t->begun);
	(void)sqlite3_bind_int64(s, 7, t->looked);
	ledger_bind(s, 8, span_of(t->chain, sizeof(t->chain)));
	ledger_bind(s, 9, span_of(t->sum, sizeof(t->sum)));
	ledger_bind(s, 10, span_of(seal, sizeof(seal)));
	return ledger_run(s);
}

static int64_t ledger_version(struct ledger *l)
{
	sqlite3_stmt *s = l->sql[SQL_VERSION];
	int64_t v = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : -1;

	(void)sqlite3_reset(s);
	return v;
}

/* --- a change --- */

int ledger_begin(struct ledger *l)
{
	int err;

	if (!ledger_in_place(l))
		return ST_EDB;
	if ((err = ledger_exec(l, "BEGIN IMMEDIATE")) < 0)
		return err;
	if ((err = ledger_load(l)) < 0) {
		(void)ledger_exec(l, "ROLLBACK");
		return err;
	}
	l->base_before = l->base;
	return 0;
}

int ledger_end(struct ledger *l, int err)
{
	bool dirty = l->dirty;

	(void)sqlite3_reset(l->sql[SQL_LIST]);
	(void)sqlite3_reset(l->sql[SQL_GET]);
	ledger_evidence_end(l);
	if (!err && dirty)
		err = ledger_slide(l);
	if (!err && dirty)
		err = ledger_store(l);
	if (!err)
		err = ledger_exec(l, "COMMIT");
	if (err) {
		(void)ledger_exec(l, "ROLLBACK");
		l->base = l->base_before;
		l->state.epoch = 0; /* whatever it is by now, the base stays as it was */
		l->state.last_eid = 0;
		(void)ledger_load(l);
		return err;
	}
	l->dirty = false;
	l->version = ledger_version(l);
	if (dirty)
		ledger_mark(l);
	return 0;
}

bool ledger_changed(struct ledger *l)
{
	return !ledger_in_place(l) || ledger_version(l) != l->version;
}

uint32_t ledger_epoch(const struct ledger *l)
{
	return l->state.epoch;
}

uint32_t ledger_last_eid(const struct ledger *l)
{
	return l->state.last_eid;
}

uint64_t ledger_sequence(const struct ledger *l)
{
	return l->base + l->state.last_eid;
}

void ledger_continue(struct ledger *l, uint64_t sequence)
{
	l->base = sequence - l->state.last_eid;
}

bool ledger_begun(const struct ledger *l)
{
	return l->state.begun;
}

void ledger_set_begun(struct ledger *l)
{
	l->state.begun = true;
	l->dirty = true;
}

int64_t ledger_looked(const struct ledger *l)
{
	return l->state.looked;
}

void ledger_set_looked(struct ledger *l, int64_t at)
{
	l->state.looked = at;
	l->dirty = true;
}

/* --- instances --- */

int ledger_sum_entry(struct ledger *l, const struct ledger_entry *e)
{
	uint8_t hash[SHA256_SIZE];

	sha256_begin(l->sha);
	sha256_number(l->sha, e->id);
	sha256_number(l->sha, e->source);
	sha256_number(l->sha, (uint64_t)e->since);
	sha256_blob(l->sha, e->key);
	sha256_blob(l->sha, e->identifier);
	sha256_blob(l->sha, e->content);
	sha256_blob(l->sha, e->tag);
	if (sha256_end(l->sha, hash) < 0)
		return ST_EIO;
	for (size_t i = 0; i < sizeof(hash); i++)
		l->state.sum[i] ^= hash[i];
	return 0;
}

int ledger_rewind(struct ledger *l)
{
	return sqlite3_reset(l->sql[SQL_LIST]) == SQLITE_OK ? 0 : ST_EDB;
}

int ledger_next(struct ledger *l, struct ledger_entry *e)
{
	sqlite3_stmt *s = l->sql[SQL_LIST];
	int rc = sqlite3_step(s);

	if (rc != SQLITE_ROW)
		return ledger_result(rc);
	e->id = (uint32_t)sqlite3_column_int64(s, 0);
	e->source = (uint8_t)sqlite3_column_int(s, 1);
	e->key = ledger_column(s, 2);
	e->identifier = ledger_column(s, 3);
	e->content = ledger_column(s, 4);
	e->since = sqlite3_column_int64(s, 5);
	e->tag = (struct span){ 0 };
	return 1;
}

/* The row of source and key, borrowed until SQL_GET is reset. */
static int ledger_get(struct ledger *l, uint8_t source, struct span key,
		      struct ledger_entry *e)
{
	sqlite3_stmt *s = l->sql[SQL_GET];

	(void)sqlite3_reset(s);
	(void)sqlite3_bind_int(s, 1, source);
	ledger_bind(s, 2, key);
	if (sqlite3_step(s) != SQLITE_ROW)
		return ST_EDB;
	*e = (struct ledger_entry){
		.id = (uint32_t)sqlite3_column_int64(s, 0),
		.source = source,
		.key = key,
		.identifier = ledger_column(s, 1),
		.content = ledger_column(s, 2),
		.since = sqlite3_column_int64(s, 3),
		.tag = ledger_column(s, 4),
	};
	return 0;
}

struct span ledger_tag(struct ledger *l, const struct ledger_entry *e)
{
	struct ledger_entry row;

	return ledger_get(l, e->source, e->key, &row) == 0 ? row.tag : (struct span){ 0 };
}

int ledger_add(struct ledger *l, struct ledger_entry *e)
{
	sqlite3_stmt *s = l->sql[SQL_ADD];
	int err;

	if (l->state.next_id == UINT32_MAX)
		return ST_ELIMIT;
	e->id = l->state.next_id++;
	l->dirty = true;
	if ((err = ledger_sum_entry(l, e)) < 0)
		return err;
	(void)sqlite3_bind_int64(s, 1, e->id);
	(void)sqlite3_bind_int(s, 2, e->source);
	ledger_bind(s, 3, e->key);
	ledger_bind(s, 4, e->identifier);
	ledger_bind(s, 5, e->content);
	(void)sqlite3_bind_int64(s, 6, e->since);
	ledger_bind(s, 7, e->tag);
	return ledger_run(s);
}

/* The row of e as it is, and out of the sum: it is about to change. */
static int ledger_take_out(struct ledger *l, const struct ledger_entry *e,
			   struct ledger_entry *row)
{
	int err = ledger_get(l, e->source, e->key, row);

	l->dirty = true;
	return err ? err : ledger_sum_entry(l, row);
}

int ledger_alter(struct ledger *l, const struct ledger_entry *e)
{
	sqlite3_stmt *s = l->sql[SQL_ALTER];
	struct ledger_entry row;
	int err;

	if ((err = ledger_take_out(l, e, &row)) < 0)
		return err;
	row.content = e->content;
	row.tag = e->tag;
	if ((err = ledger_sum_entry(l, &row)) < 0)
		return err;
	(void)sqlite3_reset(l->sql[SQL_GET]);
	ledger_bind(s, 1, e->content);
	ledger_bind(s, 2, e->tag);
	(void)sqlite3_bind_int(s, 3, e->source);
	ledger_bind(s, 4, e->key);
	return ledger_run(s);
}

int ledger_remove(struct ledger *l, const struct ledger_entry *e)
{
	sqlite3_stmt *s = l->sql[SQL_REMOVE];
	struct ledger_entry row;
	int err;

	if ((err = ledger_take_out(l, e, &row)) < 0)
		return err;
	(void)sqlite3_reset(l->sql[SQL_GET]);
	(void)sqlite3_bind_int(s, 1, e->source);
	ledger_bind(s, 2, e->key);
	err = ledger_run(s);
	return err ? err : ledger_evidence_drop(l, e->source, e->key);
}
