/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "scratch.h"

#include "imc/sources/npm_package.h"
#include "imc/sources/source_npm.h"

#include "base/err.h"

#include <unistd.h>

#define TREE "/fixtures/npm/app/node_modules"

static struct listed listed;

static void list(const char *const *places)
{
	const struct source_conf conf = { .root = TESTING_DIR,
					  .max_tag = 65536,
					  .npm = places };
	struct source *s;

	scratch_log();
	assert_int_equal(source_npm.open(&conf, &s), 0);
	assert_int_equal(list_all(&source_npm, s, &listed), 0);
	source_npm.close(s);
}

static const char all[] =
	TREE "/@scope/one @scope/one 2.0.0-beta.1+b - " TREE "\n" TREE "/outer outer 3 - " TREE
	     "\n" TREE "/outer/node_modules/inner inner 4 - " TREE "/outer/node_modules\n" TREE
	     "/plain plain 1.0.0 - " TREE "\n";

static void test_list(void **state)
{
	static const char *const tree[] = { TREE, NULL };
	static const char *const app[] = { "/fixtures/npm/*", "/fixtures/nowhere", NULL };

	(void)state;
	list(tree);
	assert_string_equal(listed.text, all);
	assert_int_equal(scratch_log_count(), 4);
	assert_true(scratch_log_has("newline/package.json reason=\"no valid name"));
	list(app);
	assert_string_equal(listed.text, all);
	listed_reset(&listed);
}

static void test_changes(void **state)
{
	static const char *const places[] = { "/app", NULL };
	const struct source_conf conf = { .root = scratch_root,
					  .max_tag = 65536,
					  .npm = places };
	struct source_stamp a, b;
	struct source *s;

	(void)state;
	scratch_clear();
	scratch_put(span_str("x"), "/app/readme");
	assert_int_equal(source_npm.open(&conf, &s), 0);
	source_npm.stamp(s, &a);
	assert_string_equal(source_npm.watch(s, 0), scratch_path("/app"));
	scratch_put(span_str("{\"name\":\"x\",\"version\":\"1\"}"),
		    "/app/node_modules/x/package.json");
	source_npm.stamp(s, &b);
	assert_memory_not_equal(&a, &b, sizeof(a));
	assert_int_equal(symlink("x", scratch_path("/app/node_modules/linked")), 0);
	assert_int_equal(list_all(&source_npm, s, &listed), 0);
	assert_int_equal(listed.n, 1);
	assert_true(source_npm.installed(s, &listed.last) > 0);
	assert_string_equal(source_npm.watch(s, 0), scratch_path("/app/node_modules"));
	assert_string_equal(source_npm.watch(s, 1), scratch_path("/app/node_modules/x"));
	source_npm.close(s);
	listed_reset(&listed);
}

static int read_str(const char *text, struct arena *a)
{
	struct npm_package p;

	return npm_package_read(span_str(text), a, &p);
}

static void test_package(void **state)
{
	static const char *const bad[] = {
		"",
		"x",
		"null",
		"{}",
		"{\"name\":\"x\"}",
		"{\"name\":\"x\",\"version\":1}",
		"{\"name\":[\"x\"],\"version\":\"1\"}",
		"{\"name\":\"\",\"version\":\"1\"}",
		"{\"name\":\"x\",\"version\":\"1\"} more",
		"{\"name\":\"a\\u0000b\",\"version\":\"1\"}",
		"{\"name\":\"a\\u007fb\",\"version\":\"1\"}",
		"{\"name\":\"\xff\",\"version\":\"1\"}",
	};
	struct arena a = { 0 };
	struct wr w = { 0 };
	struct npm_package p;

	(void)state;
	assert_int_equal(read_str("{\"name\":\"a[{\\\"\",\"version\":\"1\"}", &a), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(read_str(bad[i], &a), ST_EVALUE);
	wr_str(&w, "{\"name\":\"x\",\"version\":\"1\",\"deep\":");
	for (int i = 0; i < 100000; i++)
		wr_u8(&w, '[');
	assert_int_equal(npm_package_read(wr_span(&w), &a, &p), ST_ELIMIT);
	wr_truncate(&w, 0);
	while (w.len <= NPM_MAX_OCTETS)
		wr_u8(&w, ' ');
	assert_int_equal(npm_package_read(wr_span(&w), &a, &p), ST_ELIMIT);
	wr_truncate(&w, 0);
	wr_str(&w, "{\"version\":\"1\",\"name\":\"");
	for (int i = 0; i <= NPM_MAX_FIELD; i++)
		wr_u8(&w, 'x');
	wr_str(&w, "\"}");
	assert_int_equal(npm_package_read(wr_span(&w), &a, &p), ST_ELIMIT);
	wr_reset(&w);
	arena_reset(&a);
}

static int note_file(void *ctx, struct span path, bool changeable)
{
	struct wr *w = ctx;

	assert_false(changeable);
	wr_bytes(w, path);
	wr_u8(w, ' ');
	return 0;
}

/* All files below a package, without nested packages and links. */
static void test_files(void **state)
{
	static const char *const places[] = { "/node_modules", NULL };
	const struct source_conf conf = { .root = scratch_root,
					  .max_tag = 1024,
					  .npm = places };
	struct source_item item = { .key = span_str("/node_modules/a") };
	struct wr w = { 0 };
	struct source *s;

	(void)state;
	scratch_clear();
	scratch_log();
	scratch_put(span_str("{}"), "/node_modules/a/lib/deep/x.js");
	scratch_put(span_str("{}"), "/node_modules/a/node_modules/b/package.json");
	assert_int_equal(symlink("/", scratch_path("/node_modules/a/lib/root")), 0);
	assert_int_equal(source_npm.open(&conf, &s), 0);
	assert_int_equal(source_npm.files(s, &item, note_file, &w), 0);
	wr_u8(&w, 0);
	assert_string_equal((const char *)w.p, "/node_modules/a/lib/deep/x.js ");
	item.key = span_str("/node_modules/gone");
	assert_int_equal(source_npm.files(s, &item, note_file, &w), ST_ENOENT);
	source_npm.close(s);
	wr_reset(&w);
}

UNIT_GROUP(source_npm)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_package),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_drop);
}
