/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "base/err.h"
#include "manager/assessment_queue.h"

#include <stdatomic.h>
#include <uv.h>

#define MANY 1000
#define THREADS 8
#define ROUNDS 5000
#define ROOM 3

static struct assessment_queue *queue;

struct waiter {
	struct assessment_slot slot; /* first */
	unsigned order;              /* of admission, from 1; 0: not admitted */
};

static unsigned admitted;

static void on_admit(struct assessment_slot *p)
{
	((struct waiter *)p)->order = ++admitted;
}

static int setup(void **state)
{
	(void)state;
	admitted = 0;
	return assessment_queue_open(ROOM, &queue);
}

static int teardown(void **state)
{
	(void)state;
	assessment_queue_close(queue);
	return 0;
}

static struct waiter *waiters(size_t n)
{
	struct waiter *v = calloc(n, sizeof(*v));

	assert_non_null(v);
	for (size_t i = 0; i < n; i++)
		v[i].slot.admit = on_admit;
	return v;
}

/* Slots are admitted in the order of arrival, each once, never more than the limit. */
static void test_order(void **state)
{
	struct waiter *v = waiters(MANY);
	size_t left = 0;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		assert_true(assessment_queue_full(queue) == (i >= ROOM));
		assert_true(assessment_queue_enter(queue, &v[i].slot) == (i < ROOM));
	}
	assert_int_equal(assessment_queue_count(queue).taken, ROOM);
	assert_int_equal(assessment_queue_count(queue).waiting, MANY - ROOM);
	for (; left < MANY - ROOM; left++) {
		assert_false(assessment_queue_leave(queue, &v[left].slot));
		assert_int_equal(v[left + ROOM].order, left + 1);
		assert_int_equal(admitted, left + 1);
	}
	for (; left < MANY; left++)
		assert_false(assessment_queue_leave(queue, &v[left].slot));
	assert_int_equal(assessment_queue_count(queue).taken, 0);
	assert_int_equal(assessment_queue_count(queue).waiting, 0);
	free(v);
}

/* A slot that leaves the front, middle or end of the queue is not admitted. */
static void test_leave_queue(void **state)
{
	struct waiter *v = waiters(ROOM + 5);

	(void)state;
	for (size_t i = 0; i < ROOM + 5; i++)
		(void)assessment_queue_enter(queue, &v[i].slot);
	assert_true(assessment_queue_leave(queue, &v[ROOM].slot));
	assert_true(assessment_queue_leave(queue, &v[ROOM + 2].slot));
	assert_true(assessment_queue_leave(queue, &v[ROOM + 4].slot));
	assert_false(assessment_queue_leave(queue, &v[ROOM + 4].slot)); /* again: no effect */
	assert_false(
		assessment_queue_enter(queue, &v[ROOM].slot)); /* again, behind the others */
	for (size_t i = 0; i < ROOM; i++)
		(void)assessment_queue_leave(queue, &v[i].slot);
	assert_int_equal(v[ROOM + 1].order, 1);
	assert_int_equal(v[ROOM + 3].order, 2);
	assert_int_equal(v[ROOM].order, 3);
	assert_int_equal(v[ROOM + 2].order, 0);
	assert_int_equal(v[ROOM + 4].order, 0);
	assert_int_equal(assessment_queue_count(queue).taken, 3);
	assert_true(assessment_queue_enter(queue, &v[ROOM].slot)); /* already taken */
	assert_int_equal(assessment_queue_count(queue).taken, 3);
	free(v);
}

/* Resumed and new assessments alternate, each line in its order. */
static void test_resumes(void **state)
{
	const unsigned order[] = { 2, 4, 5, 6, 1, 3 };
	struct waiter *v = waiters(ROOM + 6);
	size_t left = 0;

	(void)state;
	v[ROOM + 4].slot.resumes = v[ROOM + 5].slot.resumes = true;
	for (size_t i = 0; i < ROOM + 6; i++)
		(void)assessment_queue_enter(queue, &v[i].slot);
	assert_int_equal(assessment_queue_count(queue).waiting, 6);
	for (; left < ROOM + 6; left++)
		(void)assessment_queue_leave(queue, &v[left].slot);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(v[ROOM + i].order, order[i]);
	free(v);
}

static void test_limit(void **state)
{
	struct waiter *v = waiters(ROOM + 4);

	(void)state;
	for (size_t i = 0; i < ROOM + 4; i++)
		(void)assessment_queue_enter(queue, &v[i].slot);
	assessment_queue_set_limit(queue, ROOM + 2);
	assert_int_equal(admitted, 2);
	assessment_queue_set_limit(queue, 1); /* taken slots stay taken */
	assert_int_equal(assessment_queue_count(queue).taken, ROOM + 2);
	for (size_t i = 0; i < ROOM + 1; i++)
		(void)assessment_queue_leave(queue, &v[i].slot);
	assert_int_equal(admitted, 2);
	(void)assessment_queue_leave(queue, &v[ROOM + 1].slot);
	assert_int_equal(admitted, 3);
	free(v);
}

static void test_buffered(void **state)
{
	const size_t big = 60u * 1024 * 1024;

	(void)state;
	assert_int_equal(assessment_queue_buffer(queue, big), 0);
	assert_int_equal(assessment_queue_buffer(queue, big), ST_ELIMIT);
	assert_int_equal(assessment_queue_buffer(queue, SIZE_MAX), ST_ELIMIT);
	assert_int_equal(assessment_queue_count(queue).buffered_octets, big);
	assessment_queue_unbuffer(queue, big);
	assert_int_equal(assessment_queue_buffer(queue, big), 0);
	assessment_queue_unbuffer(queue, big);
}

/* --- many threads ----------------------------------------------------------------------- */

struct session_thread {
	struct assessment_slot slot; /* first */
	uv_sem_t admitted;
	uv_thread_t thread;
};

static atomic_uint inside, most;

static void session_thread_on_admit(struct assessment_slot *p)
{
	uv_sem_post(&((struct session_thread *)p)->admitted);
}

static void session_thread_main(void *ctx)
{
	struct session_thread *w = ctx;
	unsigned now;

	for (unsigned i = 0; i < ROUNDS; i++) {
		if (!assessment_queue_enter(queue, &w->slot)) {
			if (i % 7 == 0 && assessment_queue_leave(queue, &w->slot))
				continue; /* left before it was admitted */
			uv_sem_wait(&w->admitted);
		}
		now = atomic_fetch_add(&inside, 1) + 1;
		if (now > atomic_load(&most))
			atomic_store(&most, now);
		atomic_fetch_sub(&inside, 1);
		(void)assessment_queue_leave(queue, &w->slot);
	}
}

static void test_threads(void **state)
{
	struct session_thread w[THREADS] = { 0 };

	(void)state;
	for (size_t i = 0; i < THREADS; i++) {
		w[i].slot.admit = session_thread_on_admit;
		assert_int_equal(uv_sem_init(&w[i].admitted, 0), 0);
	}
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(uv_thread_create(&w[i].thread, session_thread_main, &w[i]),
				 0);
	for (size_t i = 0; i < THREADS; i++)
		uv_thread_join(&w[i].thread);
	assert_in_range(atomic_load(&most), 1, ROOM);
	assert_int_equal(assessment_queue_count(queue).taken, 0);
	assert_int_equal(assessment_queue_count(queue).waiting, 0);
	for (size_t i = 0; i < THREADS; i++)
		uv_sem_destroy(&w[i].admitted);
}

/* A closed queue admits nothing, even with free slots. Reopened, it admits in the old
 * order. */
static void test_closed(void **state)
{
	struct waiter *v = waiters(ROOM + 1);

	(void)state;
	assert_true(assessment_queue_enter(queue, &v[0].slot));
	assessment_queue_set_closed(queue, true);
	for (size_t i = 1; i <= ROOM; i++)
		assert_false(assessment_queue_enter(queue, &v[i].slot));
	assert_true(assessment_queue_enter(queue, &v[0].slot)); /* stays taken */
	assessment_queue_leave(queue, &v[0].slot);
	assessment_queue_set_limit(queue, 100);
	assert_int_equal(admitted, 0);
	assessment_queue_set_limit(queue, ROOM);
	assessment_queue_set_closed(queue, false);
	for (size_t i = 1; i <= ROOM; i++)
		assert_int_equal(v[i].order, i);
	for (size_t i = 1; i <= ROOM; i++)
		assessment_queue_leave(queue, &v[i].slot);
	free(v);
}

UNIT_GROUP_THREADED(assessment_queue)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leave_queue, setup, teardown),
		cmocka_unit_test_setup_teardown(test_resumes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_closed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_buffered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_threads, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
