/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "scratch.h"

#include "imc/sources/dir_walk.h"

#include "base/err.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* The directories found and passed, without the root, one a line and sorted by name. */
static char seen[16][256];
static size_t n_seen;
static int fail;

static int note(const struct tree_walk *w, const struct tree_dir *d)
{
	(void)w;
	assert_true(n_seen < 16);
	snprintf(seen[n_seen++], sizeof(seen[0]), "%s", d->path + d->root);
	return fail;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static struct tree_refusals refused;

static void check(const char *pattern, bool passed, const char *want)
{
	const struct tree_walk w = { .root = scratch_root,
				     .source = "test",
				     .refusals = &refused,
				     .found = passed ? NULL : note,
				     .passed = passed ? note : NULL };
	char text[2 * sizeof(seen)] = "";

	n_seen = 0;
	assert_int_equal(tree_walk(&w, pattern), 0);
	qsort(seen, n_seen, sizeof(seen[0]), by_text);
	for (size_t i = 0; i < n_seen; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ", seen[i]);
	assert_string_equal(text, want);
}

static int begin(void **state)
{
	if (scratch_make(state) < 0)
		return -1;
	scratch_put(span_str("x"), "/a/one/in/file");
	scratch_put(span_str("x"), "/a/two/in/file");
	scratch_put(span_str("x"), "/a/file");
	scratch_put(span_str("x"), "/a/.hidden/in/file");
	scratch_put(span_str("x"), "/b*/in/file");
	return symlink("one", scratch_path("/a/link")) || symlink("a", scratch_path("/c"));
}

static void test_patterns(void **state)
{
	(void)state;
	check("/a/one/in", false, "/a/one/in ");
	check("//a///one/in/", false, "/a/one/in ");
	check("/a/*/in", false, "/a/one/in /a/two/in ");
	check("/a/t?o", false, "/a/two ");
	check("/a/[!t]*", false, "/a/one ");
	check("/*/one", false, "/a/one ");
	check("/a/.h*/in", false, "");
	check("/b\\*/in", false, "/b*/in ");
	check("/b*/in", false, "/b*/in ");
	check("/a/file", false, "");
	check("/a/nothing/in", false, "");
	/* links: where no wildcard stands in front */
	check("/c/one", false, "/c/one ");
	check("/a/link/in", false, "/a/link/in ");
	check("/c/*", false, "/c/one /c/two ");
	check("/?/one", false, "/a/one ");
	check("/", false, "");
}

static void test_passed(void **state)
{
	(void)state;
	check("/a/one/none", true, "/a/one ");
	check("/none/none", true, " ");
	check("/a/*/none", true, "/a /a/one /a/two ");
}

static void test_errors(void **state)
{
	struct tree_walk w = {
		.root = "/nonexistent", .source = "test", .found = note, .refusals = &refused
	};
	char name[NAME_MAX + 8];

	(void)state;
	n_seen = 0;
	assert_int_equal(tree_walk(&w, "/a"), ST_ENOENT);
	w.root = scratch_root;
	memset(name, 'x', sizeof(name));
	name[0] = '/';
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(tree_walk(&w, name), 0);
	fail = ST_ELIMIT;
	assert_int_equal(tree_walk(&w, "/a/*"), ST_ELIMIT);
	fail = 0;
	assert_int_equal(n_seen, 1);
}

static int refuse_all(const struct tree_walk *w, const struct tree_dir *d, const char *name)
{
	tree_refuse(w, d, name, NULL, "no");
	return 0;
}

static int found_refuse(const struct tree_walk *w, const struct tree_dir *d)
{
	return tree_each(w, d, refuse_all);
}

static void test_refused_once(void **state)
{
	const struct tree_walk w = { .root = scratch_root,
				     .source = "test",
				     .refusals = &refused,
				     .found = found_refuse };

	(void)state;
	scratch_log();
	assert_int_equal(tree_walk(&w, "/a"), 0);
	assert_int_equal(scratch_log_count(), 4);
	assert_int_equal(tree_walk(&w, "/a"), 0);
	assert_int_equal(scratch_log_count(), 4);
	tree_refusals_free(&refused);
	assert_int_equal(tree_walk(&w, "/a"), 0);
	assert_int_equal(scratch_log_count(), 8);
	tree_refusals_free(&refused);
}

/* So many that nobody would read it all. */
static void test_refused_many(void **state)
{
	const struct tree_walk w = { .root = scratch_root,
				     .source = "test",
				     .refusals = &refused,
				     .found = found_refuse };

	(void)state;
	for (int i = 0; i < 5000; i++)
		scratch_put(span_str("x"), "/many/%d", i);
	scratch_log();
	assert_int_equal(tree_walk(&w, "/many"), 0);
	assert_int_equal(scratch_log_count(), TREE_MAX_LINES);
	tree_refuse_end(&w);
	assert_int_equal(scratch_log_count(), TREE_MAX_LINES + 1);
	assert_true(scratch_log_has("more files skipped: source=test count=4984"));
	assert_int_equal(tree_walk(&w, "/many"), 0); /* and not again */
	tree_refuse_end(&w);
	assert_int_equal(scratch_log_count(), TREE_MAX_LINES + 1);
	tree_refusals_free(&refused);
}

static void test_read(void **state)
{
	const char *path = scratch_path("/a/file");
	struct wr w = { 0 };
	struct stat st;

	(void)state;
	wr_str(&w, "before");
	assert_int_equal(tree_read(AT_FDCWD, path, TREE_ANYONE, 1, &w, &st), 0);
	assert_true(span_eq(wr_span(&w), span_str("x")));
	assert_int_equal(tree_read(AT_FDCWD, path, TREE_ANYONE, 0, &w, &st), ST_ELIMIT);
	assert_int_equal(st.st_size, 1);
	assert_int_equal(tree_read(AT_FDCWD, scratch_path("/none"), TREE_ANYONE, 1, &w, &st),
			 ST_ENOENT);
	assert_int_equal(tree_read(AT_FDCWD, scratch_path("/c"), TREE_ANYONE, 1, &w, &st),
			 ST_ENOENT);
	assert_int_equal(tree_read(AT_FDCWD, scratch_path("/a"), TREE_ANYONE, 1, &w, &st),
			 ST_EVALUE);
	/* says it is empty and is not */
	assert_int_equal(tree_read(AT_FDCWD, "/proc/self/status", TREE_ANYONE, 10, &w, &st),
			 ST_ELIMIT);
	wr_reset(&w);
}

static void test_watches(void **state)
{
	struct tree_watches t = { 0 };
	char path[32];

	(void)state;
	for (int i = 0; i < TREE_MAX_WATCHES + 10; i++) {
		snprintf(path, sizeof(path), "/%d", i);
		assert_int_equal(tree_watches_add(&t, path), 0);
	}
	assert_int_equal(t.n, TREE_MAX_WATCHES);
	tree_watches_reset(&t);
	assert_int_equal(tree_watches_add(&t, ""), 0);
	assert_int_equal(tree_watches_add(&t, "/a"), 0);
	assert_int_equal(tree_watches_add(&t, "/a"), 0);
	assert_int_equal(t.n, 2);
	assert_string_equal(t.paths[0], "/");
	tree_watches_reset(&t);
}

static int end(void **state)
{
	tree_refusals_free(&refused);
	return scratch_drop(state);
}

UNIT_GROUP(dir_walk)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patterns),     cmocka_unit_test(test_passed),
		cmocka_unit_test(test_errors),       cmocka_unit_test(test_refused_once),
		cmocka_unit_test(test_refused_many), cmocka_unit_test(test_read),
		cmocka_unit_test(test_watches),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
