/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "base/clock.h"
#include "base/err.h"
#include "manager/session_registry.h"
#include "posture/identity.h"

#include <stdatomic.h>
#include <stdio.h>
#include <uv.h>

static struct session_registry *reg;

/* One session, and the calls that it received. */
struct test_session {
	struct registration registration; /* first */
	unsigned asked, dropped, forgotten;
	int64_t due;
};

static void on_drop(struct registration *registration, bool forgotten)
{
	struct test_session *p = (struct test_session *)registration;

	p->dropped++;
	p->forgotten += forgotten;
}

static void on_ask(struct registration *registration, int64_t due)
{
	struct test_session *p = (struct test_session *)registration;

	p->asked++;
	p->due = due;
}

/* The events of a question, one letter each: Q queued, A asked, W waiting, G gone, D done,
 * R refused. */
struct events {
	char seen[64];
	size_t n;
	enum verdict verdict;
	char key[64], reason[128];
};

static void on_event(void *ctx, const struct assess_event *e)
{
	struct events *t = ctx;

	assert_non_null(e->name);
	assert_true(t->n + 1 < sizeof(t->seen));
	t->seen[t->n++] = "QAWGDR"[e->state];
	t->seen[t->n] = '\0';
	t->verdict = e->verdict;
	(void)snprintf(t->key, sizeof(t->key), "%s", e->key);
	(void)snprintf(t->reason, sizeof(t->reason), "%s", e->reason ? e->reason : "");
}

static struct assess *ask(const char *key, struct events *t)
{
	const struct assess_selection selection = { &key, 1 };
	struct assess *q;

	memset(t, 0, sizeof(*t));
	assert_int_equal(session_registry_assess_ops.start(reg, &selection, on_event, t, &q),
			 0);
	return q;
}

static void forget(struct assess *q)
{
	session_registry_assess_ops.cancel(reg, q);
}

static void add_session(struct test_session *p, const char *key)
{
	struct identity identity;

	*p = (struct test_session){ .registration.ask = on_ask, .registration.drop = on_drop };
	assert_int_equal(identity_from_key(key, &identity), 0);
	assert_int_equal(session_registry_add(reg, &p->registration, &identity), 0);
	identity_free(&identity);
}

static void assessed(struct test_session *p, enum verdict v)
{
	session_registry_done(reg, &p->registration, v, ACCESS_ALLOWED);
}

static void begin(struct test_session *p)
{
	session_registry_begin(reg, &p->registration, session_registry_last_question(reg));
}

static int setup(void **state)
{
	(void)state;
	return session_registry_open(0, &reg);
}

static int teardown(void **state)
{
	(void)state;
	session_registry_close(reg);
	return 0;
}

#define A "dns:a.example"

static void test_connected(void **state)
{
	struct test_session p;
	struct events t;
	struct assess *q;

	(void)state;
	add_session(&p, A);
	q = ask(A, &t);
	assert_string_equal(t.seen, "Q");
	assert_int_equal(p.asked, 1);
	assert_true(session_registry_wanted(reg, &p.registration));
	begin(&p);
	assert_false(session_registry_wanted(reg, &p.registration));
	assert_string_equal(t.seen, "QA");
	assessed(&p, VERDICT_COMPLIANT);
	assert_string_equal(t.seen, "QAD");
	assert_int_equal(t.verdict, VERDICT_COMPLIANT);
	assessed(&p, VERDICT_COMPLIANT); /* a later result is not counted again */
	assert_string_equal(t.seen, "QAD");
	session_registry_remove(reg, &p.registration);
	assert_string_equal(t.seen, "QAD");
	forget(q);
}

/* The newest sessions stay. A session is dropped once. Other endpoints are not affected. */
static void test_ceiling(void **state)
{
	struct test_session p[5], other;

	(void)state;
	session_registry_set_limit(reg, 2);
	add_session(&other, "dns:b.example");
	for (int i = 0; i < 4; i++)
		add_session(&p[i], A);
	assert_int_equal(p[0].dropped, 1);
	assert_int_equal(p[1].dropped, 1);
	assert_int_equal(p[2].dropped, 0);
	assert_int_equal(p[3].dropped, 0);
	session_registry_remove(reg, &p[3].registration);
	add_session(&p[4], A); /* replaces it */
	assert_int_equal(p[2].dropped, 0);
	assert_int_equal(p[4].dropped, 0);
	assert_int_equal(other.dropped, 0);
	for (int i = 0; i < 5; i++)
		if (i != 3)
			session_registry_remove(reg, &p[i].registration);
	session_registry_remove(reg, &other.registration);
}

/* All sessions of a forgotten endpoint are dropped, once. Later sessions stay. */
static void test_end(void **state)
{
	struct test_session p[3], other;

	(void)state;
	add_session(&other, "dns:b.example");
	add_session(&p[0], A);
	add_session(&p[1], A);
	session_registry_end(reg, A);
	session_registry_end(reg, A);
	session_registry_end(reg, "dns:unknown.example");
	add_session(&p[2], A);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(p[i].dropped, i < 2);
		assert_int_equal(p[i].forgotten, i < 2);
		session_registry_remove(reg, &p[i].registration);
	}
	assert_int_equal(other.dropped, 0);
	session_registry_remove(reg, &other.registration);
}

/* An endpoint is asked once until it is assessed. */
static void test_silent(void **state)
{
	struct test_session p, other;

	(void)state;
	session_registry_ask(reg, A); /* without a session */
	add_session(&p, A);
	add_session(&other, "dns:b.example");
	for (unsigned i = 1; i <= 2; i++) {
		session_registry_ask(reg, A);
		session_registry_ask(reg, A);
		assert_int_equal(p.asked, i);
		assert_true(session_registry_wanted(reg, &p.registration));
		session_registry_begin(reg, &p.registration,
				       session_registry_last_question(reg));
		assert_false(session_registry_wanted(reg, &p.registration));
	}
	assert_int_equal(other.asked, 0);
	session_registry_remove(reg, &p.registration);
	session_registry_remove(reg, &other.registration);
}

/* An assessment that began before the question does not answer it. */
static void test_at_work(void **state)
{
	struct test_session p;
	struct events t;
	struct assess *q;

	(void)state;
	add_session(&p, A);
	begin(&p);
	q = ask(A, &t);
	assessed(&p, VERDICT_COMPLIANT);
	assert_string_equal(t.seen, "Q");
	assert_true(session_registry_wanted(reg, &p.registration));
	begin(&p);
	assessed(&p, VERDICT_MINOR);
	assert_string_equal(t.seen, "QAD");
	assert_int_equal(t.verdict, VERDICT_MINOR);
	session_registry_remove(reg, &p.registration);
	forget(q);
}

/* Two questions, one assessment. */
static void test_two_questions(void **state)
{
	struct test_session p;
	struct events t[2];
	struct assess *q[2];

	(void)state;
	add_session(&p, A);
	q[0] = ask(A, &t[0]);
	q[1] = ask(A, &t[1]);
	begin(&p);
	assessed(&p, VERDICT_MAJOR);
	assert_string_equal(t[0].seen, "QAD");
	assert_string_equal(t[1].seen, "QAD");
	assert_false(session_registry_wanted(reg, &p.registration));
	session_registry_remove(reg, &p.registration);
	forget(q[0]);
	forget(q[1]);
}

/* An endpoint connects, disconnects in the middle of an assessment and reconnects. */
static void test_away(void **state)
{
	struct test_session p;
	struct events t;
	struct assess *q = ask(A, &t);

	(void)state;
	assert_string_equal(t.seen, "W");
	add_session(&p, A);
	assert_int_equal(p.asked, 0); /* its first assessment answers */
	begin(&p);
	session_registry_remove(reg, &p.registration);
	assert_string_equal(t.seen, "WQAG");
	add_session(&p, A);
	session_registry_remove(reg, &p.registration); /* not asked */
	assert_string_equal(t.seen, "WQAGQW");
	add_session(&p, A);
	begin(&p);
	assessed(&p, VERDICT_COMPLIANT);
	assert_string_equal(t.seen, "WQAGQWQAD");
	session_registry_remove(reg, &p.registration);
	forget(q);
}

/* The newest session is asked. When it ends, the next older one is asked. */
static void test_several_sessions(void **state)
{
	struct test_session old, new, other;
	struct events t;
	struct assess *q;

	(void)state;
	add_session(&old, A);
	add_session(&new, A);
	add_session(&other, "dns:b.example");
	q = ask(A, &t);
	assert_int_equal(old.asked, 0);
	assert_int_equal(new.asked, 1);
	assert_int_equal(other.asked, 0);
	begin(&new);
	session_registry_remove(reg, &new.registration);
	assert_int_equal(old.asked, 1);
	assert_true(session_registry_wanted(reg, &old.registration));
	assert_string_equal(t.seen, "QAQ");
	begin(&old);
	assessed(&old, VERDICT_COMPLIANT);
	assert_string_equal(t.seen, "QAQAD");
	session_registry_remove(reg, &old.registration);
	session_registry_remove(reg, &other.registration);
	forget(q);
}

/* After a change of policy all sessions are asked once more, and open questions get the
 * result. */
static void test_everybody(void **state)
{
	struct test_session p[3];
	struct events t;
	struct assess *q, *away = ask("dns:c.example", &t);

	(void)state;
	add_session(&p[0], A);
	add_session(&p[1], A);
	add_session(&p[2], "dns:b.example");
	begin(&p[2]);
	assert_int_equal(session_registry_ask_all(reg), 2);
	assert_int_equal(session_registry_count(reg).sessions, 3);
	assert_int_equal(session_registry_count(reg).endpoints, 2);
	assert_int_equal(session_registry_count(reg).questions, 1);
	assert_int_equal(p[0].asked, 0);
	assert_int_equal(p[1].asked, 1);
	assert_true(session_registry_wanted(reg, &p[1].registration));
	assert_true(session_registry_wanted(
		reg, &p[2].registration)); /* the current assessment uses the old policy */
	assert_string_equal(t.seen, "W");
	forget(away);
	q = ask("dns:b.example", &t);
	begin(&p[2]);
	assessed(&p[2], VERDICT_MINOR);
	assert_string_equal(t.seen, "QAD");
	assert_false(session_registry_wanted(reg, &p[2].registration));
	forget(q);
	for (int i = 0; i < 3; i++)
		session_registry_remove(reg, &p[i].registration);
	assert_int_equal(session_registry_ask_all(reg), 0);
	assert_int_equal(session_registry_count(reg).sessions +
				 session_registry_count(reg).endpoints,
			 0);
}

static void test_refused(void **state)
{
	struct test_session p;
	struct events t;
	struct assess *q;

	(void)state;
	add_session(&p, A);
	q = ask(A, &t);
	session_registry_refuse(reg, &p.registration, "It does not want to.");
	assert_string_equal(t.seen, "QR");
	assert_string_equal(t.reason, "It does not want to.");
	assert_string_equal(t.key, A);
	assert_false(session_registry_wanted(reg, &p.registration));
	session_registry_remove(reg, &p.registration);
	forget(q);
	q = ask("no such scheme", &t); /* not an identity: refused, not lost */
	assert_string_equal(t.seen, "R");
	forget(q);
}

/* After cancel there are no events. Requested assessments stay requested. */
static void test_cancel(void **state)
{
	struct test_session p;
	struct events t;

	(void)state;
	add_session(&p, A);
	forget(ask(A, &t));
	assert_true(session_registry_wanted(reg, &p.registration));
	begin(&p);
	assessed(&p, VERDICT_COMPLIANT);
	assert_string_equal(t.seen, "Q");
	session_registry_remove(reg, &p.registration);
	forget(NULL);
}

static void test_too_many_questions(void **state)
{
	const struct assess_selection nothing = { NULL, 0 };
	struct assess *q[64], *more = NULL;
	size_t n = 0;
	int err = 0;

	(void)state;
	while (n < 64 && (err = session_registry_assess_ops.start(reg, &nothing, on_event,
								  NULL, &q[n])) == 0)
		n++;
	assert_int_equal(err, ST_EBUSY);
	forget(q[--n]);
	assert_int_equal(
		session_registry_assess_ops.start(reg, &nothing, on_event, NULL, &more), 0);
	forget(more);
	while (n)
		forget(q[--n]);
}

/* At most at the configured rate, in the order of the question. */
static void test_rate(void **state)
{
	struct test_session p[5];
	char key[5][32];
	const char *keys[5];
	const struct assess_selection selection = { keys, 5 };
	struct events t = { 0 };
	struct assess *q;
	int64_t now = clock_mono_us();

	(void)state;
	session_registry_set_rate(reg, 10);
	for (size_t i = 0; i < 5; i++) {
		(void)snprintf(key[i], sizeof(key[i]), "dns:h%zu.example", i);
		keys[i] = key[i];
		add_session(&p[i], keys[i]);
	}
	assert_int_equal(session_registry_assess_ops.start(reg, &selection, on_event, &t, &q),
			 0);
	assert_true(p[0].due >= now && p[0].due < now + 10000000);
	for (size_t i = 1; i < 5; i++)
		assert_int_equal(p[i].due - p[i - 1].due, 100000);
	assert_int_equal(session_registry_next_slot(reg) - p[4].due,
			 100000); /* requested by a validator */
	assert_int_equal(session_registry_next_slot(reg) - p[4].due, 200000);
	for (size_t i = 0; i < 5; i++)
		session_registry_remove(reg, &p[i].registration);
	forget(q);
}

/* --- many threads ----------------------------------------------------------------------- */

#define ENDPOINTS 16
#define SESSIONS 4 /* threads; each repeatedly adds a session of every endpoint */
#define ASKERS 3
#define ROUNDS 400

static char names[ENDPOINTS][32];
static atomic_uint questions_left;

struct worker_place {
	struct registration registration; /* first */
	atomic_bool asked;
};

static void worker_on_ask(struct registration *registration, int64_t due)
{
	(void)due;
	atomic_store(&((struct worker_place *)registration)->asked, true);
}

static void session_main(void *ctx)
{
	struct worker_place p[ENDPOINTS];
	struct identity identity;
	uint64_t at;

	(void)ctx;
	while (atomic_load(&questions_left)) {
		for (size_t i = 0; i < ENDPOINTS; i++) {
			memset(&p[i], 0, sizeof(p[i]));
			p[i].registration.ask = worker_on_ask;
			if (identity_from_key(names[i], &identity) < 0 ||
			    session_registry_add(reg, &p[i].registration, &identity) < 0)
				abort();
			identity_free(&identity);
		}
		for (size_t n = 0; n < 4 * ENDPOINTS; n++) {
			struct worker_place *w = &p[n % ENDPOINTS];

			if (n >= ENDPOINTS && !atomic_exchange(&w->asked, false))
				continue;
			at = session_registry_last_question(reg);
			session_registry_begin(reg, &w->registration, at);
			if (n % 5) /* else it is removed before its result */
				session_registry_done(reg, &w->registration, VERDICT_COMPLIANT,
						      ACCESS_ALLOWED);
		}
		for (size_t i = 0; i < ENDPOINTS; i++)
			session_registry_remove(reg, &p[i].registration);
	}
}

static void count_end(void *ctx, const struct assess_event *e)
{
	if (e->state >= ASSESS_ASSESSED)
		atomic_fetch_add((atomic_uint *)ctx, 1);
}

static void asker_main(void *ctx)
{
	const char *keys[ENDPOINTS];
	const struct assess_selection selection = { keys, ENDPOINTS };
	struct assess *q;

	(void)ctx;
	for (size_t i = 0; i < ENDPOINTS; i++)
		keys[i] = names[i];
	for (unsigned i = 0; i < ROUNDS; i++) {
		atomic_uint ends = 0;

		if (session_registry_assess_ops.start(reg, &selection, count_end, &ends, &q) <
		    0)
			abort();
		while (i % 4 && atomic_load(&ends) < ENDPOINTS)
			uv_sleep(0); /* each question ends */
		session_registry_assess_ops.cancel(reg, q);
		if (atomic_load(&ends) > ENDPOINTS)
			abort();
	}
	atomic_fetch_sub(&questions_left, 1);
}

static void test_threads(void **state)
{
	uv_thread_t t[SESSIONS + ASKERS];

	(void)state;
	for (size_t i = 0; i < ENDPOINTS; i++)
		(void)snprintf(names[i], sizeof(names[i]), "dns:h%zu.example", i);
	atomic_store(&questions_left, ASKERS);
	for (size_t i = 0; i < SESSIONS + ASKERS; i++)
		assert_int_equal(uv_thread_create(&t[i],
						  i < SESSIONS ? session_main : asker_main,
						  NULL),
				 0);
	for (size_t i = 0; i < SESSIONS + ASKERS; i++)
		uv_thread_join(&t[i]);
}

UNIT_GROUP_THREADED(session_registry)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_connected, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ceiling, setup, teardown),
		cmocka_unit_test_setup_teardown(test_at_work, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_questions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_away, setup, teardown),
		cmocka_unit_test_setup_teardown(test_several_sessions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_everybody, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cancel, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_many_questions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rate, setup, teardown),
		cmocka_unit_test_setup_teardown(test_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_silent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_threads, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
