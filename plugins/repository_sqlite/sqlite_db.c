/* SPDX-License-Identifier: BSD-2-Clause */
#include "sqlite_db.h"
#include "base/conf.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

#define PAGE_OCTETS 4096 /* SQLite's default size of a page */

static cfg_opt_t opts[] = {
	CFG_STR("path", "", CFGF_NONE), /* the file; "": posture.db in the state directory */
	CFG_STR("synchronous", "full", CFGF_NONE),    /* full, normal or off */
	CFG_INT("busy_timeout_ms", 10000, CFGF_NONE), /* wait for a lock of another process */
	CFG_INT("cache_kib", 16384, CFGF_NONE),       /* page cache of a connection */
	CFG_INT("readers", 4, CFGF_NONE),             /* queries that read at the same time */
	CFG_INT("wal_pages", 4000, CFGF_NONE), /* pages in the log before a checkpoint */
	CFG_INT("max_pages", 0, CFGF_NONE),    /* limit of the file; 0: none */
	CFG_INT("run_changes", 65536,
		CFGF_NONE), /* journal lines in one segment of the index */
	CFG_BOOL("check", cfg_false, CFGF_NONE), /* check the whole file at each start */
	CFG_END(),
};

static const struct conf_range ranges[] = {
	{ "busy_timeout_ms", 0, 600000 },
	{ "cache_kib", 64, 16777216 },
	{ "readers", 1, SQLITE_DB_READERS_MAX },
	{ "wal_pages", 100, 1000000 },
	{ "max_pages", 0, 1073741823 },
	{ "run_changes", 16, 16777216 },
	{ NULL, 0, 0 },
};

static bool is_synchronous(const char *s)
{
	return strcmp(s, "full") == 0 || strcmp(s, "normal") == 0 || strcmp(s, "off") == 0;
}

int sqlite_conf_read(struct sqlite_conf *c, char *err_msg, size_t err_msg_len)
{
	struct conf_error e;
	const char *path;
	cfg_t *cfg;
	int err = conf_load_named("repository-sqlite.conf", opts, ranges, &cfg, &e);

	if (err < 0) {
		(void)snprintf(err_msg, err_msg_len, "%s", e.text);
		return err;
	}
	path = cfg_getstr(cfg, "path");
	if (path && *path)
		(void)snprintf(c->path, sizeof(c->path), "%s", path);
	else
		(void)snprintf(c->path, sizeof(c->path), "%s/posture.db", state_dir());
	(void)snprintf(c->synchronous, sizeof(c->synchronous), "%s",
		       cfg_getstr(cfg, "synchronous"));
	c->busy_timeout_ms = cfg_getint(cfg, "busy_timeout_ms");
	c->cache_kib = cfg_getint(cfg, "cache_kib");
	c->readers = cfg_getint(cfg, "readers");
	c->wal_pages = cfg_getint(cfg, "wal_pages");
	c->max_pages = cfg_getint(cfg, "max_pages");
	c->run_changes = (size_t)cfg_getint(cfg, "run_changes");
	c->check = cfg_getbool(cfg, "check");
	if (!is_synchronous(cfg_getstr(cfg, "synchronous"))) {
		(void)snprintf(
			err_msg, err_msg_len,
			"repository-sqlite.conf: synchronous must be full, normal or off");
		err = ST_ECONF;
	}
	conf_free(cfg);
	return err;
}

int sqlite_err(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_NOMEM:
		return ST_ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ST_EBUSY;
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return ST_EIO;
	case SQLITE_CONSTRAINT:
	case SQLITE_TOOBIG:
	case SQLITE_MISMATCH:
		return ST_EVALUE;
	default:
		return ST_EDB;
	}
}

int sqlite_fail(sqlite3 *db, const char *path, char *err_msg, size_t err_msg_len)
{
	int rc = sqlite3_extended_errcode(db);

	if ((rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB)
		(void)snprintf(
			err_msg, err_msg_len,
			"%s is damaged (%s): restore a backup, or save what can be saved "
			"with 'sqlite3 %s .recover', or move it away to begin anew",
			path, sqlite3_errmsg(db), path);
	else
		(void)snprintf(err_msg, err_msg_len, "%s: %s", path, sqlite3_errmsg(db));
	return rc ? sqlite_err(rc) : ST_EDB;
}

int sqlite_exec(sqlite3 *db, const char *sql)
{
	return sqlite_err(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

int sqlite_number(sqlite3 *db, const char *sql, int64_t fallback, int64_t *out)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

	*out = fallback;
	if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW &&
	    sqlite3_column_type(st, 0) != SQLITE_NULL)
		*out = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return sqlite_err(rc);
}

static int sqlite_pragmas(sqlite3 *db, const struct sqlite_conf *c, bool write)
{
	char sql[256];
	int err;

	sqlite3_busy_timeout(db, (int)c->busy_timeout_ms);
	sqlite3_extended_result_codes(db, 1);
	(void)snprintf(sql, sizeof(sql), "PRAGMA cache_size=-%ld; PRAGMA temp_store=MEMORY;",
		       c->cache_kib);
	if ((err = sqlite_exec(db, sql)) < 0 || !write)
		return err;
	(void)snprintf(sql, sizeof(sql),
		       "PRAGMA journal_mode=WAL; PRAGMA synchronous=%s; "
		       "PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=%ld;",
		       c->synchronous, c->wal_pages * PAGE_OCTETS * 2);
	if ((err = sqlite_exec(db, sql)) < 0 || !c->max_pages)
		return err;
	(void)snprintf(sql, sizeof(sql), "PRAGMA max_page_count=%ld;", c->max_pages);
	return sqlite_exec(db, sql);
}

int sqlite_connect(const struct sqlite_conf *c, bool write, sqlite3 **db, char *err_msg,
		   size_t err_msg_len)
{
	int flags =
		SQLITE_OPEN_NOMUTEX | (write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
	int err = 0;

	if (sqlite3_open_v2(c->path, db, flags, NULL) != SQLITE_OK ||
	    sqlite_pragmas(*db, c, write) < 0) {
		err = *db ? sqlite_fail(*db, c->path, err_msg, err_msg_len) : ST_ENOMEM;
		sqlite3_close(*db);
		*db = NULL;
	}
	return err;
}

int sqlite_reader(struct repository *r, sqlite3 **db)
{
	char err_msg[512];
	bool fresh;
	int err = 0;

	*db = NULL;
	pthread_mutex_lock(&r->lock);
	while (!r->n_idle && r->n_open == r->conf.readers)
		pthread_cond_wait(&r->idle, &r->lock);
	if ((fresh = !r->n_idle))
		r->n_open++;
	else
		*db = r->readers[--r->n_idle];
	pthread_mutex_unlock(&r->lock);
	if (fresh &&
	    (err = sqlite_connect(&r->conf, false, db, err_msg, sizeof(err_msg))) < 0) {
		pthread_mutex_lock(&r->lock);
		r->n_open--;
		pthread_cond_signal(&r->idle);
		pthread_mutex_unlock(&r->lock);
	}
	return err;
}

void sqlite_reader_done(struct repository *r, sqlite3 *db)
{
	pthread_mutex_lock(&r->lock);
	r->readers[r->n_idle++] = db;
	pthread_cond_signal(&r->idle);
	pthread_mutex_unlock(&r->lock);
}

int sqlite_statement(sqlite3 *db, const char *sql, sqlite3_stmt **st)
{
	sqlite3_stmt *s = sqlite3_next_stmt(db, NULL);

	while (s && (sqlite3_stmt_busy(s) || strcmp(sqlite3_sql(s), sql) != 0))
		s = sqlite3_next_stmt(db, s);
	*st = s;
	return s ? 0
		 : sqlite_err(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, st,
						 NULL));
}

void sqlite_statement_done(sqlite3_stmt *st)
{
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
}

void sqlite_reader_close(sqlite3 *db)
{
	for (sqlite3_stmt *s; (s = sqlite3_next_stmt(db, NULL));)
		sqlite3_finalize(s);
	sqlite3_close(db);
}

void sqlite_bind_text(sqlite3_stmt *st, int at, struct span s)
{
	sqlite3_bind_text(st, at, s.n ? (const char *)s.p : "", (int)s.n, SQLITE_STATIC);
}

void sqlite_bind_text_or_null(sqlite3_stmt *st, int at, struct span s)
{
	if (s.n)
		sqlite_bind_text(st, at, s);
	else
		sqlite3_bind_null(st, at);
}

void sqlite_bind_or_null(sqlite3_stmt *st, int at, int64_t v)
{
	if (v)
		sqlite3_bind_int64(st, at, v);
	else
		sqlite3_bind_null(st, at);
}

struct span sqlite_span(sqlite3_stmt *st, int column)
{
	const void *p = sqlite3_column_text(st, column);

	return span_of(p, p ? (size_t)sqlite3_column_bytes(st, column) : 0);
}
