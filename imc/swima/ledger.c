/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger.h"
#include "ledger_evidence.h"
#include "ledger_db.h"
#include "ledger_event.h"
#include "ledger_mark.h"

#include "base/err.h"

#include <sys/random.h>

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
		err = ledger_drop_oldest(l);
	if (!err && dirty)
		err = ledger_store(l);
	if (!err)
		err = ledger_exec(l, "COMMIT");
	if (err) {
		(void)ledger_exec(l, "ROLLBACK");
		l->base = l->base_before;
		/* ledger_load keeps the base: epoch 0 differs, and last_eid 0 adds nothing */
		l->state.epoch = 0;
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

int64_t ledger_scan_time(const struct ledger *l)
{
	return l->state.scan_time;
}

void ledger_set_scan_time(struct ledger *l, int64_t at)
{
	l->state.scan_time = at;
	l->dirty = true;
}

/* --- instances --- */

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

/* Finds the row of source and key; borrowed until SQL_GET is reset. */
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

/* Reads the row of e and removes it from the sum, because it is about to change. */
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
