/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "daemon/loop_queue.h"

#include <stdatomic.h>

#define SENDERS 4
#define EACH 20000

struct parcel {
	struct loop_message message;
	unsigned sender, number;
};

static struct loop_queue box;
static unsigned last[SENDERS], opened;

static void on_open(struct loop_message *l)
{
	struct parcel *p = (struct parcel *)l;

	assert_int_equal(p->number, last[p->sender] + 1); /* in the order of each sender */
	last[p->sender] = p->number;
	free(p);
	if (++opened == SENDERS * EACH)
		loop_queue_close(&box);
}

static void sender_main(void *ctx)
{
	for (unsigned i = 1; i <= EACH; i++) {
		struct parcel *p = calloc(1, sizeof(*p));

		if (!p)
			abort();
		p->message.handler = on_open;
		p->sender = *(unsigned *)ctx;
		p->number = i;
		loop_queue_send(&box, &p->message);
	}
}

/* All messages arrive, once and in order. The handler of the last one may close the queue. */
static void test_threads(void **state)
{
	unsigned ids[SENDERS];
	uv_thread_t threads[SENDERS];
	uv_loop_t loop;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(loop_queue_open(&box, &loop), 0);
	for (unsigned i = 0; i < SENDERS; i++) {
		ids[i] = i;
		assert_int_equal(uv_thread_create(&threads[i], sender_main, &ids[i]), 0);
	}
	assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(opened, SENDERS * EACH);
	for (unsigned i = 0; i < SENDERS; i++)
		uv_thread_join(&threads[i]);
	assert_int_equal(uv_loop_close(&loop), 0);
}

UNIT_GROUP_THREADED(loop_queue)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
