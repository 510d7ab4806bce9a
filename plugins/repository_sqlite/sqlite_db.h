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
	size_t run_changes; /* lines of the journal in one run of its index */
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

/* What a line of the journal is about. */
struct sqlite_line {
	uint32_t endpoint, software;
	uint8_t turn; /* sqlite_turn_of */
};

/* The lines behind the last run: first, first + 1, ... */
struct sqlite_tail {
	struct sqlite_line *v;
	size_t n, cap;
	uint64_t first;
};

struct sqlite_place;

/* The index of the first `lines` of the tail as it is being written (sqlite_run.c); the
 * writer's own. */
struct sqlite_run {
	struct sqlite_place
		*v; /* by endpoint, and behind those by software; NULL: there is none */
	size_t lines, n;
	size_t written, next; /* of v: committed; with the batch at work */
};

/* The write-ahead log and the thread that moves it into the file (sqlite_checkpoint.c). */
struct sqlite_log {
	pthread_mutex_t lock; /* everything below but db */
	pthread_cond_t cond;
	pthread_t thread;
	sqlite3 *db;      /* the thread's */
	int wanted, next; /* pages: in general; at which it is due */
	int pages;        /* after the last commit */
	bool running, stop, due;
	bool hold, writing; /* the writer has to wait; he is at it */
};

struct repository {
	struct sqlite_conf conf;
	int lock_fd; /* one manager at a time */
	sqlite3 *db; /* the one that writes: the caller's writer thread */
	sqlite3_stmt *append[APPEND_N];
	uint64_t last_seq;
	struct wr text; /* scratch for lists of ids */

	struct sqlite_log log;

	pthread_mutex_t tail_lock; /* tail: changed by the writer only */
	struct sqlite_tail tail;
	struct sqlite_run run;
	bool unindexed; /* batches are committed, but their index is not; that was said, */
	int64_t unindexed_at; /* by the monotonic clock, last; 0: never */

	pthread_mutex_t lock; /* the pool of connections that read */
	pthread_cond_t idle;
	sqlite3 *readers[SQLITE_DB_READERS_MAX];
	int n_idle, n_open;
};

/* Reads conf_dir()/repository-sqlite.conf. ST_ECONF with the reason in why. */
int sqlite_conf_read(struct sqlite_conf *c, char *err_msg, size_t err_msg_len);

/* What SQLite's result code means to the core. */
int sqlite_err(int rc);

/* The same, with SQLite's words for it and the file in why. */
int sqlite_fail(sqlite3 *db, const char *path, char *err_msg, size_t err_msg_len);

/* Statements in text, no result. */
int sqlite_exec(sqlite3 *db, const char *sql);

/* The one number that sql gives, or fallback when it gives none. */
int sqlite_number(sqlite3 *db, const char *sql, int64_t fallback, int64_t *out);

/* One connection with the settings of c. */
int sqlite_connect(const struct sqlite_conf *c, bool write, sqlite3 **db, char *err_msg,
		   size_t err_msg_len);

/* A connection to read with, for this thread until given back; waits for one if need be. */
int sqlite_reader(struct repository *r, sqlite3 **db);
void sqlite_reader_done(struct repository *r, sqlite3 *db);

/* Closes one that is idle. */
void sqlite_reader_close(sqlite3 *db);

/* A statement of a reader that it keeps for the next time: sqlite_statement_done when done
 * with it, which does not take NULL. On failure *st is NULL. */
int sqlite_statement(sqlite3 *db, const char *sql, sqlite3_stmt **st);
void sqlite_statement_done(sqlite3_stmt *st);

/* Binding: 0 and empty as NULL where the column says so. */
void sqlite_bind_text(sqlite3_stmt *st, int at, struct span s);
void sqlite_bind_text_or_null(sqlite3_stmt *st, int at, struct span s);
void sqlite_bind_or_null(sqlite3_stmt *st, int at, int64_t v);
struct span sqlite_span(sqlite3_stmt *st, int column);

#endif
