/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "base/wr.h"

static void test_integers_are_big_endian(void **state)
{
	static const uint8_t want[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 'a', 'b' };
	struct wr w = { 0 };

	(void)state;
	wr_u8(&w, 1);
	wr_u16(&w, 0x0203);
	wr_u24(&w, 0xff040506);
	wr_u32(&w, 0x0708090a);
	wr_str(&w, "ab");
	wr_bytes(&w, (struct span){ 0 });
	assert_int_equal(w.err, 0);
	assert_true(span_eq(wr_span(&w), span_of(want, sizeof(want))));
	assert_true(span_eq(wr_span_from(&w, 10), span_str("ab")));
	assert_int_equal(wr_span_from(&w, 12).n, 0);
	wr_reset(&w);
}

static void test_holes(void **state)
{
	struct wr w = { 0 };
	size_t at;

	(void)state;
	wr_u8(&w, 9);
	at = wr_hole32(&w);
	wr_str(&w, "xyz");
	wr_fill32(&w, at, 0x01020304);
	assert_memory_equal(w.p, "\x09\x01\x02\x03\x04xyz", 8);
	wr_reset(&w);
}

/* Nothing of a write that does not fit is written, and nothing after it. */
static void test_ceiling(void **state)
{
	struct wr w = { .max = 6 };
	size_t at;

	(void)state;
	at = wr_hole32(&w);
	wr_u32(&w, 1);
	assert_int_equal(w.err, ST_ELIMIT);
	assert_int_equal(w.len, 4);
	wr_u8(&w, 1); /* would fit, but the error sticks */
	wr_fill32(&w, at, 7);
	assert_int_equal(w.len, 4);
	assert_null(wr_room(&w, 1));
	wr_truncate(&w, 4);
	assert_int_equal(w.err, 0);
	wr_u16(&w, 5);
	assert_int_equal(w.err, 0);
	assert_int_equal(w.len, 6);
	assert_null(wr_room(&w, SIZE_MAX));
	assert_int_equal(w.err, ST_ELIMIT);
	wr_reset(&w);
	assert_int_equal(w.max, 6);
	assert_int_equal(w.err, 0);
	assert_int_equal(w.cap, 0);
}

static void test_growth(void **state)
{
	struct wr w = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 50000; i++)
		wr_u32(&w, i);
	assert_int_equal(w.err, 0);
	assert_int_equal(w.len, 200000);
	for (uint32_t i = 0; i < 50000; i++)
		assert_int_equal((uint32_t)w.p[4 * i + 2] << 8 | w.p[4 * i + 3], i & 0xffff);
	wr_reset(&w);
	assert_null(wr_room(&w, WR_MAX + 1));
	assert_int_equal(w.err, ST_ELIMIT);
}

static void test_consume_and_truncate(void **state)
{
	struct wr w = { 0 };

	(void)state;
	wr_str(&w, "hello world");
	wr_consume(&w, 6);
	assert_true(span_eq(wr_span(&w), span_str("world")));
	wr_consume(&w, 0);
	wr_truncate(&w, 99); /* longer than it is: nothing to cut */
	assert_true(span_eq(wr_span(&w), span_str("world")));
	wr_truncate(&w, 3);
	assert_true(span_eq(wr_span(&w), span_str("wor")));
	wr_consume(&w, 3);
	assert_int_equal(w.len, 0);
	wr_consume(&w, 3);
	assert_int_equal(w.len, 0);
	wr_reset(&w);
	wr_reset(&w);
}

UNIT_GROUP(wr)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_integers_are_big_endian),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_consume_and_truncate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
