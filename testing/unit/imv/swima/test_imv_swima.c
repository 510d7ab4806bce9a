/* SPDX-License-Identifier: BSD-2-Clause */
/* The validator as a TNC server sees it: what it asks, what it reports, and what it makes of
 * collectors that do not play by the rules. */
#include "unit.h"

#include "unit/imv/fake_posture.h"
#include "imv_swima_lab.h"
#include "vectors.h"

#include "base/conf.h"
#include "tncif/tncifimv.h"
#include "wire/swid_xml.h"

#include <stdio.h>

/* The first endpoint of a fleet: identifiers, then their records, then nothing more. */
static void test_learns(void **state)
{
	struct swima_request q;
	uint32_t id;

	(void)state;
	start("", true);
	id = must_ask_inventory();
	answer(PA_SW_ID_INVENTORY, id, items, 3);
	assert_false(tncs_recommended);
	assert_true(asked(&q) > id);
	assert_int_equal(q.flags, 0);
	assert_int_equal(q.count, 3);
	answer(PA_SW_INVENTORY, q.request_id, items, 3);
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_ALLOW,
		       TNC_IMV_EVALUATION_RESULT_COMPLIANT);
	assert_true(fake_has("inventory 5a5a5a5a 12"));
	assert_true(fake_has("software lab.example__bash-5.2 0/0 1 #1"));
	assert_int_equal(fake_count("software "), 3);
	assert_true(fake_has("inventory end"));
	assert_true(fake_has("describe lab.example__bash-5.2 bash 5.2 amd64 deb src 0"));
	assert_int_equal(fake_count("describe "), 3);
	assert_true(fake_has("fact swima.subscription no"));
	assert_true(fake_has("result swima.inventory 0 "));
	assert_true(fake_has("submit host.example"));

	assert_true(fake_has("facts end swima.epoch")); /* of a first version */

	/* The second time all is known: identifiers only. */
	tncs_begin(TNCS_CONNECTION);
	id = must_ask_inventory();
	assert_true(id > q.request_id);
	answer(PA_SW_ID_INVENTORY, id, items, 3);
	must_not_ask();
	assert_true(tncs_recommended);
	assert_int_equal(fake_count("describe "), 3);
	assert_int_equal(fake_count("software "), 6);
	assert_int_equal(fake_count("facts end"), 1);
}

static void test_chunks(void **state)
{
	struct swima_request q;
	struct span named;
	uint32_t last;

	(void)state;
	start("records_per_request = 2", true);
	last = must_ask_inventory();
	answer(PA_SW_ID_INVENTORY, last, items, 3);
	assert_true(asked(&q) > last);
	assert_int_equal(q.count, 2);
	last = q.request_id;
	answer(PA_SW_INVENTORY, q.request_id, items, 2);
	assert_true(asked(&q) > last);
	assert_int_equal(q.count, 1);
	assert_int_equal(swima_request_next(&q, &named), 1);
	assert_true(span_eq(named, span_str("lab.example__openssl-3.0")));
	answer(PA_SW_INVENTORY, q.request_id, items + 2, 1);
	must_not_ask();
	assert_int_equal(fake_count("describe "), 3);
}

static void test_bounded(void **state)
{
	struct swima_request q;

	(void)state;
	start("max_descriptions = 1", true);
	answer(PA_SW_ID_INVENTORY, must_ask_inventory(), items, 3);
	assert_true(asked(&q));
	assert_int_equal(q.count, 1);
	answer(PA_SW_INVENTORY, q.request_id, items, 1);
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_ALLOW,
		       TNC_IMV_EVALUATION_RESULT_COMPLIANT);
	assert_int_equal(fake_count("software "), 3);
	assert_int_equal(fake_count("describe "), 1);
}

/* Whoever sends records at once has told everything. */
static void test_full_inventory(void **state)
{
	(void)state;
	start("", true);
	answer(PA_SW_INVENTORY, must_ask_inventory(), items, 3);
	must_not_ask();
	assert_int_equal(fake_count("describe "), 3);
	assert_int_equal(fake_count("software "), 3);
	assert_true(tncs_recommended);
}

static void test_foreign_models(void **state)
{
	static const struct item mixed[] = { { "local", "1", 200, "?" },
					     { "local", "2", 3, "?" } };

	(void)state;
	start("", true);
	answer(PA_SW_ID_INVENTORY, must_ask_inventory(), mixed, 2);
	must_not_ask();
	assert_true(fake_has("software lab.example__local-1 0/200 1 #1"));
	assert_true(fake_has("software lab.example__local-2 0/3 1 #2"));
	assert_int_equal(fake_count("describe "), 0);
	assert_true(tncs_recommended);
}

#define OLD_TAG(unique)                                                                       \
	"<software_identification_tag xmlns='" SWID_NS_2009 "'><product_title>old"            \
	"</product_title><product_version><name>1</name></product_version><software_id>"      \
	"<unique_id>" unique "</unique_id><tag_creator_regid>lab.example"                     \
	"</tag_creator_regid></software_id></software_identification_tag>"

/* A tag of one kind where another one was announced describes nothing. */
static void test_tag_models(void **state)
{
	static const struct item mixed[] = {
		{ "cos", "1", SWIMA_MODEL_COSWID, NULL },
		{ "old", "1", SWIMA_MODEL_SWID_2009, OLD_TAG("old-1") },
		{ "cut", "1", SWIMA_MODEL_COSWID, "\xa0" },
		{ "new", "1", SWIMA_MODEL_SWID_2015, OLD_TAG("new-1") },
	};
	struct swima_request q;

	(void)state;
	start("", true);
	answer(PA_SW_ID_INVENTORY, must_ask_inventory(), mixed, 4);
	(void)asked(&q);
	assert_int_equal(q.count, 4);
	answer(PA_SW_INVENTORY, q.request_id, mixed, 4);
	assert_true(fake_has("describe lab.example__cos-1 cos 1 amd64 deb src 0"));
	assert_true(fake_has("describe lab.example__old-1 old 1    "));
	assert_int_equal(fake_count("describe "), 2);
	assert_true(tncs_recommended);
}

/* A tag that is broken, or speaks of other software, describes nothing. */
static void test_bad_tags(void **state)
{
	static const struct item bad[] = {
		{ "a", "1", 0, "<not xml" },
		{ "b", "1", 0,
		  "<SoftwareIdentity xmlns=\"" SWID_NS "\" name=\"bash\" version=\"6\" "
		  "tagId=\"bash-5.2\"><Entity name=\"L\" regid=\"lab.example\" "
		  "role=\"tagCreator\"/></SoftwareIdentity>" },
		{ "c", "1", 0,
		  "<!DOCTYPE x [<!ENTITY y \"z\">]><SoftwareIdentity xmlns=\"" SWID_NS
		  "\" name=\"&y;\" tagId=\"c-1\"/>" },
	};

	(void)state;
	start("", true);
	answer(PA_SW_INVENTORY, must_ask_inventory(), bad, 3);
	assert_int_equal(fake_count("describe "), 0);
	assert_int_equal(fake_count("software "), 3);
	assert_true(tncs_recommended);
}

static void test_no_answer(void **state)
{
	(void)state;
	start("on_error = \"deny\"", true);
	(void)must_ask_inventory();
	tncs_say(TNCS_CONNECTION, TNCS_COLLECTOR, (struct span){ 0 });
	if (!tncs_recommended)
		tncs_solicit(TNCS_CONNECTION);
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_NO_ACCESS,
		       TNC_IMV_EVALUATION_RESULT_ERROR);
	assert_true(fake_has("result swima.inventory 3 no collector answered"));
	assert_int_equal(fake_count("inventory "), 0);
	assert_non_null(strstr(tncs_reason, "could not be obtained"));
}

static void test_refused(void **state)
{
	uint32_t id;

	(void)state;
	start("", true);
	id = must_ask_inventory();
	complain(PA_E_SWIMA, id);
	tncs_solicit(TNCS_CONNECTION);
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_NO_RECOMMENDATION,
		       TNC_IMV_EVALUATION_RESULT_ERROR);
	assert_true(fake_has("result swima.inventory 3 SWIMA_ERROR: no, sorry"));
}

/* Some collectors complain and answer all the same, in one message. */
static void test_error_and_inventory(void **state)
{
	struct pa_error e = pa_error_swima(PA_E_SWIMA_SUBSCRIPTION, 0, 0, "no");
	struct swima_head h = { .epoch = 0x5a5a5a5a };
	struct swima_writer sw;
	struct wr w = { 0 };

	(void)state;
	start("", true);
	h.request_id = e.id = must_ask_inventory();
	(void)pa_msg_encode(&w, 7);
	(void)pa_error_attr_encode(&w, &e);
	assert_int_equal(swima_writer_begin(&sw, &w, PA_SW_ID_INVENTORY, &h), 0);
	assert_int_equal(swima_writer_end(&sw), 0);
	tncs_say(TNCS_CONNECTION, TNCS_COLLECTOR, wr_span(&w));
	wr_reset(&w);
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_ALLOW,
		       TNC_IMV_EVALUATION_RESULT_COMPLIANT);
	assert_true(fake_has("inventory end"));
}

/* Too many records at once: half of them; a single one that is too big is left. */
static void test_too_large(void **state)
{
	struct swima_request q;

	(void)state;
	start("", true);
	answer(PA_SW_ID_INVENTORY, must_ask_inventory(), items, 3);
	assert_true(asked(&q));
	complain(PA_E_SWIMA_TOO_LARGE, q.request_id);
	assert_true(asked(&q));
	assert_int_equal(q.count, 1);
	complain(PA_E_SWIMA_TOO_LARGE, q.request_id);
	assert_true(asked(&q));
	assert_int_equal(q.count, 1);
	answer(PA_SW_INVENTORY, q.request_id, items + 1, 1);
	assert_true(asked(&q));
	answer(PA_SW_INVENTORY, q.request_id, items + 2, 1);
	must_not_ask();
	assert_int_equal(fake_count("describe "), 2);
	assert_int_equal(fake_count("software "), 3);
	assert_true(tncs_recommended);
}

static void test_records_refused(void **state)
{
	struct swima_request q;

	(void)state;
	start("records_per_request = 1", true);
	answer(PA_SW_ID_INVENTORY, must_ask_inventory(), items, 3);
	assert_true(asked(&q));
	complain(PA_E_SWIMA, q.request_id);
	must_not_ask();
	tncs_solicit(TNCS_CONNECTION);
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_ALLOW,
		       TNC_IMV_EVALUATION_RESULT_COMPLIANT);
	assert_int_equal(fake_count("software "), 3);
}

/* Answers to nobody's question are noted, not believed. */
static void test_stale(void **state)
{
	uint32_t id;

	(void)state;
	start("", true);
	id = must_ask_inventory();
	answer(PA_SW_ID_INVENTORY, id + 77, items, 3);
	tncs_solicit(TNCS_CONNECTION);
	assert_int_equal(fake_count("software "), 0);
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_NO_RECOMMENDATION,
		       TNC_IMV_EVALUATION_RESULT_ERROR);
}

static void test_ignored_targeting(void **state)
{
	struct swima_request q;

	(void)state;
	start("records_per_request = 1", true);
	answer(PA_SW_ID_INVENTORY, must_ask_inventory(), items, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_true(asked(&q));
		answer(PA_SW_INVENTORY, q.request_id, items, 3); /* always everything */
	}
	must_not_ask();
	assert_int_equal(fake_count("describe "), 3);
}

static void test_two_collectors(void **state)
{
	static const struct item other[] = { { "pip-thing", "1", 0, NULL } };
	struct swima_request q;
	uint32_t id;

	(void)state;
	start("", true);
	id = must_ask_inventory();
	answer_as(TNCS_COLLECTOR, PA_SW_ID_INVENTORY, id, items, 3);
	assert_true(asked(&q));
	answer_as(TNCS_COLLECTOR + 1, PA_SW_INVENTORY, id, other, 1);
	answer_as(TNCS_COLLECTOR, PA_SW_INVENTORY, q.request_id, items, 3);
	tncs_solicit(TNCS_CONNECTION);
	assert_true(tncs_recommended);
	assert_int_equal(fake_count("inventory 5a5a5a5a"), 1);
	assert_int_equal(fake_count("software "), 4);
}

#define LACKS "inventory lacks a collector has not told its inventory"
#define LATE "fact inventory.incomplete a collector has told its inventory too late"

/* One of two collectors is late, or complains: what it has is not gone. */
static void test_late_collector(void **state)
{
	static const struct item other[] = { { "pip-thing", "1", 0, NULL } };
	struct pa_error e;
	struct wr w = { 0 };
	uint32_t id;

	(void)state;
	start("", true);
	id = must_ask_inventory();
	answer_as(TNCS_COLLECTOR, PA_SW_INVENTORY, id, items, 3);
	assert_true(fake_has("inventory end"));
	assert_int_equal(fake_count("inventory lacks"), 0);
	answer_as(TNCS_COLLECTOR + 1, PA_SW_INVENTORY, id, other, 1);
	assert_true(fake_has(LATE));
	assert_int_equal(fake_count("notice"), 1);
	fake_forget();
	tncs_begin(TNCS_CONNECTION);
	answer_as(TNCS_COLLECTOR, PA_SW_INVENTORY, must_ask_inventory(), items, 3);
	assert_true(fake_has(LACKS));
	assert_int_equal(fake_count("notice"), 1);
	tncs_disconnect(TNCS_CONNECTION);
	tncs_connect(TNCS_CONNECTION);
	tncs_begin(TNCS_CONNECTION);
	fake_forget();
	id = must_ask_inventory();
	e = pa_error_swima(PA_E_SWIMA, id, 0, "no");
	(void)pa_msg_encode(&w, 7);
	(void)pa_error_attr_encode(&w, &e);
	tncs_hear(TNCS_CONNECTION, TNCS_COLLECTOR + 1, wr_span(&w));
	wr_reset(&w);
	answer_as(TNCS_COLLECTOR, PA_SW_INVENTORY, id, items, 3);
	assert_true(fake_has(LACKS));
}

/* More collectors than we keep apart: the rest is not heard, and harms nobody. */
static void test_many_collectors(void **state)
{
	struct swima_head h = { .epoch = 1 };
	uint32_t id;

	(void)state;
	start("", true);
	h.request_id = id = must_ask_inventory();
	for (uint32_t i = 0; i < 20; i++) {
		struct wr w = { 0 };

		write_answer(&w, PA_SW_INVENTORY, &h, items, 1);
		tncs_hear(TNCS_CONNECTION, 100 + i, wr_span(&w));
		wr_reset(&w);
	}
	tncs_say(TNCS_CONNECTION, 0, (struct span){ 0 });
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_ALLOW,
		       TNC_IMV_EVALUATION_RESULT_COMPLIANT);
	assert_in_range(fake_count("software "), 2, 19);
	fake_forget();
	tncs_begin(TNCS_CONNECTION); /* they are forgotten with the assessment */
	answer_as(100, PA_SW_INVENTORY, must_ask_inventory(), items, 3);
	assert_int_equal(fake_count("software "), 3);
}

/* What comes after the decision belongs to no report, neither this nor the next. */
static void test_too_late(void **state)
{
	uint32_t id;

	(void)state;
	start("", true);
	id = must_ask_inventory();
	answer(PA_SW_INVENTORY, id, items, 3);
	assert_true(tncs_recommended);
	answer_as(TNCS_COLLECTOR + 1, PA_SW_INVENTORY, id, items, 3);
	assert_int_equal(fake_count("submit "), 2); /* the notice */
	assert_int_equal(fake_count("software "), 3);
	fake_forget();
	tncs_begin(TNCS_CONNECTION);
	answer(PA_SW_INVENTORY, must_ask_inventory(), items, 3);
	assert_int_equal(fake_count("software "), 3);
}

/* What is no Software Identifier is left out; the others count. */
static void test_bad_identifiers(void **state)
{
	static const struct span ids[] = { SPAN_LIT(""), SPAN_LIT("good"),
					   SPAN_LIT("\xff\xfe") };
	struct swima_head h = { .epoch = 1 };
	struct swima_writer sw;
	struct wr w = { 0 };

	(void)state;
	start("", true);
	h.request_id = must_ask_inventory();
	(void)pa_msg_encode(&w, 7);
	assert_int_equal(swima_writer_begin(&sw, &w, PA_SW_ID_INVENTORY, &h), 0);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct swima_record rec = { .model = 200, .id = ids[i] };

		assert_int_equal(swima_writer_record(&sw, &rec), 0);
	}
	assert_int_equal(swima_writer_end(&sw), 0);
	tncs_say(TNCS_CONNECTION, TNCS_COLLECTOR, wr_span(&w));
	wr_reset(&w);
	assert_true(tncs_recommended);
	assert_true(fake_has("software good 0/200 0 #0"));
	assert_int_equal(fake_count("software "), 1);
	assert_true(fake_has("inventory end"));
}

static void test_twice(void **state)
{
	struct swima_request q;
	uint32_t id;

	(void)state;
	start("", true);
	id = must_ask_inventory();
	answer(PA_SW_ID_INVENTORY, id, items, 3);
	assert_true(asked(&q));
	answer(PA_SW_ID_INVENTORY, id, items, 3);
	answer(PA_SW_INVENTORY, q.request_id, items, 3);
	tncs_solicit(TNCS_CONNECTION);
	assert_int_equal(fake_count("software "), 3);
}

static void test_too_long(void **state)
{
	(void)state;
	start("max_records = 2", true);
	answer(PA_SW_ID_INVENTORY, must_ask_inventory(), items, 3);
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_NO_RECOMMENDATION,
		       TNC_IMV_EVALUATION_RESULT_ERROR);
	assert_int_equal(fake_count("inventory end"), 0);
}

static void test_backwards(void **state)
{
	(void)state;
	start("", true);
	fake_state_err = 0;
	fake_state = (struct endpoint_state){ .has_inventory = true,
					      .epoch = 0x5a5a5a5a,
					      .contiguous_eid = 13,
					      .highest_eid = 13 };
	tncs_begin(TNCS_CONNECTION);
	answer(PA_SW_INVENTORY, must_ask_inventory(), items, 3);
	assert_int_equal(fake_count("notice swima.ledger"), 1);
	fake_forget();
	fake_state.highest_eid = fake_state.contiguous_eid = 12;
	tncs_begin(TNCS_CONNECTION);
	answer(PA_SW_INVENTORY, must_ask_inventory(), items, 3);
	assert_int_equal(fake_count("notice swima.ledger"), 0);
}

static void test_sources(void **state)
{
	struct vectors v = { 0 };
	uint32_t id;

	(void)state;
	start("", true);
	id = must_ask_inventory();
	tncs_say(TNCS_CONNECTION, TNCS_COLLECTOR, vector_one(&v, "swima/source-response.hex"));
	vectors_free(&v);
	tncs_recommended = false;
	tncs_begin(TNCS_CONNECTION);
	id = must_ask_inventory();
	{
		struct swima_source s[] = { { 1, SPAN_LIT("dpkg /var/lib/dpkg") },
					    { 2, SPAN_LIT("tags") } };
		struct swima_head h = { .request_id = id, .epoch = 1 };
		struct wr w = { 0 };
		size_t begin;

		write_answer(&w, PA_SW_INVENTORY, &h, items, 1);
		begin = pa_attr_begin(&w, 0, PEN_IETF, PA_SOURCE_RESPONSE);
		(void)swima_sources_encode(&w, s, 2);
		pa_attr_end(&w, begin);
		tncs_say(TNCS_CONNECTION, TNCS_COLLECTOR, wr_span(&w));
		wr_reset(&w);
	}
	assert_true(fake_has("fact swima.sources 1 dpkg /var/lib/dpkg; 2 tags"));
}

/* The sample file is what a start without any file does. */
static void test_sample_settings(void **state)
{
	(void)state;
	conf_dir_set(TESTING_DIR "/../imv/swima");
	assert_int_equal(tncs_start(), TNC_RESULT_SUCCESS);
	tncs_stop();
	conf_dir_set(dir);
}

static void test_bad_settings(void **state)
{
	static const char *const bad[] = {
		"on_error = \"maybe\"",
		"rule \"x\" { }",
		"rule \"x y\" { required = {\"a\"} }",
		"rule \"inventory\" { required = {\"a\"} }",
		"rule \"x\" { required = {\"a\"} failure = \"huge\" }",
		"rule \"x\" { required = {\"a\"} }\nrule \"x\" { required = {\"b\"} }",
		"no_such_key = 1",
		"records_per_request = 0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		settings(bad[i]);
		assert_int_not_equal(tncs_start(), TNC_RESULT_SUCCESS);
		tncs_stop();
	}
}

UNIT_GROUP(imv_swima)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_learns, teardown),
		cmocka_unit_test_teardown(test_chunks, teardown),
		cmocka_unit_test_teardown(test_bounded, teardown),
		cmocka_unit_test_teardown(test_full_inventory, teardown),
		cmocka_unit_test_teardown(test_foreign_models, teardown),
		cmocka_unit_test_teardown(test_tag_models, teardown),
		cmocka_unit_test_teardown(test_bad_tags, teardown),
		cmocka_unit_test_teardown(test_no_answer, teardown),
		cmocka_unit_test_teardown(test_refused, teardown),
		cmocka_unit_test_teardown(test_error_and_inventory, teardown),
		cmocka_unit_test_teardown(test_too_large, teardown),
		cmocka_unit_test_teardown(test_records_refused, teardown),
		cmocka_unit_test_teardown(test_stale, teardown),
		cmocka_unit_test_teardown(test_ignored_targeting, teardown),
		cmocka_unit_test_teardown(test_two_collectors, teardown),
		cmocka_unit_test_teardown(test_many_collectors, teardown),
		cmocka_unit_test_teardown(test_late_collector, teardown),
		cmocka_unit_test_teardown(test_too_late, teardown),
		cmocka_unit_test_teardown(test_bad_identifiers, teardown),
		cmocka_unit_test_teardown(test_twice, teardown),
		cmocka_unit_test_teardown(test_too_long, teardown),
		cmocka_unit_test_teardown(test_backwards, teardown),
		cmocka_unit_test_teardown(test_sources, teardown),
		cmocka_unit_test(test_sample_settings),
		cmocka_unit_test(test_bad_settings),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
