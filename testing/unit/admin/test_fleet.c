/* Questions to a real posture on a real repository: that what the commands say about the
 * present and the past is what was reported. */
#include "posture/fixture.h"
#include "admin/cli.h"
#include "admin/client.h"
#include "admin/server.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdio.h>

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

/* Asks with stancectl's own arguments; compares the exit code and the CSV. */
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
	if (got != exit || !strstr(out, want))
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
	CHECK(ADMIN_YES, "openssl,1,openssl-1,1\r\nopenssl,2,openssl-2,1\r\n", "software",
	      "openssl*");
	CHECK(ADMIN_YES,
	      "openssl,1,openssl-1,web2.example.org\r\nopenssl,2,openssl-2,web1.example."
	      "org\r\n",
	      "software", "openssl", "--endpoints");
	CHECK(ADMIN_YES, "curl,8,", "endpoint", "web1.example.org", "software");
	CHECK(ADMIN_YES, "os.platform,Debian 12", "endpoint", "web1.example.org", "facts");
	CHECK(ADMIN_YES, "test.rule,compliant,", "endpoint", "web1.example.org", "results");
	CHECK(ADMIN_NO, "test.rule,major,curl is missing", "endpoint", "web2.example.org",
	      "results");
	CHECK(ADMIN_NO, "", "software", "nothing*");
	CHECK(ADMIN_NO, "", "endpoint", "web3.example.org");
	CHECK(ADMIN_YES, ",ok\r\n", "status");
}

static void test_then(void **state)
{
	(void)state;
	CHECK(ADMIN_YES, "openssl,1,openssl-1,2\r\n", "software", "openssl*", "--as-of",
	      before);
	CHECK(ADMIN_YES,
	      "openssl,1,openssl-1,web1.example.org\r\nopenssl,1,openssl-1,web2.example."
	      "org\r\n",
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
	CHECK(ADMIN_YES, ",assessment,,,compliant,compliant,allowed,", "endpoint",
	      "web1.example.org", "events");
	CHECK(ADMIN_YES, ",inventory,,,1 installed,", "changes", "--until", before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_now),
		cmocka_unit_test(test_then),
		cmocka_unit_test(test_changes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
