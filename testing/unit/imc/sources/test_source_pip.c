/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* memmem */
#include "unit.h"

#include "scratch.h"

#include "imc/sources/pip_metadata.h"
#include "imc/sources/source_pip.h"

#include "base/err.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIP "/fixtures/pip"

static struct listed listed;

static void list(const char *root, const char *const *places, int want)
{
	const struct source_conf conf = { .root = root, .max_tag = 65536, .pip = places };
	struct source *s;

	scratch_log();
	assert_int_equal(source_pip.open(&conf, &s), 0);
	assert_int_equal(list_all(&source_pip, s, &listed), want);
	source_pip.close(s);
}

static void test_list(void **state)
{
	static const char *const places[] = { PIP "/site", PIP "/v*", "/fixtures/nowhere",
					      NULL };

	(void)state;
	list(TESTING_DIR, places, 0);
	assert_string_equal(
		listed.text,
		PIP "/site/Py_YAML-6.0.dist-info Py_YAML 6.0 - " PIP "/site\n" PIP
		    "/site/old.egg-info old 0.1.dev0 - " PIP "/site\n" PIP
		    "/site/single-3.egg-info single 3 - " PIP "/site\n" PIP
		    "/venv/lib/python3.11/site-packages/wheel-0.40.dist-info wheel 0.40 - " PIP
		    "/venv/lib/python3.11/site-packages\n");
	assert_int_equal(scratch_log_count(), 1);
	assert_true(scratch_log_has("broken-1.dist-info/METADATA reason=\"no valid name"));
	listed_reset(&listed);
}

static void test_hostile(void **state)
{
	static const char *const places[] = { PIP "/hostile", NULL };

	(void)state;
	list(TESTING_DIR, places, 0);
	assert_int_equal(listed.n, 0);
	assert_int_equal(scratch_log_count(), 2);
	listed_reset(&listed);
}

/* Entries of pip, and other entries. */
static void test_changes(void **state)
{
	static const char *const places[] = { "/site", NULL };
	const struct source_conf conf = { .root = scratch_root,
					  .max_tag = 1024,
					  .pip = places };
	struct source_stamp a, b;
	struct source *s;
	char *big = calloc(1, 2000);

	(void)state;
	assert_non_null(big);
	scratch_clear();
	scratch_log();
	assert_int_equal(source_pip.open(&conf, &s), 0);
	source_pip.stamp(s, &a);
	scratch_put(span_str("Name: x\nVersion: 1\n"), "/site/x-1.dist-info/METADATA");
	source_pip.stamp(s, &b);
	assert_memory_not_equal(&a, &b, sizeof(a));
	assert_int_equal(list_all(&source_pip, s, &listed), 0);
	assert_int_equal(listed.n, 1);
	assert_true(source_pip.installed(s, &listed.last) > 0);
	assert_string_equal(source_pip.watch(s, 0), scratch_path("/site"));
	assert_string_equal(source_pip.watch(s, 1), scratch_path("/site/x-1.dist-info"));
	assert_null(source_pip.watch(s, 2));

	scratch_put(span_of(memset(big, 'x', 2000), 2000), "/site/y-1.dist-info/METADATA");
	assert_int_equal(mkdir(scratch_path("/site/z-1.dist-info"), 0700), 0);
	assert_int_equal(symlink("../x-1.dist-info/METADATA",
				 scratch_path("/site/z-1.dist-info/METADATA")),
			 0);
	assert_int_equal(symlink("x-1.dist-info", scratch_path("/site/l-1.dist-info")), 0);
	assert_int_equal(mkfifo(scratch_path("/site/f.egg-info"), 0600), 0);
	assert_int_equal(list_all(&source_pip, s, &listed), 0);
	assert_int_equal(listed.n, 1);
	assert_true(scratch_log_has("y-1.dist-info/METADATA reason=\"too long"));
	assert_true(scratch_log_has("z-1.dist-info/METADATA reason=\"a symbolic link"));
	assert_int_equal(scratch_log_count(), 2);
	source_pip.close(s);
	listed_reset(&listed);
	free(big);
}

/* A user with write access can add to the list, within limits of number and size. */
static void test_ceilings(void **state)
{
	static const char *const places[] = { "/site", NULL };
	const struct source_conf conf = {
		.root = scratch_root, .max_octets = 100, .max_tag = 60, .pip = places
	};
	static const char text[] = "Name: x\nVersion: 1\n\n0123456789012345678";
	struct source *s;

	(void)state;
	scratch_clear();
	scratch_log();
	for (int i = 0; i < 6; i++)
		scratch_put(span_str(text), "/site/x-%d.dist-info/METADATA", i);
	assert_int_equal(source_pip.open(&conf, &s), 0);
	assert_int_equal(list_all(&source_pip, s, &listed), 0);
	assert_int_equal(listed.n, 2);
	assert_int_equal(scratch_log_count(), 4);
	assert_true(scratch_log_has("reason=\"too much data"));
	source_pip.close(s);
	listed_reset(&listed);
}

static int plain_path(void *ctx, struct span path, bool changeable)
{
	size_t *n = ctx;

	assert_false(changeable);
	assert_true(path.n > 1 && path.n <= PATH_MAX && path.p[0] == '/');
	assert_null(memmem(path.p, path.n, "/../", 4));
	assert_null(memmem(path.p, path.n, "//", 2));
	++*n;
	return 0;
}

/* Any content of RECORD yields paths; entries above the root are ignored. */
static void test_record(void **state)
{
	static const struct source_conf conf = { .root = scratch_root, .max_tag = 1024 };
	static const char signs[] = "aab//..,,\"\"\n\r \\%\x80\x01";
	struct source_item item = { .key = span_str("/site/x.dist-info"),
				    .directory = span_str("/site") };
	size_t paths = 0;
	struct source *s;
	char text[96];

	(void)state;
	scratch_clear();
	scratch_log();
	assert_int_equal(source_pip.open(&conf, &s), 0);
	assert_int_equal(source_pip.files(s, &item, plain_path, &paths), ST_ENOENT);
	srandom(7);
	for (int i = 0; i < 3000; i++) {
		size_t n = (size_t)random() % sizeof(text);

		for (size_t k = 0; k < n; k++)
			text[k] = signs[(size_t)random() % sizeof(signs)];
		scratch_put(span_of(text, n), "/site/x.dist-info/RECORD");
		assert_int_equal(source_pip.files(s, &item, plain_path, &paths), 0);
	}
	assert_true(paths > 1000);
	scratch_put(span_of(text, sizeof(text)), "/site/y.dist-info/RECORD");
	item.key = span_str("/site/y.dist-info/RECORD"); /* not a directory */
	assert_int_equal(source_pip.files(s, &item, plain_path, &paths), ST_ENOENT);
	source_pip.close(s);
}

static void test_metadata(void **state)
{
	static const char *const bad[] = {
		"",
		"Name: x",
		"Version: 1",
		"Name: x\n\nVersion: 1",
		"Name:\nVersion: 1\n",
		"Name: x\nVersion:  \n",
		" Name: x\nVersion: 1\n",
		"Names: x\nVersion: 1\n",
		"Name: x\nName: y\n",
		"Name: a\tb\nVersion: 1\n",
	};
	char text[PIP_MAX_FIELD + 32];
	struct pip_metadata m;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(pip_metadata_read(span_str(bad[i]), &m));
	assert_true(pip_metadata_read(span_str("X: y\n  more\nNAME:x\nversion:\t1 "), &m));
	assert_true(span_eq(m.name, span_str("x")));
	assert_true(span_eq(m.version, span_str("1")));
	snprintf(text, sizeof(text), "Version: 1\nName: %0*d", PIP_MAX_FIELD, 1);
	assert_true(pip_metadata_read(span_str(text), &m));
	snprintf(text, sizeof(text), "Version: 1\nName: %0*d", PIP_MAX_FIELD + 1, 1);
	assert_false(pip_metadata_read(span_str(text), &m));
}

UNIT_GROUP(source_pip)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),    cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_changes), cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_record),  cmocka_unit_test(test_metadata),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_drop);
}
