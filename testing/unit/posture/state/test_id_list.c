/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "posture/state/id_list.h"

static struct id_list of(const uint32_t *v, size_t n)
{
	struct id_list s = { 0 };

	for (size_t i = 0; i < n; i++)
		assert_int_equal(id_list_push(&s, v[i]), 0);
	return s;
}

static void test_sort(void **state)
{
	static const uint32_t mixed[] = { 7, 1, 7, 4294967295u, 0, 1 };
	static const uint32_t sorted[] = { 0, 1, 7, 4294967295u };
	struct id_list s = of(mixed, 6), none = { 0 };

	(void)state;
	id_list_sort(&s);
	assert_int_equal(s.n, 4);
	assert_memory_equal(s.v, sorted, sizeof(sorted));
	id_list_sort(&s);
	assert_int_equal(s.n, 4);
	assert_true(id_list_has(s.v, s.n, 7));
	assert_false(id_list_has(s.v, s.n, 6));
	assert_false(id_list_has(NULL, 0, 6));
	id_list_sort(&none);
	assert_int_equal(none.n, 0);
	id_list_free(&s);
}

/* Every pair of subsets of eight ids: the difference leads from one to the other. */
static void test_diff_and_patch(void **state)
{
	struct id_list added = { 0 }, removed = { 0 }, out = { 0 };

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
			assert_int_equal(id_list_diff(va, na, vb, nb, &added, &removed), 0);
			assert_int_equal(added.n, __builtin_popcount(b & ~a));
			assert_int_equal(removed.n, __builtin_popcount(a & ~b));
			assert_int_equal(id_list_patch(va, na, added.v, added.n, removed.v,
						       removed.n, &out),
					 0);
			assert_int_equal(out.n, nb);
			if (nb)
				assert_memory_equal(out.v, vb, nb * sizeof(*vb));
		}
	}
	id_list_free(&added);
	id_list_free(&removed);
	id_list_free(&out);
}

static void test_insert_and_remove(void **state)
{
	struct id_list ids = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(id_list_insert(&ids, i * 7919 % 1000), 0);
	assert_int_equal(id_list_insert(&ids, 500), 0); /* there already */
	assert_int_equal(ids.n, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(ids.v[i], i);
	for (uint32_t i = 0; i < 1000; i += 2)
		id_list_remove(&ids, i);
	id_list_remove(&ids, 500); /* not there */
	id_list_remove(&ids, 5000);
	assert_int_equal(ids.n, 500);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(id_list_has(ids.v, ids.n, i), i % 2);
	assert_int_equal(id_list_copy(&ids, (const uint32_t[]){ 3, 4 }, 2), 0);
	assert_int_equal(ids.n, 2);
	assert_int_equal(ids.v[1], 4);
	id_list_free(&ids);
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
