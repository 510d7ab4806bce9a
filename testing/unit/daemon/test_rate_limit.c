/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "base/clock.h"
#include "daemon/rate_limit.h"

#include <pthread.h>
#include <stdio.h>

#define A "dns:a.example"
#define B "dns:b.example"

static struct rate_limit *q;

static int setup(void **state)
{
	(void)state;
	return rate_limit_open(60, &q);
}

static int teardown(void **state)
{
	(void)state;
	rate_limit_close(q);
	return 0;
}

static void spend(const char *key, unsigned n, int64_t now)
{
	while (n--)
		rate_limit_charge(q, key, now);
}

/* A full bucket at once, then one for each refill. */
static void test_rate(void **state)
{
	int64_t now = 1000;
	unsigned n = 60;

	(void)state;
	assert_int_equal(rate_limit_wait(q, A, now), 0);
	spend(A, 60, now);
	assert_int_equal(rate_limit_wait(q, A, now), 0);
	spend(A, 1, now);
	assert_int_equal(rate_limit_wait(q, A, now), CLOCK_SEC);
	spend(A, 1, now);
	assert_int_equal(rate_limit_wait(q, A, now), 2 * CLOCK_SEC);
	assert_int_equal(rate_limit_wait(q, A, now + 2 * CLOCK_SEC), 0);
	/* a caller that waits as returned gets at most the rate */
	for (now += 2 * CLOCK_SEC; now < 600 * CLOCK_SEC; now += rate_limit_wait(q, A, now)) {
		spend(A, 1, now);
		n++;
	}
	assert_in_range(n, 650, 662);
	assert_int_equal(rate_limit_wait(q, B, now), 0);
	rate_limit_close(NULL);
}

static void test_reload(void **state)
{
	(void)state;
	rate_limit_set_rate(q, 6);
	spend(A, 7, 0);
	assert_int_equal(rate_limit_wait(q, A, 0), 10 * CLOCK_SEC);
	rate_limit_set_rate(q, 6000);
	spend(A, 1, 70 * CLOCK_SEC);
	assert_int_equal(rate_limit_wait(q, A, 70 * CLOCK_SEC), 0);
}

/* Full buckets are freed, whatever the number of endpoints. */
static void test_bounded(void **state)
{
	char key[32];

	(void)state;
	for (int i = 0; i < 50000; i++) {
		(void)snprintf(key, sizeof(key), "dns:%d.example", i);
		spend(key, 1, i * (CLOCK_SEC / 100));
	}
	assert_in_range(rate_limit_count(q), 50, 150);
}

enum { THREADS = 4, ROUNDS = 5000 };

static void *spender(void *arg)
{
	char key[32];

	for (int i = 0; i < ROUNDS; i++) {
		(void)snprintf(key, sizeof(key), "dns:%d.example", i % 50);
		rate_limit_charge(q, key, i);
		(void)rate_limit_wait(q, key, i);
		if (i % 1000 == 0)
			rate_limit_set_rate(q, arg ? 60 : 120);
	}
	return NULL;
}

/* Charges of all threads add up. */
static void test_threads(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, spender, (void *)i);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(rate_limit_count(q), 50);
	/* 400 of each thread, at half a second or a second */
	assert_in_range(rate_limit_wait(q, "dns:7.example", ROUNDS), 130 * CLOCK_SEC,
			350 * CLOCK_SEC);
}

UNIT_GROUP_THREADED(rate_limit)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_rate),
		CASE(test_reload),
		CASE(test_bounded),
		CASE(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
