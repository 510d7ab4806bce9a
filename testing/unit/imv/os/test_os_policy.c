/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules of imv-os: a configuration, what was seen, what comes out of it. */
#include "unit.h"
#include "imv/os/os_policy.h"

#include <stdio.h>
#include <unistd.h>

static char file[] = "/tmp/stance-os-policy-XXXXXX";
static cfg_t *cfg;
static struct os_policy policy;

static int read_policy(const char *text)
{
	struct conf_error e;
	FILE *f = fopen(file, "w");
	int err;

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	if ((err = conf_load(file, os_policy_opts, NULL, &cfg, &e)) < 0)
		return err;
	return os_policy_read(&policy, cfg);
}

static void drop_policy(void)
{
	os_policy_free(&policy);
	conf_free(cfg);
	cfg = NULL;
}

static void found(void *ctx, const struct os_rule *rule, enum verdict v, const char *err_msg)
{
	char *text = ctx;
	size_t n = strlen(text);

	(void)snprintf(text + n, 1024 - n, "%s:%d:%s;", rule->id, v, err_msg);
}

#define SEEN                                                                                  \
	.has_product = true, .product = "Debian GNU/Linux", .has_version = true,              \
	.version = "12.11", .has_password = true
#define FINE "os.default_password:0:;"

/* clang-format off */
static const struct {
	const char *policy;
	struct os_seen seen;
	enum pa_result result;
	const char *found;
} rows[] = {
	{ "", { SEEN }, PA_RESULT_COMPLIANT, FINE },
	{ "", { 0 }, PA_RESULT_UNKNOWN, "os.default_password:4:not told by the endpoint;" },
	{ "default_password { allowed = true }", { 0 }, PA_RESULT_UNKNOWN, "" },
	{ "default_password { allowed = true }", { SEEN, .password = true },
	  PA_RESULT_COMPLIANT, "" },
	{ "", { SEEN, .password = true }, PA_RESULT_SIGNIFICANT,
	  "os.default_password:2:a factory default password is in use;" },
	{ "default_password { evaluation = minor }", { SEEN, .password = true }, PA_RESULT_MINOR,
	  "os.default_password:1:a factory default password is in use;" },

	{ "forwarding { allowed = false }", { SEEN, .has_forwarding = true },
	  PA_RESULT_COMPLIANT, "os.forwarding:0:;" FINE },
	{ "forwarding { allowed = false }",
	  { SEEN, .has_forwarding = true, .forwarding = PA_FORWARDING_ENABLED },
	  PA_RESULT_MINOR, "os.forwarding:1:forwarding is enabled;" FINE },
	{ "forwarding { allowed = false }",
	  { SEEN, .has_forwarding = true, .forwarding = PA_FORWARDING_UNKNOWN },
	  PA_RESULT_UNKNOWN, "os.forwarding:4:not told by the endpoint;" FINE },
	{ "forwarding { allowed = false evaluation = major }", { SEEN, .password = true },
	  PA_RESULT_SIGNIFICANT, "os.forwarding:4:not told by the endpoint;"
	  "os.default_password:2:a factory default password is in use;" },

	{ "product \"Debian*\" { }", { SEEN }, PA_RESULT_COMPLIANT, "os.product:0:;" FINE },
	{ "product \"Debian*\" { minimum_version = \"12.5\" }", { SEEN },
	  PA_RESULT_COMPLIANT, "os.product:0:;os.version:0:;" FINE },
	{ "product \"Debian*\" { minimum_version = \"13\" }", { SEEN },
	  PA_RESULT_SIGNIFICANT, "os.product:0:;os.version:2:12.11 is older than 13;" FINE },
	{ "product Fedora { }\nproduct \"*Linux\" { minimum_version = 1 evaluation = minor }",
	  { SEEN }, PA_RESULT_COMPLIANT, "os.product:0:;os.version:0:;" FINE },
	{ "product Fedora { }", { SEEN }, PA_RESULT_MINOR,
	  "os.product:1:Debian GNU/Linux is not a product of the policy;" FINE },
	{ "product Fedora { }\nproducts { evaluation = major }", { SEEN }, PA_RESULT_SIGNIFICANT,
	  "os.product:2:Debian GNU/Linux is not a product of the policy;" FINE },
	{ "product \"*\" { minimum_version = 1 }",
	  { .has_product = true, .product = "X", .has_password = true },
	  PA_RESULT_UNKNOWN, "os.product:0:;os.version:4:not told by the endpoint;" FINE },

	{ "ports { forbidden = { tcp/23 } }", { SEEN, .has_ports = true }, PA_RESULT_COMPLIANT,
	  FINE "os.ports:0:;" },
	{ "ports { forbidden = { tcp/23 } evaluation = major }",
	  { SEEN, .has_ports = true, .ports = "tcp/23" }, PA_RESULT_SIGNIFICANT,
	  FINE "os.ports:2:open ports: tcp/23;" },
	{ "ports { allowed = { tcp/22 } }", { SEEN }, PA_RESULT_UNKNOWN,
	  FINE "os.ports:4:not told by the endpoint;" },

	{ "package a { }", { SEEN, .has_packages = true, .packages = (uint8_t[]){ 1 } },
	  PA_RESULT_COMPLIANT, FINE "os.package.a:0:;" },
	{ "package a { }", { SEEN, .has_packages = true, .packages = (uint8_t[]){ 0 } },
	  PA_RESULT_MINOR, FINE "os.package.a:1:a is not installed;" },
	{ "package a { forbidden = true evaluation = major }",
	  { SEEN, .has_packages = true, .packages = (uint8_t[]){ 1 } },
	  PA_RESULT_SIGNIFICANT, FINE "os.package.a:2:a is installed;" },
	{ "package a { forbidden = true version = 2 }",
	  { SEEN, .has_packages = true, .packages = (uint8_t[]){ 1 } },
	  PA_RESULT_COMPLIANT, FINE "os.package.a:0:;" },
	{ "package a { version = 2 }\npackage b { evaluation = compliant }",
	  { SEEN, .has_packages = true, .packages = (uint8_t[]){ 1, 0 } }, PA_RESULT_MINOR,
	  FINE "os.package.a:1:a 2 is not installed;os.package.b:0:b is not installed;" },
	{ "package a { }", { SEEN, .packages = (uint8_t[]){ 0 } }, PA_RESULT_UNKNOWN,
	  FINE "os.package.a:4:not told by the endpoint;" },
};
/* clang-format on */

static void test_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[1024] = "";

		assert_int_equal(read_policy(rows[i].policy), 0);
		assert_int_equal(os_policy_judge(&policy, &rows[i].seen, found, text),
				 rows[i].result);
		assert_string_equal(text, rows[i].found);
		drop_policy();
	}
}

static void test_mistakes(void **state)
{
	static const char *const bad[] = {
		"ports { forbidden = { 23 } }",
		"ports { forbidden = { tcp/ } }",
		"ports { forbidden = { tcp/65536 } }",
		"ports { allowed = { sctp/1 } }",
		"ports { allowed = { \"tcp/1 \" } }",
		"forwarding { evaluation = bad }",
		"forwarding { evaluation = unknown }",
		"recommend_minor = yes",
		"reason = { \"no language\" }",
		"reason = { \":x\" }",
		"request = { everything }",
		"package { }",
		"nonsense = 1",
		"product \"x\" { minimum = 1 }",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(read_policy(bad[i]), ST_ECONF);
}

static void test_ports(void **state)
{
	struct os_seen seen = { 0 };
	struct pa_port p = { false, 6, 23 };

	(void)state;
	assert_int_equal(read_policy("ports { forbidden = { tcp/23, udp/69 } }"), 0);
	os_policy_port(&policy, &seen, &p);
	p.protocol = 17;
	os_policy_port(&policy, &seen, &p); /* udp/23 */
	p.port = 69;
	p.blocked = true;
	os_policy_port(&policy, &seen, &p);
	p.protocol = 132;
	p.blocked = false;
	os_policy_port(&policy, &seen, &p);
	assert_string_equal(seen.ports, "tcp/23");
	drop_policy();
	assert_int_equal(read_policy("ports { allowed = { tcp/22 } }"), 0);
	p.protocol = 6;
	for (unsigned port = 0; port < 65536; port++) { /* more than there is room to name */
		p.port = (uint16_t)port;
		os_policy_port(&policy, &seen, &p);
	}
	assert_true(strlen(seen.ports) < sizeof(seen.ports));
	drop_policy();
}

static void test_request(void **state)
{
	(void)state;
	assert_int_equal(read_policy("request = { }\ndefault_password { allowed = true }"), 0);
	assert_int_equal(policy.request, 0);
	drop_policy();
	assert_int_equal(read_policy("request = { product }\npackage x { }"), 0);
	assert_int_equal(policy.request, os_topic_bit(PA_PRODUCT_INFO) |
						 os_topic_bit(PA_PACKAGES) |
						 os_topic_bit(PA_DEFAULT_PASSWORD));
	assert_int_equal(policy.recommend[PA_RESULT_SIGNIFICANT], IMV_ISOLATE);
	drop_policy();
	assert_int_equal(read_policy("recommend_major = no-access\nreason = { \"en:a:b\" }"),
			 0);
	assert_int_equal(policy.recommend[PA_RESULT_SIGNIFICANT], IMV_NO_ACCESS);
	assert_string_equal(policy.reason[0].lang, "en");
	assert_string_equal(policy.reason[0].text, "a:b");
	drop_policy();
}

static void test_versions(void **state)
{
	(void)state;
	assert_true(os_version_cmp("12.5", "12.11") < 0);
	assert_true(os_version_cmp("12", "12.1") < 0);
	assert_true(os_version_cmp("13", "12.99") > 0);
	assert_true(os_version_cmp("22.04", "22.4") == 0);
	assert_true(os_version_cmp("", "1") < 0);
	assert_true(os_version_cmp("1a", "1b") < 0);
	assert_true(os_version_cmp("99999999999999999999999", "1") > 0);
	assert_true(os_version_cmp("", "") == 0);
}

static int setup(void **state)
{
	(void)state;
	close(mkstemp(file));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(file);
	return 0;
}

UNIT_GROUP(os_policy)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),    cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_ports),    cmocka_unit_test(test_request),
		cmocka_unit_test(test_versions),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
