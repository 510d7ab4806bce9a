/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "base/err.h"
#include "host/reason.h"

static void best_is(const struct reasons *r, const char *accept, const char *text,
		    const char *lang)
{
	struct pb_reason out;

	assert_true(reasons_best(r, span_str(accept), &out));
	assert_true(span_eq(out.text, span_str(text)));
	assert_true(span_eq(out.lang, span_str(lang)));
}

static void test_either_order(void **state)
{
	struct reasons r = { 0 };
	struct pb_reason out;

	(void)state;
	assert_false(reasons_best(&r, span_str("en"), &out));
	assert_int_equal(reasons_set_language(&r, span_str("de")), 0);
	assert_false(reasons_best(&r, span_str("en"), &out)); /* a language is no reason */
	assert_int_equal(reasons_set_text(&r, span_str("alt")), 0);
	assert_int_equal(reasons_set_text(&r, span_str("old")), 0);
	assert_int_equal(reasons_set_language(&r, span_str("en")), 0);
	assert_int_equal(r.n, 2);
	best_is(&r, "de", "alt", "de");
	best_is(&r, "en, de", "old", "en");
	best_is(&r, "fr", "old", "en"); /* none is liked: the last */
	reasons_reset(&r);
	assert_int_equal(r.n, 0);
}

static void test_replaced(void **state)
{
	struct reasons r = { 0 };

	(void)state;
	reasons_set_text(&r, span_str("first"));
	reasons_set_text(&r, span_str("second"));
	assert_int_equal(r.n, 1);
	best_is(&r, "en", "second", "");
	reasons_set_language(&r, span_str("en"));
	reasons_set_text(&r, span_str("no language"));
	best_is(&r, "en", "second", "en");
	best_is(&r, "fr", "no language", "");
	reasons_reset(&r);
}

static void test_refused(void **state)
{
	struct reasons r = { 0 };
	char *big = calloc(1, REASON_OCTETS_MAX + 1);

	(void)state;
	memset(big, 'x', REASON_OCTETS_MAX + 1);
	assert_int_equal(reasons_set_text(&r, span_str("")), ST_EVALUE);
	assert_int_equal(reasons_set_text(&r, span_of("", 1)), ST_EVALUE);
	assert_int_equal(reasons_set_text(&r, span_of("a\0b", 3)), ST_EVALUE);
	assert_int_equal(reasons_set_text(&r, span_str("\xff")), ST_EVALUE);
	assert_int_equal(reasons_set_text(&r, span_of(big, REASON_OCTETS_MAX + 1)), ST_ELIMIT);
	assert_int_equal(reasons_set_language(&r, span_str("")), ST_EVALUE);
	assert_int_equal(reasons_set_language(&r, span_str("e n")), ST_EVALUE);
	assert_int_equal(r.n, 0);
	assert_int_equal(reasons_set_text(&r, span_of("nul", 4)), 0); /* one NUL is forgiven */
	best_is(&r, "en", "nul", "");
	reasons_set_language(&r, span_of("en", 3));
	for (size_t i = 1; i < REASONS_MAX; i++) {
		assert_int_equal(reasons_set_text(&r, span_str("more")), 0);
		assert_int_equal(reasons_set_language(&r, span_str("en")), 0);
	}
	assert_int_equal(reasons_set_text(&r, span_str("too many")), ST_ELIMIT);
	reasons_reset(&r);
	free(big);
}

UNIT_GROUP(reason)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_either_order),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
