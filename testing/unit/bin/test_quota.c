#include "unit.h"

#include "base/clock.h"
#include "bin/quota.h"

#include <stdio.h>

#define A "dns:a.example"
#define B "dns:b.example"

static struct quota *q;

static int setup(void **state)
{
	(void)state;
	return quota_open(60, &q);
}

static int teardown(void **state)
{
	(void)state;
	quota_close(q);
	return 0;
}

static void spend(const char *key, unsigned n, int64_t now)
{
	while (n--)
		quota_spend(q, key, now);
}

/* A minute's worth at once, then one for each that is regained. */
static void test_rate(void **state)
{
	int64_t now = 1000;
	unsigned n = 60;

	(void)state;
	assert_int_equal(quota_wait(q, A, now), 0);
	spend(A, 60, now);
	assert_int_equal(quota_wait(q, A, now), 0);
	spend(A, 1, now);
	assert_int_equal(quota_wait(q, A, now), CLOCK_SEC);
	spend(A, 1, now);
	assert_int_equal(quota_wait(q, A, now), 2 * CLOCK_SEC);
	assert_int_equal(quota_wait(q, A, now + 2 * CLOCK_SEC), 0);
	/* whoever waits as told gets no more than the rate */
	for (now += 2 * CLOCK_SEC; now < 600 * CLOCK_SEC; now += quota_wait(q, A, now)) {
		spend(A, 1, now);
		n++;
	}
	assert_in_range(n, 650, 662);
	assert_int_equal(quota_wait(q, B, now), 0);
	quota_close(NULL);
}

static void test_reload(void **state)
{
	(void)state;
	quota_rate(q, 6);
	spend(A, 7, 0);
	assert_int_equal(quota_wait(q, A, 0), 10 * CLOCK_SEC);
	quota_rate(q, 6000);
	spend(A, 1, 70 * CLOCK_SEC);
	assert_int_equal(quota_wait(q, A, 70 * CLOCK_SEC), 0);
}

/* Only who has spent lately is remembered, however many come by. */
static void test_bounded(void **state)
{
	char key[32];

	(void)state;
	for (int i = 0; i < 50000; i++) {
		(void)snprintf(key, sizeof(key), "dns:%d.example", i);
		spend(key, 1, i * (CLOCK_SEC / 100));
	}
	assert_in_range(quota_count(q), 50, 150);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_rate),
		CASE(test_reload),
		CASE(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
