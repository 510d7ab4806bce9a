/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "net/handshake_queue.h"

#include <stddef.h>

#define N 100

struct who {
	struct handshake_waiter waiter;
	struct handshake_queue *queue;
	struct who *takes_along; /* leaves when this one's turn comes */
	unsigned place;          /* in the order of turns, from 1 */
};

static unsigned turns;

static void on_turn(struct handshake_waiter *h)
{
	struct who *w = (struct who *)(void *)((char *)h - offsetof(struct who, waiter));

	w->place = ++turns;
	if (w->takes_along)
		handshake_queue_leave(w->queue, &w->takes_along->waiter);
}

struct fixture {
	uv_loop_t loop;
	struct handshake_queue queue;
	struct who who[N];
};

static void begin(struct fixture *f)
{
	*f = (struct fixture){ .loop = { 0 } };
	turns = 0;
	assert_int_equal(uv_loop_init(&f->loop), 0);
	handshake_queue_init(&f->queue, &f->loop);
	for (unsigned i = 0; i < N; i++)
		f->who[i] = (struct who){ .waiter.turn = on_turn, .queue = &f->queue };
}

static void end(struct fixture *f)
{
	handshake_queue_close(&f->queue);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&f->loop), 0);
}

/* How many went on at once. */
static unsigned all_enter(struct fixture *f)
{
	unsigned at_once = 0;

	for (unsigned i = 0; i < N; i++)
		at_once += handshake_queue_enter(&f->queue, &f->who[i].waiter);
	return at_once;
}

static void test_order(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	assert_int_equal(all_enter(&f), HELLOS_A_ROUND);
	assert_int_equal(turns, 0);
	uv_run(&f.loop, UV_RUN_NOWAIT);
	assert_int_equal(turns, HELLOS_A_ROUND);
	/* with everybody served nothing keeps the loop running */
	uv_run(&f.loop, UV_RUN_DEFAULT);
	assert_int_equal(turns, N - HELLOS_A_ROUND);
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(f.who[i].place,
				 i < HELLOS_A_ROUND ? 0 : i - HELLOS_A_ROUND + 1);
	end(&f);
}

/* Who comes while others wait is behind them, however little has been done in this round. */
static void test_nobody_overtakes(void **state)
{
	struct who late = { .waiter.turn = on_turn };
	struct fixture f;

	(void)state;
	begin(&f);
	(void)all_enter(&f);
	uv_run(&f.loop, UV_RUN_NOWAIT);
	uv_sleep(2);
	uv_update_time(&f.loop);
	assert_false(handshake_queue_enter(&f.queue, &late.waiter));
	uv_run(&f.loop, UV_RUN_DEFAULT);
	assert_int_equal(late.place, N - HELLOS_A_ROUND + 1);
	uv_sleep(2);
	uv_update_time(&f.loop);
	assert_true(handshake_queue_enter(&f.queue, &late.waiter));
	end(&f);
}

static void test_leave(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	(void)all_enter(&f);
	handshake_queue_leave(&f.queue, &f.who[0].waiter);      /* was not there */
	handshake_queue_leave(&f.queue, &f.who[N - 1].waiter);  /* the last */
	handshake_queue_leave(&f.queue, &f.who[N - 1].waiter);  /* again */
	handshake_queue_leave(&f.queue, &f.who[N - 50].waiter); /* in the middle */
	f.who[N - 40].takes_along = &f.who[N - 39];
	uv_run(&f.loop, UV_RUN_DEFAULT);
	assert_int_equal(turns, N - HELLOS_A_ROUND - 3);
	assert_int_equal(f.who[N - 1].place, 0);
	assert_int_equal(f.who[N - 50].place, 0);
	assert_int_equal(f.who[N - 39].place, 0);
	/* the last one goes: nothing is left to do */
	(void)all_enter(&f);
	for (unsigned i = 0; i < N; i++)
		handshake_queue_leave(&f.queue, &f.who[i].waiter);
	uv_run(&f.loop, UV_RUN_DEFAULT);
	assert_int_equal(turns, N - HELLOS_A_ROUND - 3);
	end(&f);
}

/* --- those in doubt --- */

enum { APART = 20 };

static void run_turns(struct fixture *f, unsigned n)
{
	for (unsigned before = turns; turns < before + n;)
		uv_run(&f->loop, UV_RUN_ONCE);
}

/* Addresses take turns, and the latest of each goes first; nobody else has to wait for
 * them. */
static void test_doubt(void **state)
{
	struct who good = { .waiter.turn = on_turn };
	uint64_t began;
	struct fixture f;

	(void)state;
	begin(&f);
	handshake_queue_set_interval(&f.queue, APART);
	for (unsigned i = 0; i < 9; i++) {
		f.who[i].waiter.penalty_class = i < 8 ? 7 : 8;
		assert_int_equal(handshake_queue_enter(&f.queue, &f.who[i].waiter), i == 0);
	}
	assert_true(handshake_queue_enter(&f.queue, &good.waiter));
	began = uv_now(&f.loop);
	run_turns(&f, 8);
	assert_true(uv_now(&f.loop) - began >= 8 * APART);
	/* 8 is behind 7, and before the second of 7 or right after it */
	assert_in_range(f.who[8].place, 1, 2);
	for (unsigned i = 1; i < 7; i++)
		assert_true(f.who[i].place > f.who[i + 1].place);
	/* nothing keeps the loop running */
	uv_run(&f.loop, UV_RUN_DEFAULT);
	f.who[1].waiter.penalty_class = 7;
	assert_false(handshake_queue_enter(&f.queue, &f.who[1].waiter));
	handshake_queue_leave(&f.queue, &f.who[1].waiter);
	uv_run(&f.loop, UV_RUN_DEFAULT);
	assert_int_equal(turns, 8);
	end(&f);
}

static void test_doubt_leave(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	handshake_queue_set_interval(&f.queue, 1);
	for (unsigned i = 0; i < N; i++) {
		f.who[i].waiter.penalty_class = 1 + i % 3;
		(void)handshake_queue_enter(&f.queue, &f.who[i].waiter);
	}
	f.who[N - 1].takes_along = &f.who[N - 4]; /* on the same stack */
	for (unsigned i = 1; i < N / 2; i++)
		handshake_queue_leave(&f.queue, &f.who[i].waiter);
	uv_run(&f.loop, UV_RUN_DEFAULT);
	assert_int_equal(turns, N / 2 - 1);
	assert_int_equal(f.who[N - 4].place, 0);
	end(&f);
}

/* Without a pace there is no doubt; who waits when it is taken away still has a turn. */
static void test_no_doubt(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	for (unsigned i = 0; i < HELLOS_A_ROUND; i++) {
		f.who[i].waiter.penalty_class = 7;
		assert_true(handshake_queue_enter(&f.queue, &f.who[i].waiter));
	}
	handshake_queue_set_interval(&f.queue, APART);
	f.who[20].waiter.penalty_class = f.who[21].waiter.penalty_class = 7;
	assert_true(handshake_queue_enter(&f.queue, &f.who[20].waiter));
	assert_false(handshake_queue_enter(&f.queue, &f.who[21].waiter));
	handshake_queue_set_interval(&f.queue, 0);
	uv_run(&f.loop, UV_RUN_DEFAULT);
	assert_int_equal(f.who[21].place, 1);
	end(&f);
}

UNIT_GROUP(handshake_queue)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),       cmocka_unit_test(test_nobody_overtakes),
		cmocka_unit_test(test_leave),       cmocka_unit_test(test_doubt),
		cmocka_unit_test(test_doubt_leave), cmocka_unit_test(test_no_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
