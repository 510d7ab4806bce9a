/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "posture/state/bitmap.h"

static bool stop_at_two(uint32_t v, void *ctx)
{
	(void)v;
	return ++*(int *)ctx < 2;
}

static void test_bitmap(void **state)
{
	static const uint32_t v[] = { 1, 5, 70000, 4294967295u };
	struct bitmap *b = bitmap_of(v, 4), *c = bitmap_copy(b), *none = bitmap_copy(NULL);
	uint32_t out[4];
	int calls = 0;

	(void)state;
	assert_int_equal(bitmap_count(b), 4);
	assert_int_equal(bitmap_count(NULL), 0);
	assert_int_equal(bitmap_count(none), 0);
	assert_true(bitmap_has(b, 70000));
	assert_false(bitmap_has(NULL, 1));
	bitmap_members(b, out);
	assert_memory_equal(out, v, sizeof(v));
	bitmap_remove(c, 5);
	bitmap_add(c, 6);
	bitmap_andnot(b, c);
	assert_int_equal(bitmap_count(b), 1);
	assert_true(bitmap_has(b, 5));
	bitmap_or(b, c);
	bitmap_or(b, NULL);
	bitmap_andnot(b, NULL);
	assert_int_equal(bitmap_count(b), 5);
	bitmap_each(b, stop_at_two, &calls);
	assert_int_equal(calls, 2);
	assert_true(bitmap_octets(b) > 0);
	assert_int_equal(bitmap_octets(NULL), 0);
	bitmap_free(b);
	bitmap_free(c);
	bitmap_free(none);
	bitmap_free(NULL);
}

UNIT_GROUP(bitmap)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bitmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
