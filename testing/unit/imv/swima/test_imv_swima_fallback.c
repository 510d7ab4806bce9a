/* SPDX-License-Identifier: BSD-2-Clause */
/* The validator that follows, when the ledger or the collector is not what it should be. */
#include "unit.h"

#include "unit/imv/fake_posture.h"
#include "imv_swima_follow.h"

#include "tncif/tncifimv.h"
#include "base/clock.h"
#include "wire/pa_error.h"

#include <stdio.h>

/* A hole is asked for, and an inventory heals what does not come. */
static void test_hole(void **state)
{
	uint32_t id = resume(20), inventory;

	(void)state;
	EVENTS(0, id, 25, 25, "21-a-1", "24-a-4", "25-a-5");
	id = must_ask("identifiers from 22");
	EVENTS(0, id, 25, 25, "22-a-2", "23-a-3", "24-a-4", "25-a-5");
	must_allow();
	assert_int_equal(fake_count("notice"), 0);
	fake_state.contiguous_eid = fake_state.highest_eid = 25;
	tncs_begin(TNCS_CONNECTION);
	end_batch();
	id = must_ask("identifiers from 26");
	EVENTS(0, id, 28, 28, "26-a-1", "28-a-4");
	id = must_ask("identifiers from 27");
	EVENTS(0, id, 28, 28, "28-a-4");
	inventory = must_ask("identifiers from 0");
	assert_true(fake_count("notice") == 0); /* not submitted yet */
	answer(PA_SW_INVENTORY, inventory, items, 3);
	must_allow();
	assert_int_equal(fake_count("notice swima.ledger event 27"), 1);
	assert_int_equal(fake_count("inventory "), 2); /* head and end */
}

/* A gap of an earlier connection is asked for although the subscription lives. */
static void test_gap_at_begin(void **state)
{
	uint32_t id = resume(20);

	(void)state;
	NO_EVENTS(0, id, 20);
	fake_state.highest_eid = 30;
	fake_state.has_gap = true;
	tncs_begin(TNCS_CONNECTION);
	end_batch();
	(void)must_ask("identifiers from 21");
}

static void check_inventory_heals(const char *notice)
{
	uint32_t id = must_ask("identifiers from 0");

	answer(PA_SW_INVENTORY, id, items, 3);
	id = must_ask("identifiers from 13 subscribe");
	NO_EVENTS(0, id, 12);
	must_allow();
	assert_int_equal(fake_count(notice), 1);
	assert_int_equal(fake_count("notice"), 1);
	assert_true(fake_has("inventory 5a5a5a5a 12"));
}

static void test_new_epoch(void **state)
{
	uint32_t id;

	(void)state;
	sync("", 20);
	fake_state.epoch = 0x77;
	tncs_begin(TNCS_CONNECTION);
	end_batch();
	id = must_ask("identifiers from 21 subscribe");
	EVENTS(0, id, 23, 23, "21+vim-1", "22-vim-1", "23~bash-1");
	check_inventory_heals("notice swima.ledger the ledger is another one");
	assert_int_equal(fake_count("event "), 0);
}

static void test_backwards(void **state)
{
	uint32_t id = resume(20);

	(void)state;
	NO_EVENTS(0, id, 12);
	check_inventory_heals("notice swima.ledger Last EID went back from 20 to 12");
}

/* An epoch that changes under a living subscription. */
static void test_pushed_epoch(void **state)
{
	uint32_t id = resume(20);

	(void)state;
	NO_EVENTS(0, id, 20);
	must_allow();
	tncs_begin(TNCS_CONNECTION);
	say_events(TNCS_COLLECTOR, SWIMA_FULFILLMENT, id, 0x99, 1, 1,
		   (const char *const[]){ "1-vim-1", NULL });
	id = must_ask("identifiers from 0");
	answer(PA_SW_INVENTORY, id, items, 3);
	(void)must_ask("identifiers from 13 subscribe");
}

static void test_refused(void **state)
{
	uint32_t id = resume(20);

	(void)state;
	complain(PA_E_SWIMA_SUBSCRIPTION, id);
	id = must_ask("identifiers from 21");
	NO_EVENTS(0, id, 20);
	must_allow();
	assert_true(fake_has("fact swima.subscription refused"));
	tncs_begin(TNCS_CONNECTION);
	end_batch();
	(void)must_ask("identifiers from 21");
}

/* Refused, and answered all the same. */
static void test_refused_and_answered(void **state)
{
	uint32_t id = resume(20);
	struct pa_error e = pa_error_swima(PA_E_SWIMA_SUBSCRIPTION, id, 0, "no");
	struct wr w = { 0 };

	(void)state;
	(void)pa_msg_encode(&w, 7);
	(void)pa_error_attr_encode(&w, &e);
	write_events(&w, 0, id, EPOCH, 21, 21, (const char *const[]){ "21-a-1", NULL });
	tncs_say(TNCS_CONNECTION, TNCS_COLLECTOR, wr_span(&w));
	wr_reset(&w);
	must_allow();
	assert_true(fake_has("fact swima.subscription refused"));
}

/* After an inventory, a refusal costs nothing. */
static void test_refused_after_inventory(void **state)
{
	(void)state;
	start_following("", true);
	answer(PA_SW_INVENTORY, must_ask_inventory(), items, 3);
	complain(PA_E_SWIMA_SUBSCRIPTION, must_ask("identifiers from 13 subscribe"));
	must_allow();
	assert_true(fake_has("inventory end"));
}

static void test_subscription_lost(void **state)
{
	uint32_t id = resume(20);
	struct pa_error inner = pa_error_swima(PA_E_SWIMA, id, 0, "no");
	struct wr w = { 0 };
	size_t begin;

	(void)state;
	NO_EVENTS(0, id, 20);
	tncs_begin(TNCS_CONNECTION);
	(void)pa_msg_encode(&w, 7);
	begin = pa_attr_begin(&w, 0, PEN_IETF, PA_ERROR);
	(void)pa_error_fulfillment_encode(&w, id, &inner);
	pa_attr_end(&w, begin);
	tncs_say(TNCS_CONNECTION, TNCS_COLLECTOR, wr_span(&w));
	wr_reset(&w);
	(void)must_ask("identifiers from 21 subscribe");
}

/* A collector without events says so, and tells an inventory; some in the same message, under
 * the same number. */
static void test_no_events(void **state)
{
	uint32_t id = resume(20);

	(void)state;
	complain(PA_E_SWIMA, id);
	id = must_ask("identifiers from 0");
	answer(PA_SW_INVENTORY, id, items, 3);
	must_allow();
	tncs_begin(TNCS_CONNECTION);
	end_batch();
	(void)must_ask("identifiers from 0");
}

static void test_inventory_instead(void **state)
{
	uint32_t id = resume(20);
	const struct swima_head h = { .request_id = id, .epoch = EPOCH, .last_eid = 20 };
	struct pa_error e = pa_error_swima(PA_E_SWIMA, id, 0, "no");
	struct wr error = { 0 }, w = { 0 };

	(void)state;
	(void)pa_msg_encode(&error, 7);
	(void)pa_error_attr_encode(&error, &e);
	tncs_hear(TNCS_CONNECTION, TNCS_COLLECTOR, wr_span(&error));
	write_answer(&w, PA_SW_INVENTORY, &h, items, 3);
	tncs_say(TNCS_CONNECTION, TNCS_COLLECTOR, wr_span(&w));
	wr_reset(&error);
	wr_reset(&w);
	must_allow();
	assert_true(fake_has("inventory 5a5a5a5a 20"));
}

/* Neither an answer nor an error. */
static void test_silence(void **state)
{
	(void)state;
	(void)resume(20);
	end_batch();
	(void)must_ask("identifiers from 0");
}

static void test_malformed(void **state)
{
	uint32_t id = resume(20);
	struct wr w = { 0 };

	(void)state;
	(void)pa_msg_encode(&w, 7);
	write_events(&w, 0, id, EPOCH, 22, 22, (const char *const[]){ "21-a-1", NULL });
	w.p[20 + 3] = 2; /* announces one more than there is */
	tncs_say(TNCS_CONNECTION, TNCS_COLLECTOR, wr_span(&w));
	wr_reset(&w);
	(void)must_ask("identifiers from 0");
	assert_int_equal(fake_count("events end"), 0);
}

static void test_too_many(void **state)
{
	uint32_t id;

	(void)state;
	sync("max_events = 1\n", 20);
	end_batch();
	id = must_ask("identifiers from 21 subscribe");
	EVENTS(0, id, 22, 22, "21-a-1", "22-a-2");
	(void)must_ask("identifiers from 0");
}

/* Two collectors: each has a ledger of its own, so inventories are taken. */
static void test_two_collectors(void **state)
{
	uint32_t id = resume(20);
	struct wr w = { 0 };

	(void)state;
	(void)pa_msg_encode(&w, 7);
	write_events(&w, 0, id, EPOCH, 20, 20, (const char *const[]){ NULL });
	tncs_hear(TNCS_CONNECTION, TNCS_COLLECTOR, wr_span(&w));
	wr_reset(&w);
	say_events(TNCS_COLLECTOR + 1, 0, id, 0x99, 3, 3, (const char *const[]){ NULL });
	(void)must_ask("identifiers from 0");
	tncs_begin(TNCS_CONNECTION);
	end_batch();
	(void)must_ask("identifiers from 0");
}

/* What nobody asked for, and what others asked for. */
static void test_foreign(void **state)
{
	uint32_t id = resume(20);

	(void)state;
	EVENTS(0, id + 100, 21, 21, "21-a-1");
	must_ask("identifiers from 0"); /* ours was not answered */
	assert_int_equal(fake_count("event"), 0);
}

#define T(f) cmocka_unit_test_teardown(f, teardown)

UNIT_GROUP(imv_swima_fallback)
{
	const struct CMUnitTest tests[] = {
		T(test_hole),
		T(test_gap_at_begin),
		T(test_new_epoch),
		T(test_backwards),
		T(test_pushed_epoch),
		T(test_refused),
		T(test_refused_and_answered),
		T(test_refused_after_inventory),
		T(test_subscription_lost),
		T(test_no_events),
		T(test_inventory_instead),
		T(test_silence),
		T(test_malformed),
		T(test_too_many),
		T(test_two_collectors),
		T(test_foreign),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
