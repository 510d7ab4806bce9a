/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "base/rd.h"

static const uint8_t octets[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };

static struct rd over(size_t n)
{
	return rd_over(span_of(octets, n));
}

static void test_integers_are_big_endian(void **state)
{
	struct rd r = over(10);

	(void)state;
	assert_int_equal(rd_u8(&r), 1);
	assert_int_equal(rd_u16(&r), 0x0203);
	assert_int_equal(rd_u24(&r), 0x040506);
	assert_int_equal(rd_u32(&r), 0x0708090a);
	assert_int_equal(rd_pos(&r), 10);
	assert_int_equal(rd_left(&r), 0);
	assert_int_equal(r.err, 0);
}

static void test_first_failure_sticks(void **state)
{
	struct rd r = over(3);

	(void)state;
	assert_int_equal(rd_u16(&r), 0x0102);
	assert_int_equal(rd_u32(&r), 0);
	assert_int_equal(r.err, ST_ESHORT);
	assert_int_equal(r.err_at, 2);
	assert_int_equal(rd_u8(&r), 0); /* there is one, but it is too late */
	assert_int_equal(rd_pos(&r), 2);
	rd_fail(&r, 0, ST_EVALUE);
	rd_end(&r);
	assert_int_equal(r.err, ST_ESHORT);
	assert_int_equal(r.err_at, 2);
	assert_int_equal(rd_rest(&r).n, 0);
}

static void test_every_read_can_be_short(void **state)
{
	struct rd r;

	(void)state;
	r = over(0);
	(void)rd_u8(&r);
	assert_int_equal(r.err, ST_ESHORT);
	r = over(1);
	(void)rd_u16(&r);
	assert_int_equal(r.err, ST_ESHORT);
	r = over(2);
	(void)rd_u24(&r);
	assert_int_equal(r.err, ST_ESHORT);
	r = over(3);
	(void)rd_u32(&r);
	assert_int_equal(r.err, ST_ESHORT);
	r = over(4);
	assert_int_equal(rd_bytes(&r, 5).n, 0);
	assert_int_equal(r.err, ST_ESHORT);
	r = over(4);
	assert_int_equal(rd_bytes(&r, SIZE_MAX).n, 0);
	assert_int_equal(r.err, ST_ESHORT);
}

static void test_bytes_are_borrowed(void **state)
{
	struct rd r = over(6);
	struct span s;

	(void)state;
	rd_skip(&r, 2);
	s = rd_bytes(&r, 3);
	assert_ptr_equal(s.p, octets + 2);
	assert_int_equal(s.n, 3);
	assert_int_equal(rd_bytes(&r, 0).n, 0);
	s = rd_rest(&r);
	assert_ptr_equal(s.p, octets + 5);
	assert_int_equal(s.n, 1);
	rd_end(&r);
	assert_int_equal(r.err, 0);
}

static void test_sub_keeps_offsets(void **state)
{
	struct rd r = over(10), sub;

	(void)state;
	rd_skip(&r, 4);
	sub = rd_sub(&r, 2);
	assert_int_equal(rd_pos(&sub), 4);
	assert_int_equal(rd_u16(&sub), 0x0506);
	(void)rd_u8(&sub);
	assert_int_equal(sub.err_at, 6);
	assert_int_equal(r.err, 0);
	assert_int_equal(rd_u8(&r), 7);
	sub = rd_sub(&r, 4); /* only three are left */
	assert_int_equal(sub.err, ST_ESHORT);
	assert_int_equal(sub.err_at, 7);
	assert_int_equal(r.err, ST_ESHORT);
}

static void test_end(void **state)
{
	struct rd r = over(2);

	(void)state;
	(void)rd_u8(&r);
	rd_end(&r);
	assert_int_equal(r.err, ST_ELENGTH);
	assert_int_equal(r.err_at, 1);
}

static void test_nothing(void **state)
{
	struct rd r = rd_over((struct span){ 0 });

	(void)state;
	assert_int_equal(rd_left(&r), 0);
	assert_int_equal(rd_pos(&r), 0);
	assert_int_equal(rd_rest(&r).n, 0);
	rd_end(&r);
	assert_int_equal(r.err, 0);
}

static void test_spans(void **state)
{
	struct span a = span_str("abc"), ab = span_of("abc", 2), none = { 0 };

	(void)state;
	assert_true(span_eq(a, span_of("abcd", 3)));
	assert_false(span_eq(a, ab));
	assert_true(span_eq(none, span_str("")));
	assert_int_equal(span_str(NULL).n, 0);
	assert_true(span_cmp(ab, a) < 0);
	assert_true(span_cmp(a, ab) > 0);
	assert_true(span_cmp(none, a) < 0);
	assert_int_equal(span_cmp(a, a), 0);
	assert_true(span_cmp(span_str("\x80"), span_str("\x7f")) > 0);
	assert_true(span_has_nul(span_of("a\0b", 3)));
	assert_false(span_has_nul(a));
	assert_false(span_has_nul(none));
}

UNIT_GROUP(rd)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_integers_are_big_endian),
		cmocka_unit_test(test_first_failure_sticks),
		cmocka_unit_test(test_every_read_can_be_short),
		cmocka_unit_test(test_bytes_are_borrowed),
		cmocka_unit_test(test_sub_keeps_offsets),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_spans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
