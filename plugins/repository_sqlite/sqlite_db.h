/* SPDX-License-Identifier: BSD-2-Clause */
/* The SQLite repository: its connections, settings and small helpers. */
#ifndef STANCE_PLUGINS_SQLITE_DB_H
#define STANCE_PLUGINS_SQLITE_DB_H

#include "base/wr.h"
#include "posture/repository.h"

#include <pthread.h>
#include <sqlite3.h>

#define SQLITE_DB_READERS_MAX 16

struct sqlite_conf {
	char path[1024];
	char synchronous[8];
	long busy_timeout_ms, cache_kib, readers, wal_pages, max_pages;
	size_t run_changes; /* lines of the journal in one segment of its index */
	bool check;
};

/* Statements that append uses, prepared once. */
enum append_sql {
	APPEND_CHANGE,
	APPEND_SOFTWARE,
	APPEND_SET,
	APPEND_ENDPOINT,
	APPEND_LEDGER,
	APPEND_TOLD,
	APPEND_NAMED,
	APPEND_SET_DROPPED,
	APPEND_FORGET,
	APPEND_FORGOTTEN,
	APPEND_RUN_ENDPOINT,
	APPEND_RUN_SOFTWARE,
	APPEND_N
};

/* The index entry of a line of the journal. */
struct sqlite_line {
	uint32_t endpoint, software;
	uint8_t turn; /* sqlite_turn_of */
};

/* The memtable: the lines after the last segment. v[i] is the line with seq first + i. */
struct sqlite_tail {
	struct sqlite_line *v;
	size_t n, cap;
	uint64_t first;
};

struct sqlite_place;

/* The segment being written (index_segment.c): the index of the first `lines` lines of the
 * memtable. Used by the writer thread only. */
struct sqlite_run {
	struct sqlite_place
		*v; /* by endpoint, then by software; NULL: no segment is being written */
	size_t lines, n;
	size_t written, next; /* places of v: committed; including the current batch */
};

/* The write-ahead log and the thread that moves it into the file (sqlite_checkpoint.c). */
struct sqlite_log {
	pthread_mutex_t lock; /* protects everything below except db */
	pthread_cond_t cond;
	pthread_t thread;
	sqlite3 *db;      /* connection of the thread */
	int wanted, next; /* pages: the setting; length at which a checkpoint is due */
	int pages;        /* length after the last commit */
	bool running, stop, due;
	bool hold, writing; /* the writer must wait; the writer is in a transaction */
};

struct repository {
	struct sqlite_conf conf;
	int lock_fd; /* lock of the manager that uses the file */
	sqlite3 *db; /* writes; used by the caller's writer thread */
	sqlite3_stmt *append[APPEND_N];
	uint64_t last_seq;
	struct wr text; /* scratch for lists of ids */

	struct sqlite_log log;

	pthread_mutex_t tail_lock; /* protects tail, which only the writer thread changes */
	struct sqlite_tail tail;
	struct sqlite_run run;
	bool unindexed;       /* batches are committed without their index; logged */
	int64_t unindexed_at; /* last log line about it, monotonic clock; 0: none */

	pthread_mutex_t lock; /* protects the pool of connections that read */
	pthread_cond_t idle;
	sqlite3 *readers[SQLITE_DB_READERS_MAX];
	int n_idle, n_open;
};

/* Reads conf_dir()/repository-sqlite.conf. Returns 0, or ST_ECONF with the reason in
 * err_msg. */
int sqlite_conf_read(struct sqlite_conf *c, char *err_msg, size_t err_msg_len);

/* The ST_E... error, or 0, for a result code of SQLite. */
int sqlite_err(int rc);

/* The error of the last call on db. Writes the path and SQLite's message to err_msg. */
int sqlite_fail(sqlite3 *db, const char *path, char *err_msg, size_t err_msg_len);

/* Runs the statements of sql, which give no rows. */
int sqlite_exec(sqlite3 *db, const char *sql);

/* Sets *out to the one number that sql gives, or to fallback if that is NULL or missing. */
int sqlite_number(sqlite3 *db, const char *sql, int64_t fallback, int64_t *out);

/* Opens a connection with the settings of c. */
int sqlite_connect(const struct sqlite_conf *c, bool write, sqlite3 **db, char *err_msg,
		   size_t err_msg_len);

/* A connection to read with, for this thread until sqlite_reader_done. Waits while all are in
 * use. */
int sqlite_reader(struct repository *r, sqlite3 **db);
void sqlite_reader_done(struct repository *r, sqlite3 *db);

/* Closes a connection that is not in use, and its statements. */
void sqlite_reader_close(sqlite3 *db);

/* Prepares a statement that the connection keeps for the next caller. sqlite_statement_done
 * when done; it does not accept NULL. On failure *st is NULL. */
int sqlite_statement(sqlite3 *db, const char *sql, sqlite3_stmt **st);
void sqlite_statement_done(sqlite3_stmt *st);

/* Binding and reading columns. ..._or_null binds 0 and empty texts as NULL. */
void sqlite_bind_text(sqlite3_stmt *st, int at, struct span s);
void sqlite_bind_text_or_null(sqlite3_stmt *st, int at, struct span s);
void sqlite_bind_or_null(sqlite3_stmt *st, int at, int64_t v);
struct span sqlite_span(sqlite3_stmt *st, int column);

#endif
