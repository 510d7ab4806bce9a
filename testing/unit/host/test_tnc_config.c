/* SPDX-License-Identifier: BSD-2-Clause */
#include "host_test.h"

#include "base/err.h"
#include "host/tnc_config.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[64];

static void write_config(const char *text, size_t n)
{
	FILE *f;
	int fd;

	strcpy(path, "/tmp/test-tnc-config-XXXXXX");
	assert_true((fd = mkstemp(path)) >= 0);
	assert_non_null(f = fdopen(fd, "w"));
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
}

static struct tnc_config read_config(const char *text)
{
	struct tnc_config c;

	write_config(text, strlen(text));
	assert_int_equal(tnc_config_read(path, &c), 0);
	unlink(path);
	return c;
}

static void check_entry(const struct tnc_entry *e, enum tnc_kind kind, const char *name,
			const char *lib)
{
	assert_int_equal(e->kind, kind);
	assert_string_equal(e->name, name);
	assert_string_equal(e->path, lib);
}

static void test_all_spellings(void **state)
{
	struct tnc_config c = read_config("# comment\n"
					  "\n"
					  "IMC \"OS\" /lib/imc-os.so\n"
					  "IMV \"OS\" /lib/imv-os.so\r\n"
					  "IMV\t\"A B\"\t \t/lib/with blank.so \t\n"
					  "  IMC   \"Late\"   /lib/late.so\n"
					  "JAVA-IMC \"J\" a.b.C /lib/j.jar\n"
					  "IMCS \"other word\" /x\n"
					  "\t\n"
					  "IMV \"last\" /lib/last.so");

	(void)state;
	assert_int_equal(c.n, 5);
	assert_int_equal(c.n_bad, 0);
	check_entry(&c.entries[0], TNC_KIND_IMC, "OS", "/lib/imc-os.so");
	check_entry(&c.entries[1], TNC_KIND_IMV, "OS", "/lib/imv-os.so");
	check_entry(&c.entries[2], TNC_KIND_IMV, "A B", "/lib/with blank.so");
	check_entry(&c.entries[3], TNC_KIND_IMC, "Late", "/lib/late.so");
	check_entry(&c.entries[4], TNC_KIND_IMV, "last", "/lib/last.so");
	assert_int_equal(c.entries[2].line, 5);
	tnc_config_free(&c);
	assert_int_equal(c.n, 0);
}

/* Each is skipped with a line of its own; what follows is read. */
static void test_malformed(void **state)
{
	static const char *const lines[] = {
		"IMC",
		"IMC \"",
		"IMC \"open /lib/a.so",
		"IMC bare /lib/a.so",
		"IMC \"\" /lib/a.so",
		"IMC \"a\"",
		"IMC \"a\" ",
		"IMC \"a\" relative.so",
		"IMC \"a\"/lib/a.so",
		"IMV \"a\tb\" /lib/a.so",
	};
	char text[256], where[128];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct tnc_config c;

		test_log_begin();
		snprintf(text, sizeof(text), "# first\n%s\nIMC \"good\" /lib/good.so\n",
			 lines[i]);
		c = read_config(text);
		assert_int_equal(c.n, 1);
		assert_int_equal(c.n_bad, 1);
		snprintf(where, sizeof(where), "at=%s:2", path);
		assert_int_equal(test_log_count(where), 1);
		tnc_config_free(&c);
		test_log_end();
	}
}

static void test_duplicates(void **state)
{
	struct tnc_config c;

	(void)state;
	test_log_begin();
	c = read_config("IMC \"a\" /lib/a.so\n"
			"IMC \"a\" /lib/b.so\n"
			"IMC \"b\" /lib/a.so\n"
			"IMV \"a\" /lib/a.so\n");
	assert_int_equal(c.n, 2); /* the two sides do not disturb each other */
	assert_int_equal(c.n_bad, 2);
	assert_int_equal(test_log_count("this name is taken"), 1);
	assert_int_equal(test_log_count("this library is there already"), 1);
	tnc_config_free(&c);
	test_log_end();
}

static void test_hostile(void **state)
{
	static const char nul[] = "IMC \"a\0b\" /lib/a.so\nIMC \"c\" /lib/c.so\n";
	struct tnc_config c;
	char *big = malloc(400 * 64);
	size_t n = 0;

	(void)state;
	test_log_begin();
	write_config(nul, sizeof(nul) - 1);
	assert_int_equal(tnc_config_read(path, &c), 0);
	assert_int_equal(c.n, 1);
	assert_int_equal(c.n_bad, 1);
	tnc_config_free(&c);
	unlink(path);

	for (unsigned i = 0; i < 400; i++)
		n += (size_t)sprintf(big + n, "IMC \"m%u\" /lib/m%u.so\n", i, i);
	c = read_config(big);
	assert_int_equal(c.n, TNC_CONFIG_ENTRIES_MAX);
	assert_int_equal(c.n_bad, 400 - TNC_CONFIG_ENTRIES_MAX);
	tnc_config_free(&c);

	n = (size_t)sprintf(big, "IMC \"");
	memset(big + n, 'x', TNC_CONFIG_NAME_MAX + 1);
	strcpy(big + n + TNC_CONFIG_NAME_MAX + 1, "\" /lib/a.so\n");
	c = read_config(big);
	assert_int_equal(c.n, 0);
	tnc_config_free(&c);
	free(big);
	test_log_end();
}

/* Every truncation of a good file: never more entries than it had, never a crash. */
static void test_truncations(void **state)
{
	static const char text[] =
		"IMC \"OS\" /lib/imc-os.so\nIMV \"SWIMA\" /lib/imv-swima.so\n";

	(void)state;
	test_log_begin();
	for (size_t n = 0; n < sizeof(text); n++) {
		struct tnc_config c;

		write_config(text, n);
		assert_int_equal(tnc_config_read(path, &c), 0);
		unlink(path);
		assert_true(c.n <= 2 && c.n + c.n_bad <= 2);
		tnc_config_free(&c);
	}
	test_log_end();
}

static void test_trust(void **state)
{
	static const mode_t bad[] = { 0664, 0646, 0666 };
	struct tnc_config c;
	const char *err_msg;

	(void)state;
	test_log_begin();
	assert_int_equal(tnc_config_read("/nonexistent/tnc_config", &c), ST_ENOENT);
	assert_int_equal(test_log_count("tnc_config"), 0);
	assert_int_equal(tnc_config_read("/tmp", &c), ST_EDENIED);
	write_config("", 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(chmod(path, bad[i]), 0);
		assert_int_equal(tnc_config_read(path, &c), ST_EDENIED);
		assert_int_equal(tnc_file_trusted(path, &err_msg), ST_EDENIED);
		assert_string_equal(err_msg, "writable by group or others");
	}
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(tnc_file_trusted(path, &err_msg), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 12345, 12345), 0);
		assert_int_equal(tnc_config_read(path, &c), ST_EDENIED);
		assert_int_equal(test_log_count("owned neither by root nor by us"), 1);
	}
	unlink(path);
	test_log_end();
}

UNIT_GROUP(tnc_config)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_spellings), cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_duplicates),    cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_truncations),   cmocka_unit_test(test_trust),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
