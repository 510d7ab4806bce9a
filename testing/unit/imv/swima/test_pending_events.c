/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "imv/swima/pending_events.h"

#include <stdio.h>

static int by_of(const struct pending_events *n, const char *identifier)
{
	const struct pending_item *it = pending_events_find(n, span_str(identifier));

	return it ? it->by : 99;
}

static void test_sum(void **state)
{
	struct pending_events n = { 0 };

	(void)state;
	assert_int_equal(pending_events_sum(&n, 0), 0);
	assert_null(pending_events_find(&n, span_str("a")));
	assert_null(pending_events_name(&n, span_str("a")));
	assert_int_equal(pending_events_add(&n, 5, 1, span_str("a"), 1), 0);
	assert_int_equal(pending_events_add(&n, 5, 1, span_str("b"), 1),
			 0); /* one EID, two changes */
	assert_int_equal(pending_events_add(&n, 6, 1, span_str("a"), 1), 0);
	assert_int_equal(pending_events_add(&n, 6, 2, span_str("a"), 1), 0); /* told again */
	assert_int_equal(pending_events_add(&n, 7, 2, span_str("b"), -1), 0);
	assert_int_equal(pending_events_add(&n, 4, 2, span_str("c"), -1), 0);
	assert_int_equal(n.newest, 7);
	assert_int_equal(pending_events_sum(&n, 0), 0);
	assert_int_equal(by_of(&n, "a"), 2);
	assert_int_equal(by_of(&n, "b"), 0);
	assert_int_equal(by_of(&n, "c"), -1);
	assert_int_equal(pending_events_sum(&n, 5), 0); /* committed up to 5 */
	assert_int_equal(by_of(&n, "a"), 1);
	assert_int_equal(by_of(&n, "b"), -1);
	assert_int_equal(by_of(&n, "c"), 99);
	assert_int_equal(pending_events_sum(&n, 7), 0);
	assert_int_equal(n.n_items, 0);
	pending_events_reset(&n);
	assert_int_equal(n.newest, 0);
}

static void test_names(void **state)
{
	struct pending_events n = { 0 };
	char id[16];

	(void)state;
	for (int i = 200; i > 0; i--) {
		(void)snprintf(id, sizeof(id), "id-%d", i);
		assert_int_equal(pending_events_describe(&n, span_str(id), span_str(id + 3),
							 span_str("1")),
				 0);
		assert_int_equal(pending_events_add(&n, (uint32_t)i, 1, span_str(id), 1), 0);
	}
	assert_int_equal(pending_events_sum(&n, 0), 0);
	assert_int_equal(n.n_items, 200);
	assert_true(span_eq(pending_events_name(&n, span_str("id-77"))->name, span_str("77")));
	assert_null(pending_events_name(&n, span_str("id-0")));
	pending_events_reset(&n);
}

/* A record is altered, and altered again: the last one counts. */
static void test_last_name(void **state)
{
	static const char *const versions[] = { "1", "2", "3" };
	struct pending_events n = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(pending_events_describe(&n, span_str("a"), span_str("a"),
							 span_str(versions[i])),
				 0);
		assert_int_equal(pending_events_describe(&n, span_str("b"), span_str("b"),
							 span_str("9")),
				 0);
	}
	assert_int_equal(pending_events_sum(&n, 0), 0);
	assert_int_equal(n.n_names, 2);
	assert_true(span_eq(pending_events_name(&n, span_str("a"))->version, span_str("3")));
	assert_int_equal(
		pending_events_describe(&n, span_str("a"), span_str("a"), span_str("4")), 0);
	assert_int_equal(pending_events_sum(&n, 0), 0);
	assert_true(span_eq(pending_events_name(&n, span_str("a"))->version, span_str("4")));
	pending_events_reset(&n);
}

UNIT_GROUP(pending_events)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_last_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
