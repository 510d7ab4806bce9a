/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "imc/sources/platform.h"

#include <stdio.h>
#include <sys/stat.h>

static void test_fixture(void **state)
{
	struct platform p;

	(void)state;
	platform_read(TESTING_DIR "/fixtures/dpkg/small", &p);
	assert_string_equal(p.id, "debian");
	assert_string_equal(p.version, "12");
	assert_true(p.machine[0]);
	assert_true(p.native[0]);
}

static void test_missing(void **state)
{
	struct platform p;

	(void)state;
	platform_read(TESTING_DIR "/fixtures/nowhere", &p);
	assert_string_equal(p.id, "linux");
	assert_string_equal(p.version, "");
}

/* A malicious file can add no more than a name to identifiers. */
static void test_hostile(void **state)
{
	static const struct {
		const char *text, *id, *version;
	} rows[] = {
		{ "ID='de bian'\nVERSION_ID=\"1__2\"\n", "de", "1__2" },
		{ "ID=\nVERSION_ID=12/../x\n", "linux", "12" },
		{ "ID=$(reboot)\n", "linux", "" },
		{ "VERSION_ID=12", "linux", "12" },
		{ "", "linux", "" },
	};
	char root[] = "/tmp/test_platform.XXXXXX", path[128], cmd[128];
	struct platform p;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(path, sizeof(path), "%s/etc", root);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/etc/os-release", root);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		FILE *f = fopen(path, "w");

		assert_non_null(f);
		fputs(rows[i].text, f);
		assert_int_equal(fclose(f), 0);
		platform_read(root, &p);
		assert_string_equal(p.id, rows[i].id);
		assert_string_equal(p.version, rows[i].version);
	}
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", root);
	assert_int_equal(system(cmd), 0);
}

UNIT_GROUP(platform)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixture),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
