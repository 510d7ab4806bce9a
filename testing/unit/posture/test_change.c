/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "posture/change.h"
#include "posture/report.h"
#include "base/err.h"

static void test_names(void **state)
{
	(void)state;
	for (int k = 1; k < CHANGE_N; k++)
		assert_int_equal(change_kind_of(change_kind_name((enum change_kind)k)), k);
	assert_string_equal(change_kind_name(CHANGE_ADDED), "software-added");
	assert_string_equal(change_kind_name(CHANGE_N), "unknown");
	assert_string_equal(change_kind_name((enum change_kind)0), "unknown");
	assert_int_equal(change_kind_of("unknown"), ST_ENOENT);
	assert_string_equal(verdict_name(VERDICT_MINOR), "minor");
	assert_string_equal(verdict_name(VERDICT_N), "unknown");
	assert_string_equal(access_name(ACCESS_QUARANTINED), "quarantined");
	assert_string_equal(access_name((enum access) - 1), "none");
}

static void test_pack(void **state)
{
	(void)state;
	for (unsigned v = 0; v < VERDICT_N; v++) {
		for (unsigned a = 0; a < ACCESS_N; a++) {
			assert_int_equal(change_verdict(change_pack(v, a)), v);
			assert_int_equal(change_access(change_pack(v, a)), a);
		}
	}
}

UNIT_GROUP(change)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_pack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
