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

/* The directories found and passed, without the root, one per line, sorted. */
static char seen[16][256];
static size_t n_seen;
static int fail;

static int note(const struct dir_walk *w, const struct walk_dir *d)
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

static struct dir_walk_skips skipped;

static void check(const char *pattern, bool passed, const char *want)
{
	const struct dir_walk w = { .root = scratch_root,
				    .source = "test",
				    .skips = &skipped,
				    .found = passed ? NULL : note,
				    .passed = passed ? note : NULL };
	char text[2 * sizeof(seen)] = "";

	n_seen = 0;
	assert_int_equal(dir_walk(&w, pattern), 0);
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
	/* links are followed before the first wildcard */
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
	struct dir_walk w = {
		.root = "/nonexistent", .source = "test", .found = note, .skips = &skipped
	};
	char name[NAME_MAX + 8];

	(void)state;
	n_seen = 0;
	assert_int_equal(dir_walk(&w, "/a"), ST_ENOENT);
	w.root = scratch_root;
	memset(name, 'x', sizeof(name));
	name[0] = '/';
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(dir_walk(&w, name), 0);
	fail = ST_ELIMIT;
	assert_int_equal(dir_walk(&w, "/a/*"), ST_ELIMIT);
	fail = 0;
	assert_int_equal(n_seen, 1);
}

static int refuse_all(const struct dir_walk *w, const struct walk_dir *d, const char *name)
{
	dir_walk_skip(w, d, name, NULL, "no");
	return 0;
}

static int found_refuse(const struct dir_walk *w, const struct walk_dir *d)
{
	return dir_walk_each(w, d, refuse_all);
}

static void test_refused_once(void **state)
{
	const struct dir_walk w = { .root = scratch_root,
				    .source = "test",
				    .skips = &skipped,
				    .found = found_refuse };

	(void)state;
	scratch_log();
	assert_int_equal(dir_walk(&w, "/a"), 0);
	assert_int_equal(scratch_log_count(), 4);
	assert_int_equal(dir_walk(&w, "/a"), 0);
	assert_int_equal(scratch_log_count(), 4);
	dir_walk_skips_free(&skipped);
	assert_int_equal(dir_walk(&w, "/a"), 0);
	assert_int_equal(scratch_log_count(), 8);
	dir_walk_skips_free(&skipped);
}

/* More skipped files than lines of log. */
static void test_skipped_many(void **state)
{
	const struct dir_walk w = { .root = scratch_root,
				    .source = "test",
				    .skips = &skipped,
				    .found = found_refuse };

	(void)state;
	for (int i = 0; i < 5000; i++)
		scratch_put(span_str("x"), "/many/%d", i);
	scratch_log();
	assert_int_equal(dir_walk(&w, "/many"), 0);
	assert_int_equal(scratch_log_count(), DIR_WALK_MAX_LINES);
	dir_walk_skip_end(&w);
	assert_int_equal(scratch_log_count(), DIR_WALK_MAX_LINES + 1);
	assert_true(scratch_log_has("more files skipped: source=test count=4984"));
	assert_int_equal(dir_walk(&w, "/many"), 0); /* logged once */
	dir_walk_skip_end(&w);
	assert_int_equal(scratch_log_count(), DIR_WALK_MAX_LINES + 1);
	dir_walk_skips_free(&skipped);
}

static void test_read(void **state)
{
	const char *path = scratch_path("/a/file");
	struct wr w = { 0 };
	struct stat st;

	(void)state;
	wr_str(&w, "before");
	assert_int_equal(dir_walk_read(AT_FDCWD, path, DIR_WALK_ANY_OWNER, 1, &w, &st), 0);
	assert_true(span_eq(wr_span(&w), span_str("x")));
	assert_int_equal(dir_walk_read(AT_FDCWD, path, DIR_WALK_ANY_OWNER, 0, &w, &st),
			 ST_ELIMIT);
	assert_int_equal(st.st_size, 1);
	assert_int_equal(
		dir_walk_read(AT_FDCWD, scratch_path("/none"), DIR_WALK_ANY_OWNER, 1, &w, &st),
		ST_ENOENT);
	assert_int_equal(
		dir_walk_read(AT_FDCWD, scratch_path("/c"), DIR_WALK_ANY_OWNER, 1, &w, &st),
		ST_ENOENT);
	assert_int_equal(
		dir_walk_read(AT_FDCWD, scratch_path("/a"), DIR_WALK_ANY_OWNER, 1, &w, &st),
		ST_EVALUE);
	/* its size is 0, but it is not empty */
	assert_int_equal(
		dir_walk_read(AT_FDCWD, "/proc/self/status", DIR_WALK_ANY_OWNER, 10, &w, &st),
		ST_ELIMIT);
	wr_reset(&w);
}

static void test_watches(void **state)
{
	struct dir_walk_watches t = { 0 };
	char path[32];

	(void)state;
	for (int i = 0; i < DIR_WALK_MAX_WATCHES + 10; i++) {
		snprintf(path, sizeof(path), "/%d", i);
		assert_int_equal(dir_walk_watches_add(&t, path), 0);
	}
	assert_int_equal(t.n, DIR_WALK_MAX_WATCHES);
	dir_walk_watches_reset(&t);
	assert_int_equal(dir_walk_watches_add(&t, ""), 0);
	assert_int_equal(dir_walk_watches_add(&t, "/a"), 0);
	assert_int_equal(dir_walk_watches_add(&t, "/a"), 0);
	assert_int_equal(t.n, 2);
	assert_string_equal(t.paths[0], "/");
	dir_walk_watches_reset(&t);
}

static int end(void **state)
{
	dir_walk_skips_free(&skipped);
	return scratch_drop(state);
}

UNIT_GROUP(dir_walk)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patterns),     cmocka_unit_test(test_passed),
		cmocka_unit_test(test_errors),       cmocka_unit_test(test_refused_once),
		cmocka_unit_test(test_skipped_many), cmocka_unit_test(test_read),
		cmocka_unit_test(test_watches),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
