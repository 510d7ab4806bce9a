/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "base/log.h"

#include <stdio.h>

static char last[2048];
static int lines, last_level;

static void sink(void *ctx, enum log_level level, const char *line)
{
	assert_ptr_equal(ctx, &lines);
	lines++;
	last_level = (int)level;
	(void)snprintf(last, sizeof(last), "%s", line);
}

static int begin(void **state)
{
	(void)state;
	lines = 0;
	last[0] = '\0';
	log_set_level(LOG_L_INFO);
	log_set_sink(sink, &lines);
	return 0;
}

static int end(void **state)
{
	(void)state;
	log_set_sink(NULL, NULL);
	return 0;
}

static void test_threshold(void **state)
{
	(void)state;
	log_debug(NULL, "quiet");
	assert_int_equal(lines, 0);
	log_info(NULL, "n=%d", 5);
	assert_int_equal(lines, 1);
	assert_int_equal(last_level, LOG_L_INFO);
	assert_string_equal(last, "n=5");
	log_set_level(LOG_L_DEBUG);
	assert_int_equal(log_get_level(), LOG_L_DEBUG);
	log_debug(NULL, "loud");
	assert_int_equal(lines, 2);
	log_set_level(LOG_L_ERROR);
	log_warn(NULL, "quiet again");
	assert_int_equal(lines, 2);
}

static void test_who_speaks(void **state)
{
	char big[400];
	struct log l = { 0 };

	(void)state;
	log_name(&l, "peer=%s session=%d", "192.0.2.7", 12);
	log_error(&l, "gone");
	assert_string_equal(last, "peer=192.0.2.7 session=12 gone");
	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	log_name(&l, "%s", big);
	assert_int_equal(strlen(l.ctx), sizeof(l.ctx) - 1);
	log_name(&l, "%s", "");
	log_error(&l, "alone");
	assert_string_equal(last, "alone");
}

/* A peer's text cannot begin a line or steer a terminal. */
static void test_control_characters(void **state)
{
	(void)state;
	log_info(NULL, "user=%s", "eve\nerror all is well\x1b[2J\x7f\r");
	assert_string_equal(last, "user=eve\\x0aerror all is well\\x1b[2J\\x7f\\x0d");
	log_info(NULL, "%s",
		 "\xc2\x9b"
		 "2J");
	assert_string_equal(last, "\xc2\\x9b2J");
	log_info(NULL, "%s", "gr\xc3\xbc\xc3\x9f");
	assert_string_equal(last, "gr\xc3\xbc\xc3\x9f");
}

static void test_long_lines_are_cut(void **state)
{
	char big[5000];

	(void)state;
	memset(big, '\n', sizeof(big)); /* each becomes four octets */
	big[sizeof(big) - 1] = '\0';
	log_info(NULL, "%s", big);
	assert_true(strlen(last) < 1200);
	memset(big, 'x', sizeof(big) - 1);
	log_info(NULL, "%s", big);
	assert_true(strlen(last) >= 1000);
}

/* A peer that gives reason to complain without end. */
static void test_limit(void **state)
{
	struct log_limit limit = { 0 };
	struct log l = { .ctx = "peer=x", .limit = &limit };

	(void)state;
	for (int i = 0; i < 10 * LOG_LIMIT_LINES; i++)
		log_warn(&l, "n=%d", i);
	assert_int_equal(lines, LOG_LIMIT_LINES + 1);
	assert_string_equal(last,
			    "peer=x too many lines: the rest of this minute's are left out");
	log_info(&l, "nor this");
	assert_int_equal(lines, LOG_LIMIT_LINES + 1);
	log_error(&l, "but %s", "this");
	assert_string_equal(last, "peer=x but this");
	log_warn(NULL, "and %s", "others");
	assert_string_equal(last, "and others");
	limit.until = 1; /* long ago */
	log_warn(&l, "n=%d", 7);
	assert_string_equal(last, "peer=x n=7");
}

static void test_levels(void **state)
{
	(void)state;
	assert_int_equal(log_level_of("error"), LOG_L_ERROR);
	assert_int_equal(log_level_of("debug"), LOG_L_DEBUG);
	assert_int_equal(log_level_of("loud"), -1);
}

UNIT_GROUP(log)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_threshold, begin, end),
		cmocka_unit_test_setup_teardown(test_who_speaks, begin, end),
		cmocka_unit_test_setup_teardown(test_control_characters, begin, end),
		cmocka_unit_test_setup_teardown(test_long_lines_are_cut, begin, end),
		cmocka_unit_test_setup_teardown(test_limit, begin, end),
		cmocka_unit_test(test_levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
