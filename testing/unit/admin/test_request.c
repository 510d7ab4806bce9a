/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "admin/request.h"
#include "base/err.h"

#include <stdio.h>

static int decode(const char *line, struct admin_request *r, struct admin_fault *f)
{
	*r = (struct admin_request){ 0 };
	return request_decode(r, span_str(line), f);
}

static void check_refused(const char *line, const char *err_msg)
{
	struct admin_request r;
	struct admin_fault f;

	assert_true(decode(line, &r, &f) < 0);
	assert_int_equal(f.exit, ADMIN_USAGE);
	if (!strstr(f.text, err_msg))
		fail_msg("'%s' says '%s', not '%s'", line, f.text, err_msg);
	request_reset(&r);
}

#define REQ(rest) "{\"stance\":1,\"command\":" rest "}"

/* An ARG_MANY argument keeps the order of its values when encoded and decoded. */
static void test_many(void **state)
{
	const char *const names[] = { "a", "web1", "b c" };
	struct admin_request r = { .command = command_find("assess") }, back = { 0 };
	struct wr line = { 0 };
	struct admin_fault f;
	const char *at = NULL;
	struct span s;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(request_set(&r, "name", names[i], &f), 0);
	assert_int_equal(request_finish(&r, NULL, &f), 0);
	assert_int_equal(request_encode(&r, &line), 0);
	assert_int_equal(request_decode(&back, wr_span(&line), &f), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_true(request_next(&back, "name", &at, &s));
		assert_true(span_eq(s, span_str(names[i])));
	}
	assert_false(request_next(&back, "name", &at, &s));
	request_reset(&r);
	request_reset(&back);
	wr_reset(&line);
#define LINE(name) "{\"stance\":1,\"command\":\"assess\",\"args\":{\"name\":" name "}}"
	assert_int_equal(request_decode(&back, span_str(LINE("[1]")), &f), ST_EVALUE);
	request_reset(&back);
	assert_int_equal(request_decode(&back, span_str(LINE("[\"a\",\"b\\nc\"]")), &f),
			 ST_EVALUE);
	request_reset(&back);
	assert_int_equal(request_decode(&back, span_str(LINE("[]")), &f), 0);
	at = NULL;
	assert_false(request_next(&back, "name", &at, &s));
	request_reset(&back);
	assert_int_equal(request_decode(&back,
					span_str("{\"stance\":1,\"command\":\"endpoint\","
						 "\"args\":{\"name\":[\"a\"]}}"),
					&f),
			 ST_EVALUE);
	request_reset(&back);
}

static void test_good(void **state)
{
	struct admin_request r;
	struct admin_fault f;

	(void)state;
	assert_int_equal(
		decode(REQ("\"software\",\"args\":{\"pattern\":\"a*\",\"endpoints\":true,"
			   "\"as_of\":\"2026-11-21T20:26:55.5+01:00\"}"),
		       &r, &f),
		0);
	assert_string_equal(r.command->name, "software");
	assert_string_equal(r.view->option, "endpoints");
	assert_string_equal(request_text(&r, "pattern"), "a*");
	assert_true(request_flag(&r, "endpoints"));
	assert_int_equal(request_time(&r, "as_of"), INT64_C(1795289215500000));
	assert_string_equal(request_text(&r, "as_of"), "2026-11-21T19:26:55.500000Z");
	request_reset(&r);

	assert_int_equal(
		decode(REQ("\"endpoint\",\"view\":\"facts\",\"args\":{\"name\":\"x\"}"), &r,
		       &f),
		0);
	assert_string_equal(r.view->word, "facts");
	assert_int_equal(request_time(&r, "as_of"), 0);
	request_reset(&r);

	/* false: the flag is not given */
	assert_int_equal(
		decode(REQ("\"software\",\"args\":{\"pattern\":\"a\",\"endpoints\":false}"),
		       &r, &f),
		0);
	assert_false(request_flag(&r, "endpoints"));
	assert_null(r.view->option);
	request_reset(&r);
	assert_int_equal(decode(REQ("\"endpoints\"") "\n", &r, &f), 0);
	request_reset(&r);
}

static void test_refused(void **state)
{
	(void)state;
	check_refused("", "malformed request");
	check_refused("\n", "malformed request");
	check_refused("null", "malformed request");
	check_refused("[]", "malformed request");
	check_refused("{}", "malformed request");
	check_refused("{\"stance\":1}", "malformed request");
	check_refused("{\"stance\":\"1\",\"command\":\"status\"}", "malformed request");
	check_refused("{\"stance\":1,\"stance\":1,\"command\":\"status\"}",
		      "malformed request");
	check_refused("{\"stance\":2,\"command\":\"status\"}", "manager 1, client 2");
	check_refused(REQ("\"status\"") "x", "malformed request");
	check_refused(REQ("\"status\",\"more\":1"), "malformed request");
	check_refused(REQ("\"\""), "unknown command ''");
	check_refused(REQ("\"stop\""), "unknown command 'stop'");
	check_refused(REQ("\"status\",\"args\":[]"), "malformed request");
	check_refused(REQ("\"status\",\"args\":{\"x\":\"y\"}"),
		      "status: unknown argument 'x'");
	check_refused(REQ("\"status\",\"view\":\"x\""), "unexpected argument 'x'");
	check_refused(REQ("\"endpoint\",\"view\":\"x\",\"args\":{\"name\":\"a\"}"),
		      "(use software, facts, results, events)");
	check_refused(REQ("\"endpoint\""), "missing NAME");
	check_refused(REQ("\"endpoint\",\"args\":{\"name\":\"\"}"), "empty");
	check_refused(REQ("\"endpoint\",\"args\":{\"name\":\"a\\nb\"}"),
		      "has control characters");
	check_refused(REQ("\"endpoint\",\"args\":{\"name\":\"a\\u0000b\"}"),
		      "malformed request");
	check_refused(REQ("\"endpoint\",\"args\":{\"name\":\"\xff\"}"), "malformed request");
	check_refused(REQ("\"endpoint\",\"args\":{\"name\":5}"), "must be a string");
	check_refused(REQ("\"endpoint\",\"args\":{\"name\":true}"), "takes a value");
	check_refused(REQ("\"endpoint\",\"args\":{\"name\":{\"a\":[]}}"), "must be a string");
	check_refused(REQ("\"software\",\"args\":{\"pattern\":\"a\",\"endpoints\":\"yes\"}"),
		      "takes no value");
	check_refused(REQ("\"status\",\"args\":{\"as_of\":\"soon\"}"),
		      "--as-of: 'soon' is not a time");
	check_refused(REQ("\"status\",\"args\":{\"as_of\":\"2026-02-30\"}"), "is not a time");
}

/* Deep nesting is refused by the parser's limit, before the stack overflows. */
static void test_deep(void **state)
{
	size_t n = 30000;
	char *line = malloc(2 * n + 1);

	(void)state;
	memset(line, '[', n);
	memset(line + n, ']', n);
	line[2 * n] = '\0';
	check_refused(line, "malformed request");
	line[n] = '\0';
	check_refused(line, "malformed request");
	free(line);
}

static void test_long(void **state)
{
	char line[ARG_TEXT_MAX + 200];
	struct admin_request r;
	struct admin_fault f;

	(void)state;
	(void)snprintf(line, sizeof(line), REQ("\"endpoint\",\"args\":{\"name\":\"%0*d\"}"),
		       ARG_TEXT_MAX, 7);
	assert_int_equal(decode(line, &r, &f), 0);
	request_reset(&r);
	(void)snprintf(line, sizeof(line), REQ("\"endpoint\",\"args\":{\"name\":\"%0*d\"}"),
		       ARG_TEXT_MAX + 1, 7);
	check_refused(line, "longer than");
}

/* Each truncation is refused. A change of any bit does no harm. */
static void test_every_octet(void **state)
{
	const char *line =
		REQ("\"software\",\"args\":{\"pattern\":\"a*\",\"as_of\":\"2026-11-21\"}");
	size_t n = strlen(line);
	char *copy = strdup(line);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		struct admin_request r = { 0 };
		struct admin_fault f;
		/* a copy of exactly this length: the sanitizer detects reads beyond it */
		char *part = malloc(i ? i : 1);

		memcpy(part, line, i);
		assert_true(request_decode(&r, span_of(part, i), &f) < 0);
		request_reset(&r);
		free(part);
	}
	for (size_t i = 0; i < n; i++) {
		struct admin_request r = { 0 };
		struct admin_fault f;

		for (int bit = 0; bit < 8; bit++) {
			copy[i] = (char)(line[i] ^ 1 << bit);
			(void)request_decode(&r, span_of(copy, n), &f);
			request_reset(&r);
		}
		copy[i] = line[i];
	}
	free(copy);
}

static void test_round_trip(void **state)
{
	struct admin_request r = { .command = command_find("endpoint") }, again = { 0 };
	struct wr w = { 0 };
	struct admin_fault f;

	(void)state;
	assert_int_equal(request_set(&r, "name", "d\xc3\xa4s \"x\"", &f), 0);
	assert_int_equal(request_set(&r, "name", "y", &f), ST_EVALUE);
	assert_int_equal(request_set(&r, "nothing", "y", &f), ST_EVALUE);
	assert_int_equal(request_set(&r, "as_of", "2026-11-21", &f), 0);
	assert_int_equal(request_finish(&r, "software", &f), 0);
	assert_int_equal(request_encode(&r, &w), 0);
	assert_int_equal(w.p[w.len - 1], '\n');
	assert_ptr_equal(memchr(w.p, '\n', w.len), w.p + w.len - 1);
	assert_int_equal(request_decode(&again, wr_span(&w), &f), 0);
	assert_ptr_equal(again.view, r.view);
	assert_string_equal(request_text(&again, "name"), "d\xc3\xa4s \"x\"");
	assert_int_equal(request_time(&again, "as_of"), request_time(&r, "as_of"));
	request_reset(&r);
	request_reset(&again);
	wr_reset(&w);
}

UNIT_GROUP(request)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),        cmocka_unit_test(test_refused),
		cmocka_unit_test(test_deep),        cmocka_unit_test(test_long),
		cmocka_unit_test(test_every_octet), cmocka_unit_test(test_many),
		cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
