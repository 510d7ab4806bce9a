/* SPDX-License-Identifier: BSD-2-Clause */
/* Events of the ledger, connected by a chain of hashes. */
#include "ledger_event.h"
#include "ledger_db.h"

#include "base/err.h"

#include <stdio.h>

int ledger_chain_begin(struct ledger *l)
{
	sha256_begin(l->sha);
	sha256_number(l->sha, l->state.epoch);
	return sha256_end(l->sha, l->state.chain);
}

int ledger_chain_next(struct ledger *l, const struct ledger_event *ev)
{
	sha256_begin(l->sha);
	sha256_blob(l->sha, span_of(l->state.chain, SHA256_SIZE));
	sha256_number(l->sha, ev->eid);
	sha256_number(l->sha, (uint64_t)ev->at);
	sha256_number(l->sha, ev->action);
	sha256_number(l->sha, ev->source);
	sha256_number(l->sha, ev->model);
	sha256_number(l->sha, ev->record);
	sha256_blob(l->sha, ev->identifier);
	sha256_blob(l->sha, ev->locator);
	sha256_blob(l->sha, ev->copy);
	return sha256_end(l->sha, l->state.chain);
}

int ledger_append(struct ledger *l, struct ledger_event *ev)
{
	sqlite3_stmt *s = l->sql[SQL_APPEND];
	int err;

	/* Not reached: after each change ledger_drop_oldest limits it to LEDGER_MAX_EVENTS. */
	if (l->state.last_eid == UINT32_MAX)
		return ST_ELIMIT;
	ev->eid = ++l->state.last_eid;
	l->dirty = true;
	if ((err = ledger_chain_next(l, ev)) < 0)
		return err;
	(void)sqlite3_bind_int64(s, 1, ev->eid);
	(void)sqlite3_bind_int64(s, 2, ev->at);
	(void)sqlite3_bind_int(s, 3, ev->action);
	(void)sqlite3_bind_int(s, 4, ev->source);
	(void)sqlite3_bind_int(s, 5, ev->model);
	(void)sqlite3_bind_int64(s, 6, ev->record);
	ledger_bind(s, 7, ev->identifier);
	ledger_bind(s, 8, ev->locator);
	ledger_bind(s, 9, ev->copy);
	return ledger_run(s);
}

/* Sets a new epoch and restarts the chain. Does not touch the table of events. */
static void ledger_renew(struct ledger *l)
{
	l->state.epoch = ledger_random_epoch(l->state.epoch);
	l->dirty = true;
	(void)ledger_chain_begin(l);
}

void ledger_new_epoch(struct ledger *l)
{
	(void)ledger_exec(l, "DELETE FROM event");
	l->base += l->state.last_eid;
	l->state.last_eid = 0;
	ledger_renew(l);
}

/* --- dropping the oldest --- */

static void ledger_take_event(sqlite3_stmt *s, struct ledger_event *ev)
{
	ev->eid = (uint32_t)sqlite3_column_int64(s, 0);
	ev->at = sqlite3_column_int64(s, 1);
	ev->action = (uint8_t)sqlite3_column_int(s, 2);
	ev->source = (uint8_t)sqlite3_column_int(s, 3);
	ev->model = (uint8_t)sqlite3_column_int(s, 4);
	ev->record = (uint32_t)sqlite3_column_int64(s, 5);
	ev->identifier = ledger_column(s, 6);
	ev->locator = ledger_column(s, 7);
	ev->copy = ledger_column(s, 8);
}

/* Recomputes the chain, because the hash of an event includes its number. */
static int ledger_rechain(struct ledger *l)
{
	sqlite3_stmt *s = l->sql[SQL_EVENTS];
	struct ledger_event ev;
	int rc = SQLITE_DONE, err = 0;

	(void)sqlite3_bind_int64(s, 1, 1);
	while (!err && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		ledger_take_event(s, &ev);
		err = ledger_chain_next(l, &ev);
	}
	(void)sqlite3_reset(s);
	return err ? err : rc == SQLITE_DONE ? 0 : ST_EDB;
}

/* Number of events to keep. If copies of tags make the database too large, half of them. */
static uint32_t ledger_keep(struct ledger *l)
{
	uint32_t last = l->state.last_eid;

	if (last > l->max_events)
		return l->max_events - l->max_events / 4;
	if (ledger_number(l, "PRAGMA page_count") - ledger_number(l, "PRAGMA freelist_count") >
	    l->max_pages)
		return last / 2;
	return last;
}

int ledger_drop_oldest(struct ledger *l)
{
	uint32_t keep = ledger_keep(l), cut;
	char sql[160];
	int err;

	if (keep == l->state.last_eid)
		return 0;
	cut = l->state.last_eid - keep;
	(void)snprintf(sql, sizeof(sql),
		       "DELETE FROM event WHERE eid <= %u;"
		       "UPDATE event SET eid = eid - %u",
		       cut, cut);
	if ((err = ledger_exec(l, sql)) < 0)
		return err;
	l->base += cut;
	l->state.last_eid = keep;
	ledger_renew(l);
	return ledger_rechain(l);
}

/* --- reading --- */

int ledger_events(struct ledger *l, uint32_t from)
{
	uint32_t epoch = l->state.epoch, last = l->state.last_eid;
	sqlite3_stmt *s = l->sql[SQL_EVENTS];
	int err;

	if ((err = ledger_exec(l, "BEGIN")) < 0)
		return err;
	if ((err = ledger_load(l)) == 0 &&
	    (l->state.epoch != epoch || l->state.last_eid != last))
		err = ST_EBUSY;
	if (err)
		ledger_events_end(l);
	else
		(void)sqlite3_bind_int64(s, 1, from);
	return err;
}

int ledger_event_next(struct ledger *l, struct ledger_event *ev)
{
	sqlite3_stmt *s = l->sql[SQL_EVENTS];
	int rc = sqlite3_step(s);

	if (rc != SQLITE_ROW)
		return rc == SQLITE_DONE ? 0 : ST_EDB;
	ledger_take_event(s, ev);
	return 1;
}

void ledger_events_end(struct ledger *l)
{
	(void)sqlite3_reset(l->sql[SQL_EVENTS]);
	(void)ledger_exec(l, "ROLLBACK");
}

int ledger_copy(struct ledger *l, uint32_t record, struct wr *w)
{
	sqlite3_stmt *s = l->sql[SQL_COPY];
	int rc;

	(void)sqlite3_bind_int64(s, 1, record);
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		wr_bytes(w, ledger_column(s, 0));
	(void)sqlite3_reset(s);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? w->err : ST_EDB;
}
