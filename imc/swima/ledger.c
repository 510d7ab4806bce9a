#include "ledger.h"

#include "base/err.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#define LEDGER_SCHEMA 1
#define LEDGER_APPLICATION 0x5354494d /* "STIM", in the file's header */
#define LEDGER_BUSY_MS 2000

enum ledger_sql { SQL_STATE, SQL_SET_STATE, SQL_LIST, SQL_ADD, SQL_ALTER, SQL_REMOVE, SQL_N };

static const char *const ledger_sql[SQL_N] = {
	[SQL_STATE] = "SELECT epoch, last_eid, next_id FROM state",
	[SQL_SET_STATE] = "UPDATE state SET epoch = ?, last_eid = ?, next_id = ?",
	[SQL_LIST] = "SELECT id, source, key, identifier, content, since FROM record"
		     " ORDER BY source, key",
	[SQL_ADD] = "INSERT INTO record(id, source, key, identifier, content, since)"
		    " VALUES(?, ?, ?, ?, ?, ?)",
	[SQL_ALTER] = "UPDATE record SET content = ? WHERE source = ? AND key = ?",
	[SQL_REMOVE] = "DELETE FROM record WHERE source = ? AND key = ?",
};

/* Keys and identifiers are blobs: they compare by octet, as our sorted lists do. */
static const char ledger_schema[] =
	"CREATE TABLE state("
	" one INTEGER PRIMARY KEY CHECK (one = 1),"
	" epoch INTEGER NOT NULL CHECK (epoch BETWEEN 1 AND 2147483647),"
	" last_eid INTEGER NOT NULL CHECK (last_eid BETWEEN 0 AND 4294967295),"
	" next_id INTEGER NOT NULL CHECK (next_id BETWEEN 1 AND 4294967295)) STRICT;"
	"CREATE TABLE record("
	" source INTEGER NOT NULL CHECK (source BETWEEN 0 AND 255),"
	" key BLOB NOT NULL,"
	" id INTEGER NOT NULL UNIQUE,"
	" identifier BLOB NOT NULL,"
	" content BLOB NOT NULL,"
	" since INTEGER NOT NULL,"
	" PRIMARY KEY (source, key)) STRICT, WITHOUT ROWID;";

struct ledger {
	sqlite3 *db;
	sqlite3_stmt *sql[SQL_N];
	uint32_t epoch, last_eid, next_id;
	bool dirty; /* state differs from the file's */
};

static int ledger_exec(struct ledger *l, const char *sql)
{
	int rc = sqlite3_exec(l->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : (rc & 0xff) == SQLITE_BUSY ? ST_EBUSY : ST_EDB;
}

/* Runs a statement that returns no row; resets it. */
static int ledger_run(sqlite3_stmt *s)
{
	int rc = sqlite3_step(s);

	(void)sqlite3_reset(s);
	(void)sqlite3_clear_bindings(s);
	return rc == SQLITE_DONE ? 0 : ST_EDB;
}

static void ledger_bind(sqlite3_stmt *s, int i, struct span v)
{
	(void)sqlite3_bind_blob64(s, i, v.n ? (const void *)v.p : "", v.n, SQLITE_STATIC);
}

static struct span ledger_column(sqlite3_stmt *s, int i)
{
	const void *p = sqlite3_column_blob(s, i);

	return span_of(p, (size_t)sqlite3_column_bytes(s, i));
}

/* Not a counter: the number must not come again after a restored backup. Positive as a signed
 * 32-bit integer, because some validators keep it in one. */
static uint32_t ledger_random_epoch(uint32_t old)
{
	uint32_t epoch = 0;

	while (!epoch || epoch == old) {
		if (getrandom(&epoch, sizeof(epoch), 0) != sizeof(epoch))
			epoch = old % 0x7fffffff + 1;
		epoch &= 0x7fffffff;
	}
	return epoch;
}

static int64_t ledger_pragma(struct ledger *l, const char *sql)
{
	sqlite3_stmt *s = NULL;
	int64_t v = -1;

	if (sqlite3_prepare_v2(l->db, sql, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		v = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	return v;
}

static int ledger_create(struct ledger *l)
{
	char sql[256];
	int err;

	if ((err = ledger_exec(l, ledger_schema)) < 0)
		return err;
	(void)snprintf(sql, sizeof(sql),
		       "INSERT INTO state VALUES(1, %u, 0, 1);"
		       "PRAGMA application_id = %d; PRAGMA user_version = %d",
		       ledger_random_epoch(0), LEDGER_APPLICATION, LEDGER_SCHEMA);
	return ledger_exec(l, sql);
}

/* Makes the tables in an empty file; refuses a file of somebody else and of a later version.
 */
static int ledger_prepare(struct ledger *l)
{
	int64_t version;
	int err;

	if ((err = ledger_exec(l, "PRAGMA trusted_schema = OFF; BEGIN IMMEDIATE")) < 0)
		return err;
	version = ledger_pragma(l, "PRAGMA user_version");
	if (version == 0 && ledger_pragma(l, "SELECT count(*) FROM sqlite_schema") == 0)
		err = ledger_create(l);
	else if (version != LEDGER_SCHEMA ||
		 ledger_pragma(l, "PRAGMA application_id") != LEDGER_APPLICATION)
		err = ST_EDB;
	if (!err)
		err = ledger_exec(l, "COMMIT");
	if (err)
		return err;
	for (int i = 0; i < SQL_N; i++)
		if (sqlite3_prepare_v3(l->db, ledger_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &l->sql[i], NULL) != SQLITE_OK)
			return ST_EDB;
	return 0;
}

static void ledger_shut(struct ledger *l)
{
	for (int i = 0; i < SQL_N; i++) {
		(void)sqlite3_finalize(l->sql[i]);
		l->sql[i] = NULL;
	}
	(void)sqlite3_close(l->db);
	l->db = NULL;
}

/* The state, and a look at every row: whoever damaged the file, we notice it here. */
static int ledger_load(struct ledger *l)
{
	sqlite3_stmt *s = l->sql[SQL_STATE];
	int err = ST_EDB;

	if (sqlite3_step(s) == SQLITE_ROW) {
		l->epoch = (uint32_t)sqlite3_column_int64(s, 0);
		l->last_eid = (uint32_t)sqlite3_column_int64(s, 1);
		l->next_id = (uint32_t)sqlite3_column_int64(s, 2);
		l->dirty = false;
		err = l->epoch && l->next_id ? 0 : ST_EDB;
	}
	(void)sqlite3_reset(s);
	return err;
}

static int ledger_check(struct ledger *l)
{
	sqlite3_stmt *s = NULL;
	int err = ST_EDB;

	if (sqlite3_prepare_v2(l->db, "PRAGMA quick_check(1)", -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW &&
	    strcmp((const char *)sqlite3_column_text(s, 0), "ok") == 0)
		err = 0;
	(void)sqlite3_finalize(s);
	return err ? err : ledger_load(l);
}

static int ledger_try(struct ledger *l, const char *path)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	int err;

	if (sqlite3_open_v2(path, &l->db, flags, NULL) != SQLITE_OK) {
		ledger_shut(l);
		return ST_EIO;
	}
	(void)sqlite3_busy_timeout(l->db, LEDGER_BUSY_MS);
	err = ledger_prepare(l);
	if (!err)
		err = ledger_check(l);
	if (err)
		ledger_shut(l);
	return err;
}

/* SQLite would make the file with the process's umask. */
static int ledger_touch(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat st;
	int err = fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ? ST_EIO : 0;

	if (fd >= 0)
		(void)close(fd);
	return err;
}

static int ledger_try_file(struct ledger *l, const char *path, const char **why)
{
	char aside[PATH_MAX + 8];
	int err;

	*why = "it cannot be opened for writing";
	if ((err = ledger_touch(path)) < 0)
		return err;
	if ((err = ledger_try(l, path)) != ST_EDB) {
		*why = err == 0 ? NULL : err == ST_EBUSY ? "another process holds it" : *why;
		return err;
	}
	*why = "it is damaged and cannot be put aside";
	(void)snprintf(aside, sizeof(aside), "%s.bad", path);
	if (rename(path, aside) < 0 || ledger_touch(path) < 0)
		return ST_EIO;
	if ((err = ledger_try(l, path)) == 0)
		*why = "it was damaged; put aside, and a new one begun";
	return err;
}

int ledger_open(const char *path, struct ledger **out, const char **why)
{
	struct ledger *l = calloc(1, sizeof(*l));
	int err = ST_EIO;

	*why = NULL;
	if (!l)
		return ST_ENOMEM;
	if (path && *path)
		err = ledger_try_file(l, path, why);
	if (err)
		err = ledger_try(l, ":memory:");
	if (err) {
		ledger_close(l);
		return err;
	}
	*out = l;
	return 0;
}

void ledger_close(struct ledger *l)
{
	if (!l)
		return;
	ledger_shut(l);
	free(l);
}

int ledger_begin(struct ledger *l)
{
	int err = ledger_exec(l, "BEGIN IMMEDIATE");

	if (!err && (err = ledger_load(l)) < 0)
		(void)ledger_exec(l, "ROLLBACK");
	return err;
}

int ledger_end(struct ledger *l, int err)
{
	sqlite3_stmt *s = l->sql[SQL_SET_STATE];

	(void)sqlite3_reset(l->sql[SQL_LIST]);
	if (!err && l->dirty) {
		(void)sqlite3_bind_int64(s, 1, l->epoch);
		(void)sqlite3_bind_int64(s, 2, l->last_eid);
		(void)sqlite3_bind_int64(s, 3, l->next_id);
		err = ledger_run(s);
	}
	if (!err)
		err = ledger_exec(l, "COMMIT");
	if (err) {
		(void)ledger_exec(l, "ROLLBACK");
		(void)ledger_load(l);
	}
	l->dirty = false;
	return err;
}

bool ledger_empty(const struct ledger *l)
{
	return l->next_id == 1;
}

uint32_t ledger_epoch(const struct ledger *l)
{
	return l->epoch;
}

uint32_t ledger_last_eid(const struct ledger *l)
{
	return l->last_eid;
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
		return rc == SQLITE_DONE ? 0 : ST_EDB;
	e->id = (uint32_t)sqlite3_column_int64(s, 0);
	e->source = (uint8_t)sqlite3_column_int(s, 1);
	e->key = ledger_column(s, 2);
	e->identifier = ledger_column(s, 3);
	e->content = ledger_column(s, 4);
	e->since = sqlite3_column_int64(s, 5);
	return 1;
}

int ledger_add(struct ledger *l, struct ledger_entry *e)
{
	sqlite3_stmt *s = l->sql[SQL_ADD];

	if (l->next_id == UINT32_MAX)
		return ST_ELIMIT;
	e->id = l->next_id++;
	l->dirty = true;
	(void)sqlite3_bind_int64(s, 1, e->id);
	(void)sqlite3_bind_int(s, 2, e->source);
	ledger_bind(s, 3, e->key);
	ledger_bind(s, 4, e->identifier);
	ledger_bind(s, 5, e->content);
	(void)sqlite3_bind_int64(s, 6, e->since);
	return ledger_run(s);
}

int ledger_alter(struct ledger *l, const struct ledger_entry *e)
{
	sqlite3_stmt *s = l->sql[SQL_ALTER];

	ledger_bind(s, 1, e->content);
	(void)sqlite3_bind_int(s, 2, e->source);
	ledger_bind(s, 3, e->key);
	return ledger_run(s);
}

int ledger_remove(struct ledger *l, const struct ledger_entry *e)
{
	sqlite3_stmt *s = l->sql[SQL_REMOVE];

	(void)sqlite3_bind_int(s, 1, e->source);
	ledger_bind(s, 2, e->key);
	return ledger_run(s);
}

void ledger_new_epoch(struct ledger *l)
{
	l->epoch = ledger_random_epoch(l->epoch);
	l->last_eid = 0;
	l->dirty = true;
}
