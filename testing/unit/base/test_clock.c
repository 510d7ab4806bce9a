/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "base/clock.h"
#include "base/err.h"

#define T (INT64_C(1795375615) * CLOCK_SEC) /* 2026-11-22T19:26:55Z */

static int64_t parse(const char *text)
{
	int64_t us = -1;

	assert_int_equal(clock_parse(text, &us), 0);
	return us;
}

static void refuse(const char *text)
{
	int64_t us = 77;

	assert_int_equal(clock_parse(text, &us), ST_EVALUE);
	assert_int_equal(us, 77);
}

static void test_format(void **state)
{
	char text[CLOCK_TEXT];

	(void)state;
	clock_format(0, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	clock_format(1, text);
	assert_string_equal(text, "1970-01-01T00:00:00.000001Z");
	clock_format(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999999Z");
	clock_format(T + 250000, text);
	assert_string_equal(text, "2026-11-22T19:26:55.250000Z");
	clock_format_sec(T + 250000, text);
	assert_string_equal(text, "2026-11-22T19:26:55Z");
	clock_format(INT64_MAX, text);
	assert_int_equal(strlen(text), CLOCK_TEXT - 1);
	assert_memory_equal(text, "9999-12-31T23:59:59", 19);
	clock_format_sec(INT64_MIN, text);
	assert_string_equal(text, "0000-01-01T00:00:00Z");
}

static void test_parse(void **state)
{
	(void)state;
	assert_int_equal(parse("2026-11-22T19:26:55Z"), T);
	assert_int_equal(parse("2026-11-22t19:26:55z"), T);
	assert_int_equal(parse("2026-11-22T20:26:55+01:00"), T);
	assert_int_equal(parse("2026-11-22T14:56:55-04:30"), T);
	assert_int_equal(parse("2026-11-22T19:26:55.25Z"), T + 250000);
	assert_int_equal(parse("2026-11-22T19:26:55.1234567Z"), T + 123456);
	assert_int_equal(parse("1970-01-01"), 0);
	assert_int_equal(parse("2024-02-29"), parse("2024-03-01") - 86400 * CLOCK_SEC);
	assert_int_equal(parse("2016-12-31T23:59:60Z"), parse("2017-01-01"));
	assert_int_equal(parse("0000-01-01"), INT64_C(-62167219200) * CLOCK_SEC);
}

static void test_parse_refuses(void **state)
{
	static const char *const bad[] = {
		"",
		"now",
		"2026",
		"2026-13-01",
		"2026-00-01",
		"2026-02-29",
		"2026-04-31",
		"2026-1-1",
		"2026-11-22 19:26:55Z",
		"2026-11-22T19:26:55",
		"2026-11-22T24:00:00Z",
		"2026-11-22T19:60:00Z",
		"2026-11-22T19:26:61Z",
		"2026-11-22T19:26:55.Z",
		"2026-11-22T19:26:55Zx",
		"2026-11-22T19:26:55+0100",
		"2026-11-22T19:26:55+24:00",
		"2026-11-22T19:26Z",
		"-026-11-22",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse(bad[i]);
}

static void test_there_and_back(void **state)
{
	char text[CLOCK_TEXT];

	(void)state;
	for (int64_t us = -62167219200 * CLOCK_SEC; us < INT64_C(253402300799) * CLOCK_SEC;
	     us += INT64_C(86399999) * 1000003) {
		clock_format(us, text);
		assert_int_equal(parse(text), us);
	}
}

static void test_clocks(void **state)
{
	int64_t mono = clock_mono_us();

	(void)state;
	clock_fake(T);
	assert_int_equal(clock_wall_us(), T);
	clock_fake(0);
	assert_true(clock_wall_us() > INT64_C(1700000000) * CLOCK_SEC);
	assert_true(clock_mono_us() >= mono);
}

UNIT_GROUP(clock)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),        cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_refuses), cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
