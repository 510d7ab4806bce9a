/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "wire/text.h"

static void test_good(void **state)
{
	static const struct {
		const char *s;
		size_t n, good;
	} t[] = {
		{ "", 0, 0 },
		{ "abc", 3, 3 },
		{ "a\0b", 3, 1 },
		{ "\xc3\xa4", 2, 2 },
		{ "\xc3", 1, 0 },              /* cut */
		{ "a\xe4z", 3, 1 },            /* Latin-1 */
		{ "\xc0\x80", 2, 0 },          /* NUL in disguise */
		{ "\xed\xa0\x80", 3, 0 },      /* a surrogate */
		{ "\xf0\x9f\x98\x80!", 5, 5 }, /* beyond the first plane */
		{ "\xf4\x90\x80\x80", 4, 0 },  /* beyond Unicode */
		{ "x\xef\xbf\xbd\x80", 5, 4 }, /* lone continuation */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_int_equal(text_good(span_of(t[i].s, t[i].n)), t[i].good);
}

static void test_read(void **state)
{
	struct rd r = rd_over(span_str("\x03"
				       "abc\x02"
				       "d"));

	(void)state;
	assert_true(span_eq(text_read8(&r), span_str("abc")));
	assert_int_equal(text_read8(&r).n, 0);
	assert_int_equal(r.err, ST_ELENGTH);
	assert_int_equal(r.err_at, 4);

	r = rd_over(span_str("ab\xff"));
	text_read(&r, 3);
	assert_int_equal(r.err, ST_EVALUE);
	assert_int_equal(r.err_at, 2);
}

static void test_write(void **state)
{
	struct wr w = { 0 };

	(void)state;
	text_write8(&w, span_str("abc"));
	assert_true(span_eq(wr_span(&w), span_str("\x03"
						  "abc")));
	text_write8(&w, span_str("\xff"));
	assert_int_equal(w.err, ST_EVALUE);
	wr_reset(&w);
}

UNIT_GROUP(text)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
