/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "posture/state/key_table.h"
#include "base/err.h"

#include <stdio.h>

#define N 3000

static char names[N + 1][16];

static struct span key_of(uint32_t id, const void *ctx)
{
	assert_ptr_equal(ctx, names);
	return span_str(names[id]);
}

static void test_keys(void **state)
{
	struct key_table t = { .key_of = key_of, .ctx = names };
	bool in[N + 1] = { false };
	uint32_t n = 0, seed = 5;

	(void)state;
	assert_int_equal(key_table_find(&t, span_str("nobody")), 0);
	for (uint32_t i = 1; i <= N; i++)
		(void)snprintf(names[i], sizeof(names[i]), "dns:host%u", i);
	for (uint32_t step = 0; step < 40000; step++) {
		uint32_t id;

		seed = seed * 1664525 + 1013904223;
		id = 1 + (seed >> 8) % N;
		assert_int_equal(key_table_find(&t, span_str(names[id])), in[id] ? id : 0);
		if (in[id]) {
			key_table_take(&t, id);
			n--;
		} else {
			assert_int_equal(key_table_reserve(&t, n + 1), 0);
			key_table_put(&t, id);
			n++;
		}
		in[id] = !in[id];
		assert_int_equal(t.n, n);
	}
	for (uint32_t id = 1; id <= N; id++)
		assert_int_equal(key_table_find(&t, span_str(names[id])), in[id] ? id : 0);
	assert_true(key_table_octets(&t) >= N * 8);
	assert_int_equal(key_table_reserve(&t, UINT32_MAX), ST_ENOMEM);
	key_table_free(&t);
	assert_int_equal(key_table_octets(&t), 0);
}

UNIT_GROUP(key_table)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_keys) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
