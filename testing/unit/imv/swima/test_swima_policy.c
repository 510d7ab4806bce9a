/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "imv/swima/swima_policy.h"

#include <stdio.h>
#include <unistd.h>

static char path[] = "/tmp/test_swima_policy.XXXXXX";

/* clang-format off */
static cfg_opt_t opts[] = {
	CFG_STR("on_compliant", "allow", CFGF_NONE),
	CFG_STR("on_minor", "allow", CFGF_NONE),
	CFG_STR("on_major", "isolate", CFGF_NONE),
	CFG_STR("on_error", "none", CFGF_NONE),
	CFG_STR("silence", "error", CFGF_NONE),
	CFG_SEC("rule", policy_rule_opts, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_END(),
};
/* clang-format on */

static cfg_t *conf;
static struct policy *policy;
static struct policy_state *state_;

static int open_policy(const char *text)
{
	struct conf_error e;
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(conf_load(path, opts, NULL, &conf, &e), 0);
	return policy_open(conf, NULL, &policy);
}

static void start(const char *text)
{
	assert_int_equal(open_policy(text), 0);
	state_ = policy_state_new(policy);
	assert_non_null(state_);
}

static int stop(void **state)
{
	(void)state;
	policy_state_free(state_);
	policy_close(policy);
	conf_free(conf);
	state_ = NULL;
	policy = NULL;
	conf = NULL;
	return 0;
}

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int drop_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void see(const char *identifier, const char *name, const char *version)
{
	policy_see(state_, span_str(identifier), span_str(name), span_str(version));
}

struct told {
	char text[4096];
	size_t n;
};

static void tell(void *ctx, const struct policy_finding *f)
{
	struct told *t = ctx;

	t->n += (size_t)snprintf(t->text + t->n, sizeof(t->text) - t->n, "%s=%d%s%.*s\n",
				 f->rule, (int)f->evaluation,
				 !f->what.n   ? ""
				 : f->lacking ? " lacks "
					      : " has ",
				 (int)f->what.n, f->what.n ? (const char *)f->what.p : "");
	assert_true(t->n < sizeof(t->text));
}

static void judge(enum pa_result want, const char *text)
{
	struct told t = { 0 };

	assert_int_equal(policy_judge(state_, tell, &t), want);
	assert_string_equal(t.text, text);
}

static void test_none(void **state)
{
	(void)state;
	start("");
	assert_int_equal(policy_patterns(policy), 0);
	see("x__y", "y", "1");
	judge(PA_RESULT_COMPLIANT, "");
}

/* By name, by identifier, with wildcards; the worst rule counts. */
static void test_rules(void **state)
{
	(void)state;
	start("rule \"a\" { forbidden = {\"telnet*\", \"*__rsh-[0-9]*\"} }\n"
	      "rule \"b\" { required = {\"openssl\"} failure = \"minor\" }\n");
	assert_int_equal(policy_patterns(policy), 3);
	judge(PA_RESULT_MINOR, "a=0\nb=1 lacks openssl\n");
	see("lab__openssl-3", "openssl", "3");
	judge(PA_RESULT_COMPLIANT, "a=0\nb=0\n");
	see("lab__telnetd-1", "telnetd", "1");
	see("lab__rsh-2", "", "");
	judge(PA_RESULT_SIGNIFICANT, "a=2 has telnetd 1, lab__rsh-2\nb=0\n");
	policy_state_reset(state_);
	judge(PA_RESULT_MINOR, "a=0\nb=1 lacks openssl\n");
}

/* Both in one rule: what is lacking is told. */
static void test_both(void **state)
{
	(void)state;
	start("rule \"a\" { required = {\"x\", \"y\"} forbidden = {\"z\"} }");
	see("1", "z", "1");
	see("2", "x", "1");
	judge(PA_RESULT_SIGNIFICANT, "a=2 lacks y\n");
	see("3", "y", "");
	judge(PA_RESULT_SIGNIFICANT, "a=2 has z 1\n");
}

/* A thousand offenders, and one with a name without end: cut, and never compliant. */
static void test_long(void **state)
{
	struct told t = { 0 };
	char name[2000];

	(void)state;
	start("rule \"a\" { forbidden = {\"*\"} }");
	memset(name, 'x', sizeof(name));
	policy_see(state_, span_of("id", 2), span_of(name, sizeof(name)), span_str("1"));
	for (int i = 0; i < 1000; i++)
		see("id", "name", "1");
	assert_int_equal(policy_judge(state_, tell, &t), PA_RESULT_SIGNIFICANT);
	assert_true(t.n < 1024);
	assert_string_equal(t.text + t.n - 5, " ...\n");
}

static void test_hostile_text(void **state)
{
	(void)state;
	start("rule \"a\" { forbidden = {\"bad\"} }");
	policy_see(state_, span_of("a\0b", 3), span_of("bad\0x", 5), span_str("1"));
	judge(PA_RESULT_COMPLIANT, "a=0\n");
	policy_see(state_, span_of("a\0b", 3), span_str("bad"), span_str("1"));
	judge(PA_RESULT_SIGNIFICANT, "a=2 has bad 1\n");
}

static void test_actions(void **state)
{
	(void)state;
	start("on_minor = \"isolate\"\non_error = \"deny\"");
	assert_int_equal(policy_action(policy, PA_RESULT_COMPLIANT), IMV_ALLOW);
	assert_int_equal(policy_action(policy, PA_RESULT_MINOR), IMV_ISOLATE);
	assert_int_equal(policy_action(policy, PA_RESULT_SIGNIFICANT), IMV_ISOLATE);
	assert_int_equal(policy_action(policy, PA_RESULT_ERROR), IMV_NO_ACCESS);
	assert_int_equal(policy_action(policy, PA_RESULT_UNKNOWN), IMV_NO_ACCESS);
}

UNIT_GROUP(swima_policy)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_none, stop),
		cmocka_unit_test_teardown(test_rules, stop),
		cmocka_unit_test_teardown(test_both, stop),
		cmocka_unit_test_teardown(test_long, stop),
		cmocka_unit_test_teardown(test_hostile_text, stop),
		cmocka_unit_test_teardown(test_actions, stop),
	};

	return cmocka_run_group_tests(tests, make_file, drop_file);
}
