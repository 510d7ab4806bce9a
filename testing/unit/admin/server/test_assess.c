/* SPDX-License-Identifier: BSD-2-Clause */
/* assess against a daemon whose endpoints go through the states of a script. */
#include "answer.h"
#include "admin/server/group.h"
#include "base/conf.h"
#include "base/err.h"
#include "unit/admin/fake_posture.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

/* The daemon: each row of the script is one event. */
struct fake_daemon {
	int refuse; /* start returns this */
	const struct assess_event *script;
	size_t n_script;
	pthread_t thread;
	bool threaded, cancelled;
	size_t asked;
	void (*on_event)(void *ctx, const struct assess_event *e);
	void *on_event_ctx;
};

static struct fake_daemon fake_daemon;

static void *fake_daemon_main(void *arg)
{
	(void)arg;
	for (size_t i = 0; i < fake_daemon.n_script; i++) {
		if (fake_daemon.threaded)
			usleep(fake_daemon.n_script > 100 ? 100 : 1000);
		fake_daemon.on_event(fake_daemon.on_event_ctx, &fake_daemon.script[i]);
	}
	return NULL;
}

static int fake_start(void *ctx, const struct assess_selection *which,
		      void (*on_event)(void *ctx, const struct assess_event *e),
		      void *on_event_ctx, struct assess **handle)
{
	assert_ptr_equal(ctx, &fake_daemon);
	if (fake_daemon.refuse)
		return fake_daemon.refuse;
	fake_daemon.asked = which->n;
	fake_daemon.on_event = on_event;
	fake_daemon.on_event_ctx = on_event_ctx;
	*handle = (struct assess *)&fake_daemon;
	if (fake_daemon.threaded)
		pthread_create(&fake_daemon.thread, NULL, fake_daemon_main, NULL);
	else
		fake_daemon_main(NULL);
	return 0;
}

static void fake_cancel(void *ctx, struct assess *handle)
{
	(void)ctx;
	assert_ptr_equal(handle, &fake_daemon);
	if (fake_daemon.threaded)
		pthread_join(fake_daemon.thread, NULL);
	fake_daemon.cancelled = true;
}

static const struct assess_ops fake_ops = { fake_start, fake_cancel };

#define SCRIPT(...)                                                                           \
	fake_daemon.script = (const struct assess_event[]){ __VA_ARGS__ };                    \
	fake_daemon.n_script = sizeof((const struct assess_event[]){ __VA_ARGS__ }) /         \
			       sizeof(struct assess_event)
#define WEB1 "dns:web1.example.org", "web1.example.org"
#define ASSESS(args) ASK("\"assess\",\"args\":{" args "}")
#define ALL "\"all\":true"
#define WAIT "\"wait\":true"
#define NAMES "\"name\":[\"web1.example.org\",\"dns:twin\",\"web1.example.org\"]"

static void check_assess(const char *line, int exit, size_t rows, const char *err_msg)
{
	struct got g = { 0 };

	fake_daemon.cancelled = false;
	assert_int_equal(answer(&g, ADMIN_OPERATE, line), 0);
	if (end_exit(&g) != exit || json_array_size(g.rows) != rows ||
	    !strstr(end_text(&g), err_msg))
		fail_msg("'%s': exit %d, %zu rows, '%s'", line, end_exit(&g),
			 json_array_size(g.rows), end_text(&g));
	assert_int_equal(fake_daemon.cancelled, rows > 0);
	drop(&g);
}

static int setup_assess(void **state)
{
	fake_daemon = (struct fake_daemon){ 0 };
	answer_setup(state);
	env.assess = &fake_ops;
	env.ctx = &fake_daemon;
	return 0;
}

static void test_assess_questions(void **state)
{
	(void)state;
	check(ASSESS(ALL), ADMIN_DENIED, 0, "assess is restricted to root");
	check_assess(ASSESS(""), ADMIN_USAGE, 0, "--all");
	check_assess(ASSESS(ALL "," NAMES), ADMIN_USAGE, 0, "--all");
	check_assess(ASSESS("\"name\":[\"web1.example.org\",\"nobody\"]"), ADMIN_NO, 0,
		     "nobody");
	check_assess(ASSESS("\"name\":\"twin\""), ADMIN_USAGE, 0, "dns:twin, user:twin");
	fake_daemon.refuse = ST_EBUSY;
	check_assess(ASSESS(ALL), ADMIN_UNREACHABLE, 0, "busy");
	fake_daemon.refuse = ST_ECLOSED;
	check_assess(ASSESS(ALL), ADMIN_UNREACHABLE, 0, "stopping");
	fake_daemon.refuse = ST_ENOMEM;
	check_assess(ASSESS(ALL), ADMIN_STALE, 0, "out of memory");
	fake_posture.empty = true;
	check_assess(ASSESS(ALL), ADMIN_NO, 0, "no endpoint is known");
	env.assess = NULL;
	check_assess(ASSESS(ALL), ADMIN_UNREACHABLE, 0, "cannot request");
}

/* Only the endpoints of the group are assessed. */
static void test_assess_group(void **state)
{
	struct groups *g = groups_new();
	cfg_opt_t opts[] = {
		CFG_SEC("group", groups_opts(), CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
		CFG_END(),
	};
	struct conf_error e = { "" };
	struct group_list *l;
	cfg_t *cfg;

	(void)state;
	assert_int_equal(conf_load_text("group web { endpoints = {\"web1*\"} }\n"
					"group nobody { endpoints = {\"none\"} }\n",
					opts, &cfg),
			 0);
	assert_int_equal(groups_read(cfg, "stance.conf", &l, &e), 0);
	conf_free(cfg);
	groups_set(g, l);
	env.groups = g;
	SCRIPT({ WEB1, ASSESS_ASSESSED, VERDICT_COMPLIANT, ACCESS_ALLOWED, NULL });
	check_assess(ASSESS("\"group\":\"web\"," WAIT), ADMIN_YES, 1, "1 of 1 assessed");
	assert_int_equal(fake_daemon.asked, 1);
	check_assess(ASSESS("\"platform\":\"Debian*\"," WAIT), ADMIN_YES, 1, "1 of 1");
	check_assess(ASSESS("\"group\":\"nobody\""), ADMIN_NO, 0, "no matching endpoint");
	check_assess(ASSESS("\"group\":\"other\""), ADMIN_USAGE, 0, "unknown group 'other'");
	check_assess(ASSESS("\"group\":\"web\"," ALL), ADMIN_USAGE, 0, "--group");
	check_assess(ASSESS("\"group\":\"web\"," NAMES), ADMIN_USAGE, 0, "--group");
	env.groups = NULL;
	groups_free(g);
}

/* --within waits for endpoints that are not connected, up to its limit. */
static void test_assess_within(void **state)
{
	(void)state;
	fake_posture.fresh = true;
	check_assess(ASSESS(ALL ",\"within\":\"0\""), ADMIN_USAGE, 0, "seconds");
	check_assess(ASSESS(ALL ",\"within\":\"soon\""), ADMIN_USAGE, 0, "seconds");
	check_assess(ASSESS(ALL ",\"within\":\"9999999999999999999\""), ADMIN_USAGE, 0,
		     "seconds");
	fake_daemon.threaded = true;
	SCRIPT({ WEB1, ASSESS_WAITING, 0, 0, NULL }, { WEB1, ASSESS_QUEUED, 0, 0, NULL },
	       { WEB1, ASSESS_ASSESSED, VERDICT_COMPLIANT, ACCESS_ALLOWED, NULL });
	check_assess(ASSESS(ALL ",\"within\":\"60\""), ADMIN_YES, 1, "1 of 1 assessed");
	SCRIPT({ WEB1, ASSESS_WAITING, 0, 0, NULL });
	check_assess(ASSESS(ALL ",\"within\":\"1\""), ADMIN_STALE, 1,
		     "0 of 1 assessed, 1 not connected (assessed on reconnection)");
	SCRIPT({ WEB1, ASSESS_ASKED, 0, 0, NULL });
	check_assess(ASSESS(ALL ",\"within\":\"1\""), ADMIN_STALE, 1, "1 asked");
}

/* Without --wait: the endpoints reached. */
static void test_assess(void **state)
{
	(void)state;
	SCRIPT({ WEB1, ASSESS_QUEUED, 0, 0, NULL }, { WEB1, ASSESS_ASKED, 0, 0, NULL },
	       { "dns:twin", "twin", ASSESS_WAITING, 0, 0, NULL });
	check_assess(ASSESS(NAMES), ADMIN_STALE, 2,
		     "0 of 2 assessed, 1 asked, 1 not connected");
	assert_int_equal(fake_daemon.asked, 2); /* each endpoint once */
	SCRIPT({ WEB1, ASSESS_ASKED, 0, 0, NULL });
	fake_posture.fresh = true;
	check_assess(ASSESS(ALL), ADMIN_YES, 1, "0 of 1 assessed, 1 asked");
	SCRIPT({ WEB1, ASSESS_REFUSED, 0, 0, "it speaks half duplex" });
	check_assess(ASSESS(ALL), ADMIN_STALE, 1, "1 refused");
}

static void test_assess_wait(void **state)
{
	struct got g = { 0 };

	(void)state;
	fake_daemon.threaded = true;
	SCRIPT({ "dns:twin", "twin", ASSESS_ASKED, 0, 0, NULL },
	       { WEB1, ASSESS_QUEUED, 0, 0, NULL }, { WEB1, ASSESS_ASKED, 0, 0, NULL },
	       { "dns:unknown", "unknown", ASSESS_ASKED, 0, 0, NULL },
	       { WEB1, ASSESS_ASSESSED, VERDICT_COMPLIANT, ACCESS_ALLOWED, NULL },
	       { WEB1, ASSESS_GONE, 0, 0, NULL }, /* ignored: after a final state */
	       { "dns:twin", "twin", ASSESS_GONE, 0, 0, NULL });
	check_assess(ASSESS(NAMES "," WAIT), ADMIN_STALE, 2,
		     "1 of 2 assessed, 1 not connected");
	SCRIPT({ "dns:twin", "twin", ASSESS_ASSESSED, VERDICT_MAJOR, ACCESS_ALLOWED, NULL },
	       { WEB1, ASSESS_ASSESSED, VERDICT_COMPLIANT, ACCESS_ALLOWED, NULL });
	check_assess(ASSESS(NAMES "," WAIT), ADMIN_NO, 2, "2 of 2 assessed, 1 not compliant");
	SCRIPT({ "dns:twin", "twin", ASSESS_ASSESSED, VERDICT_UNKNOWN, ACCESS_ALLOWED, NULL },
	       { WEB1, ASSESS_ASSESSED, VERDICT_COMPLIANT, ACCESS_ALLOWED, NULL });
	check_assess(ASSESS(NAMES "," WAIT), ADMIN_STALE, 2, "2 of 2 assessed, 1 undecided");
	SCRIPT({ WEB1, ASSESS_ASSESSED, VERDICT_COMPLIANT, ACCESS_ALLOWED, NULL });
	fake_posture.fresh = true;
	assert_int_equal(answer(&g, ADMIN_OPERATE, ASSESS(ALL "," WAIT)), 0);
	assert_int_equal(end_exit(&g), ADMIN_YES);
	assert_string_equal(text(&g, 0, "state"), "assessed");
	assert_string_equal(text(&g, 0, "result"), "compliant");
	assert_string_equal(text(&g, 0, "access"), "allowed");
	drop(&g);
}

/* Many endpoints with three events each, while the command takes updates. */
static void test_assess_many(void **state)
{
	enum { MANY = 1000 };
	struct assess_event *script = calloc(3 * MANY, sizeof(*script));
	static char keys[MANY][40];

	(void)state;
	fake_posture.fresh = true;
	fake_posture.many = MANY - 1;
	for (size_t i = 0; i < MANY; i++) {
		if (i)
			(void)snprintf(keys[i], sizeof(keys[i]), "dns:host%06zu.example.org",
				       i - 1);
		else
			(void)snprintf(keys[i], sizeof(keys[i]), "dns:web1.example.org");
		for (size_t k = 0; k < 3; k++)
			script[k * MANY + i] =
				(struct assess_event){ .key = keys[i],
						       .name = keys[i] + 4,
						       .state = k == 0   ? ASSESS_QUEUED
								: k == 1 ? ASSESS_ASKED
									 : ASSESS_ASSESSED };
	}
	fake_daemon.threaded = true;
	fake_daemon.script = script;
	fake_daemon.n_script = 3 * MANY;
	check_assess(ASSESS(ALL "," WAIT), ADMIN_YES, MANY, "1000 of 1000 assessed");
	free(script);
}

UNIT_GROUP_THREADED(assess)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_assess_questions, setup_assess),
		cmocka_unit_test_setup(test_assess, setup_assess),
		cmocka_unit_test_setup(test_assess_group, setup_assess),
		cmocka_unit_test_setup(test_assess_within, setup_assess),
		cmocka_unit_test_setup(test_assess_wait, setup_assess),
		cmocka_unit_test_setup(test_assess_many, setup_assess),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
