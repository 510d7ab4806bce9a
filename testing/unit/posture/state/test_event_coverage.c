/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "posture/state/event_coverage.h"
#include "base/err.h"

#include <stdio.h>

static void check_ranges(const struct event_coverage *l, uint32_t contiguous, const char *want)
{
	char text[128] = "";
	size_t n = 0;

	for (uint32_t i = 0; i < l->n_ranges; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%u-%u ", l->ranges[i].from,
				      l->ranges[i].to);
	assert_int_equal(l->contiguous, contiguous);
	assert_string_equal(text, want);
}

static void test_ranges(void **state)
{
	struct event_coverage l = { 0 };

	(void)state;
	event_coverage_restart(&l, 10, 77);
	assert_int_equal(l.inventory_at, 77);
	assert_true(event_coverage_has(&l, 10));
	assert_false(event_coverage_has(&l, 11));
	assert_int_equal(event_coverage_add(&l, 11, 2), 1);
	check_ranges(&l, 11, "");
	assert_int_equal(event_coverage_add(&l, 15, 2), 1);
	assert_int_equal(event_coverage_add(&l, 16, 2), 1);
	assert_int_equal(event_coverage_add(&l, 14, 2), 1);
	assert_int_equal(event_coverage_add(&l, 20, 2), 1);
	check_ranges(&l, 11, "14-16 20-20 ");
	assert_int_equal(event_coverage_add(&l, 18, 2), 0); /* another range */
	assert_int_equal(event_coverage_add(&l, 17, 2), 1);
	assert_int_equal(event_coverage_add(&l, 19, 2), 1);
	assert_int_equal(event_coverage_add(&l, 18, 2), 1); /* joins two */
	check_ranges(&l, 11, "14-20 ");
	assert_true(event_coverage_has(&l, 14) && event_coverage_has(&l, 20) &&
		    !event_coverage_has(&l, 21));
	assert_int_equal(event_coverage_add(&l, 12, 2), 1);
	assert_int_equal(event_coverage_add(&l, 13, 2), 1); /* closes the gap */
	check_ranges(&l, 20, "");
	assert_int_equal(event_coverage_add(&l, UINT32_MAX, 2), 1);
	assert_int_equal(event_coverage_add(&l, UINT32_MAX - 1, 2), 1);
	check_ranges(&l, 20, "4294967294-4294967295 ");
	event_coverage_restart(&l, UINT32_MAX - 2, 78);
	assert_int_equal(event_coverage_add(&l, UINT32_MAX, 2), 1);
	assert_int_equal(event_coverage_add(&l, UINT32_MAX - 1, 2), 1);
	check_ranges(&l, UINT32_MAX, "");
	event_coverage_free(&l);
}

static void test_counts(void **state)
{
	struct event_coverage l = { 0 }, copy;

	(void)state;
	assert_int_equal(event_coverage_count(&l, 5, true), 1);
	assert_int_equal(event_coverage_count(&l, 5, false), 0);
	for (uint32_t id = 40; id > 0; id -= 2)
		assert_int_equal(event_coverage_set_count(&l, id, (int32_t)id), 0);
	assert_int_equal(event_coverage_set_count(&l, 7, -1), 0);
	assert_int_equal(l.n_instances, 21);
	for (uint32_t i = 1; i < l.n_instances; i++)
		assert_true(l.instances[i].software > l.instances[i - 1].software);
	assert_int_equal(event_coverage_count(&l, 40, true), 40);
	assert_int_equal(event_coverage_count(&l, 7, false), -1);
	assert_int_equal(event_coverage_copy(&copy, &l), 0);
	assert_true(event_coverage_equal(&copy, &l));
	event_coverage_settle(&l);
	assert_int_equal(l.n_instances, 20);
	assert_int_equal(event_coverage_count(&l, 7, false), 0);
	assert_false(event_coverage_equal(&copy, &l));
	assert_int_equal(event_coverage_set_count(&l, 40, 1), 0);
	assert_int_equal(event_coverage_set_count(&l, 41, 0), 0);
	assert_int_equal(l.n_instances, 19);
	event_coverage_free(&copy);
	event_coverage_free(&l);
	event_coverage_free(&l);
}

/* What comes back from a repository has to fit together. */
static void test_load(void **state)
{
	static const struct repository_range ranges[][2] = {
		{ { 12, 13 }, { 15, 15 } }, { { 11, 13 }, { 15, 15 } },
		{ { 12, 13 }, { 14, 15 } }, { { 13, 12 }, { 15, 15 } },
		{ { 12, 13 }, { 15, 17 } },
	};
	static const struct repository_instances instances[][2] = {
		{ { 1, 2 }, { 3, -1 } }, { { 3, 2 }, { 1, 2 } }, { { 1, 2 }, { 3, 1 } },
		{ { 1, 0 }, { 3, 2 } },  { { 1, 2 }, { 1, 2 } },
	};
	struct event_coverage l = { .contiguous = 10 };
	struct repository_event_coverage row = {
		.endpoint = 1,
		.highest_eid = 16,
		.followed = true,
		.inventory_at = 9,
	};

	(void)state;
	for (int i = 0; i < 5; i++) {
		for (int k = 0; k < 5; k++) {
			row.ranges = ranges[i];
			row.instances = instances[k];
			row.n_ranges = row.n_instances = 2;
			assert_int_equal(event_coverage_load(&l, &row), i || k ? ST_EDB : 0);
		}
	}
	check_ranges(&l, 10, "12-13 15-15 ");
	assert_true(event_coverage_has_gap(&l) && l.followed && l.inventory_at == 9);
	row.highest_eid = 9;
	row.n_ranges = row.n_instances = 0;
	assert_int_equal(event_coverage_load(&l, &row), ST_EDB);
	event_coverage_free(&l);
}

UNIT_GROUP(event_coverage)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
