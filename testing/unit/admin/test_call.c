/* Each command against a small fleet: what is answered, with which exit code. */
#include "unit.h"
#include "admin/call.h"
#include "base/clock.h"
#include "base/err.h"
#include "fake_posture.h"

#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static struct admin_env env;

/* An answer taken apart. */
struct got {
	struct wr text;
	json_t *keys, *rows, *end; /* rows with their lists put together */
	size_t pieces, fail_after; /* sends so far; 0: never fail */
	size_t alive;              /* lines that say no more than that */
};

static int take(void *ctx, struct span bytes)
{
	struct got *g = ctx;

	if (g->fail_after && g->pieces + 1 == g->fail_after)
		return ST_ECLOSED;
	g->pieces++;
	wr_bytes(&g->text, bytes);
	return 0;
}

static void take_more(struct got *g, json_t *more)
{
	json_t *row = json_array_get(g->rows, json_array_size(g->rows) - 1);

	json_array_extend(json_array_get(row, json_array_size(row) - 1), more);
}

static void take_line(struct got *g, const char *line, size_t n)
{
	json_t *v = json_loadb(line, n, JSON_ALLOW_NUL, NULL), *part;

	assert_non_null(v);
	assert_null(g->end); /* nothing after the end */
	if (json_is_array(v)) {
		assert_int_equal(json_array_size(v), json_array_size(g->keys));
		json_array_append(g->rows, v);
	} else if ((part = json_object_get(v, "keys"))) {
		g->keys = json_incref(part);
	} else if (json_object_get(v, "alive")) {
		g->alive++;
	} else if ((part = json_object_get(v, "more"))) {
		take_more(g, part);
	} else {
		g->end = json_incref(v);
	}
	json_decref(v);
}

static int answer(struct got *g, enum admin_role role, const char *line)
{
	struct admin_sink sink = { .send = take, .ctx = g };
	size_t fail_after = g->fail_after;
	int err;

	*g = (struct got){ .rows = json_array(), .fail_after = fail_after };
	err = admin_answer(&env, role, span_str(line), &sink);
	if (!err)
		for (char *p = (char *)g->text.p, *end = p + g->text.len, *nl; p < end;
		     p = nl + 1) {
			nl = memchr(p, '\n', (size_t)(end - p));
			assert_non_null(nl);
			take_line(g, p, (size_t)(nl - p));
		}
	return err;
}

static void drop(struct got *g)
{
	json_decref(g->keys);
	json_decref(g->rows);
	json_decref(g->end);
	wr_reset(&g->text);
}

static int end_exit(const struct got *g)
{
	return (int)json_integer_value(json_object_get(g->end, "exit"));
}

static const char *end_text(const struct got *g)
{
	const char *text = json_string_value(json_object_get(g->end, "text"));

	return text ? text : "";
}

/* The cell of a row by its key. */
static json_t *cell(const struct got *g, size_t row, const char *key)
{
	json_t *k;
	size_t i;

	json_array_foreach(g->keys, i, k)
	{
		if (strcmp(json_string_value(k), key) == 0)
			return json_array_get(json_array_get(g->rows, row), i);
	}
	fail_msg("no key %s", key);
	return NULL;
}

static const char *text(const struct got *g, size_t row, const char *key)
{
	const char *s = json_string_value(cell(g, row, key));

	return s ? s : "(null)";
}

#define ASK(rest) "{\"stance\":1,\"command\":" rest "}"

static void check(const char *line, int exit, size_t rows, const char *why)
{
	struct got g = { 0 };

	assert_int_equal(answer(&g, ADMIN_READ, line), 0);
	if (end_exit(&g) != exit || json_array_size(g.rows) != rows ||
	    !strstr(end_text(&g), why))
		fail_msg("'%s': exit %d, %zu rows, '%s'", line, end_exit(&g),
			 json_array_size(g.rows), end_text(&g));
	assert_int_equal(json_integer_value(json_object_get(g.end, "rows")), rows);
	drop(&g);
}

static int setup(void **state)
{
	(void)state;
	env = (struct admin_env){ .posture = fake_posture_open() };
	clock_fake(INT64_C(1795300000000000));
	return 0;
}

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
	/* hostile text arrives whole, except for what is no UTF-8 */
	assert_string_equal(text(&g, 1, "platform"),
			    "Evil\033[2JOS \"1,2\"\r\n\xef\xbf\xbd\xe2\x80\xae");
	/* what is not known is null */
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
	check(ASK("\"endpoints\""), ADMIN_NO, 0, "no endpoint has come yet");
	check(ASK("\"endpoints\",\"args\":{\"as_of\":\"2001-01-01\"}"), ADMIN_NO, 0,
	      "no endpoint was known then");
}

static void test_endpoint(void **state)
{
	(void)state;
	check(ASK("\"endpoint\",\"args\":{\"name\":\"WEB1.example.org\"}"), ADMIN_YES, 1, "");
	check(ASK("\"endpoint\",\"args\":{\"name\":\"user:twin\"}"), ADMIN_YES, 1, "");
	check(ASK("\"endpoint\",\"args\":{\"name\":\"nobody\"}"), ADMIN_NO, 0,
	      "no endpoint is called 'nobody'");
	check(ASK("\"endpoint\",\"args\":{\"name\":\"twin\"}"), ADMIN_USAGE, 0,
	      "dns:twin, user:twin");
#define VIEW(name, view)                                                                      \
	ASK("\"endpoint\",\"view\":\"" view "\",\"args\":{\"name\":\"" name "\"}")
	check(VIEW("dns:web1.example.org", "software"), ADMIN_YES, 3, "");
	check(VIEW("dns:twin", "software"), ADMIN_STALE, 0, "has not told");
	check(VIEW("dns:web1.example.org", "facts"), ADMIN_YES, 1, "");
	check(VIEW("dns:twin", "facts"), ADMIN_NO, 0, "");
	check(VIEW("dns:web1.example.org", "results"), ADMIN_YES, 1, "");
	check(VIEW("dns:\xe6\x9d\xb1\xe4\xba\xac.example.org", "results"), ADMIN_NO, 1,
	      "not compliant");
	check(VIEW("dns:twin", "results"), ADMIN_STALE, 1, "decided");
	check(VIEW("dns:web1.example.org", "events"), ADMIN_YES, 1, "");
	check(VIEW("dns:twin", "events"), ADMIN_STALE, 0,
	      "nothing has happened to its software, but 'twin' has not told");
	check(VIEW("nobody", "events"), ADMIN_NO, 0, "nobody");
}

static void test_software(void **state)
{
	struct got g = { 0 };

	(void)state;
	/* a "no" counts only when everybody has told */
	check(ASK("\"software\",\"args\":{\"pattern\":\"nope\"}"), ADMIN_STALE, 0,
	      "no software matches 'nope', but 3 of 4 endpoints are stale: "
	      "'\xe6\x9d\xb1\xe4\xba\xac.example.org' has not told");
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

/* What is as old as it may be is fresh, and a moment later it is not. */
static void test_stale_after(void **state)
{
	const int64_t known = INT64_C(1795289215123456);

	(void)state;
	fake_posture.fresh = true;
	clock_fake(known + ADMIN_STALE_AFTER * CLOCK_SEC);
	check(ASK("\"software\",\"args\":{\"pattern\":\"*\"}"), ADMIN_YES, 3, "");
	clock_fake(known + ADMIN_STALE_AFTER * CLOCK_SEC + 1);
	check(ASK("\"software\",\"args\":{\"pattern\":\"*\"}"), ADMIN_STALE, 3,
	      "what is installed on 'web1.example.org' is known up to 2026-11-21T19:26:55Z "
	      "only");
	check(VIEW("web1.example.org", "software"), ADMIN_STALE, 3, "only");
	check(VIEW("web1.example.org", "events"), ADMIN_STALE, 1, "only");
	check(VIEW("web1.example.org", "facts"), ADMIN_YES, 1, "");
	check(ASK("\"endpoints\""), ADMIN_YES, 1, "");
	check(ASK("\"changes\",\"args\":{\"kind\":\"software\"}"), ADMIN_STALE, 3, "only");
	check(ASK("\"changes\",\"args\":{\"kind\":\"facts\"}"), ADMIN_YES, 2, "");
	/* the past was fresh then */
	check(ASK("\"software\",\"args\":{\"pattern\":\"*\","
		  "\"as_of\":\"2026-11-22T19:26:55Z\"}"),
	      ADMIN_YES, 3, "");
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
	check(LACKING("openssl"), ADMIN_NO, 0, "every endpoint has software that matches");
	check(LACKING("nope"), ADMIN_YES, 1, "");
	fake_posture.empty = true;
	check(LACKING("nope"), ADMIN_NO, 0, "no endpoint has come yet");
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
	check(DIFF(",\"other\":\"dns:twin\""), ADMIN_STALE, 3, "'twin' has not told");
	check(DIFF(",\"other\":\"web1.example.org\""), ADMIN_NO, 0, "no difference");
	check(DIFF(",\"from\":\"2026-11-21T20:00:00Z\""), ADMIN_NO, 0, "no difference");
	check(DIFF(",\"from\":\"2999-01-01\""), ADMIN_STALE, 0, "has not come");
}

/* Holders come in pieces of 256: none, exactly one piece, one more, many. */
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
	check(ASK("\"changes\""), ADMIN_YES, 7, "");
	check(ASK("\"changes\",\"args\":{\"kind\":\"all\"}"), ADMIN_YES, 9, "");
	check(ASK("\"changes\",\"args\":{\"kind\":\"software\"}"), ADMIN_STALE, 3, "stale");
	check(ASK("\"changes\",\"args\":{\"kind\":\"software\","
		  "\"endpoint\":\"web1.example.org\"}"),
	      ADMIN_YES, 2, "");
	check(ASK("\"changes\",\"args\":{\"kind\":\"facts\"}"), ADMIN_YES, 2, "");
	check(ASK("\"changes\",\"args\":{\"kind\":\"notices\"}"), ADMIN_NO, 0,
	      "nothing has changed");
	check(ASK("\"changes\",\"args\":{\"kind\":\"x\"}"), ADMIN_USAGE, 0, "--kind knows");
	check(ASK("\"changes\",\"args\":{\"endpoint\":\"nobody\"}"), ADMIN_NO, 0, "nobody");
	check(ASK("\"changes\",\"args\":{\"endpoint\":\"web1.example.org\"}"), ADMIN_YES, 5,
	      "");
	check(ASK("\"changes\",\"args\":{\"since\":\"2026-11-21T19:26:56Z\"}"), ADMIN_YES, 2,
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
	drop(&g);
	/* the earlier of until and as_of counts */
	check(ASK("\"changes\",\"args\":{\"until\":\"2026-11-21T19:26:56Z\","
		  "\"as_of\":\"2026-11-21T19:26:55Z\"}"),
	      ADMIN_NO, 0, "");
	assert_int_equal(fake_posture.changes.until, INT64_C(1795289215000000));
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
	check(ASK("\"status\",\"args\":{" AS_OF "}"), ADMIN_YES, 1, "");
	assert_int_equal(fake_posture.as_of, INT64_C(1795132800000000));
	/* the future: the present, and we say so */
	check(ASK("\"endpoints\",\"args\":{\"as_of\":\"2099-01-01\"}"), ADMIN_STALE, 4,
	      "has not come");
	assert_int_equal(fake_posture.as_of, 0);
	/* further back than the journal goes */
	fake_posture.err = ST_ELIMIT;
	fake_posture.oldest = INT64_C(1795200000000000);
	check(ASK("\"endpoints\",\"args\":{" AS_OF "}"), ADMIN_STALE, 1,
	      "goes back to 2026-11-2");
}

static void daemon_state(void *ctx, struct admin_daemon *d)
{
	(void)ctx;
	*d = (struct admin_daemon){ .started = INT64_C(1795300000000000) - 90 * CLOCK_SEC,
				    .sessions = 3 };
}

static void test_status(void **state)
{
	struct got g = { 0 };

	(void)state;
	env.daemon = daemon_state;
	assert_int_equal(answer(&g, ADMIN_READ, ASK("\"status\"")), 0);
	assert_int_equal(end_exit(&g), ADMIN_YES);
	assert_int_equal(json_integer_value(cell(&g, 0, "uptime")), 90);
	assert_int_equal(json_integer_value(cell(&g, 0, "sessions")), 3);
	assert_int_equal(json_integer_value(cell(&g, 0, "endpoints")), 4);
	assert_string_equal(text(&g, 0, "state"), "ok");
	assert_int_equal(json_integer_value(cell(&g, 0, "stale_endpoints")), 3);
	drop(&g);
	fake_posture.last_error = ST_EDB;
	check(ASK("\"status\""), ADMIN_STALE, 1, "not being stored: repository error");
}

/* --- assess --------------------------------------------------------------------------------- */

/* A daemon of which each endpoint goes through the states that its row says. */
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

static void check_assess(const char *line, int exit, size_t rows, const char *why)
{
	struct got g = { 0 };

	fake_daemon.cancelled = false;
	assert_int_equal(answer(&g, ADMIN_OPERATE, line), 0);
	if (end_exit(&g) != exit || json_array_size(g.rows) != rows ||
	    !strstr(end_text(&g), why))
		fail_msg("'%s': exit %d, %zu rows, '%s'", line, end_exit(&g),
			 json_array_size(g.rows), end_text(&g));
	assert_int_equal(fake_daemon.cancelled, rows > 0);
	drop(&g);
}

static int setup_assess(void **state)
{
	fake_daemon = (struct fake_daemon){ 0 };
	setup(state);
	env.assess = &fake_ops;
	env.ctx = &fake_daemon;
	return 0;
}

static void test_assess_questions(void **state)
{
	(void)state;
	check(ASSESS(ALL), ADMIN_DENIED, 0, "not allowed to use assess");
	check_assess(ASSESS(""), ADMIN_USAGE, 0, "--all");
	check_assess(ASSESS(ALL "," NAMES), ADMIN_USAGE, 0, "--all");
	check_assess(ASSESS("\"name\":[\"web1.example.org\",\"nobody\"]"), ADMIN_NO, 0,
		     "nobody");
	check_assess(ASSESS("\"name\":\"twin\""), ADMIN_USAGE, 0, "dns:twin, user:twin");
	fake_daemon.refuse = ST_EBUSY;
	check_assess(ASSESS(ALL), ADMIN_UNREACHABLE, 0, "busy");
	fake_daemon.refuse = ST_ECLOSED;
	check_assess(ASSESS(ALL), ADMIN_UNREACHABLE, 0, "stops");
	fake_daemon.refuse = ST_ENOMEM;
	check_assess(ASSESS(ALL), ADMIN_STALE, 0, "out of memory");
	fake_posture.empty = true;
	check_assess(ASSESS(ALL), ADMIN_NO, 0, "no endpoint has come yet");
	env.assess = NULL;
	check_assess(ASSESS(ALL), ADMIN_UNREACHABLE, 0, "no endpoints to ask");
}

/* Without waiting: who could be asked. */
static void test_assess(void **state)
{
	(void)state;
	SCRIPT({ WEB1, ASSESS_QUEUED, 0, 0, NULL }, { WEB1, ASSESS_ASKED, 0, 0, NULL },
	       { "dns:twin", "twin", ASSESS_WAITING, 0, 0, NULL });
	check_assess(ASSESS(NAMES), ADMIN_STALE, 2,
		     "0 of 2 assessed, 1 asked, 1 not connected");
	assert_int_equal(fake_daemon.asked, 2); /* each once */
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
	       { WEB1, ASSESS_GONE, 0, 0, NULL }, /* after its end: nothing */
	       { "dns:twin", "twin", ASSESS_GONE, 0, 0, NULL });
	check_assess(ASSESS(NAMES "," WAIT), ADMIN_STALE, 2,
		     "1 of 2 assessed, 1 not connected");
	SCRIPT({ "dns:twin", "twin", ASSESS_ASSESSED, VERDICT_MAJOR, ACCESS_ALLOWED, NULL },
	       { WEB1, ASSESS_ASSESSED, VERDICT_COMPLIANT, ACCESS_ALLOWED, NULL });
	check_assess(ASSESS(NAMES "," WAIT), ADMIN_NO, 2, "2 of 2 assessed, 1 not compliant");
	SCRIPT({ "dns:twin", "twin", ASSESS_ASSESSED, VERDICT_UNKNOWN, ACCESS_ALLOWED, NULL },
	       { WEB1, ASSESS_ASSESSED, VERDICT_COMPLIANT, ACCESS_ALLOWED, NULL });
	check_assess(ASSESS(NAMES "," WAIT), ADMIN_STALE, 2,
		     "2 of 2 assessed, 1 could not be decided");
	SCRIPT({ WEB1, ASSESS_ASSESSED, VERDICT_COMPLIANT, ACCESS_ALLOWED, NULL });
	fake_posture.fresh = true;
	assert_int_equal(answer(&g, ADMIN_OPERATE, ASSESS(ALL "," WAIT)), 0);
	assert_int_equal(end_exit(&g), ADMIN_YES);
	assert_string_equal(text(&g, 0, "state"), "assessed");
	assert_string_equal(text(&g, 0, "result"), "compliant");
	assert_string_equal(text(&g, 0, "access"), "allowed");
	drop(&g);
}

/* Many, each with three pieces of news, while somebody looks. */
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

/* When the reader goes the query ends at once, and a large answer is never whole in memory. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_endpoints, setup),
		cmocka_unit_test_setup(test_nobody, setup),
		cmocka_unit_test_setup(test_endpoint, setup),
		cmocka_unit_test_setup(test_software, setup),
		cmocka_unit_test_setup(test_holders, setup),
		cmocka_unit_test_setup(test_stale_after, setup),
		cmocka_unit_test_setup(test_lacking, setup),
		cmocka_unit_test_setup(test_events, setup),
		cmocka_unit_test_setup(test_diff_questions, setup),
		cmocka_unit_test_setup(test_changes, setup),
		cmocka_unit_test_setup(test_as_of, setup),
		cmocka_unit_test_setup(test_status, setup),
		cmocka_unit_test_setup(test_assess_questions, setup_assess),
		cmocka_unit_test_setup(test_assess, setup_assess),
		cmocka_unit_test_setup(test_assess_wait, setup_assess),
		cmocka_unit_test_setup(test_assess_many, setup_assess),
		cmocka_unit_test_setup(test_no_repository, setup),
		cmocka_unit_test_setup(test_broken_repository, setup),
		cmocka_unit_test_setup(test_roles, setup),
		cmocka_unit_test_setup(test_reader_goes, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
