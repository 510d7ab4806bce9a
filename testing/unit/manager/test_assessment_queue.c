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

static struct gate *gate;

struct visitor {
	struct gate_pass pass; /* first */
	unsigned order;        /* when it was let in, from 1; 0: not yet */
};

static unsigned admitted;

static void on_admit(struct gate_pass *p)
{
	((struct visitor *)p)->order = ++admitted;
}

static int setup(void **state)
{
	(void)state;
	admitted = 0;
	return gate_open(ROOM, &gate);
}

static int teardown(void **state)
{
	(void)state;
	gate_close(gate);
	return 0;
}

static struct visitor *visitors(size_t n)
{
	struct visitor *v = calloc(n, sizeof(*v));

	assert_non_null(v);
	for (size_t i = 0; i < n; i++)
		v[i].pass.admit = on_admit;
	return v;
}

/* First come, first served; each is told once, and never more are in than may be. */
static void test_order(void **state)
{
	struct visitor *v = visitors(MANY);
	size_t left = 0;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		assert_true(gate_full(gate) == (i >= ROOM));
		assert_true(gate_enter(gate, &v[i].pass) == (i < ROOM));
	}
	assert_int_equal(gate_count(gate).in, ROOM);
	assert_int_equal(gate_count(gate).waiting, MANY - ROOM);
	for (; left < MANY - ROOM; left++) {
		assert_false(gate_leave(gate, &v[left].pass));
		assert_int_equal(v[left + ROOM].order, left + 1);
		assert_int_equal(admitted, left + 1);
	}
	for (; left < MANY; left++)
		assert_false(gate_leave(gate, &v[left].pass));
	assert_int_equal(gate_count(gate).in, 0);
	assert_int_equal(gate_count(gate).waiting, 0);
	free(v);
}

/* Whoever leaves the queue is not called, from its front, its middle or its end. */
static void test_leave_queue(void **state)
{
	struct visitor *v = visitors(ROOM + 5);

	(void)state;
	for (size_t i = 0; i < ROOM + 5; i++)
		(void)gate_enter(gate, &v[i].pass);
	assert_true(gate_leave(gate, &v[ROOM].pass));
	assert_true(gate_leave(gate, &v[ROOM + 2].pass));
	assert_true(gate_leave(gate, &v[ROOM + 4].pass));
	assert_false(gate_leave(gate, &v[ROOM + 4].pass)); /* again: nothing */
	assert_false(gate_enter(gate, &v[ROOM].pass));     /* and back, behind the others */
	for (size_t i = 0; i < ROOM; i++)
		(void)gate_leave(gate, &v[i].pass);
	assert_int_equal(v[ROOM + 1].order, 1);
	assert_int_equal(v[ROOM + 3].order, 2);
	assert_int_equal(v[ROOM].order, 3);
	assert_int_equal(v[ROOM + 2].order, 0);
	assert_int_equal(v[ROOM + 4].order, 0);
	assert_int_equal(gate_count(gate).in, 3);
	assert_true(gate_enter(gate, &v[ROOM].pass)); /* is in already */
	assert_int_equal(gate_count(gate).in, 3);
	free(v);
}

/* Who comes back is served in turn with those who begin, each of them in their order. */
static void test_again(void **state)
{
	const unsigned order[] = { 2, 4, 5, 6, 1, 3 };
	struct visitor *v = visitors(ROOM + 6);
	size_t left = 0;

	(void)state;
	v[ROOM + 4].pass.again = v[ROOM + 5].pass.again = true;
	for (size_t i = 0; i < ROOM + 6; i++)
		(void)gate_enter(gate, &v[i].pass);
	assert_int_equal(gate_count(gate).waiting, 6);
	for (; left < ROOM + 6; left++)
		(void)gate_leave(gate, &v[left].pass);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(v[ROOM + i].order, order[i]);
	free(v);
}

static void test_limit(void **state)
{
	struct visitor *v = visitors(ROOM + 4);

	(void)state;
	for (size_t i = 0; i < ROOM + 4; i++)
		(void)gate_enter(gate, &v[i].pass);
	gate_limit(gate, ROOM + 2);
	assert_int_equal(admitted, 2);
	gate_limit(gate, 1); /* those who are in stay */
	assert_int_equal(gate_count(gate).in, ROOM + 2);
	for (size_t i = 0; i < ROOM + 1; i++)
		(void)gate_leave(gate, &v[i].pass);
	assert_int_equal(admitted, 2);
	(void)gate_leave(gate, &v[ROOM + 1].pass);
	assert_int_equal(admitted, 3);
	free(v);
}

static void test_kept(void **state)
{
	const size_t big = 60u * 1024 * 1024;

	(void)state;
	assert_int_equal(gate_keep(gate, big), 0);
	assert_int_equal(gate_keep(gate, big), ST_ELIMIT);
	assert_int_equal(gate_keep(gate, SIZE_MAX), ST_ELIMIT);
	assert_int_equal(gate_count(gate).kept, big);
	gate_drop(gate, big);
	assert_int_equal(gate_keep(gate, big), 0);
	gate_drop(gate, big);
}

/* --- many threads ----------------------------------------------------------------------- */

struct walker {
	struct gate_pass pass; /* first */
	uv_sem_t turn;
	uv_thread_t thread;
};

static atomic_uint inside, most;

static void walker_on_admit(struct gate_pass *p)
{
	uv_sem_post(&((struct walker *)p)->turn);
}

static void walker_main(void *ctx)
{
	struct walker *w = ctx;
	unsigned now;

	for (unsigned i = 0; i < ROUNDS; i++) {
		if (!gate_enter(gate, &w->pass)) {
			if (i % 7 == 0 && gate_leave(gate, &w->pass))
				continue; /* lost patience before its turn came */
			uv_sem_wait(&w->turn);
		}
		now = atomic_fetch_add(&inside, 1) + 1;
		if (now > atomic_load(&most))
			atomic_store(&most, now);
		atomic_fetch_sub(&inside, 1);
		(void)gate_leave(gate, &w->pass);
	}
}

static void test_threads(void **state)
{
	struct walker w[THREADS] = { 0 };

	(void)state;
	for (size_t i = 0; i < THREADS; i++) {
		w[i].pass.admit = walker_on_admit;
		assert_int_equal(uv_sem_init(&w[i].turn, 0), 0);
	}
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(uv_thread_create(&w[i].thread, walker_main, &w[i]), 0);
	for (size_t i = 0; i < THREADS; i++)
		uv_thread_join(&w[i].thread);
	assert_in_range(atomic_load(&most), 1, ROOM);
	assert_int_equal(gate_count(gate).in, 0);
	assert_int_equal(gate_count(gate).waiting, 0);
	for (size_t i = 0; i < THREADS; i++)
		uv_sem_destroy(&w[i].turn);
}

/* Shut, nobody is let in, also into a place that is free; open again, in the old order. */
static void test_shut(void **state)
{
	struct visitor *v = visitors(ROOM + 1);

	(void)state;
	assert_true(gate_enter(gate, &v[0].pass));
	gate_shut(gate, true);
	for (size_t i = 1; i <= ROOM; i++)
		assert_false(gate_enter(gate, &v[i].pass));
	assert_true(gate_enter(gate, &v[0].pass)); /* who is in stays */
	gate_leave(gate, &v[0].pass);
	gate_limit(gate, 100);
	assert_int_equal(admitted, 0);
	gate_limit(gate, ROOM);
	gate_shut(gate, false);
	for (size_t i = 1; i <= ROOM; i++)
		assert_int_equal(v[i].order, i);
	for (size_t i = 1; i <= ROOM; i++)
		gate_leave(gate, &v[i].pass);
	free(v);
}

UNIT_GROUP_THREADED(assessment_queue)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leave_queue, setup, teardown),
		cmocka_unit_test_setup_teardown(test_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shut, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(test_threads, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
