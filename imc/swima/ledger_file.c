/* SPDX-License-Identifier: BSD-2-Clause */
/* The file of the ledger: opens, creates, migrates and checks it. */
#include "ledger_file.h"
#include "ledger_db.h"
#include "ledger_event.h"
#include "ledger_mark.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEDGER_SCHEMA 2
#define LEDGER_APPLICATION 0x5354494d /* "STIM", in the file's header */
#define LEDGER_BUSY_MS 2000
#define LEDGER_MAX_PAGES (256 * 1024) /* a gigabyte */

static const char *const ledger_sql[SQL_N] = {
	[SQL_STATE] = "SELECT lineage, generation, epoch, last_eid, next_id, begun, looked,"
		      " chain, sum, seal FROM state",
	[SQL_SET_STATE] = "UPDATE state SET lineage = ?, generation = ?, epoch = ?,"
			  " last_eid = ?, next_id = ?, begun = ?, looked = ?, chain = ?,"
			  " sum = ?, seal = ?",
	[SQL_LIST] = "SELECT id, source, key, identifier, content, since FROM record"
		     " ORDER BY source, key",
	[SQL_GET] = "SELECT id, identifier, content, since, tag FROM record"
		    " WHERE source = ? AND key = ?",
	[SQL_ADD] = "INSERT INTO record(id, source, key, identifier, content, since, tag)"
		    " VALUES(?, ?, ?, ?, ?, ?, ?)",
	[SQL_ALTER] = "UPDATE record SET content = ?, tag = ? WHERE source = ? AND key = ?",
	[SQL_REMOVE] = "DELETE FROM record WHERE source = ? AND key = ?",
	[SQL_EVENTS] = "SELECT eid, at, action, source, model, record, identifier, locator,"
		       " copy FROM event WHERE eid >= ? ORDER BY eid",
	[SQL_APPEND] = "INSERT INTO event VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_COPY] = "SELECT copy FROM event WHERE record = ? AND action = 2",
	[SQL_VERSION] = "PRAGMA data_version",
	[SQL_GET_EVIDENCE] = "SELECT identifier, sum, files FROM evidence"
			     " WHERE source = ? AND key = ?",
	[SQL_PUT_EVIDENCE] = "INSERT OR REPLACE INTO evidence VALUES(?, ?, ?, ?, ?)",
	[SQL_DROP_EVIDENCE] = "DELETE FROM evidence WHERE source = ? AND key = ?",
};

/* Keys and identifiers are blobs, so they are compared by octet, like the snapshot. */
static const char ledger_schema[] =
	"CREATE TABLE state("
	" one INTEGER PRIMARY KEY CHECK (one = 1),"
	" lineage INTEGER NOT NULL,"
	" generation INTEGER NOT NULL,"
	" epoch INTEGER NOT NULL CHECK (epoch BETWEEN 1 AND 2147483647),"
	" last_eid INTEGER NOT NULL CHECK (last_eid BETWEEN 0 AND 4294967295),"
	" next_id INTEGER NOT NULL CHECK (next_id BETWEEN 1 AND 4294967295),"
	" begun INTEGER NOT NULL,"
	" looked INTEGER NOT NULL,"
	" chain BLOB NOT NULL,"
	" sum BLOB NOT NULL,"
	" seal BLOB NOT NULL) STRICT;"
	"CREATE TABLE record("
	" source INTEGER NOT NULL CHECK (source BETWEEN 0 AND 255),"
	" key BLOB NOT NULL,"
	" id INTEGER NOT NULL UNIQUE,"
	" identifier BLOB NOT NULL,"
	" content BLOB NOT NULL,"
	" since INTEGER NOT NULL,"
	" tag BLOB NOT NULL,"
	" PRIMARY KEY (source, key)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE event("
	" eid INTEGER PRIMARY KEY CHECK (eid BETWEEN 1 AND 4294967295),"
	" at INTEGER NOT NULL,"
	" action INTEGER NOT NULL CHECK (action BETWEEN 1 AND 3),"
	" source INTEGER NOT NULL CHECK (source BETWEEN 0 AND 255),"
	" model INTEGER NOT NULL CHECK (model BETWEEN 0 AND 255),"
	" record INTEGER NOT NULL,"
	" identifier BLOB NOT NULL,"
	" locator BLOB NOT NULL,"
	" copy BLOB NOT NULL) STRICT;"
	"CREATE INDEX event_deleted ON event(record) WHERE action = 2;"
	"INSERT INTO state VALUES(1, 0, 0, 1, 0, 1, 0, 0, x'', x'', x'');";

/* Added later; created in older ledgers when they are opened. */
static const char ledger_schema_evidence[] =
	"CREATE TABLE IF NOT EXISTS evidence("
	" source INTEGER NOT NULL CHECK (source BETWEEN 0 AND 255),"
	" key BLOB NOT NULL,"
	" identifier BLOB NOT NULL,"
	" sum BLOB NOT NULL,"
	" files BLOB NOT NULL,"
	" PRIMARY KEY (source, key)) STRICT, WITHOUT ROWID";

/* --- creation and migration --- */

static int ledger_create(struct ledger *l)
{
	struct ledger_state *s = &l->state;
	char sql[96];
	int err;

	if ((err = ledger_exec(l, ledger_schema)) < 0)
		return err;
	*s = (struct ledger_state){ .epoch = ledger_random_epoch(0), .next_id = 1 };
	if (getrandom(&s->lineage, sizeof(s->lineage), 0) != sizeof(s->lineage))
		s->lineage = s->epoch;
	(void)snprintf(sql, sizeof(sql),
		       "PRAGMA application_id = %d; PRAGMA user_version = %d",
		       LEDGER_APPLICATION, LEDGER_SCHEMA);
	return (err = ledger_exec(l, sql)) ? err : ledger_chain_begin(l);
}

/* Adds the hashes of all records to the sum; a second time removes them. */
static int ledger_sum_records(struct ledger *l)
{
	static const char list[] =
		"SELECT id, source, key, identifier, content, since, tag FROM record";
	sqlite3_stmt *s = NULL;
	int rc = SQLITE_DONE, err = 0;

	if (sqlite3_prepare_v2(l->db, list, -1, &s, NULL) != SQLITE_OK)
		return ST_EDB;
	while (!err && (rc = sqlite3_step(s)) == SQLITE_ROW)
		err = ledger_sum_entry(
			l, &(struct ledger_entry){ .id = (uint32_t)sqlite3_column_int64(s, 0),
						   .source = (uint8_t)sqlite3_column_int(s, 1),
						   .key = ledger_column(s, 2),
						   .identifier = ledger_column(s, 3),
						   .content = ledger_column(s, 4),
						   .since = sqlite3_column_int64(s, 5),
						   .tag = ledger_column(s, 6) });
	(void)sqlite3_finalize(s);
	return err ? err : rc == SQLITE_DONE ? 0 : ST_EDB;
}

/* Version 1 had no events and another form of content. Record Identifiers and epoch are
 * kept. */
static int ledger_migrate(struct ledger *l)
{
	int64_t epoch = ledger_number(l, "SELECT epoch FROM state");
	int64_t next_id = ledger_number(l, "SELECT next_id FROM state");
	int err;

	if (epoch < 1 || epoch > 0x7fffffff || next_id < 1 || next_id > UINT32_MAX)
		return ST_EDB;
	err = ledger_exec(l, "ALTER TABLE record RENAME TO record1; DROP TABLE state");
	if (err || (err = ledger_create(l)) < 0)
		return err;
	l->state.epoch = (uint32_t)epoch;
	l->state.next_id = (uint32_t)next_id;
	l->state.begun = next_id > 1;
	if ((err = ledger_chain_begin(l)) < 0)
		return err;
	err = ledger_exec(l, "INSERT INTO record SELECT source, key, id, identifier, x'',"
			     " since, x'' FROM record1; DROP TABLE record1");
	return err ? err : ledger_sum_records(l);
}

/* Creates the tables in an empty file or migrates an older version. 0: up to date; 1: the
 * caller stores the first state; ST_EDB: not a ledger, or of a later version. */
static int ledger_prepare(struct ledger *l)
{
	int64_t version = ledger_number(l, "PRAGMA user_version");
	int err = ST_EDB;

	if (version == 0 && ledger_number(l, "SELECT count(*) FROM sqlite_schema") == 0)
		err = ledger_create(l);
	else if (ledger_number(l, "PRAGMA application_id") != LEDGER_APPLICATION)
		return ST_EDB;
	else if (version == LEDGER_SCHEMA)
		return 0;
	else if (version == 1)
		err = ledger_migrate(l);
	return err ? err : 1;
}

static int ledger_compile(struct ledger *l)
{
	for (int i = 0; i < SQL_N; i++)
		if (sqlite3_prepare_v3(l->db, ledger_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &l->sql[i], NULL) != SQLITE_OK)
			return ST_EDB;
	return 0;
}

/* --- checks --- */

static int ledger_check_pages(struct ledger *l)
{
	sqlite3_stmt *s = NULL;
	int err = ST_EDB;

	if (sqlite3_prepare_v2(l->db, "PRAGMA quick_check(1)", -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW &&
	    strcmp((const char *)sqlite3_column_text(s, 0), "ok") == 0)
		err = 0;
	(void)sqlite3_finalize(s);
	return err;
}

/* Checks that the events are numbered 1 to last_eid and that their chain ends in
 * state.chain. */
static int ledger_check_events(struct ledger *l)
{
	const struct ledger_state want = l->state;
	struct ledger_event ev;
	uint32_t n = 0;
	int got = 0, err;

	if ((err = ledger_chain_begin(l)) < 0)
		return err;
	(void)sqlite3_bind_int64(l->sql[SQL_EVENTS], 1, 0);
	while (!err && (got = ledger_event_next(l, &ev)) > 0)
		err = ev.eid == ++n ? ledger_chain_next(l, &ev) : ST_EDB;
	(void)sqlite3_reset(l->sql[SQL_EVENTS]);
	if (err || got < 0 || n != want.last_eid)
		return ST_EDB;
	return memcmp(want.chain, l->state.chain, SHA256_SIZE) == 0 ? 0 : ST_EDB;
}

static int ledger_check_records(struct ledger *l)
{
	static const uint8_t none[SHA256_SIZE];

	if (ledger_sum_records(l) < 0)
		return ST_EDB;
	/* adding each record a second time removes it from the sum */
	return memcmp(l->state.sum, none, SHA256_SIZE) == 0 ? 0 : ST_EDB;
}

static int ledger_check(struct ledger *l)
{
	int err;

	if ((err = ledger_check_pages(l)) < 0 || (err = ledger_load(l)) < 0 ||
	    (err = ledger_check_events(l)) < 0 || (err = ledger_check_records(l)) < 0)
		return err;
	return ledger_load(l);
}

void ledger_close_db(struct ledger *l)
{
	for (int i = 0; i < SQL_N; i++) {
		(void)sqlite3_finalize(l->sql[i]);
		l->sql[i] = NULL;
	}
	(void)sqlite3_close(l->db);
	l->db = NULL;
}

static int ledger_try_open(struct ledger *l, const char *path)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	int made, err;

	if (sqlite3_open_v2(path ? path : ":memory:", &l->db, flags, NULL) != SQLITE_OK)
		return ST_EIO;
	(void)sqlite3_busy_timeout(l->db, LEDGER_BUSY_MS);
	err = ledger_exec(l, "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -512;"
			     "BEGIN IMMEDIATE");
	if (err)
		return err;
	if ((made = ledger_prepare(l)) < 0)
		return made;
	if ((err = ledger_exec(l, ledger_schema_evidence)) < 0 ||
	    (err = ledger_compile(l)) < 0 || (made && (err = ledger_store(l)) < 0))
		return err;
	if ((err = ledger_check(l)) < 0)
		return err;
	return ledger_exec(l, "COMMIT");
}

int ledger_try(struct ledger *l, const char *path)
{
	int err = ledger_try_open(l, path);

	if (err)
		ledger_close_db(l);
	return err;
}

/* Creates the file with mode 0600; SQLite would use the umask of the process. */
static int ledger_touch(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat st;
	int err = fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ? ST_EIO : 0;

	if (fd >= 0)
		(void)close(fd);
	return err;
}

/* Detects a restored file by its mark. A file that was never used cannot be a restored one. */
static int ledger_recognise(struct ledger *l, const char *path, const char **err_msg)
{
	int err;

	if ((err = ledger_mark_open(l, path)) < 0)
		return err;
	if (!ledger_marked(l) && l->state.begun) {
		*err_msg = "not the file used last; new epoch";
		if ((err = ledger_begin(l)) < 0)
			return err;
		ledger_new_epoch(l);
		return ledger_end(l, 0);
	}
	ledger_mark(l);
	return 0;
}

/* --- opening --- */

/* Renames the journal, too: SQLite would apply it to the new file. */
static int ledger_put_aside(const char *path)
{
	char from[PATH_MAX + 16], to[PATH_MAX + 16];

	(void)snprintf(from, sizeof(from), "%s-journal", path);
	(void)snprintf(to, sizeof(to), "%s.bad-journal", path);
	if (rename(from, to) < 0 && errno != ENOENT)
		return ST_EIO;
	(void)snprintf(to, sizeof(to), "%s.bad", path);
	return rename(path, to) < 0 ? ST_EIO : 0;
}

static int ledger_try_file(struct ledger *l, const char *path, const char **err_msg)
{
	int err;

	*err_msg = "cannot be opened for writing";
	if ((err = ledger_touch(path)) < 0)
		return err;
	if ((err = ledger_try(l, path)) != ST_EDB) {
		*err_msg = err == 0          ? NULL
			   : err == ST_EBUSY ? "in use by another process"
					     : *err_msg;
		return err;
	}
	*err_msg = "damaged, and cannot be renamed";
	if (ledger_put_aside(path) < 0 || ledger_touch(path) < 0)
		return ST_EIO;
	if ((err = ledger_try(l, path)) == 0)
		*err_msg = "damaged; renamed to .bad, and a new file created";
	return err;
}

/* Gives up the file and resets the ledger. */
static void ledger_give_up(struct ledger *l)
{
	ledger_close_db(l);
	ledger_mark_close(l);
	l->state = (struct ledger_state){ 0 };
	l->base = 0;
}

int ledger_open(const char *path, uint32_t max_events, struct ledger **out,
		const char **err_msg)
{
	struct ledger *l = calloc(1, sizeof(*l));
	int err = ST_EIO;

	*err_msg = NULL;
	if (!l)
		return ST_ENOMEM;
	l->mark = -1;
	l->max_events = max_events;
	l->max_pages = LEDGER_MAX_PAGES;
	if (!(l->sha = sha256_new())) {
		ledger_close(l);
		return ST_ENOMEM;
	}
	if (path && *path && (err = ledger_try_file(l, path, err_msg)) == 0 &&
	    (err = ledger_recognise(l, path, err_msg)) < 0)
		*err_msg = "cannot be written";
	if (err) {
		ledger_give_up(l);
		err = ledger_try(l, NULL);
	}
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
	ledger_give_up(l);
	sha256_free(l->sha);
	free(l);
}

bool ledger_on_disk(const struct ledger *l)
{
	return l->path != NULL;
}
