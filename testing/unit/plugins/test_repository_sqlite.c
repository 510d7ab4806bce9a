/* SPDX-License-Identifier: BSD-2-Clause */
/* The SQLite plugin as posture loads it: crashes, full disks, damage, locks, its schema, and
 * its views as an administrator reads them. */
#include "posture/fixture.h"
#include "posture/repository.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "sqlite_schema.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void commit_inventory(struct fixture *f, const char *name, const char *const *packages,
			     int want)
{
	struct report *r = fixture_report(f, name);

	assert_int_equal(report_inventory(r, &(struct inventory_head){ 1, 1, 0 }), 0);
	for (; *packages; packages++)
		fixture_software(r, *packages, *packages, "1");
	assert_int_equal(report_inventory_end(r), 0);
	report_fact(r, FACT_PLATFORM, S("Debian GNU/Linux 12"));
	report_assessment(r, VERDICT_COMPLIANT, ACCESS_ALLOWED);
	assert_int_equal(fixture_commit(f, r), want);
}

static sqlite3 *open_file(const struct fixture *f)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(fixture_path(f, "posture.db"), &db), SQLITE_OK);
	return db;
}

/* The first column of the first row of sql as text, compared with want. */
static void check_sql(const struct fixture *f, const char *sql, const char *want)
{
	sqlite3 *db = open_file(f);
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(st, 0), want);
	sqlite3_finalize(st);
	sqlite3_close(db);
}

static void test_views(void **state)
{
	static const char *const one[] = { "bash", "vim", "zsh", NULL };
	static const char *const two[] = { "bash", "vim", "nano", NULL };
	struct fixture f;

	(void)state;
	fixture_init(&f, "");
	fixture_open(&f);
	commit_inventory(&f, "a.example", one, 0);
	commit_inventory(&f, "b.example", one, 0);
	commit_inventory(&f, "a.example", two, 0);
	posture_close(f.p);
	f.p = NULL;
	check_sql(&f,
		  "SELECT group_concat(name, ' ') FROM (SELECT name FROM endpoint_software"
		  " WHERE endpoint = 'a.example' ORDER BY name)",
		  "bash nano vim");
	check_sql(&f,
		  "SELECT group_concat(endpoint, ' ') FROM endpoint_software"
		  " WHERE name = 'zsh'",
		  "b.example");
	check_sql(&f, "SELECT count(*) FROM inventory", "1");
	check_sql(&f, "SELECT group_concat(software_count, ' ') FROM endpoints", "3 3");
	check_sql(&f, "SELECT platform || ' ' || verdict || ' ' || access FROM endpoints",
		  "Debian GNU/Linux 12 compliant allowed");
	check_sql(&f,
		  "SELECT group_concat(change || ' ' || software, ', ') FROM changes"
		  " WHERE software IS NOT NULL",
		  "software-removed zsh, software-added nano");
	check_sql(&f, "SELECT value FROM facts WHERE endpoint = 'b.example'",
		  "Debian GNU/Linux 12");
	fixture_free(&f);
}

static void test_mode_and_lock(void **state)
{
	struct posture *second;
	struct fixture f;
	struct stat st;
	char err_msg[512];

	(void)state;
	fixture_init(&f, "");
	fixture_open(&f);
	assert_int_equal(stat(fixture_path(&f, "posture.db"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(fixture_path(&f, "posture.db-wal"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(posture_open(&f.conf, &second, err_msg, sizeof(err_msg)), ST_EBUSY);
	assert_null(second);
	assert_non_null(strstr(err_msg, "in use"));
	fixture_free(&f);
}

static void test_conf_errors(void **state)
{
	static const char *const bad[] = { "colour = blue\n", "readers = 0\n",
					   "synchronous = sometimes\n", "path = \n" };
	struct fixture f;
	char err_msg[512];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fixture_init(&f, bad[i]);
		assert_int_equal(posture_open(&f.conf, &f.p, err_msg, sizeof(err_msg)),
				 ST_ECONF);
		assert_non_null(strstr(err_msg, "repository-sqlite.conf"));
		fixture_free(&f);
	}
}

/* An unchanged inventory stores no set and no software change. */
static void test_unchanged(void **state)
{
	static const char *const same[] = { "bash", "vim", NULL };
	struct posture_stats before, after;
	struct fixture f;

	(void)state;
	fixture_init(&f, "");
	fixture_open(&f);
	commit_inventory(&f, "a.example", same, 0);
	posture_stats(f.p, &before);
	commit_inventory(&f, "a.example", same, 0);
	posture_stats(f.p, &after);
	assert_int_equal(after.sets, before.sets);
	assert_int_equal(after.software, before.software);
	assert_int_equal(after.changes, before.changes + 2); /* confirmed, assessed */
	fixture_free(&f);
}

/* Out of pages: the whole commit is refused, the content stays, and with room commits work
 * again. */
static void test_full_disk(void **state)
{
	static const char *const few[] = { "bash", "vim", NULL };
	struct endpoint_row row;
	struct posture_stats st;
	struct fixture f;
	char value[2000], err_msg[256];
	int err = 0;

	(void)state;
	memset(value, 'x', sizeof(value));
	log_set_level(LOG_L_ERROR);
	fixture_init(&f, "max_pages = 60\n");
	fixture_open(&f);
	commit_inventory(&f, "a.example", few, 0);
	for (int i = 0; i < 500 && !err; i++) {
		struct report *r = fixture_report(&f, "full.example");
		char name[32];

		(void)snprintf(name, sizeof(name), "fact.%d", i);
		report_fact(r, name, span_of(value, sizeof(value)));
		err = fixture_commit(&f, r);
	}
	assert_int_equal(err, ST_EIO);
	posture_stats(f.p, &st);
	assert_int_equal(st.last_error, ST_EIO);
	assert_int_equal(st.failed, 1);
	assert_true(fixture_endpoint(&f, WHEN_NOW, "a.example", &row) != 0);
	assert_int_equal(row.software_count, 2);

	struct report *r = fixture_report(&f, "new.example"); /* leaves no trace */
	for (int i = 0; i < 20; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "big.%d", i);
		report_fact(r, name, span_of(value, sizeof(value)));
	}
	assert_int_equal(fixture_commit(&f, r), ST_EIO);
	assert_int_equal(fixture_endpoint(&f, WHEN_NOW, "new.example", NULL), 0);
	posture_close(f.p);

	FILE *conf = fopen(fixture_path(&f, "repository-sqlite.conf"), "w");
	assert_non_null(conf);
	assert_int_equal(fclose(conf), 0);
	fixture_open(&f);
	commit_inventory(&f, "new.example", few, 0);
	assert_int_equal(posture_check(f.p, err_msg, sizeof(err_msg)), 0);
	log_set_level(LOG_L_INFO);
	fixture_free(&f);
}

static void scribble(const char *path, off_t at)
{
	static const char noise[4096] = "this is not what was here before";
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, noise, sizeof(noise), at), sizeof(noise));
	close(fd);
}

static void test_damage(void **state)
{
	static const char *const few[] = { "bash", "vim", NULL };
	struct fixture f;
	char err_msg[512];

	(void)state;
	for (int i = 0; i < 3; i++) {
		fixture_init(&f, "check = yes\n");
		if (i > 0) {
			fixture_open(&f);
			commit_inventory(&f, "a.example", few, 0);
			posture_close(f.p);
		}
		scribble(fixture_path(&f, "posture.db"), i == 2 ? 4096 * 3 : 0);
		assert_int_equal(posture_open(&f.conf, &f.p, err_msg, sizeof(err_msg)),
				 ST_EDB);
		assert_non_null(strstr(err_msg, "posture.db is damaged"));
		assert_non_null(strstr(err_msg, "restore a backup"));
		fixture_free(&f);
	}
}

struct odd {
	const char *name, *value;
	bool met;
};

static struct odd odd[] = {
	{ "plain", "value", false },
	{ "quoted \"name\"", "a \\ and \"quotes\"", false },
	{ "lines\n", "tab\t cr\r nl\n bell\a", false },
	{ "zażółć", "日本 \xf0\x9f\x98\x80", false },
	{ "empty", "", false },
	{ "", "no name", false },
};
#define N_ODD (sizeof(odd) / sizeof(odd[0]))

static int meet(struct span name, struct span value)
{
	for (size_t i = 0; i < N_ODD; i++)
		if (span_eq(name, S(odd[i].name)) && span_eq(value, S(odd[i].value)))
			odd[i].met = true;
	return 0;
}

static int meet_fact(void *ctx, const struct fact_row *row)
{
	(void)ctx;
	return meet(row->name, row->value);
}

static int meet_result(void *ctx, const struct result_row *row)
{
	(void)ctx;
	assert_int_equal(row->verdict, VERDICT_MINOR);
	return meet(row->rule, row->reason);
}

static void check_met(void)
{
	for (size_t i = 0; i < N_ODD; i++) {
		if (!odd[i].met)
			fail_msg("%s is not there", odd[i].name);
		odd[i].met = false;
	}
}

/* The file and the views return facts and results with any content. */
static void test_told(void **state)
{
	struct fixture f;
	struct report *r;
	uint32_t id;

	(void)state;
	fixture_init(&f, "");
	fixture_open(&f);
	r = fixture_report(&f, "a.example");
	for (size_t i = 0; i < N_ODD; i++) {
		report_fact(r, odd[i].name, S(odd[i].value));
		report_result(r, odd[i].name, VERDICT_MINOR, S(odd[i].value));
	}
	assert_int_equal(fixture_commit(&f, r), 0);
	posture_close(f.p);
	fixture_open(&f);
	assert_true((id = fixture_endpoint(&f, WHEN_NOW, "a.example", NULL)) != 0);
	assert_int_equal(query_facts(f.p, WHEN_NOW, id, meet_fact, NULL), 0);
	check_met();
	assert_int_equal(query_results(f.p, WHEN_NOW, id, meet_result, NULL), 0);
	check_met();
	posture_close(f.p);
	f.p = NULL;
	for (size_t i = 0; i < N_ODD; i++) {
		char *sql = sqlite3_mprintf("SELECT value FROM facts WHERE name = %Q",
					    odd[i].name);

		check_sql(&f, sql, odd[i].value);
		sqlite3_free(sql);
		sql = sqlite3_mprintf("SELECT verdict || reason FROM results WHERE rule = %Q",
				      odd[i].name);
		char *want = sqlite3_mprintf("minor%s", odd[i].value);

		check_sql(&f, sql, want);
		sqlite3_free(sql);
		sqlite3_free(want);
	}
	fixture_free(&f);
}

/* Rows that are valid for SQLite but contradict each other. */
static void test_inconsistent(void **state)
{
	static const char *const damage[] = {
		"UPDATE endpoint SET added = '[1]'",
		"UPDATE endpoint SET removed = '[99]'",
		"UPDATE endpoint SET inventory = 7",
		"UPDATE inventory SET members = '[2,1]'",
		"UPDATE inventory SET members = '[1,2,'",
		"UPDATE inventory SET members = '[1,99999999999]'",
		"UPDATE inventory SET size = 9",
		"DELETE FROM software WHERE id = 1",
		"UPDATE told SET facts = '{'",
		"UPDATE told SET facts = '[]'",
		"UPDATE told SET facts = '{\"a\":\"b\"'",
		"UPDATE told SET facts = '{\"a\":\"b\",}'",
		"UPDATE told SET facts = '{\"a\":\"b\"}}'",
		"UPDATE told SET facts = '{\"a\":1}'",
		"UPDATE told SET facts = '{\"a\":\"\\'",
		"UPDATE told SET facts = '{\"a\":\"\\u00'",
		"UPDATE told SET facts = '{\"a\":\"\\u0000\"}'",
		"UPDATE told SET facts = '{\"a\":\"\\ud800\"}'",
		"UPDATE told SET facts = '{\"a\":\"\\x\"}'",
		"UPDATE told SET facts = '{\"a\":\"1\",\"a\":\"2\"}'",
		"UPDATE told SET results = '{\"a\":[0]}'",
		"UPDATE told SET results = '{\"a\":[0,\"b\"}'",
		"UPDATE told SET results = '{\"a\":[x,\"b\"]}'",
		"UPDATE told SET results = '{\"a\":[0,\"b\"],\"a\":[0,\"b\"]}'",
		"INSERT INTO told VALUES (9, '{\"x\":\"y\"}', NULL)",
	};
	static const char *const few[] = { "bash", "vim", NULL };
	struct fixture f;
	char err_msg[512];

	(void)state;
	for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		fixture_init(&f, "");
		fixture_open(&f);
		commit_inventory(&f, "a.example", few, 0);
		posture_close(f.p);
		f.p = NULL;
		sqlite3 *db = open_file(&f);
		assert_int_equal(sqlite3_exec(db, damage[i], NULL, NULL, NULL), SQLITE_OK);
		sqlite3_close(db);
		assert_int_equal(posture_open(&f.conf, &f.p, err_msg, sizeof(err_msg)),
				 ST_EDB);
		fixture_free(&f);
	}
}

static void test_foreign_and_newer(void **state)
{
	struct fixture f;
	char err_msg[512];
	sqlite3 *db;

	(void)state;
	fixture_init(&f, "");
	db = open_file(&f);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(posture_open(&f.conf, &f.p, err_msg, sizeof(err_msg)), ST_EVERSION);
	assert_non_null(strstr(err_msg, "not a repository"));
	fixture_free(&f);

	fixture_init(&f, "");
	fixture_open(&f);
	posture_close(f.p);
	f.p = NULL;
	db = open_file(&f);
	assert_int_equal(sqlite3_exec(db, "INSERT INTO schema_version VALUES (99, 0)", NULL,
				      NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(posture_open(&f.conf, &f.p, err_msg, sizeof(err_msg)), ST_EVERSION);
	assert_non_null(strstr(err_msg, "version 99"));
	fixture_free(&f);
}

/* Made-up schemas: from nothing, from version 1, and a step that fails has had no effect. */
static void test_migration(void **state)
{
	static const char *const steps[] = {
		"CREATE TABLE t (a)",
		"ALTER TABLE t ADD COLUMN b; UPDATE t SET b = a * 2",
		"CREATE TABLE half (x); CREATE TABLE t (again)",
	};
	struct fixture f;
	char err_msg[512];
	sqlite3 *db;

	(void)state;
	fixture_init(&f, "");
	db = open_file(&f);
	assert_int_equal(schema_migrate(db, "file", steps, 1, err_msg, sizeof(err_msg)), 0);
	assert_int_equal(sqlite3_exec(db, "INSERT INTO t VALUES (21)", NULL, NULL, NULL), 0);
	assert_int_equal(schema_migrate(db, "file", steps, 2, err_msg, sizeof(err_msg)), 0);
	assert_int_equal(schema_migrate(db, "file", steps, 2, err_msg, sizeof(err_msg)), 0);
	assert_true(schema_migrate(db, "file", steps, 3, err_msg, sizeof(err_msg)) < 0);
	assert_int_equal(schema_migrate(db, "file", steps, 1, err_msg, sizeof(err_msg)),
			 ST_EVERSION);
	sqlite3_close(db);
	check_sql(&f, "SELECT b FROM t", "42");
	check_sql(&f, "SELECT max(version) FROM schema_version", "2");
	check_sql(&f, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'", "0");
	fixture_free(&f);
}

static void test_prune(void **state)
{
	static const char *const one[] = { "bash", "vim", NULL };
	static const char *const two[] = { "bash", "zsh", NULL };
	int64_t t = 1000 * CLOCK_SEC, before, middle;
	struct endpoint_row row;
	struct fixture f;

	(void)state;
	fixture_init(&f, "");
	fixture_open(&f);
	clock_fake(t);
	commit_inventory(&f, "a.example", one, 0);
	before = fixture_last_known(&f);
	clock_fake(t + CLOCK_SEC);
	commit_inventory(&f, "a.example", two, 0);
	middle = fixture_last_known(&f);
	clock_fake(t + 2 * CLOCK_SEC);
	commit_inventory(&f, "a.example", one, 0);
	assert_int_equal(fixture_count(&f, KNOWN_AT(before), "vim"), 1);
	assert_int_equal(posture_prune(f.p, middle), 0);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(fixture_count(&f, KNOWN_AT(middle), "zsh"), 1);
		assert_int_equal(fixture_count(&f, KNOWN_AT(middle), "vim"), 0);
		assert_int_equal(fixture_count(&f, WHEN_NOW, "vim"), 1);
		assert_true(fixture_endpoint(&f, KNOWN_AT(middle), "a.example", &row) != 0);
		assert_int_equal(
			query_software(f.p, SOFTWARE_OF(KNOWN_AT(before), "*"), NULL, NULL),
			ST_ELIMIT);
		posture_close(f.p);
		fixture_open(&f);
	}
	assert_int_equal(posture_prune(f.p, t + 100 * CLOCK_SEC), 0);
	posture_close(f.p);
	fixture_open(&f);
	clock_fake(t + 200 * CLOCK_SEC);
	commit_inventory(&f, "a.example", two, 0); /* the sequence goes on */
	clock_fake(0);
	fixture_free(&f);
}

UNIT_GROUP_THREADED(repository_sqlite)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_views),
		cmocka_unit_test(test_mode_and_lock),
		cmocka_unit_test(test_conf_errors),
		cmocka_unit_test(test_unchanged),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_inconsistent),
		cmocka_unit_test(test_foreign_and_newer),
		cmocka_unit_test(test_migration),
		cmocka_unit_test(test_prune),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
