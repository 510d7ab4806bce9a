/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the ledger: its database, shared by the files ledger*.c and their tests. */
#ifndef STANCE_IMC_SWIMA_LEDGER_DB_H
#define STANCE_IMC_SWIMA_LEDGER_DB_H

#include "ledger.h"
#include "imc/sources/sha256.h"

#include <sqlite3.h>

enum ledger_sql {
	SQL_STATE,
	SQL_SET_STATE,
	SQL_LIST,
	SQL_GET,
	SQL_ADD,
	SQL_ALTER,
	SQL_REMOVE,
	SQL_EVENTS,
	SQL_APPEND,
	SQL_COPY,
	SQL_VERSION,
	SQL_GET_EVIDENCE,
	SQL_PUT_EVIDENCE,
	SQL_DROP_EVIDENCE,
	SQL_N
};

/* The row of table state. */
struct ledger_state {
	int64_t lineage;    /* random, of this file and no other */
	int64_t generation; /* of the last change */
	uint32_t epoch, last_eid, next_id;
	bool begun;
	int64_t looked;
	uint8_t chain[SHA256_SIZE]; /* of the newest event */
	uint8_t sum[SHA256_SIZE];   /* of all records: the hashes of the rows, added by XOR */
};

struct ledger {
	sqlite3 *db;
	sqlite3_stmt *sql[SQL_N];
	struct sha256 *sha;
	struct ledger_state state;
	bool dirty; /* state differs from the file's */
	uint32_t max_events;
	int64_t max_pages;    /* of the database, beyond which events are cut off, too */
	uint64_t base;        /* what event EID 0 would count as in this process */
	uint64_t base_before; /* at begin */
	int64_t version;      /* SQLite's data_version at the last begin */
	char *path;           /* NULL: in memory */
	uint64_t inode;       /* of it */
	int mark;             /* the file beside it, or -1 */
};

/* --- ledger.c --- */

int ledger_exec(struct ledger *l, const char *sql);
int ledger_run(sqlite3_stmt *s); /* a statement that returns no row; resets it */
void ledger_bind(sqlite3_stmt *s, int i, struct span v);
struct span ledger_column(sqlite3_stmt *s, int i);
int64_t ledger_number(struct ledger *l, const char *sql); /* -1: no answer */
int ledger_load(struct ledger *l);                        /* the state, if its seal is whole */
int ledger_store(struct ledger *l);
uint32_t ledger_random_epoch(uint32_t old);

/* The hash of an entry's row, added to (and, the second time, taken out of) the sum. */
int ledger_sum_entry(struct ledger *l, const struct ledger_entry *e);

/* --- ledger_event.c --- */

/* state.chain becomes what it is before the first event of state.epoch. */
int ledger_chain_begin(struct ledger *l);
/* ... and moves on to ev. */
int ledger_chain_next(struct ledger *l, const struct ledger_event *ev);

/* Cuts off the oldest events if there are too many: a new epoch. */
int ledger_slide(struct ledger *l);

/* --- ledger_file.c --- */

/* Opens path, or memory when it is NULL. ST_EDB: damaged or not ours. */
int ledger_try(struct ledger *l, const char *path);
void ledger_shut(struct ledger *l);

/* Whether the database we have open is still the file at path. */
bool ledger_in_place(const struct ledger *l);
void ledger_mark(struct ledger *l); /* after each change */

#endif
