/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "admin/text.h"

static struct span lit(const char *s)
{
	return span_str(s);
}

static void check_clean(const char *in, bool ascii, const char *want)
{
	struct wr w = { 0 };

	text_put_clean(&w, lit(in), ascii);
	wr_u8(&w, 0);
	assert_string_equal((const char *)w.p, want);
	if (!ascii) /* cleaning again changes nothing */
		assert_int_equal(text_is_clean(lit(in)), strcmp(in, want) == 0);
	wr_reset(&w);
}

static void test_clean(void **state)
{
	(void)state;
	check_clean("plain ~ text", false, "plain ~ text");
	check_clean("\xe6\x9d\xb1\xe4\xba\xac", false, "\xe6\x9d\xb1\xe4\xba\xac");
	check_clean("a\033[2Jb", false, "a\xef\xbf\xbd[2Jb");
	check_clean("a\tb\nc\rd\x7f", false,
		    "a\xef\xbf\xbd"
		    "b\xef\xbf\xbd"
		    "c\xef\xbf\xbd"
		    "d\xef\xbf\xbd");
	check_clean("\xc2\x9b"
		    "31m",
		    false,
		    "\xef\xbf\xbd"
		    "31m");                                     /* C1: CSI in one character */
	check_clean("x\xe2\x80\xaey", false, "x\xef\xbf\xbdy"); /* right-to-left override */
	check_clean("x\xe2\x80\x8by", false, "x\xef\xbf\xbdy"); /* zero-width space */
	check_clean("\xff\xfe", false, "\xef\xbf\xbd\xef\xbf\xbd");
	check_clean("\xe6\x9d", false, "\xef\xbf\xbd\xef\xbf\xbd"); /* cut short */
	check_clean("\xed\xa0\x80", false,
		    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");        /* surrogate */
	check_clean("\xc0\x80", false, "\xef\xbf\xbd\xef\xbf\xbd"); /* overlong NUL */
	check_clean("caf\xc3\xa9\033", true, "caf??");
}

static void test_valid(void **state)
{
	struct wr w = { 0 };

	(void)state;
	text_put_valid(&w, lit("a\033\xff"));
	assert_true(span_eq(wr_span(&w), lit("a\033\xef\xbf\xbd")));
	wr_reset(&w);
}

static void test_plain(void **state)
{
	(void)state;
	assert_true(text_is_plain(lit("openssl*")));
	assert_true(text_is_plain(lit("\xe6\x9d\xb1")));
	assert_true(text_is_plain((struct span){ 0 }));
	assert_false(text_is_plain(lit("a\nb")));
	assert_false(text_is_plain(lit("\xc2\x80")));
	assert_false(text_is_plain(lit("\xff")));
	assert_false(text_is_plain(span_of("a\0b", 3)));
}

static void test_width(void **state)
{
	size_t used;

	(void)state;
	assert_int_equal(text_width(lit("abc")), 3);
	assert_int_equal(text_width(lit("\xe6\x9d\xb1\xe4\xba\xac")),
			 4);                               /* two wide characters */
	assert_int_equal(text_width(lit("e\xcc\x81")), 1); /* a letter with a combining mark */
	assert_int_equal(text_width((struct span){ 0 }), 0);

	assert_int_equal(text_cut(lit("abcdef"), 4, &used), 4);
	assert_int_equal(used, 4);
	assert_int_equal(text_cut(lit("\xe6\x9d\xb1\xe4\xba\xac"), 3, &used),
			 3); /* not half a character */
	assert_int_equal(used, 2);
	assert_int_equal(text_cut(lit("e\xcc\x81x"), 1, &used),
			 3); /* the mark stays with its letter */
	assert_int_equal(text_cut(lit("abc"), 0, &used), 0);
	assert_int_equal(text_cut(lit("abc"), 10, &used), 3);
}

UNIT_GROUP(text)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
