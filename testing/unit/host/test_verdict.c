/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "base/err.h"
#include "host/verdict.h"

static void test_silence(void **state)
{
	struct recommendation r;
	struct verdicts v;

	(void)state;
	assert_int_equal(verdicts_init(&v, 0), 0);
	assert_int_equal(verdicts_sum(&v, RECOMMEND_DEFAULT, &r), 0);
	assert_int_equal(r.action, TNC_IMV_ACTION_RECOMMENDATION_NO_RECOMMENDATION);
	verdicts_free(&v);

	assert_int_equal(verdicts_init(&v, 2), 0);
	v.v[1].given = true;
	v.v[1].recommendation = (struct recommendation){ 0, 0 };
	assert_int_equal(verdicts_sum(&v, RECOMMEND_DEFAULT, &r), 0);
	assert_int_equal(r.action, TNC_IMV_ACTION_RECOMMENDATION_ALLOW);
	assert_int_equal(verdicts_sum(&v, RECOMMEND_ALL, &r), 0);
	assert_int_equal(r.action, TNC_IMV_ACTION_RECOMMENDATION_NO_RECOMMENDATION);
	assert_int_equal(reasons_set_text(&v.v[1].reasons, span_str("why")), 0);
	verdicts_clear(&v);
	assert_false(v.v[1].given);
	assert_int_equal(v.v[1].reasons.n, 0);
	verdicts_free(&v);
	verdicts_free(&v);
}

UNIT_GROUP(verdict)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_silence) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
