/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "posture/state/dictionary.h"
#include "posture/state/software_set.h"
#include "base/err.h"

#include <stdlib.h>

#define N 500

static void fill(uint32_t *v, uint32_t from)
{
	for (uint32_t i = 0; i < N; i++)
		v[i] = from + 2 * i;
}

static void test_find(void **state)
{
	uint32_t a[N], b[N], far[N];
	struct software_sets t = { 0 };
	struct software_set *sa, *sb, *sc, *wrong;

	(void)state;
	fill(a, 1);
	fill(b, 1);
	b[N - 1] += 1; /* all but one in common */
	fill(far, 100000);
	assert_non_null(sa = software_set_new(1, a, N));
	assert_int_equal(software_sets_add(&t, sa), 0);
	assert_ptr_equal(software_sets_find(&t, a, N), sa);
	assert_null(software_sets_find(&t, b, N));
	assert_null(software_sets_find(&t, a, N - 1));
	assert_ptr_equal(software_sets_near(&t, b, N), sa);
	assert_null(software_sets_near(&t, far, N));
	assert_null(software_sets_near(&t, NULL, 0));
	assert_non_null(sb = software_set_new(2, NULL, 0)); /* a machine without software */
	assert_int_equal(software_sets_add(&t, sb), 0);
	assert_ptr_equal(software_sets_find(&t, NULL, 0), sb);
	assert_ptr_equal(software_sets_get(&t, 2), sb);
	assert_null(software_sets_get(&t, 3));
	assert_null(software_sets_get(&t, 0));
	wrong = software_set_new(2, a, N);
	assert_int_equal(software_sets_add(&t, wrong), ST_EDB);
	software_set_free(wrong);
	wrong = software_set_new(UINT32_MAX, a, N); /* nobody has had so many */
	assert_int_equal(software_sets_add(&t, wrong), ST_EDB);
	software_set_free(wrong);
	assert_non_null(sc = software_set_new(7, far, N)); /* those before it were dropped */
	assert_int_equal(software_sets_add(&t, sc), 0);
	assert_ptr_equal(software_sets_get(&t, 7), sc);
	assert_null(software_sets_get(&t, 6));
	software_sets_drop(&t, sa);
	assert_null(software_sets_get(&t, 1));
	assert_null(software_sets_find(&t, a, N));
	assert_null(software_sets_near(&t, b, N));
	assert_ptr_equal(software_sets_find(&t, far, N), sc);
	assert_int_equal(t.n - t.dropped, 2);
	software_set_free(NULL);
	software_sets_free(&t, true);
}

/* A fleet that changes all the time uses many ids, of which few are in use. */
static void test_many_ids(void **state)
{
	struct software_sets t = { 0 };
	uint32_t kept = 0, n = 0;
	size_t octets = 0;

	(void)state;
	for (uint32_t id = 1; id <= 200000; id++) {
		struct software_set *s = software_set_new(id, &id, 1);

		assert_non_null(s);
		assert_int_equal(software_sets_add(&t, s), 0);
		if (id % 10000 != 1)
			software_sets_drop(&t, s);
		else
			kept++;
		if (id == 20000)
			octets = t.octets;
	}
	for (const struct software_set *s = software_sets_next(&t, 0); s;
	     s = software_sets_next(&t, s->id)) {
		assert_int_equal(s->id, 1 + 10000 * n++);
		assert_ptr_equal(software_sets_get(&t, s->id), s);
	}
	assert_int_equal(n, kept);
	assert_int_equal(t.n - t.dropped, kept);
	assert_null(software_sets_get(&t, 200000));
	assert_true(t.octets <= octets * kept / 2);
	assert_true(t.octets < 200000);
	software_sets_free(&t, true);
}

static int id_cmp(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Images that have most of their software in common; what was cloned from one and has drifted
 * a little is found to be near it, and not near another. */
static void test_near_image(void **state)
{
	uint32_t v[20][N], w[N], found = 0, other = 0, seed = 7;
	struct software_sets t = { 0 };

	(void)state;
	for (uint32_t k = 0; k < 20; k++) {
		for (uint32_t i = 0; i < N; i++)
			v[k][i] = 1 + 100 * i + ((i * 7 + k) % 5 == 0 ? k : 0);
		assert_int_equal(software_sets_add(&t, software_set_new(k + 1, v[k], N)), 0);
	}
	for (uint32_t n = 0; n < 1000; n++) {
		const struct software_set *s;

		memcpy(w, v[n % 20], sizeof(w));
		for (uint32_t i = 0; i < n % 13; i++) {
			seed = seed * 1103515245 + 12345;
			w[(seed >> 8) % N] = 100000 + seed % 100000;
		}
		qsort(w, N, sizeof(*w), id_cmp);
		s = software_sets_near(&t, w, N);
		found += s && s->id == n % 20 + 1;
		other += s && s->id != n % 20 + 1;
	}
	assert_true(other < 10); /* it is a hint */
	assert_true(found > 980);
	software_sets_free(&t, true);
}

/* printf '\0\0\0\1a\0\0\0\2bc' | sha256sum */
static const uint8_t digest_a_bc[SOFTWARE_SET_DIGEST] = {
	0xb5, 0x34, 0xce, 0x16, 0xac, 0x9c, 0x8b, 0x36, 0x82, 0x3f, 0x39,
	0xa3, 0x95, 0xce, 0x8e, 0x0e, 0x3c, 0x7a, 0xd9, 0x60, 0x5b, 0x82,
	0xb5, 0x44, 0x4f, 0x18, 0xca, 0xda, 0xcd, 0x21, 0x7a, 0x5d,
};

static void test_digest(void **state)
{
	struct dictionary_entry *a = dictionary_entry_new(9, span_str("a"));
	struct dictionary_entry *bc = dictionary_entry_new(3, span_str("bc"));
	const struct dictionary_entry *e[] = { bc, a };
	struct text_pool texts = { 0 };
	uint8_t digest[SOFTWARE_SET_DIGEST];

	(void)state;
	assert_int_equal(software_set_digest(e, 2, digest), 0);
	assert_memory_equal(digest, digest_a_bc, SOFTWARE_SET_DIGEST);
	assert_ptr_equal(e[0], a);
	dictionary_entry_free(a, &texts);
	dictionary_entry_free(bc, &texts);
	text_pool_free(&texts);
}

UNIT_GROUP(software_set)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_many_ids),
		cmocka_unit_test(test_near_image),
		cmocka_unit_test(test_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
