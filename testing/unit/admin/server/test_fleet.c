/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands on a real posture and repository: answers about the present and the past match the
 * reports. */
#include "posture/fixture.h"
#include "admin/client/cli.h"
#include "admin/client/client.h"
#include "admin/server/server.h"
#include "admin/socket.h"
#include "base/clock.h"
#include "base/err.h"

#include <fnmatch.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static struct fixture fleet;
static struct admin_server *server;
static char socket_path[128];
static char before[CLOCK_TEXT]; /* the change: openssl from 1 to 2 on web1 */

static void report(const char *name, const char *version, bool with_curl)
{
	const struct inventory_head head = { .epoch = 1, .last_eid = 1 };
	struct report *r = fixture_report(&fleet, name);
	char id[64];

	(void)snprintf(id, sizeof(id), "openssl-%s", version);
	report_fact(r, FACT_PLATFORM, span_str("Debian 12"));
	report_inventory(r, &head);
	fixture_software(r, id, "openssl", version);
	if (with_curl)
		fixture_software(r, "curl-8", "curl", "8");
	report_inventory_end(r);
	report_result(r, "test.rule", with_curl ? VERDICT_COMPLIANT : VERDICT_MAJOR,
		      span_str("curl is missing"));
	report_assessment(r, VERDICT_COMPLIANT, ACCESS_ALLOWED);
	assert_int_equal(fixture_commit(&fleet, r), 0);
}

static int setup(void **state)
{
	struct admin_env env = { 0 };
	struct admin_server_conf conf = { .path = socket_path };

	(void)state;
	fixture_init(&fleet, "");
	fixture_open(&fleet);
	(void)snprintf(socket_path, sizeof(socket_path), "%s", fixture_path(&fleet, "s"));
	env.posture = fleet.p;
	report("web1.example.org", "1", true);
	report("web2.example.org", "1", false);
	clock_format(clock_wall_us(), before);
	report("web1.example.org", "2", true);
	return admin_server_open(&conf, &env, &server);
}

static int teardown(void **state)
{
	(void)state;
	admin_server_close(server);
	fixture_free(&fleet);
	return 0;
}

/* Whether a part of text matches the glob. */
static bool looks_like(const char *text, const char *want)
{
	char glob[500];

	(void)snprintf(glob, sizeof(glob), "*%s*", want);
	return fnmatch(glob, text, 0) == 0;
}

/* Runs stancectl's arguments; compares exit code and CSV. */
static void check(int exit, const char *want, int argc, const char *const *argv)
{
	struct client_conf conf = { .socket = socket_path,
				    .form = WRITER_CSV,
				    .timeout_s = 10 };
	char *out = NULL, *err = NULL;
	struct admin_fault f;
	struct cli cli;
	size_t n;
	int got;

	if (cli_parse(&cli, argc, (char **)(uintptr_t)argv, &f) < 0)
		fail_msg("%s", f.text);
	conf.writer.out = open_memstream(&out, &n);
	conf.err = open_memstream(&err, &n);
	got = client_ask(&conf, &cli.request);
	fclose(conf.writer.out);
	fclose(conf.err);
	if (got != exit || !looks_like(out, want))
		fail_msg("%s: exit %d, '%s', '%s'", argv[1], got, out, err);
	cli_reset(&cli);
	free(out);
	free(err);
}

#define CHECK(exit, want, ...)                                                                \
	do {                                                                                  \
		const char *const argv[] = { "stancectl", __VA_ARGS__ };                      \
		check(exit, want, (int)(sizeof(argv) / sizeof(argv[0])), argv);               \
	} while (0)

static void test_now(void **state)
{
	(void)state;
	CHECK(ADMIN_YES,
	      "web1.example.org,dns:web1.example.org,Debian 12,2,compliant,allowed,",
	      "endpoints");
	CHECK(ADMIN_YES, "web2.example.org,dns:web2.example.org,Debian 12,1,", "endpoint",
	      "WEB2.example.org");
	CHECK(ADMIN_YES, "openssl,1,openssl-1,*,false,1\r\nopenssl,2,openssl-2,*,false,1\r\n",
	      "software", "openssl*");
	CHECK(ADMIN_YES,
	      "openssl,1,openssl-1,*,false,web2.*\r\nopenssl,2,openssl-2,*,false,web1.",
	      "software", "openssl", "--endpoints");
	CHECK(ADMIN_YES, "curl,8,", "endpoint", "web1.example.org", "software");
	CHECK(ADMIN_YES, "os.platform,Debian 12", "endpoint", "web1.example.org", "facts");
	CHECK(ADMIN_YES, "test.rule,compliant,", "endpoint", "web1.example.org", "results");
	CHECK(ADMIN_NO, "test.rule,major,curl is missing", "endpoint", "web2.example.org",
	      "results");
	CHECK(ADMIN_NO, "", "software", "nothing*");
	CHECK(ADMIN_USAGE, "", "software", "*a*b*c*d*e*f*g*h*i*");
	CHECK(ADMIN_USAGE, "", "software", "*a*b*c*d*e*f*g*h*i*", "--endpoints");
	CHECK(ADMIN_USAGE, "", "lacking", "*a*b*c*d*e*f*g*h*i*");
	CHECK(ADMIN_NO, "", "endpoint", "web3.example.org");
	CHECK(ADMIN_YES, ",ok\r\n", "status");
}

static void test_then(void **state)
{
	(void)state;
	CHECK(ADMIN_YES, "openssl,1,openssl-1,*,false,2\r\n", "software", "openssl*",
	      "--as-of", before);
	CHECK(ADMIN_YES,
	      "openssl,1,openssl-1,*,false,web1.*\r\nopenssl,1,openssl-1,*,false,web2.",
	      "software", "openssl", "--endpoints", "--as-of", before);
	CHECK(ADMIN_YES, "openssl,1,", "endpoint", "web1.example.org", "software", "--as-of",
	      before);
	CHECK(ADMIN_NO, "name,", "endpoints", "--as-of", "2001-01-01");
	CHECK(ADMIN_STALE, "web1", "endpoints", "--as-of", "2999-01-01");
	CHECK(ADMIN_YES, "", "status", "--as-of", before);
}

static void test_changes(void **state)
{
	(void)state;
	CHECK(ADMIN_YES, ",software-removed,openssl,1,", "changes", "--since", before);
	CHECK(ADMIN_YES, ",software-added,openssl,2,", "changes", "--since", before, "--kind",
	      "software", "--endpoint", "web1.example.org");
	CHECK(ADMIN_NO, "", "changes", "--since", before, "--endpoint", "web2.example.org");
	CHECK(ADMIN_YES, ",assessment,,,compliant,compliant,allowed,", "changes", "--endpoint",
	      "web1.example.org", "--kind", "assessments");
	CHECK(ADMIN_YES, ",deleted,openssl,1,*,created,openssl,2,", "endpoint",
	      "web1.example.org", "events");
	CHECK(ADMIN_NO, "epoch,", "endpoint", "web2.example.org", "events");
	CHECK(ADMIN_YES, ",inventory,,,1 installed,", "changes", "--until", before);
}

static void test_lacking(void **state)
{
	(void)state;
	CHECK(ADMIN_YES, "\r\nweb2.example.org,dns:web2.example.org,Debian 12,1,*,false\r\n",
	      "lacking", "curl");
	CHECK(ADMIN_NO, "name,", "lacking", "openssl");
	CHECK(ADMIN_YES, "\r\nweb2.example.org,*,false\r\n", "lacking", "openssl-2");
	CHECK(ADMIN_NO, "name,", "lacking", "openssl-1", "--as-of", before);
	CHECK(ADMIN_NO, "name,", "lacking", "curl", "--as-of", "2001-01-01");
	CHECK(ADMIN_YES, "\r\nweb1.*\r\nweb2.*", "lacking", "nothing*");
}

static void test_diff(void **state)
{
	(void)state;
	CHECK(ADMIN_YES, "\r\nchanged,openssl,1,2,,,openssl-2,openssl-1,*,false\r\n", "diff",
	      "web1.example.org", "--from", before);
	CHECK(ADMIN_YES, "\r\nchanged,openssl,2,1,,,openssl-1,openssl-2,*,false\r\n", "diff",
	      "web1.example.org", "--from", "now", "--to", before);
	CHECK(ADMIN_YES,
	      "\r\nremoved,curl,8,,,,curl-8,,*,false\r\nchanged,openssl,2,1,,,openssl-1,",
	      "diff", "web1.example.org", "web2.example.org");
	CHECK(ADMIN_YES, "stale\r\nadded,curl,,8,,,curl-8,,*,false\r\n", "diff",
	      "web2.example.org", "web1.example.org", "--as-of", before);
	CHECK(ADMIN_NO, "change,", "diff", "web2.example.org", "--from", before);
	CHECK(ADMIN_STALE, "change,", "diff", "web2.example.org", "--from", "2001-01-01");
}

/* --- following ------------------------------------------------------------------------------ */

struct following {
	pthread_t thread;
	int out[2]; /* output of stancectl */
	struct cli cli;
	int exit;
};

static void *following_main(void *arg)
{
	struct following *f = arg;
	struct client_conf conf = { .socket = socket_path,
				    .form = f->cli.form,
				    .timeout_s = 10,
				    .err = fopen("/dev/null", "w") };

	conf.writer.out = fdopen(f->out[1], "w");
	f->exit = client_ask(&conf, &f->cli.request);
	fclose(conf.writer.out);
	fclose(conf.err);
	return NULL;
}

static void following_start(struct following *f, int argc, const char *const *argv)
{
	struct admin_fault fault;

	if (cli_parse(&f->cli, argc, (char **)(uintptr_t)argv, &fault) < 0)
		fail_msg("%s", fault.text);
	assert_int_equal(pipe(f->out), 0);
	assert_int_equal(pthread_create(&f->thread, NULL, following_main, f), 0);
}

/* The next line, within 10 s. */
static void following_line(struct following *f, char *line, size_t size)
{
	int64_t deadline = clock_mono_us() + 10 * CLOCK_SEC;
	size_t n = 0;

	do {
		assert_int_equal(socket_wait(f->out[0], deadline), 0);
		assert_int_equal(read(f->out[0], line + n, 1), 1);
	} while (line[n] != '\n' && ++n + 1 < size);
	line[n] = '\0';
}

/* stancectl ends when its output is closed. */
static void following_end(struct following *f)
{
	close(f->out[0]);
	pthread_join(f->thread, NULL);
	assert_int_equal(f->exit, ADMIN_YES);
	cli_reset(&f->cli);
}

static void check_line(struct following *f, const char *want)
{
	char line[4096];

	following_line(f, line, sizeof(line));
	if (!strstr(line, want))
		fail_msg("'%s' instead of '%s'", line, want);
}

#define FOLLOW(f, ...)                                                                        \
	do {                                                                                  \
		const char *const argv[] = { "stancectl", "changes", "--follow",              \
					     __VA_ARGS__ };                                   \
		following_start(f, (int)(sizeof(argv) / sizeof(argv[0])), argv);              \
	} while (0)

/* Each output form: one line for each change as soon as it is committed; earlier ones only
 * with --since. */
static void test_follow(void **state)
{
	struct following csv, json, table;
	int64_t start;

	(void)state;
	FOLLOW(&csv, "--csv", "--kind", "software", "--since", before);
	check_line(&csv, "seq,time,");
	check_line(&csv, ",software-removed,openssl,1,");
	check_line(&csv, ",software-added,openssl,2,");
	FOLLOW(&json, "--json", "--kind", "software", "--endpoint", "web2.example.org");
	FOLLOW(&table, "--kind", "results", "--endpoint", "web2.example.org");
	usleep(300000); /* until they follow */
	report("web1.example.org", "3", true);
	start = clock_mono_us();
	report("web2.example.org", "1", true);
	check_line(&json, "\"change\": \"software-added\", \"name\": \"curl\"");
	assert_in_range(clock_mono_us() - start, 0, CLOCK_SEC / 2);
	check_line(&table, "TIME");
	check_line(&table, "test.rule  compliant");
	check_line(&csv, "web1.example.org,software-removed,openssl,2,");
	check_line(&csv, "web1.example.org,software-added,openssl,3,");
	check_line(&csv, "web2.example.org,software-added,curl,8,");
	report("web2.example.org", "1", false);
	check_line(&json, "\"change\": \"software-removed\", \"name\": \"curl\"");
	check_line(&csv, "web2.example.org,software-removed,curl,8,");
	check_line(&table, "test.rule  major");
	following_end(&csv);
	following_end(&json);
	following_end(&table);
}

static void *churn(void *arg)
{
	char version[16];

	for (int i = 100; i < 200; i++) {
		(void)snprintf(version, sizeof(version), "%d", i);
		report("web2.example.org", version, false);
	}
	return arg;
}

/* A stream that starts during changes has each change once and in order. */
static void test_follow_whole(void **state)
{
	struct following f;
	pthread_t writer;
	char want[100];

	(void)state;
	assert_int_equal(pthread_create(&writer, NULL, churn, NULL), 0);
	usleep(20000);
	FOLLOW(&f, "--csv", "--kind", "software", "--since", before, "--endpoint",
	       "web2.example.org");
	check_line(&f, "seq,");
	check_line(&f, "software-added,curl"); /* of the test before */
	check_line(&f, "software-removed,curl");
	for (int i = 100; i < 200; i++) {
		int was = i == 100 ? 1 : i - 1;

		(void)snprintf(want, sizeof(want), "software-removed,openssl,%d,", was);
		check_line(&f, want);
		(void)snprintf(want, sizeof(want), "software-added,openssl,%d,", i);
		check_line(&f, want);
	}
	pthread_join(writer, NULL);
	following_end(&f);
}

static void test_follow_refused(void **state)
{
	(void)state;
	CHECK(ADMIN_USAGE, "", "changes", "--follow", "--until", "now");
	CHECK(ADMIN_USAGE, "", "changes", "--follow", "--as-of", "now");
	CHECK(ADMIN_USAGE, "", "changes", "--follow", "--kind", "x");
	CHECK(ADMIN_NO, "", "changes", "--follow", "--endpoint", "nobody");
}

UNIT_GROUP_THREADED(fleet)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_now),          cmocka_unit_test(test_lacking),
		cmocka_unit_test(test_diff),         cmocka_unit_test(test_then),
		cmocka_unit_test(test_changes),      cmocka_unit_test(test_follow),
		cmocka_unit_test(test_follow_whole), cmocka_unit_test(test_follow_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
