/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "host/recommend.h"

#define ALLOW TNC_IMV_ACTION_RECOMMENDATION_ALLOW
#define NONE TNC_IMV_ACTION_RECOMMENDATION_NO_RECOMMENDATION
#define ISOLATE TNC_IMV_ACTION_RECOMMENDATION_ISOLATE
#define DENY TNC_IMV_ACTION_RECOMMENDATION_NO_ACCESS
#define GOOD TNC_IMV_EVALUATION_RESULT_COMPLIANT
#define MINOR TNC_IMV_EVALUATION_RESULT_NONCOMPLIANT_MINOR
#define MAJOR TNC_IMV_EVALUATION_RESULT_NONCOMPLIANT_MAJOR
#define ERROR TNC_IMV_EVALUATION_RESULT_ERROR
#define UNKNOWN TNC_IMV_EVALUATION_RESULT_DONT_KNOW

/* clang-format off */
static const struct {
	struct recommendation in[3];
	size_t n;
	struct recommendation out[3]; /* by policy: default, all, any */
} rows[] = {
	{ { { 0, 0 } }, 0,
	  { { NONE, UNKNOWN }, { NONE, UNKNOWN }, { NONE, UNKNOWN } } },
	{ { { ALLOW, GOOD } }, 1,
	  { { ALLOW, GOOD }, { ALLOW, GOOD }, { ALLOW, GOOD } } },
	{ { { ALLOW, GOOD }, { ALLOW, GOOD }, { ALLOW, GOOD } }, 3,
	  { { ALLOW, GOOD }, { ALLOW, GOOD }, { ALLOW, GOOD } } },
	{ { { ALLOW, GOOD }, { ISOLATE, MINOR } }, 2,
	  { { ISOLATE, MINOR }, { NONE, UNKNOWN }, { ALLOW, GOOD } } },
	{ { { DENY, MAJOR }, { ISOLATE, MINOR }, { ALLOW, GOOD } }, 3,
	  { { DENY, MAJOR }, { NONE, UNKNOWN }, { ALLOW, GOOD } } },
	{ { { ALLOW, GOOD }, { DENY, ERROR }, { ISOLATE, MAJOR } }, 3,
	  { { DENY, ERROR }, { NONE, UNKNOWN }, { ALLOW, GOOD } } },
	{ { { NONE, UNKNOWN }, { ALLOW, GOOD } }, 2, /* who knows nothing does not count */
	  { { ALLOW, GOOD }, { NONE, UNKNOWN }, { ALLOW, GOOD } } },
	{ { { ALLOW, GOOD }, { NONE, UNKNOWN } }, 2,
	  { { ALLOW, GOOD }, { NONE, UNKNOWN }, { ALLOW, GOOD } } },
	{ { { ALLOW, MINOR }, { ALLOW, GOOD } }, 2, /* each half on its own */
	  { { ALLOW, MINOR }, { ALLOW, UNKNOWN }, { ALLOW, GOOD } } },
	{ { { ALLOW, GOOD }, { DENY, GOOD }, { ALLOW, GOOD } }, 3,
	  { { DENY, GOOD }, { NONE, GOOD }, { ALLOW, GOOD } } },
};
/* clang-format on */

static void test_policies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int policy = 0; policy <= RECOMMEND_ANY; policy++) {
			struct recommendation r = recommend((enum recommend_policy)policy,
							    rows[i].in, rows[i].n);

			assert_int_equal(r.action, rows[i].out[policy].action);
			assert_int_equal(r.evaluation, rows[i].out[policy].evaluation);
		}
	}
}

static void test_names(void **state)
{
	(void)state;
	assert_int_equal(recommend_policy_of("default"), RECOMMEND_DEFAULT);
	assert_int_equal(recommend_policy_of("all"), RECOMMEND_ALL);
	assert_int_equal(recommend_policy_of("any"), RECOMMEND_ANY);
	assert_int_equal(recommend_policy_of("worst"), -1);
	assert_int_equal(recommend_policy_of(""), -1);
	assert_string_equal(recommend_action_name(ISOLATE), "isolate");
	assert_string_equal(recommend_action_name(4), "unknown");
	assert_string_equal(recommend_evaluation_name(MAJOR), "non-compliant major");
	assert_string_equal(recommend_evaluation_name(~0UL), "unknown");
}

static void test_mapping(void **state)
{
	static const struct {
		TNC_UInt32 action;
		enum pb_access access;
		TNC_ConnectionState told;
	} map[] = {
		{ ALLOW, PB_ACCESS_ALLOWED, TNC_CONNECTION_STATE_ACCESS_ALLOWED },
		{ ISOLATE, PB_QUARANTINED, TNC_CONNECTION_STATE_ACCESS_ISOLATED },
		{ DENY, PB_ACCESS_DENIED, TNC_CONNECTION_STATE_ACCESS_NONE },
		{ NONE, PB_ACCESS_DENIED, TNC_CONNECTION_STATE_ACCESS_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		assert_int_equal(recommend_access(map[i].action), map[i].access);
		assert_int_equal(recommend_state(map[i].access), map[i].told);
	}
}

static void test_valid(void **state)
{
	(void)state;
	assert_true(recommendation_valid(&(struct recommendation){ NONE, UNKNOWN }));
	assert_false(recommendation_valid(&(struct recommendation){ 4, 0 }));
	assert_false(recommendation_valid(&(struct recommendation){ 0, 5 }));
	assert_false(recommendation_valid(&(struct recommendation){ 1UL << 32, 0 }));
}

UNIT_GROUP(recommend)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_mapping),
		cmocka_unit_test(test_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
