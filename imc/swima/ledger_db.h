/* SPDX-License-Identifier: BSD-2-Clause */
/* The ledger's database: statements, state, sealing. Private to ledger*.c and their tests. */
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
	int64_t lineage;    /* random; identifies this file */
	int64_t generation; /* of the last change */
	uint32_t epoch, last_eid, next_id;
	bool begun;
	int64_t scan_time;
	uint8_t chain[SHA256_SIZE]; /* of the newest event */
	uint8_t sum[SHA256_SIZE];   /* XOR of the hashes of all rows */
};

struct ledger {
	sqlite3 *db;
	sqlite3_stmt *sql[SQL_N];
	struct sha256 *sha;
	struct ledger_state state;
	bool dirty; /* state differs from the file */
	uint32_t max_events;
	int64_t max_pages;    /* of the database; beyond it, old events are dropped, too */
	uint64_t base;        /* sequence number of event EID 0 in this process */
	uint64_t base_before; /* at begin */
	int64_t version;      /* SQLite's data_version at the last begin */
	char *path;           /* NULL: in memory */
	uint64_t inode;       /* of path */
	int mark;             /* descriptor of the mark file, or -1 */
};

/* Maps a result code of SQLite: ST_EDB if the file is at fault, ST_EIO if its environment is
 * (a full disk, for example). */
int ledger_result(int rc);

int ledger_exec(struct ledger *l, const char *sql);
int ledger_run(sqlite3_stmt *s); /* executes a statement without rows, and resets it */
void ledger_bind(sqlite3_stmt *s, int i, struct span v);
struct span ledger_column(sqlite3_stmt *s, int i);
int64_t ledger_number(struct ledger *l, const char *sql); /* -1: no row */
int ledger_load(struct ledger *l);                        /* the state; checks its seal */
int ledger_store(struct ledger *l);
uint32_t ledger_random_epoch(uint32_t old);

/* Adds the hash of an entry's row to the sum; a second time removes it. */
int ledger_sum_entry(struct ledger *l, const struct ledger_entry *e);

#endif
