/* SPDX-License-Identifier: BSD-2-Clause */
/* Collectors that told what is installed once, and do not any more. */
#include "unit.h"

#include "unit/imv/fake_posture.h"
#include "imv_swima_follow.h"

#include "tncif/tncifimv.h"

#define INCOMPLETE "fact inventory.incomplete no collector speaks of software any more"

/* Nobody answers, for as long as the validator asks. */
static void be_silent(void)
{
	for (int i = 0; i < 4 && !tncs_recommended; i++)
		end_batch();
	if (!tncs_recommended)
		tncs_solicit(TNCS_CONNECTION);
}

static void again(void)
{
	tncs_begin(TNCS_CONNECTION);
}

/* A new connection: what this one knew is gone. */
static void reconnect(void)
{
	tncs_disconnect(TNCS_CONNECTION);
	tncs_connect(TNCS_CONNECTION);
	again();
}

static void must_be_silence(unsigned notices)
{
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_NO_RECOMMENDATION,
		       TNC_IMV_EVALUATION_RESULT_ERROR);
	assert_true(fake_has("result swima.inventory 3 no collector speaks of software any "
			     "more"));
	assert_int_equal(fake_count("notice swima.silent"), notices);
	assert_int_equal(fake_count(INCOMPLETE), notices);
	assert_int_equal(fake_count("inventory "), 0);
	assert_int_equal(fake_count("events "), 0);
}

/* Once a connection; and the next one says so again. */
static void test_silent(void **state)
{
	(void)state;
	sync("", 20);
	be_silent();
	must_be_silence(1);
	again();
	be_silent();
	must_be_silence(1);
	reconnect();
	be_silent();
	must_be_silence(2);
}

/* Back again, the collector tells everything, and the next silence is news. */
static void test_back(void **state)
{
	uint32_t id;

	(void)state;
	sync("", 20);
	be_silent();
	must_be_silence(1);
	fake_state.incomplete = true;
	again();
	end_batch();
	id = must_ask("identifiers from 21 subscribe");
	NO_EVENTS(0, id, 20);
	answer(PA_SW_INVENTORY, must_ask("identifiers from 0"), items, 3);
	fake_state.incomplete = false;
	must_allow();
	again();
	be_silent();
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_NO_RECOMMENDATION,
		       TNC_IMV_EVALUATION_RESULT_ERROR);
	assert_int_equal(fake_count("notice swima.silent"), 2);
}

/* The subscription of a collector that fell silent is not relied on. */
static void test_midway(void **state)
{
	uint32_t id = resume(20);

	(void)state;
	NO_EVENTS(0, id, 20);
	must_allow();
	again();
	be_silent();
	assert_int_equal(fake_count("notice swima.silent"), 1);
	again();
	end_batch();
	(void)must_ask("identifiers from 21 subscribe");
}

static void test_settings(void **state)
{
	(void)state;
	sync("silence = \"major\"\n", 20);
	be_silent();
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_ISOLATE,
		       TNC_IMV_EVALUATION_RESULT_NONCOMPLIANT_MAJOR);
	assert_non_null(strstr(tncs_reason, "not told any more"));
}

/* One that never told is no news. */
static void test_never(void **state)
{
	(void)state;
	start_following("", true);
	be_silent();
	assert_int_equal(fake_count("notice"), 0);
	assert_true(fake_has("result swima.inventory 3 no collector answered"));
}

/* A complaint is not silence. */
static void test_complaint(void **state)
{
	uint32_t id;

	(void)state;
	sync("events = no\n", 20);
	end_batch();
	id = must_ask("identifiers from 0");
	complain(PA_E_SWIMA, id);
	be_silent();
	assert_int_equal(fake_count("notice swima.silent"), 0);
}

/* --- several collectors --- */

#define LACKS "inventory lacks a collector has not told its inventory"

static void one_answers(void)
{
	uint32_t id;

	end_batch();
	id = must_ask("identifiers from 0"); /* of two, no ledger stands for both */
	answer(PA_SW_INVENTORY, id, items, 3);
	if (!tncs_recommended)
		tncs_solicit(TNCS_CONNECTION);
}

static void test_two_are_noted(void **state)
{
	static const struct item other[] = { { "pip-thing", "1", 0, NULL } };
	uint32_t id;

	(void)state;
	start_following("", true);
	end_batch();
	id = must_ask("identifiers from 0");
	answer_as(TNCS_COLLECTOR + 1, PA_SW_INVENTORY, id, other, 1);
	answer_as(TNCS_COLLECTOR, PA_SW_INVENTORY, id, items, 3);
	if (!tncs_recommended)
		tncs_solicit(TNCS_CONNECTION);
	assert_true(fake_has("fact swima.collectors 2"));
	assert_int_equal(fake_count(LACKS), 0);
}

static void test_one_of_two(void **state)
{
	(void)state;
	fake_fact = (struct fact_row){ SPAN_LIT("swima.collectors"), SPAN_LIT("2") };
	sync("", 20);
	one_answers();
	assert_int_equal(fake_count(LACKS), 1);
	assert_int_equal(fake_count("fact swima.collectors"), 0); /* two are still expected */
	reconnect();
	one_answers();
	assert_int_equal(fake_count(LACKS), 2);
}

static void test_not_expected(void **state)
{
	(void)state;
	fake_fact = (struct fact_row){ SPAN_LIT("swima.collectors"), SPAN_LIT("2") };
	sync("expect_collectors = no\n", 20);
	one_answers();
	assert_int_equal(fake_count(LACKS), 0);
	assert_true(fake_has("fact swima.collectors 1"));
}

static int forget_fact(void **state)
{
	fake_fact = (struct fact_row){ 0 };
	return teardown(state);
}

UNIT_GROUP(imv_swima_silence)
{
#define TEST(f) cmocka_unit_test_teardown(f, forget_fact)
	const struct CMUnitTest tests[] = {
		TEST(test_silent),        TEST(test_back),       TEST(test_midway),
		TEST(test_settings),      TEST(test_never),      TEST(test_complaint),
		TEST(test_two_are_noted), TEST(test_one_of_two), TEST(test_not_expected),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
