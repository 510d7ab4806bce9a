/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "imc/swima/subscription.h"

static struct swima_request request(uint8_t flags, uint32_t id, struct span raw)
{
	return (struct swima_request){ .flags = flags, .request_id = id, .raw = raw };
}

static int subscribe(struct subscriptions *s, uint32_t who, uint8_t flags, uint32_t id,
		     size_t n)
{
	static const uint8_t zeros[100];
	struct swima_request q = request(flags, id, span_of(zeros, n));
	struct subscription *made;
	int err = subscriptions_prepare(s, who, &q, &made);

	if (!err)
		subscriptions_commit(s, who, &q, made);
	return err;
}

/* No effect before commit, and a prepared subscription can be dropped. */
static void test_two_steps(void **state)
{
	struct subscription_pool pool = { .max_count = 2, .max_octets = 100 };
	struct subscriptions s = { .pool = &pool };
	struct swima_request q = request(SWIMA_SUBSCRIBE, 1, span_of("123456789012", 12));
	struct subscription *made;

	(void)state;
	assert_int_equal(subscriptions_prepare(&s, 7, &q, &made), 0);
	assert_non_null(made);
	assert_false(subscriptions_has(&s, 7, 1));
	assert_int_equal(pool.count, 0);
	free(made);
	assert_int_equal(subscriptions_prepare(&s, 7, &q, &made), 0);
	subscriptions_commit(&s, 7, &q, made);
	assert_true(subscriptions_has(&s, 7, 1));
	assert_false(subscriptions_has(&s, 8, 1));
	assert_false(subscriptions_has(&s, 7, 2));
	assert_int_equal(pool.octets, 12);
	subscriptions_reset(&s);
	assert_int_equal(pool.count, 0);
	assert_int_equal(pool.octets, 0);
}

/* The pool is shared by connections; clearing counts before subscribing does. */
static void test_pool(void **state)
{
	struct subscription_pool pool = { .max_count = 2, .max_octets = 50 };
	struct subscriptions a = { .pool = &pool }, b = { .pool = &pool };

	(void)state;
	assert_int_equal(subscribe(&a, 1, SWIMA_SUBSCRIBE, 1, 20), 0);
	assert_int_equal(subscribe(&b, 1, SWIMA_SUBSCRIBE, 1, 20), 0);
	assert_int_equal(subscribe(&b, 1, SWIMA_SUBSCRIBE, 2, 1), ST_EDENIED);
	assert_int_equal(subscribe(&a, 1, SWIMA_SUBSCRIBE | SWIMA_CLEAR, 3, 30), 0);
	assert_false(subscriptions_has(&a, 1, 1));
	assert_true(subscriptions_has(&b, 1, 1));
	assert_int_equal(subscribe(&a, 1, SWIMA_SUBSCRIBE | SWIMA_CLEAR, 4, 31), ST_EDENIED);
	assert_true(subscriptions_has(&a, 1, 3)); /* refused: nothing was cleared */
	assert_int_equal(subscribe(&a, 2, SWIMA_CLEAR, 5, 12), 0); /* clears only its own */
	assert_true(subscriptions_has(&a, 1, 3));
	assert_int_equal(subscribe(&a, 1, SWIMA_CLEAR, 6, 12), 0);
	assert_false(subscriptions_has(&a, 1, 3));
	assert_int_equal(pool.count, 1);
	subscriptions_reset(&a);
	subscriptions_reset(&b);
}

static void test_nobody(void **state)
{
	struct subscription_pool pool = { .max_octets = 50 };
	struct subscriptions s = { .pool = &pool };

	(void)state;
	assert_int_equal(subscribe(&s, 1, SWIMA_SUBSCRIBE, 1, 12), ST_EDENIED);
	assert_int_equal(subscribe(&s, 1, SWIMA_CLEAR, 1, 12), 0);
	assert_int_equal(subscribe(&s, 1, 0, 1, 12), 0);
	assert_null(s.head);
}

static void test_encode(void **state)
{
	struct subscription_pool pool = { .max_count = 9, .max_octets = 500 };
	struct subscriptions s = { .pool = &pool };
	struct wr w = { 0 };

	(void)state;
	assert_int_equal(subscriptions_encode(&s, 1, &w), 0);
	assert_int_equal(w.len, 4);
	assert_int_equal(subscribe(&s, 1, SWIMA_SUBSCRIBE, 1, 12), 0);
	assert_int_equal(subscribe(&s, 2, SWIMA_SUBSCRIBE, 1, 12), 0);
	assert_int_equal(subscribe(&s, 1, SWIMA_SUBSCRIBE, 2, 20), 0);
	wr_truncate(&w, 0);
	assert_int_equal(subscriptions_encode(&s, 1, &w), 0);
	assert_int_equal(w.len, 4 + 12 + 20);
	assert_int_equal(w.p[3], 2);
	wr_reset(&w);
	w.max = 20;
	assert_int_equal(subscriptions_encode(&s, 1, &w), ST_ELIMIT);
	wr_reset(&w);
	subscriptions_reset(&s);
}

UNIT_GROUP(subscription)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_steps),
		cmocka_unit_test(test_pool),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_encode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
