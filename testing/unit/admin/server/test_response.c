/* SPDX-License-Identifier: BSD-2-Clause */
/* Each command against a small fleet: rows and exit codes. */
#include "answer.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "unit/admin/fake_posture.h"

static void test_endpoints(void **state)
{
	struct got g = { 0 };

	(void)state;
	assert_int_equal(answer(&g, ADMIN_READ, ASK("\"endpoints\"")), 0);
	assert_int_equal(end_exit(&g), ADMIN_YES);
	assert_int_equal(json_array_size(g.rows), 4);
	assert_string_equal(text(&g, 0, "name"), "web1.example.org");
	assert_string_equal(text(&g, 0, "identity"), "dns:web1.example.org");
	assert_string_equal(text(&g, 0, "last_contact"), "2026-11-21T19:26:55.123456Z");
	assert_int_equal(json_integer_value(cell(&g, 0, "software_count")), 1008);
	assert_string_equal(text(&g, 0, "result"), "compliant");
	assert_string_equal(text(&g, 0, "access"), "allowed");
	/* hostile text is complete, except for invalid UTF-8 */
	assert_string_equal(text(&g, 1, "platform"),
			    "Evil\033[2JOS \"1,2\"\r\n\xef\xbf\xbd\xe2\x80\xae");
	/* unknown values are null */
	assert_true(json_is_null(cell(&g, 2, "platform")));
	assert_true(json_is_null(cell(&g, 2, "software_count")));
	assert_true(json_is_null(cell(&g, 2, "complete_through")));
	assert_true(json_is_null(cell(&g, 2, "result")));
	drop(&g);
}

static void test_nobody(void **state)
{
	(void)state;
	fake_posture.empty = true;
	check(ASK("\"endpoints\""), ADMIN_NO, 0, "no endpoint is known");
	check(ASK("\"endpoints\",\"args\":{\"as_of\":\"2001-01-01\"}"), ADMIN_NO, 0,
	      "no endpoint was known at that time");
}

static void test_endpoint(void **state)
{
	(void)state;
	check(ASK("\"endpoint\",\"args\":{\"name\":\"WEB1.example.org\"}"), ADMIN_YES, 1, "");
	check(ASK("\"endpoint\",\"args\":{\"name\":\"user:twin\"}"), ADMIN_YES, 1, "");
	check(ASK("\"endpoint\",\"args\":{\"name\":\"nobody\"}"), ADMIN_NO, 0,
	      "unknown endpoint 'nobody'");
	check(ASK("\"endpoint\",\"args\":{\"name\":\"twin\"}"), ADMIN_USAGE, 0,
	      "dns:twin, user:twin");
#define VIEW(name, view)                                                                      \
	ASK("\"endpoint\",\"view\":\"" view "\",\"args\":{\"name\":\"" name "\"}")
	check(VIEW("dns:web1.example.org", "software"), ADMIN_YES, 3, "");
	check(VIEW("dns:twin", "software"), ADMIN_STALE, 0, "has never reported its software");
	check(VIEW("dns:web1.example.org", "facts"), ADMIN_YES, 1, "");
	check(VIEW("dns:twin", "facts"), ADMIN_NO, 0, "");
	check(VIEW("dns:web1.example.org", "results"), ADMIN_YES, 1, "");
	check(VIEW("dns:\xe6\x9d\xb1\xe4\xba\xac.example.org", "results"), ADMIN_NO, 1,
	      "not compliant");
	check(VIEW("dns:twin", "results"), ADMIN_STALE, 1, "decided");
	check(VIEW("dns:web1.example.org", "events"), ADMIN_YES, 3, "");
	check(VIEW("dns:twin", "events"), ADMIN_STALE, 0,
	      "no software events, but 'twin' has never reported its software");
	check(VIEW("nobody", "events"), ADMIN_NO, 0, "nobody");
}

static void test_software(void **state)
{
	struct got g = { 0 };

	(void)state;
	/* ADMIN_NO only if no endpoint is stale */
	check(ASK("\"software\",\"args\":{\"pattern\":\"nope\"}"), ADMIN_STALE, 0,
	      "no software matches 'nope', but 3 of 4 endpoints are stale: "
	      "'\xe6\x9d\xb1\xe4\xba\xac.example.org' has never reported its software");
	check(ASK("\"software\",\"args\":{\"pattern\":\"*\"}"), ADMIN_STALE, 3,
	      "3 of 4 endpoints are stale");
	fake_posture.fresh = true;
	check(ASK("\"software\",\"args\":{\"pattern\":\"nope\"}"), ADMIN_NO, 0, "'nope'");
	assert_int_equal(
		answer(&g, ADMIN_READ, ASK("\"software\",\"args\":{\"pattern\":\"*\"}")), 0);
	assert_int_equal(json_array_size(g.rows), 3);
	assert_int_equal(json_integer_value(cell(&g, 0, "endpoints")), 2);
	assert_true(json_is_null(cell(&g, 2, "name")));
	assert_string_equal(text(&g, 2, "identifier"), "only-an-identifier");
	assert_true(json_is_false(cell(&g, 0, "stale")));
	assert_string_equal(text(&g, 0, "complete_through"), "2026-11-21T19:26:55.123456Z");
	drop(&g);
	fake_posture.fresh = false;
	assert_int_equal(
		answer(&g, ADMIN_READ, ASK("\"software\",\"args\":{\"pattern\":\"*\"}")), 0);
	assert_true(json_is_true(cell(&g, 0, "stale")));
	assert_true(json_is_null(cell(&g, 0, "complete_through")));
	drop(&g);
}

/* Exactly stale_after old is not stale; one microsecond more is. */
static void test_stale_after(void **state)
{
	const int64_t known = INT64_C(1795289215123456);

	(void)state;
	fake_posture.fresh = true;
	clock_fake(known + ADMIN_STALE_AFTER * CLOCK_SEC);
	check(ASK("\"software\",\"args\":{\"pattern\":\"*\"}"), ADMIN_YES, 3, "");
	clock_fake(known + ADMIN_STALE_AFTER * CLOCK_SEC + 1);
	check(ASK("\"software\",\"args\":{\"pattern\":\"*\"}"), ADMIN_STALE, 3,
	      "the software of 'web1.example.org' is known only up to 2026-11-21T19:26:55Z");
	check(VIEW("web1.example.org", "software"), ADMIN_STALE, 3, "only");
	check(VIEW("web1.example.org", "events"), ADMIN_STALE, 3, "only");
	check(VIEW("web1.example.org", "facts"), ADMIN_YES, 1, "");
	check(ASK("\"endpoints\""), ADMIN_YES, 1, "");
	check(ASK("\"changes\",\"args\":{\"kind\":\"software\"}"), ADMIN_STALE, 5, "only");
	check(ASK("\"changes\",\"args\":{\"kind\":\"facts\"}"), ADMIN_YES, 2, "");
	/* a time in the past was not stale */
	check(ASK("\"software\",\"args\":{\"pattern\":\"*\","
		  "\"as_of\":\"2026-11-22T19:26:55Z\"}"),
	      ADMIN_YES, 3, "");
	/* a gap counts for the present; for the past complete_through decides */
	fake_posture.gap = true;
	clock_fake(known + 1);
	check(ASK("\"software\",\"args\":{\"pattern\":\"*\"}"), ADMIN_STALE, 3, "only");
	check(ASK("\"software\",\"args\":{\"pattern\":\"*\","
		  "\"as_of\":\"2026-11-21T19:26:55Z\"}"),
	      ADMIN_YES, 3, "");
	fake_posture.gap = false;
	clock_fake(known + ADMIN_STALE_AFTER * CLOCK_SEC + 1);
	env.stale_after = 2 * ADMIN_STALE_AFTER;
	check(ASK("\"software\",\"args\":{\"pattern\":\"*\"}"), ADMIN_YES, 3, "");
}

static void test_lacking(void **state)
{
	struct got g = { 0 };

	(void)state;
#define LACKING(pattern) ASK("\"lacking\",\"args\":{\"pattern\":\"" pattern "\"}")
	check(LACKING("openssl"), ADMIN_STALE, 3, "3 of 4 endpoints are stale");
	check(LACKING("nope"), ADMIN_STALE, 4, "stale");
	assert_int_equal(answer(&g, ADMIN_READ, LACKING("nope")), 0);
	assert_true(json_is_false(cell(&g, 0, "stale")));
	assert_true(json_is_true(cell(&g, 1, "stale")));
	assert_true(json_is_null(cell(&g, 1, "complete_through")));
	drop(&g);
	fake_posture.fresh = true;
	check(LACKING("openssl"), ADMIN_NO, 0, "every endpoint has software matching");
	check(LACKING("nope"), ADMIN_YES, 1, "");
	fake_posture.empty = true;
	check(LACKING("nope"), ADMIN_NO, 0, "no endpoint is known");
}

static void test_events(void **state)
{
	struct got g = { 0 };

	(void)state;
	assert_int_equal(answer(&g, ADMIN_READ, VIEW("web1.example.org", "events")), 0);
	assert_int_equal(json_integer_value(cell(&g, 0, "eid")), 17);
	assert_int_equal(json_integer_value(cell(&g, 0, "epoch")), 90);
	assert_string_equal(text(&g, 0, "happened_at"), "2026-11-21T19:26:54.123456Z");
	assert_string_equal(text(&g, 0, "time"), "2026-11-21T19:26:55.123456Z");
	assert_string_equal(text(&g, 0, "action"), "created");
	assert_string_equal(text(&g, 0, "name"), "openssl");
	assert_string_equal(text(&g, 1, "action"), "altered");
	assert_string_equal(text(&g, 2, "action"), "created"); /* a further installation */
	drop(&g);
	assert_int_equal(answer(&g, ADMIN_READ,
				VIEW("dns:\xe6\x9d\xb1\xe4\xba\xac.example.org", "events")),
			 0);
	assert_string_equal(text(&g, 0, "action"), "deleted");
	assert_true(json_is_null(cell(&g, 0, "eid")));
	drop(&g);
}

static void test_diff_questions(void **state)
{
	(void)state;
#define DIFF(args) ASK("\"diff\",\"args\":{\"name\":\"web1.example.org\"" args "}")
	check(DIFF(""), ADMIN_USAGE, 0, "compare two endpoints");
	check(DIFF(",\"to\":\"2026-11-21\""), ADMIN_USAGE, 0, "compare");
	check(DIFF(",\"from\":\"2026-11-21\",\"as_of\":\"2026-11-21\""), ADMIN_USAGE, 0, "");
	check(DIFF(",\"other\":\"twin\",\"from\":\"2026-11-21\""), ADMIN_USAGE, 0, "");
	check(DIFF(",\"other\":\"twin\""), ADMIN_USAGE, 0, "dns:twin, user:twin");
	check(DIFF(",\"other\":\"nobody\""), ADMIN_NO, 0, "nobody");
	check(DIFF(",\"other\":\"dns:twin\""), ADMIN_STALE, 3,
	      "'twin' has never reported its software");
	check(DIFF(",\"other\":\"web1.example.org\""), ADMIN_NO, 0, "no differences");
	check(DIFF(",\"from\":\"2026-11-21T20:00:00Z\""), ADMIN_NO, 0, "no differences");
	check(DIFF(",\"from\":\"2999-01-01\""), ADMIN_STALE, 0, "is in the future");
}

/* Endpoints are sent in pieces of 256: none, exactly one piece, one more, many. */
static void test_holders(void **state)
{
	static const size_t many[] = { 0, 253, 254, 255, 510, 511, 5000 };
	struct got g = { 0 };

	(void)state;
	fake_posture.fresh = true;
	for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++) {
		fake_posture.many = many[i];
		assert_int_equal(answer(&g, ADMIN_READ,
					ASK("\"software\",\"args\":{\"pattern\":\"*\","
					    "\"endpoints\":true}")),
				 0);
		assert_int_equal(json_array_size(g.rows), 3);
		assert_int_equal(json_array_size(cell(&g, 0, "endpoints")), 2 + many[i]);
		assert_int_equal(json_array_size(cell(&g, 1, "endpoints")), 0);
		assert_int_equal(json_array_size(cell(&g, 2, "endpoints")), 1);
		drop(&g);
	}
}

static void test_changes(void **state)
{
	struct got g = { 0 };

	(void)state;
	check(ASK("\"changes\""), ADMIN_YES, 9, "");
	check(ASK("\"changes\",\"args\":{\"kind\":\"all\"}"), ADMIN_YES, 11, "");
	check(ASK("\"changes\",\"args\":{\"kind\":\"software\"}"), ADMIN_STALE, 5, "stale");
	check(ASK("\"changes\",\"args\":{\"kind\":\"software\","
		  "\"endpoint\":\"web1.example.org\"}"),
	      ADMIN_YES, 4, "");
	check(ASK("\"changes\",\"args\":{\"kind\":\"facts\"}"), ADMIN_YES, 2, "");
	check(ASK("\"changes\",\"args\":{\"kind\":\"notices\"}"), ADMIN_NO, 0, "no changes");
	check(ASK("\"changes\",\"args\":{\"kind\":\"x\"}"), ADMIN_USAGE, 0,
	      "--kind: unknown kind 'x'");
	check(ASK("\"changes\",\"args\":{\"endpoint\":\"nobody\"}"), ADMIN_NO, 0, "nobody");
	check(ASK("\"changes\",\"args\":{\"endpoint\":\"web1.example.org\"}"), ADMIN_YES, 7,
	      "");
	check(ASK("\"changes\",\"args\":{\"since\":\"2026-11-21T19:26:56Z\"}"), ADMIN_YES, 4,
	      "");
	assert_int_equal(
		answer(&g, ADMIN_READ, ASK("\"changes\",\"args\":{\"kind\":\"all\"}")), 0);
	assert_string_equal(text(&g, 1, "was"), "Ubuntu");
	assert_string_equal(text(&g, 1, "value"), "Debian");
	assert_string_equal(text(&g, 3, "value"), "1008 installed");
	assert_string_equal(text(&g, 4, "change"), "software-added");
	assert_string_equal(text(&g, 4, "name"), "openssl");
	assert_string_equal(text(&g, 4, "version"), "3.0.17-1~deb12u2");
	assert_string_equal(text(&g, 4, "locator"), "/usr/share/openssl");
	assert_string_equal(text(&g, 4, "happened_at"), "2026-11-21T19:26:54.123456Z");
	assert_int_equal(json_integer_value(cell(&g, 4, "eid")), 17);
	assert_true(json_is_null(cell(&g, 5, "eid")));
	assert_string_equal(text(&g, 6, "value"), "major");
	assert_string_equal(text(&g, 6, "was"), "compliant");
	assert_string_equal(text(&g, 6, "reason"), "too old");
	assert_string_equal(text(&g, 7, "value"), "compliant");
	assert_string_equal(text(&g, 7, "reason"), "allowed");
	assert_string_equal(text(&g, 9, "name"), "openssl");
	assert_true(json_is_null(cell(&g, 9, "value")));
	assert_string_equal(text(&g, 10, "name"), "openssl");
	assert_string_equal(text(&g, 10, "value"), "2 times");
	drop(&g);
	/* the earlier of until and known_at applies */
	check(ASK("\"changes\",\"args\":{\"until\":\"2026-11-21T19:26:56Z\","
		  "\"known_at\":\"2026-11-21T19:26:55Z\"}"),
	      ADMIN_NO, 0, "");
	assert_int_equal(fake_posture.until, INT64_C(1795289215000000));
	/* as_of uses the time of the event, one second before it was recorded */
	check(ASK("\"changes\",\"args\":{\"as_of\":\"2026-11-21T19:26:55Z\"}"), ADMIN_YES, 1,
	      "");
	check(ASK("\"changes\",\"args\":{\"follow\":true,\"known_at\":\"2026-11-21\"}"),
	      ADMIN_USAGE, 0, "--known-at");
}

/* A version range follows the pattern, or is given by --version. */
static void test_versions(void **state)
{
	(void)state;
	fake_posture.fresh = true;
#define SOFTWARE(args) ASK("\"software\",\"args\":{" args "}")
	check(SOFTWARE("\"pattern\":\"openssl < 3.0.18\""), ADMIN_STALE, 1,
	      "2 more match by name, but their versions cannot be compared");
	check(SOFTWARE("\"pattern\":\"openssl\",\"version\":\"<3.0.17-1~deb12u2\""),
	      ADMIN_STALE, 0, "cannot be compared");
	check(SOFTWARE("\"pattern\":\"openssl = 3.0.17-1~deb12u2\""), ADMIN_STALE, 1,
	      "1 more");
	check(SOFTWARE("\"pattern\":\"openssl=3.0.17-1~deb12u2\""), ADMIN_STALE, 1, "1 more");
	check(SOFTWARE("\"pattern\":\"openssl=tool\""), ADMIN_NO, 0, "no software matches");
	check(SOFTWARE("\"pattern\":\"openssl=\""), ADMIN_NO, 0, "no software matches");
	check(SOFTWARE("\"pattern\":\"openssl < 3 5\""), ADMIN_USAGE, 0,
	      "'< 3 5' is not a version range");
	check(SOFTWARE("\"pattern\":\"openssl\",\"version\":\"3\""), ADMIN_USAGE, 0,
	      "'3' is not a version range");
	check(SOFTWARE("\"pattern\":\" < 3\""), ADMIN_USAGE, 0, "but no name");
	check(ASK("\"lacking\",\"args\":{\"pattern\":\"openssl < 3 5\"}"), ADMIN_USAGE, 0,
	      "not a version range");
	check(ASK("\"lacking\",\"args\":{\"pattern\":\"openssl >= 3\"}"), ADMIN_NO, 0,
	      "every");
}

static void test_exposure(void **state)
{
	struct got g;

	(void)state;
	fake_posture.fresh = true;
#define EXPOSURE(args) ASK("\"exposure\",\"args\":{\"pattern\":\"*\"" args "}")
	assert_int_equal(answer(&g, ADMIN_READ, EXPOSURE("")), 0);
	assert_int_equal(end_exit(&g), ADMIN_YES);
	assert_string_equal(text(&g, 0, "endpoint"), "web1.example.org");
	assert_string_equal(text(&g, 0, "name"), "openssl");
	assert_true(json_is_null(cell(&g, 0, "until")));
	assert_true(json_is_true(cell(&g, 0, "earlier")));
	assert_string_equal(text(&g, 1, "since"), "2026-11-21T10:26:55.123456Z");
	assert_string_equal(text(&g, 1, "until"), "2026-11-21T11:26:55.123456Z");
	assert_string_equal(text(&g, 1, "since_known"), "2026-11-21T11:26:55.123456Z");
	assert_string_equal(text(&g, 1, "until_known"), "2026-11-21T12:26:55.123456Z");
	assert_string_equal(text(&g, 1, "until_after"), "2026-11-21T10:56:55.123456Z");
	assert_true(json_is_null(cell(&g, 1, "since_after")));
	assert_true(json_is_null(cell(&g, 0, "until_after")));
	drop(&g);
	check(EXPOSURE(",\"from\":\"2026-11-21T12:00:00Z\""), ADMIN_YES, 1, "");
	check(EXPOSURE(",\"to\":\"2026-11-19\""), ADMIN_NO, 0, "no endpoint had");
	check(EXPOSURE(",\"from\":\"2026-11-21\",\"to\":\"2026-11-20\""), ADMIN_USAGE, 0,
	      "--to is before --from");
	fake_posture.fresh = false;
	check(EXPOSURE(",\"known_at\":\"2026-11-21T12:00:00Z\""), ADMIN_STALE, 2, "3 of 4");
	assert_int_equal(fake_posture.known_at, INT64_C(1795262400000000));
}

static void test_as_of(void **state)
{
	(void)state;
#define AS_OF "\"as_of\":\"2026-11-20\""
	check(ASK("\"endpoints\",\"args\":{" AS_OF "}"), ADMIN_YES, 4, "");
	assert_int_equal(fake_posture.as_of, INT64_C(1795132800000000));
	fake_posture.as_of = 0;
	check(ASK("\"software\",\"args\":{\"pattern\":\"*\",\"endpoints\":true," AS_OF "}"),
	      ADMIN_STALE, 3, "");
	assert_int_equal(fake_posture.as_of, INT64_C(1795132800000000));
	fake_posture.as_of = 0;
	check(ASK("\"software\",\"args\":{\"pattern\":\"*\",\"known_at\":\"2026-11-21\"," AS_OF
		  "}"),
	      ADMIN_STALE, 3, "");
	assert_int_equal(fake_posture.as_of, INT64_C(1795132800000000));
	assert_int_equal(fake_posture.known_at, INT64_C(1795219200000000));
	fake_posture.as_of = 0;
	check(ASK("\"status\",\"args\":{" AS_OF "}"), ADMIN_YES, 1, "");
	assert_int_equal(fake_posture.as_of, INT64_C(1795132800000000));
	/* a future time: the current state, with a message */
	check(ASK("\"endpoints\",\"args\":{\"as_of\":\"2099-01-01\"}"), ADMIN_STALE, 4,
	      "is in the future");
	assert_int_equal(fake_posture.as_of, 0);
	/* before the retained journal */
	fake_posture.err = ST_ELIMIT;
	fake_posture.oldest = INT64_C(1795200000000000);
	check(ASK("\"endpoints\",\"args\":{" AS_OF "}"), ADMIN_STALE, 1,
	      "goes back only to 2026-11-2");
}

static void daemon_state(void *ctx, struct admin_daemon *d)
{
	(void)ctx;
	*d = (struct admin_daemon){ .started = INT64_C(1795300000000000) - 90 * CLOCK_SEC,
				    .sessions = 30,
				    .ready = 28,
				    .waiting = 5,
				    .assessing = 3,
				    .buffers = 4096,
				    .lost = 1 };
}

static int64_t number(const struct got *g, const char *key)
{
	return json_integer_value(cell(g, 0, key));
}

static void test_status(void **state)
{
	struct got g = { 0 };

	(void)state;
	env.daemon = daemon_state;
	assert_int_equal(answer(&g, ADMIN_READ, ASK("\"status\"")), 0);
	assert_int_equal(end_exit(&g), ADMIN_YES);
	assert_int_equal(json_integer_value(cell(&g, 0, "uptime")), 90);
	assert_int_equal(number(&g, "sessions"), 30);
	assert_int_equal(number(&g, "setting_up") + number(&g, "waiting") +
				 number(&g, "assessing") + number(&g, "idle"),
			 30);
	assert_int_equal(number(&g, "idle"), 20);
	assert_int_equal(number(&g, "buffers"), 4096);
	assert_int_equal(number(&g, "assessments_lost"), 1);
	assert_int_equal(json_integer_value(cell(&g, 0, "endpoints")), 4);
	assert_string_equal(text(&g, 0, "state"), "ok");
	assert_int_equal(json_integer_value(cell(&g, 0, "stale_endpoints")), 3);
	drop(&g);
	fake_posture.last_error = ST_EDB;
	check(ASK("\"status\""), ADMIN_STALE, 1, "not being stored: repository error");
}

static void test_no_repository(void **state)
{
	(void)state;
	env.posture = NULL;
	check(ASK("\"endpoints\""), ADMIN_STALE, 0, "no repository");
	check(ASK("\"endpoint\",\"args\":{\"name\":\"a\"}"), ADMIN_STALE, 0, "no repository");
	check(ASK("\"software\",\"args\":{\"pattern\":\"a\"}"), ADMIN_STALE, 0,
	      "no repository");
	check(ASK("\"changes\""), ADMIN_STALE, 0, "no repository");
	check(ASK("\"status\""), ADMIN_STALE, 1, "no repository");
}

static void test_broken_repository(void **state)
{
	(void)state;
	fake_posture.err = ST_EDB;
	check(ASK("\"endpoints\""), ADMIN_STALE, 1, "incomplete: repository error");
	check(ASK("\"endpoint\",\"view\":\"software\",\"args\":{\"name\":\"web1.example."
		  "org\"}"),
	      ADMIN_STALE, 1, "incomplete: repository error");
}

static void test_roles(void **state)
{
	struct got g = { 0 };

	(void)state;
	assert_int_equal(answer(&g, ADMIN_NOBODY, ASK("\"status\"")), 0);
	assert_int_equal(end_exit(&g), ADMIN_DENIED);
	assert_null(g.keys);
	drop(&g);
	assert_int_equal(answer(&g, ADMIN_OPERATE, ASK("\"status\"")), 0);
	assert_int_equal(end_exit(&g), ADMIN_YES);
	drop(&g);
	assert_int_equal(answer(&g, ADMIN_READ, "garbage"), 0);
	assert_int_equal(end_exit(&g), ADMIN_USAGE);
	drop(&g);
}

static void check_forget(enum admin_role role, const char *name, int exit)
{
	char line[256];
	struct got g = { 0 };

	(void)snprintf(line, sizeof(line), ASK("\"forget\",\"args\":{\"name\":\"%s\"}"), name);
	assert_int_equal(answer(&g, role, line), 0);
	assert_int_equal(end_exit(&g), exit);
	drop(&g);
}

/* forget needs ADMIN_OPERATE and removes exactly one endpoint. */
static void test_forget(void **state)
{
	(void)state;
	log_set_level(LOG_L_ERROR);
	check_forget(ADMIN_READ, "web1.example.org", ADMIN_DENIED);
	check_forget(ADMIN_OPERATE, "nobody.example.org", ADMIN_NO);
	assert_string_equal(fake_posture.forgot, "");
	check_forget(ADMIN_OPERATE, "web1.example.org", ADMIN_YES);
	assert_non_null(strstr(fake_posture.forgot, "web1.example.org"));
	fake_posture.forget_error = ST_ENOENT;
	check_forget(ADMIN_OPERATE, "web1.example.org", ADMIN_NO);
	fake_posture.forget_error = ST_EIO;
	check_forget(ADMIN_OPERATE, "web1.example.org", ADMIN_STALE);
	log_set_level(LOG_L_INFO);
}

/* The query ends when the client disconnects. A large answer is sent in pieces. */
static void test_reader_goes(void **state)
{
	struct got g = { .fail_after = 3 };
	struct admin_sink sink = { .send = take, .ctx = &g };

	(void)state;
	fake_posture.many = 100000;
	assert_int_equal(admin_answer(&env, ADMIN_READ, span_str(ASK("\"endpoints\"")), &sink),
			 ST_ECLOSED);
	assert_int_equal(g.pieces, 2);
	assert_in_range(g.text.len, 1, 3 * 64 * 1024);
	wr_reset(&g.text);
}

UNIT_GROUP(response)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_endpoints, answer_setup),
		cmocka_unit_test_setup(test_nobody, answer_setup),
		cmocka_unit_test_setup(test_endpoint, answer_setup),
		cmocka_unit_test_setup(test_software, answer_setup),
		cmocka_unit_test_setup(test_holders, answer_setup),
		cmocka_unit_test_setup(test_stale_after, answer_setup),
		cmocka_unit_test_setup(test_lacking, answer_setup),
		cmocka_unit_test_setup(test_events, answer_setup),
		cmocka_unit_test_setup(test_diff_questions, answer_setup),
		cmocka_unit_test_setup(test_changes, answer_setup),
		cmocka_unit_test_setup(test_versions, answer_setup),
		cmocka_unit_test_setup(test_exposure, answer_setup),
		cmocka_unit_test_setup(test_as_of, answer_setup),
		cmocka_unit_test_setup(test_status, answer_setup),
		cmocka_unit_test_setup(test_no_repository, answer_setup),
		cmocka_unit_test_setup(test_broken_repository, answer_setup),
		cmocka_unit_test_setup(test_roles, answer_setup),
		cmocka_unit_test_setup(test_forget, answer_setup),
		cmocka_unit_test_setup(test_reader_goes, answer_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
