/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger_db.h"

#include "base/err.h"

#include <string.h>
#include <sys/random.h>

int ledger_result(int rc)
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

/* Random, because an epoch must not be repeated after a backup is restored. At most 31 bits,
 * because some validators store it in a signed 32-bit integer. */
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
	sha256_number(l->sha, (uint64_t)s->scan_time);
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
	t->scan_time = sqlite3_column_int64(s, 6);
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
		l->base += last; /* another process began the epoch */
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
	(void)sqlite3_bind_int64(s, 7, t->scan_time);
	ledger_bind(s, 8, span_of(t->chain, sizeof(t->chain)));
	ledger_bind(s, 9, span_of(t->sum, sizeof(t->sum)));
	ledger_bind(s, 10, span_of(seal, sizeof(seal)));
	return ledger_run(s);
}
