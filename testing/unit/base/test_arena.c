/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "base/arena.h"

#include <stdalign.h>

static void test_memory_is_zeroed_and_aligned(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t n = 0; n < 300; n++) {
		uint8_t *p = arena_alloc(&a, n);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, n);
	}
	arena_reset(&a);
}

/* What lies beside another is not touched by it. */
static void test_pieces_are_apart(void **state)
{
	struct arena a = { 0 };
	uint8_t *p[200];

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		p[i] = arena_alloc(&a, 100);
		memset(p[i], (int)i, 100);
	}
	for (size_t i = 0; i < 200; i++)
		for (size_t j = 0; j < 100; j++)
			assert_int_equal(p[i][j], i);
	arena_reset(&a);
}

static void test_ceiling(void **state)
{
	struct arena a = { .max = 1024 };

	(void)state;
	assert_null(arena_alloc(&a, 1025));
	assert_non_null(arena_alloc(&a, 1000));
	assert_null(arena_alloc(&a, 100));
	assert_null(arena_alloc(&a, SIZE_MAX));
	arena_reset(&a);
	assert_int_equal(a.used, 0);
	assert_non_null(arena_alloc(&a, 1024));
	arena_reset(&a);
	arena_reset(&a);
}

static void test_large_pieces(void **state)
{
	struct arena a = { 0 };
	uint8_t *big = arena_alloc(&a, 1 << 20);

	(void)state;
	assert_non_null(big);
	big[(1 << 20) - 1] = 1;
	assert_non_null(arena_alloc(&a, 10));
	assert_null(arena_alloc(&a, SIZE_MAX - 8));
	arena_reset(&a);
}

static void test_copies(void **state)
{
	struct arena a = { 0 }, tiny = { .max = 4 };
	struct span s = arena_copy(&a, span_str("text"));

	(void)state;
	assert_true(span_eq(s, span_str("text")));
	assert_int_equal(s.p[4], '\0');
	assert_string_equal(arena_str(&a, span_of("chars", 3)), "cha");
	assert_string_equal(arena_str(&a, (struct span){ 0 }), "");
	assert_null(arena_copy(&tiny, span_str("longer than sixteen octets")).p);
	assert_null(arena_str(&tiny, span_str("longer than sixteen octets")));
	arena_reset(&a);
	arena_reset(&tiny);
}

UNIT_GROUP(arena)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_is_zeroed_and_aligned),
		cmocka_unit_test(test_pieces_are_apart),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_large_pieces),
		cmocka_unit_test(test_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
