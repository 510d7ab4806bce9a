/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "base/err.h"

static void test_every_error_has_words(void **state)
{
	(void)state;
	for (int err = ST_EPLUGIN; err <= 0; err++) {
		assert_non_null(st_strerror(err));
		assert_string_not_equal(st_strerror(err), "unknown error");
	}
	assert_string_equal(st_strerror(ST_ESHORT), "message too short");
	assert_string_equal(st_strerror(ST_EPLUGIN - 1), "unknown error");
	assert_string_equal(st_strerror(1), "unknown error");
}

UNIT_GROUP(err)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_error_has_words) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
