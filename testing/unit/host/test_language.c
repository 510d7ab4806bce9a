/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "host/language.h"

static unsigned quality(const char *accept, const char *tag)
{
	return language_quality(span_str(accept), span_str(tag));
}

static void test_quality(void **state)
{
	(void)state;
	assert_int_equal(quality("", "en"), 0);
	assert_int_equal(quality("de", ""), 0);
	assert_int_equal(quality("de", "en"), 0);
	assert_true(quality("de", "de") > 0);
	assert_true(quality("DE", "de") > 0);
	assert_true(quality("de", "de-AT") > 0);
	assert_true(quality("de-AT", "de") > 0);
	assert_int_equal(quality("de", "deu"), 0); /* not the same word */
	assert_true(quality("fr, en", "fr") > quality("fr, en", "en"));
	assert_true(quality("en;q=0.5, fr", "fr") > quality("en;q=0.5, fr", "en"));
	assert_true(quality("en;q=0.55,fr;q=0.5", "en") > quality("en;q=0.55,fr;q=0.5", "fr"));
	assert_int_equal(quality("en;q=0, fr", "en"), 0);
	assert_true(quality("fr, *;q=0.1", "sw") > 0);
	assert_true(quality("fr, *;q=0.1", "sw") < quality("fr, *;q=0.1", "fr"));
	/* the closest range decides, wherever it stands */
	assert_int_equal(quality("*, en;q=0", "en"), 0);
	assert_int_equal(quality("en;q=0, *", "en"), 0);
	assert_true(quality("en, en-GB;q=0.1", "en-GB") < quality("en, en-GB;q=0.1", "en-US"));
}

/* Whatever the other end writes there. */
static void test_hostile(void **state)
{
	static const char *const odd[] = {
		",",           ",,,;;;",   ";q=1",
		"en;q=",       "en;q=9",   "en;q=1.9999999999999",
		"en;q=0.\xff", "\xff\xfe", "en;;q=0.5",
		"-",           "en-,",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		assert_true(quality(odd[i], "en") <= 32 * 1000);
	assert_true(language_quality(span_of("en\0fr", 5), span_str("fr")) == 0);
}

static void test_value(void **state)
{
	struct span v = language_value(span_str("Accept-Language: fr, en "));
	uint8_t endless[1025];

	(void)state;
	assert_true(span_eq(v, span_str("fr, en")));
	assert_true(span_eq(language_value(span_str("accept-language:de")), span_str("de")));
	assert_true(span_eq(language_value(span_str("de")), span_str("de")));
	assert_int_equal(language_value(span_str("Accept-Language:")).n, 0);
	assert_int_equal(language_value((struct span){ 0 }).n, 0);
	memset(endless, 'a', sizeof(endless));
	assert_int_equal(language_value(span_of(endless, 1024)).n, 1024);
	assert_int_equal(language_value(span_of(endless, 1025)).n, 0);
}

static void test_text(void **state)
{
	char tag[300];

	(void)state;
	memset(tag, 'a', sizeof(tag));
	assert_true(language_tag_valid(span_str("en-GB-x-1")));
	assert_false(language_tag_valid(span_str("")));
	assert_false(language_tag_valid(span_str("en GB")));
	assert_false(language_tag_valid(span_str("en\n")));
	assert_true(language_tag_valid(span_of(tag, 255)));
	assert_false(language_tag_valid(span_of(tag, 256)));
	assert_true(language_text_valid(span_str("gr\xc3\xbc\xc3\x9f")));
	assert_false(language_text_valid(span_str("\xc3")));
	assert_false(language_text_valid(span_str("\xff")));
	assert_false(language_text_valid(span_of("a\0b", 3)));
}

UNIT_GROUP(language)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quality),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_value),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
