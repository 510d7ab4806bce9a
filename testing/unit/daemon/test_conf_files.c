/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "unit.h"

#include "base/err.h"
#include "agent/agent_conf.h"
#include "manager/manager_conf.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[256];

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	(void)snprintf(folder, sizeof(folder), "%s/stance-conf.XXXXXX", tmp ? tmp : "/tmp");
	return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
	char command[512];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static const char *path_of(const char *file)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, file);
	return path;
}

static const char *write_file(const char *file, const char *text)
{
	FILE *f = fopen(path_of(file), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	return path_of(file);
}

/* The sample file with each "# key = value" uncommented. */
static const char *write_sample(const char *name)
{
	char path[512], line[512];
	const char *p;
	FILE *in, *out;
	unsigned keys = 0;

	(void)snprintf(path, sizeof(path), "%s/../conf/%s", TESTING_DIR, name);
	in = fopen(path, "r");
	out = fopen(path_of(name), "w");
	assert_non_null(in);
	assert_non_null(out);
	while (fgets(line, sizeof(line), in)) {
		p = line + strspn(line, " ");
		if (p[0] == '#' && p[1] == ' ' && p[2 + strcspn(p + 2, " ")] == ' ' &&
		    strncmp(p + 2 + strcspn(p + 2, " "), " = ", 3) == 0) {
			p += 2;
			keys++;
		}
		(void)fputs(p, out);
	}
	assert_true(keys > 20);
	(void)fclose(in);
	(void)fclose(out);
	return path_of(name);
}

static void assert_same(const char *a, const char *b)
{
	if (!a || !b)
		assert_ptr_equal(a, b);
	else
		assert_string_equal(a, b);
}

/* The defaults in the sample are the real defaults. */
static void test_stance_sample(void **state)
{
	const struct limits standard = LIMITS_DEFAULT;
	struct manager_conf sample, empty;
	struct conf_error e;

	(void)state;
	if (manager_conf_read(write_sample("stance.conf"), &sample, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(manager_conf_read(write_file("empty.conf", ""), &empty, &e), 0);
	assert_memory_equal(&sample.limits, &standard, sizeof(standard));
	assert_memory_equal(&empty.limits, &standard, sizeof(standard));
	assert_int_equal(sample.port, 271);
	assert_int_equal(empty.port, 271);
	assert_int_equal(sample.n_addresses, 0);
	assert_true(sample.threads == empty.threads && empty.threads > 0);
	assert_int_equal(sample.policy, empty.policy);
	assert_int_equal(sample.assess_rate, empty.assess_rate);
	assert_int_equal(sample.stale_after, empty.stale_after);
	assert_int_equal(empty.stale_after, 86400);
	assert_int_equal(sample.log_level, empty.log_level);
	assert_int_equal(sample.sasl_mechs, 0);
	assert_int_equal(sample.sasl_instead, empty.sasl_instead);
	assert_int_equal(sample.tls_anonymous, empty.tls_anonymous);
	assert_same(sample.tls_ca, empty.tls_ca);
	assert_same(sample.tls_certificate, empty.tls_certificate);
	assert_same(sample.tls_key, empty.tls_key);
	assert_same(sample.tls_crl, NULL);
	assert_same(sample.tnc_config, empty.tnc_config);
	assert_same(sample.language, empty.language);
	assert_memory_equal(&sample.posture, &empty.posture, sizeof(empty.posture));
	manager_conf_free(&sample);
	manager_conf_free(&empty);
}

static void test_agent_sample(void **state)
{
	const struct limits standard = LIMITS_DEFAULT;
	struct agent_conf sample, small;
	struct conf_error e;

	(void)state;
	if (agent_conf_read(write_sample("agent.conf"), &sample, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(agent_conf_read(write_file("small.conf", "server { name = \"m\" }\n"),
					 &small, &e),
			 0);
	assert_memory_equal(&sample.limits, &standard, sizeof(standard));
	assert_same(small.address, "m");
	assert_int_equal(sample.port, small.port);
	assert_int_equal(sample.interval_s, small.interval_s);
	assert_int_equal(sample.connect_s, small.connect_s);
	assert_int_equal(sample.backoff_min_s, small.backoff_min_s);
	assert_int_equal(sample.backoff_max_s, small.backoff_max_s);
	assert_int_equal(sample.spread_s, small.spread_s);
	assert_same(sample.tls_certificate, small.tls_certificate);
	assert_same(sample.language, small.language);
	assert_same(sample.sasl_user, NULL);
	agent_conf_free(&sample);
	agent_conf_free(&small);
}

/* Errors name file and line, or the section of a missing setting. */
static void test_stance_wrong(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "port = 271\nnonsense = 1\n", "x.conf:2: " },
		{ "limits {\n batch = 1\n}\n", "x.conf:2: " },
		{ "limits {\n no_such_limit = 1\n}\n", "x.conf:2: " },
		{ "limits {\n handshake_s = 0\n}\n", "handshake_s must be between" },
		{ "port = 65536\n", "port must be between" },
		{ "address = { \"127.0.0.1\", \"localhost\" }\n",
		  "address: localhost is not a numeric address" },
		{ "tls { ticket_lifetime = 5 }\n", "ticket_lifetime must be between" },
		{ "policy = sometimes\n", "x.conf:1: policy must be" },
		{ "log { level = loud }\n", "level must be" },
		{ "sasl { mechanisms = { \"CRAM-MD5\" } }\n",
		  "unknown SASL mechanism CRAM-MD5" },
		{ "sasl { mechanisms = { PLAIN } }\n", "sasl { users }" },
		{ "tls { client_certificate = maybe }\n", "client_certificate must be" },
		{ "tls { client_certificate = optional }\n",
		  "would accept endpoints without" },
		{ "tls { key = \"\" }\n", "tls { key }" },
	};
	struct manager_conf c;
	struct conf_error e;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *path = write_file("x.conf", cases[i].text);

		if (manager_conf_read(path, &c, &e) != ST_ECONF)
			fail_msg("case %zu was accepted", i);
		if (!strstr(e.text, cases[i].message))
			fail_msg("case %zu: %s", i, e.text);
	}
	assert_int_equal(manager_conf_read("/nonexistent/x.conf", &c, &e), ST_ENOENT);
	assert_non_null(strstr(e.text, "/nonexistent/x.conf"));
	assert_int_equal(manager_conf_read("/usr", &c, &e), ST_ECONF);
	assert_string_equal(e.text, "/usr: Is a directory");
}

static void test_agent_wrong(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "", "server { name }" },
		{ "server { name = \"m\" }\nwhatever = 1\n", "x.conf:2: " },
		{ "server { name = \"m\" port = 0 }\n", "port must be between" },
		{ "server { name = \"m\" }\nlimits { sessions = 9 }\n", "x.conf:2: " },
		{ "server { name = \"m\" }\ntls { key = \"\" }\n", "certificate and key" },
		{ "server { name = \"m\" }\ntls { certificate = \"\" key = \"\" }\n",
		  "is required" },
		{ "server { name = \"m\" }\ntls { ca = \"\" }\n", "tls { ca }" },
		{ "server { name = \"m\" }\nbackoff_min = 100 backoff_max = 10\n",
		  "backoff_min" },
		{ "server { name = \"m\" }\nsasl { user = \"u\" }\n", "password_file" },
		{ "server { name = \"m\" }\nsasl { user = \"u\" password_file = \"none\" }\n",
		  "none: " },
		{ "server { name = \"m\" }\nsasl { user = \"u\" password_file = \"open\" }\n",
		  "chmod" },
		{ "server { name = \"m\" }\nsasl { user = \"u\" password_file = \"void\" }\n",
		  "no password" },
	};
	struct agent_conf c;
	struct conf_error e;

	(void)state;
	assert_int_equal(chmod(write_file("open", "secret\n"), 0644), 0);
	assert_int_equal(chmod(write_file("void", "\n"), 0600), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (agent_conf_read(write_file("x.conf", cases[i].text), &c, &e) != ST_ECONF)
			fail_msg("case %zu was accepted", i);
		if (!strstr(e.text, cases[i].message))
			fail_msg("case %zu: %s", i, e.text);
	}
}

static void test_values(void **state)
{
	struct manager_conf c;
	struct agent_conf a;
	struct conf_error e;

	(void)state;
	assert_int_equal(
		manager_conf_read(write_file("x.conf",
					     "address = { \"127.0.0.1\", \"::1\" }\n"
					     "port = 0\nthreads = 3\npolicy = any\n"
					     "run_dir = \"run\"\n"
					     "tls { ca = \"/abs/ca.crt\" key = \"k\" }\n"
					     "limits { idle_s = 7 sessions = 9 }\n"
					     "log { level = debug }\n"),
				  &c, &e),
		0);
	assert_int_equal(c.n_addresses, 2);
	assert_string_equal(c.addresses[1], "::1");
	assert_int_equal(c.threads, 3);
	assert_int_equal(c.policy, RECOMMEND_ANY);
	assert_int_equal(c.limits.idle_s, 7);
	assert_int_equal(c.limits.sessions, 9);
	assert_int_equal(c.log_level, LOG_L_DEBUG);
	assert_string_equal(c.tls_ca, "/abs/ca.crt");
	assert_string_equal(c.tls_key, path_of("k")); /* relative to the file */
	assert_string_equal(c.pid_file, path_of("run/stanced.pid"));
	assert_int_equal(strncmp(c.admin_socket, path_of("run/"), strlen(path_of("run/"))), 0);
	manager_conf_free(&c);
	assert_int_equal(chmod(write_file("pw", "secret\nmore\n"), 0600), 0);
	assert_int_equal(
		agent_conf_read(write_file("y.conf",
					   "server { name = \"m.example\" "
					   "address = \"192.0.2.1\" port = 5 }\n"
					   "sasl { user = \"u\" password_file = \"pw\" }"
					   "\n"),
				&a, &e),
		0);
	assert_string_equal(a.server, "m.example");
	assert_string_equal(a.address, "192.0.2.1");
	assert_int_equal(a.port, 5);
	assert_string_equal(a.sasl_password, "secret");
	agent_conf_free(&a);
}

UNIT_GROUP(conf_files)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stance_sample), cmocka_unit_test(test_agent_sample),
		cmocka_unit_test(test_stance_wrong),  cmocka_unit_test(test_agent_wrong),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
