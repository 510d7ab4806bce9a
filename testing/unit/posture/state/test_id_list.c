/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "posture/state/id_list.h"

static struct ids of(const uint32_t *v, size_t n)
{
	struct ids s = { 0 };

	for (size_t i = 0; i < n; i++)
		assert_int_equal(ids_push(&s, v[i]), 0);
	return s;
}

static void test_sort(void **state)
{
	static const uint32_t mixed[] = { 7, 1, 7, 4294967295u, 0, 1 };
	static const uint32_t sorted[] = { 0, 1, 7, 4294967295u };
	struct ids s = of(mixed, 6), none = { 0 };

	(void)state;
	ids_sort(&s);
	assert_int_equal(s.n, 4);
	assert_memory_equal(s.v, sorted, sizeof(sorted));
	ids_sort(&s);
	assert_int_equal(s.n, 4);
	assert_true(ids_has(s.v, s.n, 7));
	assert_false(ids_has(s.v, s.n, 6));
	assert_false(ids_has(NULL, 0, 6));
	ids_sort(&none);
	assert_int_equal(none.n, 0);
	ids_free(&s);
}

/* Every pair of subsets of eight ids: the difference leads from one to the other. */
static void test_diff_and_patch(void **state)
{
	struct ids added = { 0 }, removed = { 0 }, out = { 0 };

	(void)state;
	for (unsigned a = 0; a < 256; a++) {
		for (unsigned b = 0; b < 256; b++) {
			uint32_t va[8], vb[8];
			size_t na = 0, nb = 0;

			for (uint32_t i = 0; i < 8; i++) {
				if (a >> i & 1)
					va[na++] = i * 3;
				if (b >> i & 1)
					vb[nb++] = i * 3;
			}
			assert_int_equal(ids_diff(va, na, vb, nb, &added, &removed), 0);
			assert_int_equal(added.n, __builtin_popcount(b & ~a));
			assert_int_equal(removed.n, __builtin_popcount(a & ~b));
			assert_int_equal(ids_patch(va, na, added.v, added.n, removed.v,
						   removed.n, &out),
					 0);
			assert_int_equal(out.n, nb);
			if (nb)
				assert_memory_equal(out.v, vb, nb * sizeof(*vb));
		}
	}
	ids_free(&added);
	ids_free(&removed);
	ids_free(&out);
}

static void test_insert_and_remove(void **state)
{
	struct ids ids = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(ids_insert(&ids, i * 7919 % 1000), 0);
	assert_int_equal(ids_insert(&ids, 500), 0); /* there already */
	assert_int_equal(ids.n, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(ids.v[i], i);
	for (uint32_t i = 0; i < 1000; i += 2)
		ids_remove(&ids, i);
	ids_remove(&ids, 500); /* not there */
	ids_remove(&ids, 5000);
	assert_int_equal(ids.n, 500);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(ids_has(ids.v, ids.n, i), i % 2);
	assert_int_equal(ids_copy(&ids, (const uint32_t[]){ 3, 4 }, 2), 0);
	assert_int_equal(ids.n, 2);
	assert_int_equal(ids.v[1], 4);
	ids_free(&ids);
}

UNIT_GROUP(id_list)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_diff_and_patch),
		cmocka_unit_test(test_insert_and_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
