/* SPDX-License-Identifier: BSD-2-Clause */
/* Groups of endpoints: configuration, membership and queries. */
#include "answer.h"
#include "unit/admin/fake_posture.h"
#include "admin/server/group.h"
#include "base/conf.h"
#include "base/err.h"
#include "posture/endpoint_filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int read_groups(const char *text, struct group_list **l, struct conf_error *e)
{
	cfg_opt_t opts[] = {
		CFG_SEC("group", groups_opts(), CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
		CFG_END(),
	};
	char path[] = "/tmp/stance-group-XXXXXX";
	int fd = mkstemp(path), err;
	cfg_t *cfg = NULL;

	*l = NULL;
	*e = (struct conf_error){ 0 };
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	if ((err = conf_load(path, opts, NULL, &cfg, e)) == 0) {
		err = groups_read(cfg, "stance.conf", l, e);
		conf_free(cfg);
	}
	unlink(path);
	return err;
}

static struct group_list *must_read(const char *text)
{
	struct group_list *l;
	struct conf_error e;

	if (read_groups(text, &l, &e) < 0)
		fail_msg("%s", e.text);
	return l;
}

static void check_refused(const char *text, const char *err_msg)
{
	struct group_list *l;
	struct conf_error e;

	assert_int_equal(read_groups(text, &l, &e), ST_ECONF);
	assert_null(l);
	if (!strstr(e.text, err_msg))
		fail_msg("'%s' does not say '%s'", e.text, err_msg);
}

static void test_read(void **state)
{
	struct group_list *l = must_read("group web { endpoints = {\"web-*\", dns:db} }\n"
					 "group \"all debian\" { platform = \"Debian*\" }\n");

	(void)state;
	assert_int_equal(group_list_size(l), 2);
	assert_string_equal(group_list_at(l, 0)->name, "all debian");
	assert_string_equal(group_find(l, "all debian")->platform, "Debian*");
	assert_int_equal(group_find(l, "web")->n_endpoints, 2);
	assert_string_equal(group_find(l, "web")->endpoints[1], "dns:db");
	assert_null(group_find(l, "Web"));
	assert_null(group_list_at(l, 2));
	group_list_drop(l);
	l = must_read("");
	assert_int_equal(group_list_size(l), 0);
	group_list_drop(l);
}

static void test_refused(void **state)
{
	(void)state;
	check_refused("group web { }", "group web: endpoints or platform must be set");
	check_refused("\n\ngroup web {\n}\n", "stance.conf:4");
	check_refused("group \"\" { platform = a }", "must have a name");
	check_refused("group web { endpoint = {a} }", "endpoint");
	check_refused("group web { platform = \"\" }", "platform");
	check_refused("group web { endpoints = {\"a*b*c*d*e*f*g*h*i*\"} }", "more than");
	check_refused("group web { platform = a }\ngroup web { platform = b }", "web");
	check_refused("group { platform = a }", ":1");
}

static unsigned members(const char *section, const char *platform)
{
	char text[256];
	struct group_list *l;
	struct endpoint_filter *a;
	unsigned bits = 0;

	(void)snprintf(text, sizeof(text), "group g { %s }", section ? section : "platform=x");
	l = must_read(text);
	assert_int_equal(group_members(fake_posture_open(),
				       section ? group_find(l, "g") : NULL, platform, &a),
			 0);
	for (uint32_t id = 1; id < 5; id++)
		bits |= endpoint_filter_has(a, id) ? 1u << id : 0;
	assert_int_equal(endpoint_filter_count(a), __builtin_popcount(bits));
	endpoint_filter_free(a);
	group_list_drop(l);
	return bits;
}

/* The fake fleet: 1 web1 on Debian, 2 a name in Chinese on EvilOS, 3 and 4 twins by name. */
static void test_members(void **state)
{
	(void)state;
	assert_int_equal(members("endpoints = {\"WEB?.example.org\"}", NULL), 1 << 1);
	assert_int_equal(members("endpoints = {twin}", NULL), 1 << 3 | 1 << 4);
	assert_int_equal(members("endpoints = {\"user:*\"}", NULL), 1 << 4);
	assert_int_equal(members("endpoints = {\"USER:*\"}", NULL), 0);
	assert_int_equal(members("endpoints = {\"web1*\", twin}", NULL),
			 1 << 1 | 1 << 3 | 1 << 4);
	assert_int_equal(members("platform = \"Debian*\"", NULL), 1 << 1);
	assert_int_equal(members("endpoints = {twin} platform = \"*\"", NULL),
			 1 << 3 | 1 << 4);
	assert_int_equal(members("endpoints = {twin} platform = \"?*\"", NULL), 0);
	assert_int_equal(members("endpoints = {\"*\"}", "Evil*"), 1 << 2);
	assert_int_equal(members(NULL, "Evil*"), 1 << 2);
	assert_int_equal(members(NULL, NULL), 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4);
}

static void test_questions(void **state)
{
	struct groups *g = groups_new();
	struct got got;

	(void)state;
	assert_non_null(g);
	env.groups = g;
	check(ASK("\"groups\",\"args\":{}"), ADMIN_NO, 0, "no groups");
	check(ASK("\"endpoints\",\"args\":{\"group\":\"web\"}"), ADMIN_USAGE, 0,
	      "unknown group 'web'");
	groups_set(g, must_read("group web { endpoints = {\"web*\"} }\n"
				"group twins { endpoints = {\"twin\"} platform = \"*\" }"));
	assert_int_equal(answer(&got, ADMIN_READ, ASK("\"groups\",\"args\":{}")), 0);
	assert_int_equal(end_exit(&got), ADMIN_YES);
	assert_string_equal(text(&got, 0, "name"), "twins");
	assert_int_equal(json_integer_value(cell(&got, 0, "endpoints")), 2);
	assert_string_equal(text(&got, 0, "platform"), "*");
	assert_int_equal(json_array_size(cell(&got, 0, "patterns")), 1);
	assert_string_equal(text(&got, 1, "name"), "web");
	drop(&got);
	check(ASK("\"endpoints\",\"args\":{\"group\":\"web\"}"), ADMIN_YES, 1, "");
	check(ASK("\"endpoints\",\"args\":{\"group\":\"twins\"}"), ADMIN_YES, 2, "");
	check(ASK("\"endpoints\",\"args\":{\"platform\":\"Debian*\"}"), ADMIN_YES, 1, "");
	check(ASK("\"endpoints\",\"args\":{\"group\":\"twins\",\"platform\":\"D*\"}"),
	      ADMIN_NO, 0, "no matching endpoint");
	check(ASK("\"endpoints\",\"args\":{\"platform\":\"a*b*c*d*e*f*g*h*i*\"}"), ADMIN_USAGE,
	      0, "too many");
	/* only the group's endpoints count for stale */
	check(ASK("\"software\",\"args\":{\"pattern\":\"openssl\",\"group\":\"web\"}"),
	      ADMIN_YES, 1, "");
	check(ASK("\"software\",\"args\":{\"pattern\":\"openssl\",\"group\":\"twins\"}"),
	      ADMIN_STALE, 1, "2 of 2 endpoints");
	check(ASK("\"lacking\",\"args\":{\"pattern\":\"openssl\",\"group\":\"web\"}"),
	      ADMIN_NO, 0, "every endpoint");
	check(ASK("\"lacking\",\"args\":{\"pattern\":\"openssl\",\"group\":\"twins\"}"),
	      ADMIN_STALE, 2, "");
	check(ASK("\"software\",\"args\":{\"pattern\":\"openssl\",\"endpoints\":true,"
		  "\"group\":\"web\"}"),
	      ADMIN_YES, 1, "");
	env.groups = NULL;
	check(ASK("\"endpoints\",\"args\":{\"group\":\"web\"}"), ADMIN_USAGE, 0,
	      "unknown group 'web'");
	groups_free(g);
}

/* A list is freed with its last reference. */
static void test_replaced(void **state)
{
	struct groups *g = groups_new();
	struct group_list *old;

	(void)state;
	groups_set(g, must_read("group old { platform = a }"));
	old = groups_hold(g);
	groups_set(g, must_read("group new { platform = a }"));
	assert_non_null(group_find(old, "old"));
	group_list_drop(old);
	old = groups_hold(g);
	assert_null(group_find(old, "old"));
	assert_non_null(group_find(old, "new"));
	group_list_drop(old);
	groups_free(g);
	groups_free(NULL);
	assert_null(groups_hold(NULL));
}

UNIT_GROUP(group)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_members),
		cmocka_unit_test_setup(test_questions, answer_setup),
		cmocka_unit_test(test_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
