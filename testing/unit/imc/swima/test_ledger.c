/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "imc/swima/ledger_event.h"
#include "imc/swima/ledger_file.h"

#include "imc/swima/ledger.h"

#include "base/err.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/test_ledger.XXXXXX";
static char path[64], aside[80];

static int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/l.db", dir);
	snprintf(aside, sizeof(aside), "%s.bad", path);
	return 0;
}

static int drop_dir(void **state)
{
	char cmd[80];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	return system(cmd);
}

static int drop_file(void **state)
{
	char cmd[80];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'/*", dir);
	(void)state;
	return system(cmd);
}

static struct ledger *must_open(const char *p)
{
	struct ledger *l = NULL;
	const char *err_msg;

	assert_int_equal(ledger_open(p, 100, &l, &err_msg), 0);
	assert_null(err_msg);
	return l;
}

static struct ledger_entry entry(const char *key, const char *identifier, const char *content)
{
	return (struct ledger_entry){ .source = 1,
				      .key = span_str(key),
				      .identifier = span_str(identifier),
				      .content = span_str(content),
				      .since = 7 };
}

static void add(struct ledger *l, const char *key, uint32_t want)
{
	struct ledger_entry e = entry(key, "id", "content");

	assert_int_equal(ledger_add(l, &e), 0);
	assert_int_equal(e.id, want);
}

static size_t count(struct ledger *l)
{
	struct ledger_entry e;
	size_t n = 0;

	assert_int_equal(ledger_rewind(l), 0);
	while (ledger_next(l, &e) > 0)
		n++;
	return n;
}

/* All content survives the process and is readable by its owner only. */
static void test_survives(void **state)
{
	struct ledger *l = must_open(path);
	struct ledger_entry e;
	struct stat st;
	uint32_t epoch;

	(void)state;
	assert_false(ledger_begun(l));
	epoch = ledger_epoch(l);
	assert_in_range(epoch, 1, 0x7fffffff);
	assert_int_equal(ledger_last_eid(l), 0);
	assert_int_equal(ledger_begin(l), 0);
	add(l, "b", 1);
	add(l, "a", 2);
	ledger_set_begun(l);
	assert_int_equal(ledger_end(l, 0), 0);
	ledger_close(l);

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	l = must_open(path);
	assert_int_equal(ledger_epoch(l), epoch);
	assert_true(ledger_begun(l));
	assert_int_equal(ledger_rewind(l), 0);
	assert_int_equal(ledger_next(l, &e), 1);
	assert_true(span_eq(e.key, span_str("a")));
	assert_true(span_eq(e.identifier, span_str("id")));
	assert_true(span_eq(e.content, span_str("content")));
	assert_int_equal(e.id, 2);
	assert_int_equal(e.since, 7);
	assert_int_equal(ledger_next(l, &e), 1);
	assert_int_equal(ledger_next(l, &e), 0);
	ledger_close(l);
}

/* A Record Identifier is never reused. */
static void test_numbers(void **state)
{
	struct ledger *l = must_open(path);
	struct ledger_entry b = entry("b", "id", "other");

	(void)state;
	assert_int_equal(ledger_begin(l), 0);
	add(l, "a", 1);
	add(l, "b", 2);
	assert_int_equal(ledger_remove(l, &b), 0);
	assert_int_equal(ledger_end(l, 0), 0);
	ledger_close(l);
	l = must_open(path);
	assert_int_equal(ledger_begin(l), 0);
	add(l, "b", 3);
	assert_int_equal(ledger_alter(l, &b), 0);
	assert_int_equal(ledger_end(l, 0), 0);
	assert_int_equal(count(l), 2);
	ledger_close(l);
}

static void test_rollback(void **state)
{
	struct ledger *l = must_open(path);
	uint32_t epoch = ledger_epoch(l);

	(void)state;
	assert_int_equal(ledger_begin(l), 0);
	add(l, "a", 1);
	ledger_new_epoch(l);
	assert_int_not_equal(ledger_epoch(l), epoch);
	assert_int_equal(ledger_end(l, ST_EIO), ST_EIO);
	assert_int_equal(ledger_epoch(l), epoch);
	assert_int_equal(count(l), 0);
	assert_int_equal(ledger_begin(l), 0);
	add(l, "a", 1);
	ledger_new_epoch(l);
	epoch = ledger_epoch(l);
	assert_int_equal(ledger_end(l, 0), 0);
	ledger_close(l);
	l = must_open(path);
	assert_int_equal(ledger_epoch(l), epoch);
	ledger_close(l);
}

static void damage(long at, const char *with)
{
	FILE *f = fopen(path, "r+");

	assert_non_null(f);
	assert_int_equal(fseek(f, at, SEEK_SET), 0);
	assert_true(fputs(with, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void test_damaged(void **state)
{
	static const long at[] = { 0, 60, 100, 4096 + 8 };
	struct ledger *l = must_open(path);

	(void)state;
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		uint32_t epoch = ledger_epoch(l);
		const char *err_msg = NULL;

		ledger_close(l);
		damage(at[i], "this is no database page, nor will it be");
		assert_int_equal(ledger_open(path, 100, &l, &err_msg), 0);
		assert_non_null(err_msg);
		assert_int_equal(access(aside, F_OK), 0);
		assert_int_not_equal(ledger_epoch(l), epoch);
		assert_false(ledger_begun(l));
	}
	ledger_close(l);
}

/* A foreign database is not written to. */
static void test_foreign(void **state)
{
	struct ledger *l = NULL;
	const char *err_msg = NULL;
	char cmd[200];

	(void)state;
	snprintf(cmd, sizeof(cmd), "sqlite3 '%s' 'CREATE TABLE x(y)' 2>/dev/null", path);
	if (system(cmd) != 0)
		skip();
	assert_int_equal(ledger_open(path, 100, &l, &err_msg), 0);
	assert_non_null(err_msg);
	assert_int_equal(access(aside, F_OK), 0);
	ledger_close(l);
}

static void test_no_place(void **state)
{
	struct ledger *l = NULL;
	const char *err_msg = NULL;

	(void)state;
	assert_int_equal(ledger_open("/nonexistent/dir/l.db", 100, &l, &err_msg), 0);
	assert_non_null(err_msg);
	assert_int_equal(ledger_begin(l), 0);
	add(l, "a", 1);
	assert_int_equal(ledger_end(l, 0), 0);
	assert_int_equal(count(l), 1);
	ledger_close(l);
	l = must_open(""); /* no file requested */
	ledger_close(l);
	ledger_close(NULL);
}

/* A link in the state directory is not followed. */
static void test_link(void **state)
{
	struct ledger *l = NULL;
	const char *err_msg = NULL;

	(void)state;
	assert_int_equal(symlink(aside, path), 0);
	assert_int_equal(ledger_open(path, 100, &l, &err_msg), 0);
	assert_non_null(err_msg);
	assert_int_equal(access(aside, F_OK), -1);
	ledger_close(l);
}

/* Two processes (an agent and another TNC client) share it. */
static void test_shared(void **state)
{
	struct ledger *a = must_open(path), *b = must_open(path);

	(void)state;
	assert_int_equal(ledger_begin(a), 0);
	add(a, "a", 1);
	ledger_new_epoch(a);
	assert_int_equal(ledger_end(a, 0), 0);
	assert_int_equal(ledger_begin(b), 0);
	assert_int_equal(ledger_epoch(b), ledger_epoch(a));
	add(b, "b", 2);
	assert_int_equal(ledger_end(b, 0), 0);
	ledger_close(a);
	ledger_close(b);
}

UNIT_GROUP(ledger)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_survives, drop_file),
		cmocka_unit_test_teardown(test_numbers, drop_file),
		cmocka_unit_test_teardown(test_rollback, drop_file),
		cmocka_unit_test_teardown(test_damaged, drop_file),
		cmocka_unit_test_teardown(test_foreign, drop_file),
		cmocka_unit_test_teardown(test_no_place, drop_file),
		cmocka_unit_test_teardown(test_link, drop_file),
		cmocka_unit_test_teardown(test_shared, drop_file),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
