/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "posture/state/text_pool.h"

#include <stdio.h>

static void test_intern(void **state)
{
	struct text_pool t = { 0 };
	struct text *a = text_intern(&t, span_str("one")),
		    *b = text_intern(&t, span_str("one"));
	struct text *c = text_intern(&t, span_str("")), *d = text_intern(&t, span_str("two"));

	(void)state;
	assert_ptr_equal(a, b);
	assert_ptr_not_equal(a, d);
	assert_true(text_is(c, span_str("")));
	assert_true(text_is(NULL, span_str("")));
	assert_string_equal(a->s, "one");
	text_drop(&t, a);
	assert_true(text_is(b, span_str("one"))); /* one reference is left */
	assert_ptr_equal(text_ref(b), b);
	text_drop(&t, b);
	text_drop(&t, b);
	text_drop(&t, c);
	text_drop(&t, d);
	text_drop(&t, NULL);
	assert_null(text_ref(NULL));
	assert_int_equal(t.n, 0);
	text_pool_free(&t);
	assert_int_equal(t.octets, 0);
}

static void test_valid(void **state)
{
	(void)state;
	assert_true(text_valid(span_str("gr\xc3\xbc\xc3\x9f dich"), true));
	assert_true(text_valid(span_str("a\nb"), false));
	assert_false(text_valid(span_str("a\nb"), true));
	assert_false(text_valid(span_str("\xc2\x85"), true)); /* NEL */
	assert_false(text_valid(span_of("a\0b", 3), false));
	assert_false(text_valid(span_str("\xc3"), false));
	assert_false(text_valid(span_str("\xed\xa0\x80"), false)); /* a surrogate */
	assert_false(text_valid(span_str("\xc0\xaf"), false));     /* too long a form */
	assert_true(text_valid((struct span){ 0 }, true));
}

static void test_clean(void **state)
{
	static const struct {
		const char *in;
		size_t n, max;
		const char *out;
	} cases[] = {
		{ "plain", 5, 100, "plain" },
		{ "a\0b", 3, 100,
		  "a\xef\xbf\xbd"
		  "b" },
		{ "\xff\xfe", 2, 100, "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "a\xc3\xbc", 3, 2, "a\xef\xbf\xbd" }, /* cut: see below */
		{ "abcdef", 6, 3, "abc" },
		{ "", 0, 3, "" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span s = text_clean(&a, span_of(cases[i].in, cases[i].n), cases[i].max);

		assert_non_null(s.p);
		assert_true(s.n <= cases[i].max);
		assert_true(text_valid(s, false));
		if (strlen(cases[i].out) <= cases[i].max)
			assert_string_equal((const char *)s.p, cases[i].out);
	}
	arena_reset(&a);
	a.max = 4;
	assert_null(text_clean(&a, span_str("far too long"), 100).p);
	arena_reset(&a);
}

/* Thousands come and go, in an order of their own: the rest stays, each once. */
static void test_table(void **state)
{
	static const struct span parts[] = { { (const uint8_t *)"key", 3 },
					     { (const uint8_t *)"", 1 },
					     { (const uint8_t *)"value", 5 } };
	struct text_pool t = { 0 };
	struct text *v[5000] = { 0 }, *x;
	uint32_t seed = 3;
	char s[16];

	(void)state;
	for (uint32_t i = 0; i < 60000; i++) {
		uint32_t k;

		seed = seed * 1664525 + 1013904223;
		k = (seed >> 8) % 5000;
		(void)snprintf(s, sizeof(s), "text %u", k);
		if (v[k]) {
			assert_ptr_equal(x = text_intern(&t, span_str(s)), v[k]);
			text_drop(&t, x);
			text_drop(&t, v[k]);
			v[k] = NULL;
		} else {
			assert_non_null(v[k] = text_intern(&t, span_str(s)));
		}
	}
	x = text_intern_parts(&t, parts, 3);
	assert_true(text_is(x, span_of("key\0value", 9)));
	text_drop(&t, x);
	for (uint32_t k = 0; k < 5000; k++)
		text_drop(&t, v[k]);
	assert_int_equal(t.n, 0);
	text_pool_free(&t);
}

UNIT_GROUP(text_pool)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_intern),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
