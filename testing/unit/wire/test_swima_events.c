/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "vectors.h"
#include "wire/pa_msg.h"
#include "wire/swima_events.h"

static struct pa_attr attr_of(struct vectors *set, const char *name)
{
	struct rd r = rd_over(vector_one(set, name));
	struct pa_attr a = { 0 };
	struct pa_msg m;

	assert_int_equal(pa_msg_decode(&r, &m), 0);
	assert_int_equal(pa_attr_next(&r, &a), 1);
	return a;
}

static void test_upgrade(void **state)
{
	struct vectors set = { 0 };
	struct pa_attr a = attr_of(&set, "swima/id-events-upgrade.hex");
	struct swima_event_list l;
	struct swima_event ev;

	(void)state;
	assert_int_equal(swima_event_list_begin(&l, &a), 0);
	assert_int_equal(l.head.flags, 0);
	assert_int_equal(l.head.last_eid, 14);
	assert_int_equal(l.head.last_consulted_eid, 14);
	assert_int_equal(swima_event_next(&l, &ev), 1);
	assert_int_equal(ev.eid, 13);
	assert_int_equal(ev.action, SWIMA_CREATION);
	assert_int_equal(ev.rec.record_id, 1011);
	assert_true(span_eq(ev.time, span_str("2026-11-21T19:16:09Z")));
	assert_int_equal(swima_event_next(&l, &ev), 1);
	assert_int_equal(ev.action, SWIMA_DELETION);
	assert_int_equal(ev.rec.record_id, 17);
	assert_int_equal(swima_event_next(&l, &ev), 0);

	a = attr_of(&set, "swima/id-events-partial-fulfillment.hex");
	assert_int_equal(swima_event_list_begin(&l, &a), 0);
	assert_int_equal(l.head.flags, SWIMA_FULFILLMENT);
	assert_int_equal(l.head.last_consulted_eid, 15);
	vectors_free(&set);
}

/* RFC 8412, 5.8: the receiver ignores the event, so the codec must let it through. */
static void test_unknown_action(void **state)
{
	struct vectors set = { 0 };
	struct pa_attr a = attr_of(&set, "swima/id-events-unknown-action.hex");
	struct swima_event_list l;
	struct swima_event ev;

	(void)state;
	assert_int_equal(swima_event_list_begin(&l, &a), 0);
	assert_int_equal(swima_event_next(&l, &ev), 1);
	assert_int_equal(ev.action, 4);
	assert_string_equal(swima_action_name(ev.action), "unknown");
	assert_int_equal(swima_event_next(&l, &ev), 1);
	assert_string_equal(swima_action_name(ev.action), "DELETION");
	assert_string_equal(swima_action_name(0), "unknown");
	vectors_free(&set);
}

static struct swima_event some_event(uint32_t eid)
{
	return (struct swima_event){ .eid = eid,
				     .time = span_str("2016-12-31T23:59:60Z"),
				     .action = SWIMA_ALTERATION,
				     .rec = { .record_id = eid, .id = span_str("a__b") } };
}

/* A full buffer makes a partial answer: what fits, and how far it goes. */
static void test_partial(void **state)
{
	struct wr w = { .max = PA_ATTR_HDR + 20 + 10 * 42 + 41 };
	struct swima_head h = { .last_eid = 100, .last_consulted_eid = 0 };
	struct swima_writer sw;
	struct swima_event ev;
	struct swima_event_list l;
	struct pa_attr a;
	uint32_t eid = 1;

	(void)state;
	assert_int_equal(swima_writer_begin(&sw, &w, PA_SW_ID_EVENTS, &h), 0);
	do
		ev = some_event(eid);
	while (swima_writer_event(&sw, &ev) == 0 && eid++);
	assert_int_equal(eid, 11);
	swima_writer_consulted(&sw, eid - 1);
	assert_int_equal(swima_writer_end(&sw), 0);

	struct rd r = rd_over(wr_span(&w));

	assert_int_equal(pa_attr_next(&r, &a), 1);
	assert_int_equal(swima_event_list_begin(&l, &a), 0);
	assert_int_equal(l.head.count, 10);
	assert_int_equal(l.head.last_consulted_eid, 10);
	for (eid = 1; swima_event_next(&l, &ev) > 0; eid++)
		assert_int_equal(ev.eid, eid);
	assert_int_equal(l.rd.err, 0);
	assert_int_equal(eid, 11);
	wr_reset(&w);
}

static void test_refused(void **state)
{
	struct swima_head h = { .last_eid = 1, .last_consulted_eid = 2 };
	struct swima_event ev = some_event(1);
	struct swima_writer sw;
	struct wr w = { 0 };
	struct swima_event_list l;
	struct pa_attr a;

	(void)state;
	assert_int_equal(swima_writer_begin(&sw, &w, PA_SW_EVENTS, &h), 0);
	ev.time = span_str("2016-12-31T23:59:61Z");
	assert_int_equal(swima_writer_event(&sw, &ev), ST_EVALUE);
	assert_int_equal(swima_writer_end(&sw), 0);
	struct rd r = rd_over(wr_span(&w));

	assert_int_equal(pa_attr_next(&r, &a), 1);
	assert_int_equal(swima_event_list_begin(&l, &a), ST_EVALUE); /* consulted > last */
	assert_int_equal(l.rd.err_at, PA_ATTR_HDR + 16);
	wr_reset(&w);
}

UNIT_GROUP(swima_events)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_upgrade),
		cmocka_unit_test(test_unknown_action),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
