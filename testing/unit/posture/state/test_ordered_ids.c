/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "posture/state/ordered_ids.h"
#include "base/err.h"

#include <stdlib.h>

#define N 5000

/* Against a plain array: what is in it, by id; 0: it is not. */
static uint64_t keys[N + 1];
static uint32_t seed = 11;

static uint32_t draw(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

static size_t count_below(uint64_t key)
{
	size_t n = 0;

	for (uint32_t i = 1; i <= N; i++)
		n += keys[i] && keys[i] < key;
	return n;
}

static void check(const struct ordered_ids *o)
{
	uint32_t *ids = calloc(o->count + 1, sizeof(*ids));
	struct ordered_id first;

	assert_non_null(ids);
	ordered_ids_ids(o, ids);
	assert_int_equal(o->count, count_below(UINT64_MAX));
	for (size_t i = 1; i < o->count; i++)
		assert_true(keys[ids[i - 1]] < keys[ids[i]] ||
			    (keys[ids[i - 1]] == keys[ids[i]] && ids[i - 1] < ids[i]));
	assert_int_equal(ordered_ids_first(o, &first), o->count != 0);
	if (o->count)
		assert_int_equal(first.id, ids[0]);
	for (uint64_t key = 0; key < 1200; key += 97)
		assert_int_equal(ordered_ids_below(o, key), count_below(key));
	free(ids);
}

static void change(struct ordered_ids *o, uint32_t id, uint64_t key)
{
	if (keys[id])
		assert_true(ordered_ids_take(o, (struct ordered_id){ keys[id], id }));
	assert_false(ordered_ids_take(o, (struct ordered_id){ keys[id], id }));
	keys[id] = key;
	if (key)
		assert_int_equal(ordered_ids_put(o, (struct ordered_id){ key, id }), 0);
}

static void test_model(void **state)
{
	struct ordered_ids o = { 0 };

	(void)state;
	check(&o);
	for (uint32_t i = 1; i <= N; i++)
		change(&o, i, 1 + draw() % 1000);
	check(&o);
	for (uint32_t i = 0; i < 60000; i++) {
		change(&o, 1 + draw() % N, draw() % 4 ? 1 + draw() % 1000 : 0);
		if (i % 5000 == 0)
			check(&o);
	}
	check(&o);
	for (uint32_t i = 1; i <= N; i++)
		change(&o, i, 0);
	check(&o);
	assert_int_equal(o.n, 0);
	ordered_ids_free(&o);
}

/* What moves to the end again and again leaves no long directory behind. */
static void test_moving(void **state)
{
	struct ordered_ids o = { 0 };

	(void)state;
	for (uint64_t t = 1; t <= 20; t++)
		for (uint32_t i = 1; i <= N; i++)
			if (t == 1 || i % 100)
				change(&o, i, t * 10000 + i);
	assert_int_equal(o.count, N);
	assert_true(o.n < 80);
	for (uint32_t i = 1; i <= N; i++)
		change(&o, i, 0);
	ordered_ids_free(&o);
}

/* In order: chunks are filled. */
static void test_in_order(void **state)
{
	struct ordered_ids o = { 0 };

	(void)state;
	for (uint32_t i = 1; i <= N; i++)
		change(&o, i, i);
	check(&o);
	assert_true(ordered_ids_octets(&o) < N * 20);
	for (uint32_t i = 1; i <= N; i++)
		change(&o, i, 0);
	ordered_ids_free(&o);
}

static void test_build(void **state)
{
	struct ordered_id *e = calloc(N, sizeof(*e));
	struct ordered_ids o = { 0 };

	(void)state;
	assert_non_null(e);
	for (uint32_t i = 0; i < N; i++)
		e[i] = (struct ordered_id){ keys[i + 1] = 1 + draw() % 1000, i + 1 };
	assert_int_equal(ordered_ids_build(&o, e, N), 0);
	check(&o);
	for (uint32_t i = 0; i < 3000; i++)
		change(&o, 1 + draw() % N, 1 + draw() % 1000);
	check(&o);
	assert_int_equal(ordered_ids_build(&o, e, 0), 0);
	assert_int_equal(o.count, 0);
	ordered_ids_free(&o);
	free(e);
	for (uint32_t i = 1; i <= N; i++)
		keys[i] = 0;
}

static int by_last_digit(uint32_t a, uint32_t b, const void *ctx)
{
	assert_ptr_equal(ctx, keys);
	return (int)(a % 10) - (int)(b % 10);
}

struct walked {
	uint64_t from;
	uint32_t v[8];
	size_t n;
};

static bool before(const struct ordered_id *e, void *ctx)
{
	return e->key < ((const struct walked *)ctx)->from;
}

static bool walk(const struct ordered_id *e, void *ctx)
{
	struct walked *w = ctx;

	w->v[w->n++] = e->id;
	return w->n < 4;
}

static void test_tie_and_walk(void **state)
{
	struct ordered_ids o = { .tie = by_last_digit, .ctx = keys };
	struct walked w = { .from = 5 };

	(void)state;
	assert_int_equal(ordered_ids_put(&o, (struct ordered_id){ 5, 12 }), 0);
	assert_int_equal(ordered_ids_put(&o, (struct ordered_id){ 5, 31 }), 0);
	assert_int_equal(ordered_ids_put(&o, (struct ordered_id){ 4, 99 }), 0);
	assert_int_equal(ordered_ids_put(&o, (struct ordered_id){ 9, 1 }), 0);
	assert_int_equal(ordered_ids_put(&o, (struct ordered_id){ 9, 11 }), 0);
	assert_int_equal(ordered_ids_put(&o, (struct ordered_id){ 9, 21 }), 0);
	ordered_ids_walk(&o, before, walk, &w);
	assert_int_equal(w.n, 4);
	assert_memory_equal(w.v, ((uint32_t[]){ 31, 12, 1, 11 }), 4 * sizeof(uint32_t));
	w = (struct walked){ .from = 10 };
	ordered_ids_walk(&o, before, walk, &w);
	assert_int_equal(w.n, 0);
	ordered_ids_free(&o);
	ordered_ids_walk(&o, before, walk, &w);
	assert_int_equal(w.n, 0);
}

static int known_tie(uint32_t a, uint32_t b, const void *ctx)
{
	(void)ctx;
	assert_true(a == 1 && b == 1); /* and nothing that was in the memory before */
	return 0;
}

/* The first entry is compared with no other, whatever its memory held before: zeros, or what
 * the address sanitizer fills it with. */
static void test_first(void **state)
{
	const uint64_t fill[] = { 0, 0xbebebebebebebebe };
	struct ordered_ids o = { .tie = known_tie };

	(void)state;
	for (size_t i = 0; i < sizeof(fill) / sizeof(*fill); i++) {
		assert_int_equal(ordered_ids_put(&o, (struct ordered_id){ fill[i], 1 }), 0);
		assert_int_equal(o.count, 1);
		assert_true(ordered_ids_take(&o, (struct ordered_id){ fill[i], 1 }));
		assert_false(ordered_ids_take(&o, (struct ordered_id){ fill[i], 1 }));
	}
	ordered_ids_free(&o);
}

UNIT_GROUP(ordered_ids)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),        cmocka_unit_test(test_moving),
		cmocka_unit_test(test_in_order),     cmocka_unit_test(test_build),
		cmocka_unit_test(test_tie_and_walk), cmocka_unit_test(test_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
