/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "base/err.h"
#include "manager/heap_trim.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <uv.h>

#define THREADS 4
#define ASKED 2000

static _Atomic unsigned began, ended;
static _Atomic bool held;

/* Never concurrently. */
static void release(void)
{
	assert_int_equal(began, ended);
	began++;
	while (held)
		uv_sleep(1);
	ended++;
}

static void ask(void *t)
{
	for (unsigned i = 0; i < ASKED; i++)
		heap_trim_request(t);
}

/* All requests during a trim lead to one more trim, after the last request. */
static void test_once_more(void **state)
{
	uv_thread_t threads[THREADS];
	struct heap_trim *t;

	(void)state;
	began = ended = 0;
	held = true;
	assert_int_equal(heap_trim_open(release, 0, &t), 0);
	heap_trim_request(t);
	while (!began)
		uv_sleep(1);
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(uv_thread_create(&threads[i], ask, t), 0);
	for (unsigned i = 0; i < THREADS; i++)
		uv_thread_join(&threads[i]);
	assert_int_equal(began, 1);
	held = false;
	while (ended < 2)
		uv_sleep(1);
	heap_trim_close(t);
	assert_int_equal(began, 2);
}

/* There is a pause between two trims. Closing does not wait for it. */
static void test_pause(void **state)
{
	struct heap_trim *t;

	(void)state;
	began = ended = 0;
	assert_int_equal(heap_trim_open(release, 3600 * 1000, &t), 0);
	heap_trim_request(t);
	while (!ended)
		uv_sleep(1);
	heap_trim_request(t);
	heap_trim_close(t);
	assert_int_equal(ended, 1);
	heap_trim_request(NULL);
	heap_trim_close(NULL);
}

UNIT_GROUP_THREADED(heap_trim)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once_more),
		cmocka_unit_test(test_pause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
