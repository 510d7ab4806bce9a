/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "load/measure.h"

#include <unistd.h>

static struct latency lat;

static void test_percentiles(void **state)
{
	(void)state;
	lat = (struct latency){ 0 };
	assert_int_equal(latency_percentile(&lat, 50), 0);
	for (int i = 1; i <= 1000; i++)
		latency_add(&lat, i * 100);
	assert_int_equal(lat.n, 1000);
	assert_int_equal(lat.max, 100000);
	/* at most 1/64 above the exact value, never below it */
	assert_in_range(latency_percentile(&lat, 50), 50000, 50000 + 50000 / 64);
	assert_in_range(latency_percentile(&lat, 99), 99000, 99000 + 99000 / 64);
	assert_int_equal(latency_percentile(&lat, 100), 100000);
	assert_in_range(latency_percentile(&lat, 0), 100, 102);
}

static void test_every_bucket(void **state)
{
	(void)state;
	for (uint64_t us = 1; us <= UINT32_MAX; us = us * 9 / 8 + 1) {
		lat = (struct latency){ 0 };
		latency_add(&lat, (int64_t)us);
		assert_int_equal(latency_percentile(&lat, 50), us);
		latency_add(&lat, INT64_MAX);
		assert_in_range(latency_percentile(&lat, 50), us, us + us / 64);
	}
	assert_int_equal(lat.max, UINT32_MAX);
	lat = (struct latency){ 0 };
	latency_add(&lat, -5);
	assert_int_equal(latency_percentile(&lat, 99), 0);
}

static void test_usage(void **state)
{
	struct usage before = usage_of(getpid()), after;
	volatile unsigned spin = 0;

	(void)state;
	assert_true(before.known);
	assert_true(before.pss_kb > 0);
	do {
		for (int i = 0; i < 1000000; i++)
			spin++;
		after = usage_of(getpid());
	} while (after.cpu_ms <= before.cpu_ms);
	assert_false(usage_of(0).known);
	assert_false(usage_of(-1).known);
}

UNIT_GROUP(measure)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_percentiles),
		cmocka_unit_test(test_every_bucket),
		cmocka_unit_test(test_usage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
