/* SPDX-License-Identifier: BSD-2-Clause */
/* The validator's judgement, and what others have been recorded to say to one. */
#include "unit.h"

#include "unit/imv/fake_posture.h"
#include "imv_swima_lab.h"
#include "pa_recorded.h"

#include "tncif/tncifimv.h"
#include "wire/pa_ietf.h"

#include <stdio.h>

static const char rules[] = "rule \"no-telnet\" { forbidden = {\"telnet*\"}\n"
			    " remediation = \"remove it\" }\n"
			    "rule \"crypto\" { required = {\"openssl\", \"gnutls\"}\n"
			    " failure = \"minor\" }\n";

static void check_rules(bool posture)
{
	struct swima_request q;
	struct pa_attr a;
	bool remedy = false;

	start(rules, posture);
	answer(PA_SW_ID_INVENTORY, must_ask_inventory(), items, 3);
	assert_true(asked(&q));
	answer(PA_SW_INVENTORY, q.request_id, items, 3);
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_ISOLATE,
		       TNC_IMV_EVALUATION_RESULT_NONCOMPLIANT_MAJOR);
	assert_non_null(strstr(tncs_reason, "telnetd 0.17"));
	for (size_t i = 0; tncs_attr(i, &a); i++)
		remedy |= pa_attr_is(&a, PEN_IETF, PA_REMEDIATION);
	assert_true(remedy);
}

static void test_policy(void **state)
{
	(void)state;
	check_rules(true);
	assert_true(fake_has("result swima.no-telnet 2 installed: telnetd 0.17"));
	assert_true(fake_has("result swima.crypto 1 not installed: gnutls"));
	assert_true(fake_has("results end swima."));
}

/* What is known needs no record: the rules see the name that the posture has. */
static void test_policy_known(void **state)
{
	(void)state;
	check_rules(true);
	tncs_begin(TNCS_CONNECTION);
	answer(PA_SW_ID_INVENTORY, must_ask_inventory(), items, 3);
	must_not_ask();
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_ISOLATE,
		       TNC_IMV_EVALUATION_RESULT_NONCOMPLIANT_MAJOR);
	assert_true(fake_has("result swima.no-telnet 2 installed: telnetd known"));
	assert_int_equal(fake_count("describe "), 3);
}

/* An address is sent as an address. */
static void test_remediation_uri(void **state)
{
	struct pa_remediation m = { 0 };
	struct pa_attr a;

	(void)state;
	start("rule \"r\" { required = {\"nothing\"}\n"
	      " remediation = \"https://help.example/\" }",
	      false);
	answer(PA_SW_INVENTORY, must_ask_inventory(), items, 1);
	for (size_t i = 0; tncs_attr(i, &a); i++)
		if (pa_attr_is(&a, PEN_IETF, PA_REMEDIATION)) {
			struct rd r = a.value;

			assert_int_equal(pa_remediation_decode(&r, &m), 0);
		}
	assert_int_equal(m.type, PA_REMEDIATION_URI);
	assert_true(span_eq(m.text, span_str("https://help.example/")));
}

/* In somebody else's host nothing is stored and the judgement is the same. */
static void test_policy_alone(void **state)
{
	(void)state;
	check_rules(false);
	assert_string_equal(fake_log, "");
}

static void test_nothing_to_judge_alone(void **state)
{
	(void)state;
	start("", false);
	answer(PA_SW_ID_INVENTORY, must_ask_inventory(), items, 3);
	must_not_ask();
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_ALLOW,
		       TNC_IMV_EVALUATION_RESULT_COMPLIANT);
}

static void test_language(void **state)
{
	(void)state;
	tncs_language = "de-CH, en;q=0.5";
	start("rule \"r\" { required = {\"nothing\"} }", false);
	answer(PA_SW_INVENTORY, must_ask_inventory(), items, 1);
	assert_non_null(strstr(tncs_reason, "fehlt: nothing"));
	tncs_language = "en";
}

/* What another implementation's collector was recorded to say; its requests had the same id as
 * our first one. 1008 packages and a tag file, the second time in segments and with tags. */
static void replay(void *ctx, size_t batch, struct span msg)
{
	(void)ctx;
	(void)batch;
	tncs_say(TNCS_CONNECTION, TNCS_COLLECTOR, msg);
}

static void check_recorded(const char *name, size_t described)
{
	start("", true);
	assert_true(pa_recorded(name, 'C', PA_SUBTYPE_SWIMA, replay, NULL) > 0);
	if (!tncs_recommended)
		tncs_solicit(TNCS_CONNECTION);
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_ALLOW,
		       TNC_IMV_EVALUATION_RESULT_COMPLIANT);
	assert_int_equal(fake_count("software "), 1009);
	assert_int_equal(fake_count("describe "), described);
}

static void test_recorded(void **state)
{
	check_recorded("swima-id-inventory", 0);
	(void)teardown(state);
	check_recorded("swima-full-seg", 1009);
	(void)teardown(state);
	check_recorded("swima-targeted", 0);
}

UNIT_GROUP(imv_swima_rules)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_policy, teardown),
		cmocka_unit_test_teardown(test_policy_known, teardown),
		cmocka_unit_test_teardown(test_remediation_uri, teardown),
		cmocka_unit_test_teardown(test_policy_alone, teardown),
		cmocka_unit_test_teardown(test_nothing_to_judge_alone, teardown),
		cmocka_unit_test_teardown(test_language, teardown),
		cmocka_unit_test_teardown(test_recorded, teardown),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
