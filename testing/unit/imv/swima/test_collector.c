/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "imv/swima/collector.h"
#include "base/clock.h"

#include <stdio.h>

static void fill(struct collector *p, size_t n)
{
	char id[16];

	for (size_t i = 0; i < n; i++) {
		int len = snprintf(id, sizeof(id), "id-%06zu", i);

		assert_int_equal(collector_want(p, span_of(id, (size_t)len), n), 0);
	}
	assert_int_equal(collector_want(p, span_str("more"), n), ST_ELIMIT);
}

/* Every identifier once, in order, never more than a chunk. */
static void test_chunks(void **state)
{
	struct collector p = { .chunk = 300 };
	size_t seen = 0;

	(void)state;
	fill(&p, 1000);
	while (collector_next(&p, SIZE_MAX)) {
		assert_int_equal(p.from, seen);
		assert_true(p.asked - p.from <= 300);
		seen = p.asked;
	}
	assert_int_equal(seen, 1000);
	assert_false(collector_next(&p, SIZE_MAX));
	collector_reset(&p);
}

/* However often it is wanted it is asked for once; again only when it has changed since. */
static void test_once(void **state)
{
	struct collector p = { .chunk = 8 };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(collector_want(&p, span_str("altered"), 2), 0);
		assert_int_equal(collector_want(&p, span_str("and altered"), 2), 0);
	}
	assert_true(collector_next(&p, SIZE_MAX));
	assert_int_equal(p.asked, 2);
	assert_false(collector_next(&p, SIZE_MAX));
	for (int i = 0; i < 1000; i++)
		assert_int_equal(collector_want(&p, span_str("altered"), 3), 0);
	assert_int_equal(collector_want(&p, span_str("and altered"), 3), ST_ELIMIT);
	assert_true(collector_next(&p, SIZE_MAX));
	assert_int_equal(p.asked, 3);
	assert_true(collector_told(&p, span_str("altered")));
	collector_reset(&p);
}

/* The wish came again while a request that turned out to be too big was under way. */
static void test_twice_in_one(void **state)
{
	struct collector p = { .chunk = 7 };

	(void)state;
	fill(&p, 7);
	assert_true(collector_next(&p, SIZE_MAX));
	assert_int_equal(collector_want(&p, span_str("id-000006"), 8), 0);
	collector_shrink(&p);
	for (int i = 0; i < 3; i++)
		assert_true(collector_next(&p, SIZE_MAX));
	assert_int_equal(p.asked - p.from, 2);
	assert_true(collector_told(&p, span_str("id-000006")));
	assert_true(p.told[6] && p.told[7]);
	assert_false(collector_told(&p, span_str("id-000006")));
	collector_reset(&p);
}

/* The request has to fit into the connection: eleven octets each. */
static void test_octets(void **state)
{
	struct collector p = { .chunk = 100 };

	(void)state;
	fill(&p, 10);
	assert_true(collector_next(&p, 35));
	assert_int_equal(p.asked - p.from, 3);
	assert_false(collector_next(&p, 10)); /* not even one: give up, do not spin */
	assert_true(collector_next(&p, 11));
	collector_reset(&p);
}

static void test_shrink(void **state)
{
	struct collector p = { .chunk = 8 };

	(void)state;
	fill(&p, 8);
	assert_true(collector_next(&p, SIZE_MAX));
	collector_shrink(&p);
	assert_true(collector_next(&p, SIZE_MAX));
	assert_int_equal(p.from, 0);
	assert_int_equal(p.asked, 4);
	collector_shrink(&p);
	assert_true(collector_next(&p, SIZE_MAX));
	collector_shrink(&p);
	assert_true(collector_next(&p, SIZE_MAX));
	assert_int_equal(p.asked, 1);
	collector_shrink(&p); /* a single one is passed over */
	assert_true(collector_next(&p, SIZE_MAX));
	assert_int_equal(p.from, 1);
	collector_reset(&p);
}

static void test_told(void **state)
{
	struct collector p = { .chunk = 2 };

	(void)state;
	fill(&p, 4);
	assert_true(collector_next(&p, SIZE_MAX));
	assert_true(collector_told(&p, span_str("id-000001")));
	assert_false(collector_told(&p, span_str("id-000001"))); /* once */
	assert_false(collector_told(&p, span_str("id-000002"))); /* not asked for yet */
	assert_true(collector_told(&p, span_str("id-000000")));
	collector_reset(&p);
}

/* A collector that answers a large request with very much else costs little; and what is
 * installed twice is described once. */
static void test_told_much(void **state)
{
	struct collector p = { .chunk = 65536 };
	int64_t began = clock_mono_us();
	char id[48];

	(void)state;
	for (int i = 65536; i-- > 0;) {
		(void)snprintf(id, sizeof(id), "a-rather-common-prefix-%06d", i / 2);
		assert_int_equal(collector_want(&p, span_str(id), 65536), 0);
	}
	assert_true(collector_next(&p, SIZE_MAX));
	for (int i = 0; i < 262144; i++) {
		(void)snprintf(id, sizeof(id), "a-rather-common-prefix-%06d", i + 32767);
		assert_int_equal(collector_told(&p, span_str(id)), i == 0);
	}
	assert_true(collector_told(&p, span_str("a-rather-common-prefix-000000")));
	assert_false(collector_told(&p, span_str("a-rather-common-prefix-000000")));
	assert_true(clock_mono_us() - began < 20 * CLOCK_SEC);
	collector_reset(&p);
}

UNIT_GROUP(collector)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chunks),       cmocka_unit_test(test_octets),
		cmocka_unit_test(test_shrink),       cmocka_unit_test(test_told),
		cmocka_unit_test(test_told_much),    cmocka_unit_test(test_once),
		cmocka_unit_test(test_twice_in_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
