/* SPDX-License-Identifier: BSD-2-Clause */
/* The validator that follows: what it asks of a collector whose ledger it knows, and what it
 * makes of the answers. */
#include "unit.h"

#include "unit/imv/fake_posture.h"
#include "imv_swima_follow.h"
#include "vectors.h"

#include "tncif/tncifimv.h"
#include "base/clock.h"
#include "wire/pa_error.h"

#include <stdio.h>

/* The first time: the inventory, and then the subscription from there. */
static void test_first(void **state)
{
	uint32_t id;

	(void)state;
	start_following("", true);
	answer(PA_SW_INVENTORY, must_ask_inventory(), items, 3);
	assert_false(tncs_recommended);
	id = must_ask("identifiers from 13 subscribe");
	NO_EVENTS(0, id, 12);
	must_allow();
	assert_true(fake_has("inventory end"));
	assert_true(fake_has("events 5a5a5a5a 13-12/12"));
	assert_true(fake_has("fact swima.subscription yes"));
	assert_int_equal(fake_count("notice"), 0);
}

/* Later: what is missing, and the subscription, in one request. */
static void test_resumes(void **state)
{
	uint32_t id = resume(20), records;

	(void)state;
	EVENTS(0, id, 23, 23, "21+vim-1", "22-vim-1", "23~bash-1");
	records = must_ask("records from 0 targeted");
	answer(PA_SW_INVENTORY, records, NULL, 0);
	must_allow();
	assert_true(fake_has("events 5a5a5a5a 21-23/23"));
	assert_true(fake_has("event 21 + lab.example__vim-1"));
	assert_true(fake_has("event 22 - lab.example__vim-1"));
	assert_true(fake_has("event 23 ~ lab.example__bash-1"));
	assert_int_equal(fake_count("inventory"), 0);
	assert_true(fake_has("result swima.inventory 0 "));
}

/* The endpoint pushes: nothing is asked, and what comes is taken. */
static void test_pushed(void **state)
{
	uint32_t id = resume(20);

	(void)state;
	NO_EVENTS(0, id, 20);
	must_allow();
	fake_forget();
	tncs_begin(TNCS_CONNECTION);
	assert_int_equal(tncs_n, 0);
	EVENTS(SWIMA_FULFILLMENT, id, 21, 21, "21-vim-1");
	must_allow();
	assert_true(fake_has("event 21 - lab.example__vim-1"));
	assert_true(fake_has("events 5a5a5a5a 21-21/21"));
	/* without the bit that says so */
	fake_state.contiguous_eid = fake_state.highest_eid = 21;
	tncs_begin(TNCS_CONNECTION);
	EVENTS(0, id, 22, 22, "22-vim-2");
	must_allow();
	assert_true(fake_has("events 5a5a5a5a 22-22/22"));
	/* nothing is pushed: it was asked from here */
	fake_state.contiguous_eid = fake_state.highest_eid = 22;
	tncs_begin(TNCS_CONNECTION);
	end_batch();
	id = must_ask("identifiers from 23");
	NO_EVENTS(0, id, 22);
	must_allow();
	assert_true(fake_has("events 5a5a5a5a 23-22/22"));
}

static void test_partial(void **state)
{
	uint32_t id = resume(20), next;

	(void)state;
	EVENTS(0, id, 22, 25, "21-a-1", "22-a-2");
	next = must_ask("identifiers from 23");
	assert_true(next > id);
	EVENTS(0, next, 24, 25, "23-a-3", "24-a-4");
	next = must_ask("identifiers from 25");
	EVENTS(0, next, 25, 25, "25-a-5");
	must_allow();
	assert_int_equal(fake_count("event "), 5);
}

/* The rest of a partial answer may come as a fulfilment, in the same message. */
static void test_partial_pushed(void **state)
{
	uint32_t id = resume(20);
	struct wr w = { 0 };

	(void)state;
	(void)pa_msg_encode(&w, 7);
	write_events(&w, 0, id, EPOCH, 21, 22, (const char *const[]){ "21-a-1", NULL });
	write_events(&w, SWIMA_FULFILLMENT, id, EPOCH, 22, 22,
		     (const char *const[]){ "22-a-2", NULL });
	tncs_say(TNCS_CONNECTION, TNCS_COLLECTOR, wr_span(&w));
	wr_reset(&w);
	must_allow();
	assert_int_equal(fake_count("event "), 2);
}

static void test_equal_eids(void **state)
{
	uint32_t id = resume(20);

	(void)state;
	EVENTS(0, id, 22, 22, "22-b-1", "21-a-1", "22-b-2", "21-a-2");
	must_allow();
	assert_int_equal(fake_count("event "), 4);
}

/* Now and then the events are compared with an inventory, when they are complete. */
static void test_reconcile(void **state)
{
	uint32_t id;

	(void)state;
	sync("reconcile_hours = 1\n", 20);
	fake_state.inventory_at = clock_wall_us() - 3601 * CLOCK_SEC;
	tncs_begin(TNCS_CONNECTION);
	end_batch();
	id = must_ask("identifiers from 21 subscribe");
	EVENTS(0, id, 21, 21, "21-a-1");
	id = must_ask("identifiers from 0");
	answer(PA_SW_INVENTORY, id, items, 3);
	must_allow();
	assert_true(fake_has("event 21 - lab.example__a-1"));
	assert_true(fake_has("inventory end"));
}

static void test_reconcile_assessments(void **state)
{
	uint32_t id;

	(void)state;
	sync("reconcile_assessments = 2\nreconcile_hours = 0\n", 20);
	end_batch();
	id = must_ask("identifiers from 21 subscribe");
	NO_EVENTS(0, id, 20);
	must_allow();
	tncs_begin(TNCS_CONNECTION);
	end_batch();
	NO_EVENTS(0, must_ask("identifiers from 21"), 20);
	(void)must_ask("identifiers from 0");
}

static void test_settings(void **state)
{
	(void)state;
	sync("subscribe = no\n", 20);
	end_batch();
	(void)must_ask("identifiers from 21");
	teardown(state);
	sync("events = no\n", 20);
	end_batch();
	(void)must_ask("identifiers from 0");
	teardown(state);
	fake_state_err = 0;
	start_following("", false); /* nothing is stored */
	end_batch();
	(void)must_ask("identifiers from 0");
}

/* What comes after the decision is stored at once. */
static void test_late(void **state)
{
	uint32_t id = resume(20);

	(void)state;
	NO_EVENTS(0, id, 20);
	must_allow();
	EVENTS(SWIMA_FULFILLMENT, id, 21, 21, "21-a-1");
	assert_true(fake_has("event 21 - lab.example__a-1"));
	must_ask("nothing");
}

static const struct software_row rows[] = {
	{ .identifier = SPAN_LIT("lab.example__bash-5.2"),
	  .name = SPAN_LIT("bash"),
	  .version = SPAN_LIT("5.2"),
	  .instances = 1 },
	{ .identifier = SPAN_LIT("lab.example__telnetd-1"),
	  .name = SPAN_LIT("telnetd"),
	  .version = SPAN_LIT("1"),
	  .instances = 2 },
};

/* It calls itself bash 5.2 and says another name. */
static const char renamed_tag[] =
	"<SoftwareIdentity xmlns=\"http://standards.iso.org/iso/19770/-2/2015/schema.xsd\""
	" name=\"telnetd\" version=\"9\" tagId=\"bash-5.2\">"
	"<Entity name=\"Lab\" regid=\"lab.example\" role=\"tagCreator\"/>"
	"</SoftwareIdentity>";

#define RULE "rule \"r\" { forbidden = {\"telnetd\"} required = {\"bash\"} }\n"

static void judge(const char *conf, const char *const *events, unsigned long evaluation)
{
	const char *const *last = events;
	uint32_t id, n = 20;

	sync(conf, 20);
	fake_rows = rows;
	fake_n_rows = 2;
	for (; *last; last++)
		n++;
	end_batch();
	id = must_ask("identifiers from 21 subscribe");
	say_events(TNCS_COLLECTOR, 0, id, EPOCH, n, n, events);
	if ((id = asked(&(struct swima_request){ 0 })))
		answer(PA_SW_INVENTORY, id, items, 3);
	assert_true(tncs_recommended);
	assert_int_equal(tncs_evaluation, evaluation);
	teardown(NULL);
}

/* The rules judge what is known, and what events have made of it. */
static void test_rules(void **state)
{
	(void)state;
	judge(RULE, (const char *const[]){ NULL },
	      TNC_IMV_EVALUATION_RESULT_NONCOMPLIANT_MAJOR);
	judge(RULE, (const char *const[]){ "21-telnetd-1", NULL },
	      TNC_IMV_EVALUATION_RESULT_NONCOMPLIANT_MAJOR); /* another one stays */
	judge(RULE, (const char *const[]){ "21-telnetd-1", "22-telnetd-1", NULL },
	      TNC_IMV_EVALUATION_RESULT_COMPLIANT);
	judge(RULE,
	      (const char *const[]){ "21-telnetd-1", "22-telnetd-1", "23-bash-5.2", NULL },
	      TNC_IMV_EVALUATION_RESULT_NONCOMPLIANT_MAJOR);
	/* a new one, whose name comes with its record */
	judge("rule \"r\" { forbidden = {\"openssl\"} }\n",
	      (const char *const[]){ "21+openssl-3.0", NULL },
	      TNC_IMV_EVALUATION_RESULT_NONCOMPLIANT_MAJOR);
	judge("rule \"r\" { forbidden = {\"openssl\"} }\n",
	      (const char *const[]){ "21+openssl-3.0", "22-openssl-3.0", NULL },
	      TNC_IMV_EVALUATION_RESULT_COMPLIANT);
	start("", true);
}

/* What an altered record says now is asked for, though the posture can name the software, and
 * judged in place of what it said before. */
static void test_altered(void **state)
{
	uint32_t records;

	(void)state;
	sync("rule \"r\" { forbidden = {\"telnetd\"} }\n", 20);
	end_batch();
	EVENTS(0, must_ask("identifiers from 21 subscribe"), 21, 21, "21+bash-5.2");
	records = must_ask("records from 0 targeted");
	answer(PA_SW_INVENTORY, records, items, 1);
	must_allow();
	assert_int_equal(fake_count("describe lab.example__bash-5.2"), 1);
	fake_state.contiguous_eid = fake_state.highest_eid = 21;
	fake_rows = rows;
	fake_n_rows = 1;
	tncs_begin(TNCS_CONNECTION);
	EVENTS(SWIMA_FULFILLMENT, records - 1, 22, 22, "22~bash-5.2");
	records = must_ask("records from 0 targeted");
	answer(PA_SW_INVENTORY, records, &(struct item){ "bash", "5.2", 0, renamed_tag }, 1);
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_ISOLATE,
		       TNC_IMV_EVALUATION_RESULT_NONCOMPLIANT_MAJOR);
	assert_int_equal(fake_count("describe lab.example__bash-5.2"), 2);
}

/* --- the bytes of testing/vectors/swima --- */

#define VECTOR_EPOCH 0x2f4a91c3u
#define VECTOR_ID 24 /* of the Request ID Copy in the message */

static uint32_t follow_vectors(uint32_t contiguous)
{
	char want[48];

	sync("", contiguous);
	fake_state.epoch = VECTOR_EPOCH;
	tncs_begin(TNCS_CONNECTION);
	end_batch();
	snprintf(want, sizeof(want), "identifiers from %u subscribe", contiguous + 1);
	return must_ask(want);
}

/* The vector, as the answer to request or subscription id. */
static void say_vector(const char *name, uint32_t id)
{
	struct vectors v = { 0 };
	struct span bytes = vector_one(&v, name);
	uint8_t copy[512];

	assert_true(bytes.n > VECTOR_ID + 4 && bytes.n <= sizeof(copy));
	memcpy(copy, bytes.p, bytes.n);
	wr_put32(copy + VECTOR_ID, id);
	tncs_say(TNCS_CONNECTION, TNCS_COLLECTOR, span_of(copy, bytes.n));
	vectors_free(&v);
}

static void no_error_sent(void)
{
	struct pa_attr a;

	for (size_t i = 0; tncs_attr(i, &a); i++)
		assert_true(a.type != PA_ERROR);
}

static void test_vector_upgrade(void **state)
{
	(void)state;
	say_vector("swima/id-events-upgrade.hex", follow_vectors(12));
	answer(PA_SW_INVENTORY, must_ask("records from 0 targeted"), NULL, 0);
	must_allow();
	assert_true(fake_has("event 13 + strongswan.org__Debian_12-x86_64-bash-5.2.15-2~b7"));
	assert_true(fake_has("event 14 - strongswan.org__Debian_12-x86_64-bash-5.2.15-2~b2"));
	assert_true(fake_has("events 2f4a91c3 13-14/14"));
	assert_int_equal(fake_count("notice"), 0);
}

/* The event with the unknown action changes nothing; it has come all the same. */
static void test_vector_unknown_action(void **state)
{
	(void)state;
	say_vector("swima/id-events-unknown-action.hex", follow_vectors(12));
	no_error_sent();
	if (!tncs_recommended)
		answer(PA_SW_INVENTORY, must_ask("records from 0 targeted"), NULL, 0);
	must_allow();
	assert_int_equal(fake_count("event 13 ? "), 1);
	assert_int_equal(fake_count("event 14 "), 1);
	assert_int_equal(fake_count("notice"), 0);
}

static void test_vector_fulfillment(void **state)
{
	uint32_t id = follow_vectors(14);

	(void)state;
	say_events(TNCS_COLLECTOR, 0, id, VECTOR_EPOCH, 14, 14, (const char *const[]){ NULL });
	must_allow();
	tncs_begin(TNCS_CONNECTION);
	say_vector("swima/id-events-partial-fulfillment.hex", id);
	assert_true(asks("records from 0 targeted"));
	assert_true(asks("identifiers from 16"));
}

static void test_vector_empty(void **state)
{
	(void)state;
	say_vector("swima/id-events-empty.hex", follow_vectors(16));
	must_allow();
	assert_true(fake_has("events 2f4a91c3 17-16/16"));
}

static void test_vector_deletion(void **state)
{
	(void)state;
	say_vector("swima/events-deletion-no-record.hex", follow_vectors(13));
	must_allow();
	assert_true(fake_has("event 14 - strongswan.org__Debian_12-x86_64-bash-5.2.15-2~b2"));
	assert_int_equal(fake_count("describe"), 0);
}

/* Malformed: logged, nothing is used, nothing is sent; the inventory heals. */
static void test_vector_malformed(void **state)
{
	static const char *const names[] = { "swima/bad-consulted.hex",
					     "swima/bad-event-time.hex" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		say_vector(names[i], follow_vectors(4));
		no_error_sent();
		(void)must_ask("identifiers from 0");
		assert_int_equal(fake_count("event"), 0);
		if (i == 0)
			teardown(state);
	}
}

#define T(f) cmocka_unit_test_teardown(f, teardown)

UNIT_GROUP(imv_swima_events)
{
	const struct CMUnitTest tests[] = {
		T(test_first),
		T(test_resumes),
		T(test_pushed),
		T(test_partial),
		T(test_partial_pushed),
		T(test_equal_eids),
		T(test_reconcile),
		T(test_reconcile_assessments),
		T(test_settings),
		T(test_late),
		T(test_rules),
		T(test_altered),
		T(test_vector_upgrade),
		T(test_vector_unknown_action),
		T(test_vector_fulfillment),
		T(test_vector_empty),
		T(test_vector_deletion),
		T(test_vector_malformed),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
