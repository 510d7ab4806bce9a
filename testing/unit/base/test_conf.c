/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "base/conf.h"
#include "base/err.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static char dir[64], path[128];

static cfg_opt_t section[] = { CFG_INT("seconds", 7, CFGF_NONE), CFG_END() };
static cfg_opt_t opts[] = { CFG_INT("port", 271, CFGF_NONE), CFG_STR("name", "x", CFGF_NONE),
			    CFG_STR_LIST("names", "{\"a\", \"b\"}", CFGF_NONE),
			    CFG_SEC("limits", section, CFGF_NONE), CFG_END() };
static const struct conf_range ranges[] = { { "port", 1, 65535 },
					    { "limits|seconds", 1, 60 },
					    { NULL, 0, 0 } };

static int begin(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/stance-conf-XXXXXX");
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/test.conf", dir);
	return 0;
}

static int end(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(dir);
}

static int load(const char *text, cfg_t **cfg, struct conf_error *e)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	return conf_load(path, opts, ranges, cfg, e);
}

static void refuse(const char *text, const char *where, const char *what)
{
	struct conf_error e;
	cfg_t *cfg;

	assert_int_equal(load(text, &cfg, &e), ST_ECONF);
	assert_null(cfg);
	assert_non_null(strstr(e.text, path));
	assert_non_null(strstr(e.text, where));
	assert_non_null(strstr(e.text, what));
}

static void test_values_and_defaults(void **state)
{
	struct conf_error e;
	cfg_t *cfg;

	(void)state;
	assert_int_equal(load("port = 8271 # ours\nlimits {\n seconds = 60\n}\n", &cfg, &e),
			 0);
	assert_int_equal(cfg_getint(cfg, "port"), 8271);
	assert_int_equal(cfg_getint(cfg, "limits|seconds"), 60);
	assert_string_equal(cfg_getstr(cfg, "name"), "x");
	conf_free(cfg);
}

static void test_errors_name_file_and_line(void **state)
{
	(void)state;
	refuse("\n\nprot = 1\n", ":3:", "prot");
	refuse("name = \"a\"\nport = many\n", ":2:", "");
	refuse("port = 0\n", ":1:", "between 1 and 65535");
	refuse("\nport = 65536\n", ":2:", "65536");
	refuse("limits {\n seconds = 61\n}\n", ":2:", "between 1 and 60");
}

static void test_missing_file(void **state)
{
	struct conf_error e;
	cfg_t *cfg;

	(void)state;
	assert_int_equal(conf_load("/nonexistent/x.conf", opts, NULL, &cfg, &e), ST_ENOENT);
	assert_non_null(strstr(e.text, "/nonexistent/x.conf"));
	assert_null(cfg);
}

static void test_named_files(void **state)
{
	struct conf_error e;
	cfg_t *cfg;

	(void)state;
	assert_int_equal(load("port = 9\n", &cfg, &e), 0);
	conf_free(cfg);
	conf_dir_set(dir);
	assert_string_equal(conf_dir(), dir);
	assert_int_equal(conf_load_named("test.conf", opts, ranges, &cfg, &e), 0);
	assert_int_equal(cfg_getint(cfg, "port"), 9);
	conf_free(cfg);
	assert_int_equal(conf_load_named("other.conf", opts, ranges, &cfg, &e), 0);
	assert_int_equal(cfg_getint(cfg, "port"), 271); /* no file: all defaults */
	conf_free(cfg);
	conf_dir_set(NULL);
}

static void test_directories(void **state)
{
	(void)state;
	conf_dir_set(NULL);
	setenv("STANCE_CONF_DIR", "/from/env", 1);
	setenv("STANCE_STATE_DIR", "/state/env", 1);
	assert_string_equal(conf_dir(), "/from/env");
	assert_string_equal(state_dir(), "/state/env");
	conf_dir_set("/set");
	state_dir_set("/state/set");
	assert_string_equal(conf_dir(), "/set");
	assert_string_equal(state_dir(), "/state/set");
	conf_dir_set(NULL);
	state_dir_set(NULL);
	unsetenv("STANCE_CONF_DIR");
	unsetenv("STANCE_STATE_DIR");
	assert_true(strlen(conf_dir()) > 0);
	assert_true(strlen(state_dir()) > 0);
}

static void test_unclosed_sections(void **state)
{
	static const char *const closed[] = {
		"limits { seconds = 1 }",
		"name = \"{\"",
		"name = '{ \\' {'",
		"name = \"a \\\" {\"",
		"# {\nname = a // {\n/* { \n { */",
		"name = /a//b limits { seconds = 1 }\n",
		"limits { seconds = 1 # }\n}",
		"name = \"two\nlines {\" limits { }",
	};
	struct conf_error e;
	cfg_t *cfg;

	(void)state;
	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
		if (load(closed[i], &cfg, &e) < 0)
			fail_msg("%s: %s", closed[i], e.text);
		conf_free(cfg);
	}
	refuse("port = 1\nlimits {\n  seconds = 1\n", ":2:", "no end");
	refuse("limits {", ":1:", "no end");
	refuse("\n\nlimits { seconds = 1 # }", ":3:", "no end");
	refuse("name = \"}\n\"\nlimits {\n", ":3:", "no end");
	refuse("limits { seconds = 1 // }\n", ":1:", "no end");
	refuse("limits { seconds = 1 /* } */\n", ":1:", "no end");
}

static void test_text(void **state)
{
	cfg_t *cfg;

	(void)state;
	assert_int_equal(conf_load_text("limits { seconds = 5 }\n", opts, &cfg), 0);
	assert_int_equal(cfg_getint(cfg, "limits|seconds"), 5);
	assert_int_equal(cfg_getint(cfg, "port"), 271);
	conf_free(cfg);
	assert_int_equal(conf_load_text("prot = 1", opts, &cfg), ST_ECONF);
	assert_null(cfg);
	conf_free(NULL);
}

#define THREADS 4
#define ROUNDS 200

static void *read_and_free(void *bad)
{
	struct conf_error e;
	cfg_t *cfg;

	for (int i = 0; i < ROUNDS; i++) {
		assert_int_equal(conf_load(path, opts, ranges, &cfg, &e), 0);
		assert_int_equal(cfg_getint(cfg, "port"), 8271);
		conf_free(cfg);
		assert_int_equal(conf_load(bad, opts, ranges, &cfg, &e), ST_ECONF);
		assert_non_null(strstr(e.text, "nonsense:2:"));
	}
	return NULL;
}

/* A module drops its old settings in one thread while another's are read. */
static void test_threads(void **state)
{
	pthread_t threads[THREADS];
	struct conf_error e;
	char bad[160];
	cfg_t *cfg;

	(void)state;
	(void)snprintf(bad, sizeof(bad), "%s/nonsense", dir);
	assert_int_equal(load("\nport = 0\n", &cfg, &e), ST_ECONF);
	assert_int_equal(rename(path, bad), 0);
	assert_int_equal(load("name = \"a\"\nport = 8271\n", &cfg, &e), 0);
	conf_free(cfg);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_and_free, bad), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(unlink(bad), 0);
}

UNIT_GROUP_THREADED(conf)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_unclosed_sections, begin, end),
		cmocka_unit_test_setup_teardown(test_values_and_defaults, begin, end),
		cmocka_unit_test_setup_teardown(test_errors_name_file_and_line, begin, end),
		cmocka_unit_test(test_missing_file),
		cmocka_unit_test_setup_teardown(test_named_files, begin, end),
		cmocka_unit_test(test_directories),
		cmocka_unit_test_setup_teardown(test_text, begin, end),
		cmocka_unit_test_setup_teardown(test_threads, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
