/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "posture/repository.h"
#include "base/err.h"

static const struct {
	const char *name, *says;
} bad[] = {
	{ "major", "interface version 2.0, but 1.2 is needed" },
	{ "minor", "interface version 1.3, but 1.2 is needed" },
	{ "holes", "holes" },
	{ "symbol", "no symbol stance_plugin" },
	{ "missing", "missing.so" },
	{ "../bad", "not the name" },
	{ "", "not the name" },
};

static void test_refused(void **state)
{
	struct plugin pl;
	char err_msg[512];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(plugin_load(&pl, BUILD_DIR "/.libs", bad[i].name, err_msg,
					     sizeof(err_msg)),
				 ST_EPLUGIN);
		assert_non_null(strstr(err_msg, bad[i].says));
		assert_non_null(strstr(err_msg, bad[i].name));
		assert_null(pl.so);
		plugin_unload(&pl);
	}
}

UNIT_GROUP(repository)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
