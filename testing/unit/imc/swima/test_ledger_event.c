/* SPDX-License-Identifier: BSD-2-Clause */
/* Events of the ledger: numbers, chain, dropping the oldest; damage to the file. */
#include "unit.h"
#include "imc/swima/ledger_event.h"
#include "imc/swima/ledger_file.h"

#include "imc/swima/ledger_db.h"

#include "base/err.h"
#include "wire/swima_events.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/test_ledger_event.XXXXXX";
static char path[64];

static int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/l.db", dir);
	return 0;
}

static int __attribute__((format(printf, 1, 2))) try_shell(const char *fmt, ...)
{
	char cmd[500];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	return system(cmd);
}

#define shell(...) assert_int_equal(try_shell(__VA_ARGS__), 0)

static int clean(void **state)
{
	(void)state;
	shell("rm -rf '%s'/*", dir);
	return 0;
}

static int drop_dir(void **state)
{
	(void)clean(state);
	return rmdir(dir);
}

static struct ledger *open_as(uint32_t max_events, bool sound)
{
	struct ledger *l = NULL;
	const char *err_msg = NULL;

	assert_int_equal(ledger_open(path, max_events, &l, &err_msg), 0);
	assert_int_equal(err_msg == NULL, sound);
	return l;
}

/* A record is created and deleted: two events. */
static int happen(struct ledger *l, const char *name)
{
	struct ledger_entry e = { .source = 1,
				  .key = span_str(name),
				  .identifier = span_str("lab__"),
				  .content = span_str("content") };
	struct ledger_event ev = { .action = SWIMA_CREATION,
				   .source = 1,
				   .at = 1700000000000000,
				   .identifier = span_str(name),
				   .locator = span_str("file:///x") };
	int err = ledger_add(l, &e);

	ev.record = e.id;
	if (!err)
		err = ledger_append(l, &ev);
	if (!err)
		err = ledger_remove(l, &e);
	ev.action = SWIMA_DELETION;
	ev.copy = span_str("the tag");
	if (!err)
		err = ledger_append(l, &ev);
	return err;
}

static void must_happen(struct ledger *l, unsigned n)
{
	char name[32];

	assert_int_equal(ledger_begin(l), 0);
	ledger_set_begun(l);
	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "name-%u", i);
		assert_int_equal(happen(l, name), 0);
	}
	assert_int_equal(ledger_end(l, 0), 0);
}

/* Events are numbered 1 to last_eid without gaps. */
static void check_events(struct ledger *l)
{
	struct ledger_event ev;
	uint32_t n = 0;

	assert_int_equal(ledger_events(l, 0), 0);
	while (ledger_event_next(l, &ev) > 0)
		assert_int_equal(ev.eid, ++n);
	ledger_events_end(l);
	assert_int_equal(n, ledger_last_eid(l));
}

/* Both events of the last change exist, or none. */
static void check_whole(struct ledger *l)
{
	struct ledger_event ev;

	if (!ledger_last_eid(l))
		return;
	assert_int_equal(ledger_events(l, ledger_last_eid(l)), 0);
	assert_int_equal(ledger_event_next(l, &ev), 1);
	assert_int_equal(ev.action, SWIMA_DELETION);
	ledger_events_end(l);
}

static void test_events(void **state)
{
	struct ledger *l = open_as(100, true);
	struct ledger_event ev;
	struct wr w = { 0 };

	(void)state;
	must_happen(l, 2);
	ledger_close(l);
	l = open_as(100, true);
	assert_int_equal(ledger_last_eid(l), 4);
	check_events(l);
	assert_int_equal(ledger_events(l, 4), 0);
	assert_int_equal(ledger_event_next(l, &ev), 1);
	assert_int_equal(ev.eid, 4);
	assert_int_equal(ev.action, SWIMA_DELETION);
	assert_int_equal(ev.record, 2);
	assert_int_equal(ev.at, 1700000000000000);
	assert_true(span_eq(ev.identifier, span_str("name-1")));
	assert_true(span_eq(ev.locator, span_str("file:///x")));
	assert_true(span_eq(ev.copy, span_str("the tag")));
	assert_int_equal(ledger_event_next(l, &ev), 0);
	ledger_events_end(l);
	assert_int_equal(ledger_copy(l, 1, &w), 0);
	assert_true(span_eq(wr_span(&w), span_str("the tag")));
	wr_truncate(&w, 0);
	assert_int_equal(ledger_copy(l, 7, &w), 0);
	assert_int_equal(w.len, 0);
	wr_reset(&w);
	ledger_close(l);
}

/* A change that is rolled back uses no number. */
static void test_rollback(void **state)
{
	struct ledger *l = open_as(100, true);
	uint64_t sequence;

	(void)state;
	must_happen(l, 1);
	sequence = ledger_sequence(l);
	assert_int_equal(ledger_begin(l), 0);
	assert_int_equal(happen(l, "x"), 0);
	ledger_new_epoch(l);
	assert_int_equal(happen(l, "y"), 0);
	assert_int_equal(ledger_end(l, ST_EIO), ST_EIO);
	assert_int_equal(ledger_last_eid(l), 2);
	assert_int_equal(ledger_sequence(l), sequence);
	must_happen(l, 1);
	assert_int_equal(ledger_last_eid(l), 4);
	check_events(l);
	ledger_close(l);
	ledger_close(open_as(100, true));
}

/* Too many events: the oldest are dropped, a new epoch begins, the others are numbered 1 to
 * n. */
static void test_window(void **state)
{
	struct ledger *l = open_as(8, true);
	uint32_t epoch = ledger_epoch(l);
	struct ledger_event ev;

	(void)state;
	must_happen(l, 4);
	assert_int_equal(ledger_epoch(l), epoch);
	assert_int_equal(ledger_last_eid(l), 8);
	must_happen(l, 1);
	assert_int_not_equal(ledger_epoch(l), epoch);
	assert_int_equal(ledger_last_eid(l), 6);
	assert_int_equal(ledger_sequence(l), 10); /* still the tenth event */
	check_events(l);
	assert_int_equal(ledger_events(l, 6), 0);
	assert_int_equal(ledger_event_next(l, &ev), 1);
	assert_int_equal(ev.record, 5);
	ledger_events_end(l);
	must_happen(l, 50); /* far more than fit, at once */
	assert_int_equal(ledger_last_eid(l), 6);
	assert_int_equal(ledger_sequence(l), 110);
	ledger_close(l);
	l = open_as(8, true);
	check_events(l);
	ledger_close(l);
}

/* Long copies: events are dropped by size, however few there are. */
static void test_large(void **state)
{
	struct ledger *l = open_as(100000, true);
	uint32_t epoch = ledger_epoch(l);

	(void)state;
	l->max_pages = 40;
	must_happen(l, 50);
	assert_int_equal(ledger_epoch(l), epoch);
	assert_int_equal(ledger_last_eid(l), 100);
	must_happen(l, 2000);
	assert_int_not_equal(ledger_epoch(l), epoch);
	assert_int_equal(ledger_last_eid(l), 2050);
	for (int i = 0; i < 20; i++)
		must_happen(l, 1);
	assert_true(ledger_number(l, "PRAGMA page_count") < 400);
	check_events(l);
	ledger_close(l);
	ledger_close(open_as(100000, true));
}

/* A new epoch without events; the sequence of this process continues. */
static void test_new_epoch(void **state)
{
	struct ledger *l = open_as(100, true);
	uint32_t epoch = ledger_epoch(l);

	(void)state;
	must_happen(l, 3);
	assert_int_equal(ledger_begin(l), 0);
	ledger_new_epoch(l);
	assert_int_equal(ledger_end(l, 0), 0);
	assert_int_not_equal(ledger_epoch(l), epoch);
	assert_int_equal(ledger_last_eid(l), 0);
	assert_int_equal(ledger_sequence(l), 6);
	must_happen(l, 1);
	assert_int_equal(ledger_sequence(l), 8);
	check_events(l);
	ledger_close(l);
}

/* Every edit of the database that would change a response is detected. */
static void test_tampered(void **state)
{
	static const char *const edits[] = {
		"UPDATE event SET at = at + 1 WHERE eid = 1",
		"UPDATE event SET action = 3 WHERE eid = 3",
		"UPDATE event SET identifier = x'61' WHERE eid = 2",
		"UPDATE event SET copy = x'' WHERE eid = 4",
		"DELETE FROM event WHERE eid = 6",
		"DELETE FROM event WHERE eid = 2",
		"DELETE FROM event",
		("INSERT INTO event SELECT 7, at, action, source, model, record, identifier,"
		 " locator, copy FROM event WHERE eid = 1"),
		"UPDATE state SET last_eid = 5",
		"UPDATE state SET epoch = epoch % 1000 + 1",
		"UPDATE state SET next_id = 1",
		"UPDATE state SET looked = looked + 1",
		"UPDATE state SET begun = 0",
		"UPDATE record SET identifier = x'62'",
		"UPDATE record SET content = x'62'",
		"UPDATE record SET id = 99",
		"DELETE FROM record",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		struct ledger_entry e = { .source = 2, .key = span_str("stays") };
		struct ledger *l = open_as(100, true);
		uint32_t epoch = ledger_epoch(l);

		must_happen(l, 3);
		assert_int_equal(ledger_begin(l), 0);
		assert_int_equal(ledger_add(l, &e), 0);
		assert_int_equal(ledger_end(l, 0), 0);
		ledger_close(l);
		if (try_shell("sqlite3 '%s' \"%s\"", path, edits[i]) != 0)
			skip();
		l = open_as(100, false);
		assert_int_not_equal(ledger_epoch(l), epoch);
		assert_int_equal(ledger_last_eid(l), 0);
		assert_false(ledger_begun(l));
		ledger_close(l);
		(void)clean(NULL);
	}
}

/* An edit while the ledger is open is detected by the next change. */
static void test_tampered_open(void **state)
{
	struct ledger *l = open_as(100, true);

	(void)state;
	must_happen(l, 1);
	if (try_shell("sqlite3 '%s' 'UPDATE state SET last_eid = 1'", path) != 0)
		skip();
	assert_true(ledger_changed(l));
	assert_int_equal(ledger_begin(l), ST_EDB);
	ledger_close(l);
}

/* Truncated at any offset: the rest is a valid ledger or none. */
static void test_torn(void **state)
{
	struct ledger *l = open_as(1000, true);
	off_t size;
	FILE *f;

	(void)state;
	must_happen(l, 60);
	ledger_close(l);
	shell("cp '%s' '%s.whole'", path, path);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fseeko(f, 0, SEEK_END), 0);
	size = ftello(f);
	fclose(f);
	for (off_t n = 0; n < size; n += n < 200 ? 20 : 509) {
		const char *err_msg = NULL;

		shell("rm -f '%s.bad'; cp '%s.whole' '%s'", path, path, path);
		assert_int_equal(truncate(path, n), 0);
		assert_int_equal(ledger_open(path, 1000, &l, &err_msg), 0);
		assert_int_equal(err_msg == NULL, n == 0); /* an empty file: a new ledger */
		assert_true(ledger_on_disk(l));
		assert_int_equal(ledger_last_eid(l), 0);
		check_events(l);
		ledger_close(l);
	}
}

/* An inverted byte anywhere is detected, or it was unused. */
static void test_flipped(void **state)
{
	struct ledger *l = open_as(1000, true);
	uint32_t epoch = ledger_epoch(l);
	long size;
	FILE *f;

	(void)state;
	must_happen(l, 20);
	ledger_close(l);
	shell("cp '%s' '%s.whole'", path, path);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	size = ftell(f);
	fclose(f);
	for (long at = 100; at < size; at += 211) {
		const char *err_msg = NULL;
		int c;

		shell("cp '%s.whole' '%s'", path, path);
		f = fopen(path, "r+");
		assert_int_equal(fseek(f, at, SEEK_SET), 0);
		c = fgetc(f);
		assert_int_equal(fseek(f, at, SEEK_SET), 0);
		fputc(c ^ 0x41, f);
		assert_int_equal(fclose(f), 0);
		assert_int_equal(ledger_open(path, 1000, &l, &err_msg), 0);
		if (ledger_epoch(l) == epoch) {
			assert_int_equal(ledger_last_eid(l), 40);
			check_events(l);
		}
		ledger_close(l);
	}
}

/* An older copy is restored: as another file, or written over this one. */
static void test_restored(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct ledger *l = open_as(100, true);
		uint32_t epoch = ledger_epoch(l);

		must_happen(l, 1);
		ledger_close(l);
		shell("cp '%s' '%s.old'", path, path);
		l = open_as(100, true);
		must_happen(l, 1);
		ledger_close(l);
		if (i == 0)
			shell("cp '%s.old' '%s.new' && mv '%s.new' '%s'", path, path, path,
			      path);
		else
			shell("cat '%s.old' > '%s'", path, path);
		l = open_as(100, false);
		assert_true(ledger_begun(l)); /* the Record Identifiers are kept */
		assert_int_not_equal(ledger_epoch(l), epoch);
		assert_int_equal(ledger_last_eid(l), 0);
		ledger_close(l);
		ledger_close(open_as(100, true)); /* reported once */
		(void)clean(NULL);
	}
}

/* Without the mark file nothing proves that the ledger is the last one. */
static void test_no_mark(void **state)
{
	struct ledger *l = open_as(100, true);
	uint32_t epoch = ledger_epoch(l);

	(void)state;
	must_happen(l, 1);
	ledger_close(l);
	shell("rm '%s.mark'", path);
	l = open_as(100, false);
	assert_int_not_equal(ledger_epoch(l), epoch);
	ledger_close(l);
}

/* The file is removed or replaced between writes. */
static void test_replaced_open(void **state)
{
	struct ledger *l = open_as(100, true);

	(void)state;
	must_happen(l, 1);
	assert_false(ledger_changed(l));
	assert_int_equal(unlink(path), 0);
	assert_true(ledger_changed(l));
	assert_int_equal(ledger_begin(l), ST_EDB);
	ledger_close(l);
}

/* No space: the change fails as a whole, the old content stays, and the next change succeeds
 * when there is space again. */
static void test_full(void **state)
{
	struct ledger *l = open_as(100000, true);
	uint32_t last;
	int err = 0;

	(void)state;
	must_happen(l, 1);
	assert_int_equal(ledger_exec(l, "PRAGMA max_page_count = 30"), 0);
	for (int i = 0; i < 1000 && !err; i++) {
		last = ledger_last_eid(l);
		assert_int_equal(ledger_begin(l), 0);
		for (int k = 0; k < 20 && !err; k++)
			err = happen(l, "a name that takes a little room in the file");
		err = ledger_end(l, err);
	}
	assert_int_equal(err, ST_EIO);
	assert_int_equal(ledger_last_eid(l), last);
	check_events(l);
	assert_int_equal(ledger_exec(l, "PRAGMA max_page_count = 100000"), 0);
	must_happen(l, 1);
	assert_int_equal(ledger_last_eid(l), last + 2);
	ledger_close(l);
	l = open_as(100000, true);
	check_events(l);
	ledger_close(l);
}

/* Writes until the process is killed. */
static void write_for_ever(void)
{
	struct ledger *l = NULL;
	const char *err_msg;

	if (ledger_open(path, 500, &l, &err_msg) < 0 || err_msg || !ledger_on_disk(l))
		_exit(1);
	for (unsigned i = 0;; i++) {
		char name[32];
		int err;

		snprintf(name, sizeof(name), "%u", i);
		if (ledger_begin(l) < 0)
			_exit(2);
		ledger_set_begun(l);
		err = happen(l, name);
		if (ledger_end(l, err) < 0)
			_exit(3);
	}
}

static void kill_once(unsigned us)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		write_for_ever();
	usleep(us);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

/* Killed at any time: the chain is valid, no number is missing, and the epoch has changed only
 * if the oldest events were dropped. */
static void test_kill(void **state)
{
	const char *times = getenv("STANCE_TEST_KILLS");
	unsigned n = times ? (unsigned)atoi(times) : 60;
	uint64_t events = 0;

	(void)state;
	srandom(7);
	for (unsigned i = 0; i < n; i++) {
		struct ledger *l;

		kill_once(2000 + (unsigned)random() % 30000);
		l = open_as(500, true);
		check_events(l);
		check_whole(l);
		events += ledger_last_eid(l);
		ledger_close(l);
	}
	assert_true(events > 0);
}

/* A ledger of the previous version: Record Identifiers and epoch are kept. */
static void test_migration(void **state)
{
	static const char sql[] =
		"CREATE TABLE state( one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER,"
		" last_eid INTEGER, next_id INTEGER) STRICT;"
		"CREATE TABLE record( source INTEGER NOT NULL, key BLOB NOT NULL,"
		" id INTEGER NOT NULL UNIQUE, identifier BLOB NOT NULL, content BLOB NOT NULL,"
		" since INTEGER NOT NULL, PRIMARY KEY (source, key)) STRICT, WITHOUT ROWID;"
		"INSERT INTO state VALUES(1, 4711, 0, 3);"
		"INSERT INTO record VALUES(1, x'61', 2, x'6964', x'63', 5);"
		"PRAGMA application_id = 1398032717; PRAGMA user_version = 1";
	struct ledger_entry e;
	struct ledger *l;
	sqlite3 *db;

	(void)state;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	ledger_close(open_as(100, false)); /* it has no mark */
	l = open_as(100, true);
	assert_true(ledger_begun(l));
	assert_int_equal(ledger_rewind(l), 0);
	assert_int_equal(ledger_next(l, &e), 1);
	assert_int_equal(e.id, 2);
	assert_true(span_eq(e.key, span_str("a")));
	assert_true(span_eq(e.identifier, span_str("id")));
	assert_int_equal(e.content.n, 0); /* had another form */
	assert_int_equal(e.since, 5);
	assert_int_equal(ledger_next(l, &e), 0);
	must_happen(l, 1);
	ledger_close(l);
	ledger_close(open_as(100, true));
}

/* The file of a later version is not written to. */
static void test_later_version(void **state)
{
	struct ledger *l = open_as(100, true);

	(void)state;
	assert_int_equal(ledger_exec(l, "PRAGMA user_version = 3"), 0);
	ledger_close(l);
	ledger_close(open_as(100, false));
}

UNIT_GROUP(ledger_event)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_events, clean),
		cmocka_unit_test_teardown(test_rollback, clean),
		cmocka_unit_test_teardown(test_window, clean),
		cmocka_unit_test_teardown(test_large, clean),
		cmocka_unit_test_teardown(test_new_epoch, clean),
		cmocka_unit_test_teardown(test_tampered, clean),
		cmocka_unit_test_teardown(test_tampered_open, clean),
		cmocka_unit_test_teardown(test_torn, clean),
		cmocka_unit_test_teardown(test_flipped, clean),
		cmocka_unit_test_teardown(test_restored, clean),
		cmocka_unit_test_teardown(test_no_mark, clean),
		cmocka_unit_test_teardown(test_replaced_open, clean),
		cmocka_unit_test_teardown(test_full, clean),
		cmocka_unit_test_teardown(test_kill, clean),
		cmocka_unit_test_teardown(test_migration, clean),
		cmocka_unit_test_teardown(test_later_version, clean),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
