/* SPDX-License-Identifier: BSD-2-Clause */
/* The validator's half of the kit, in a host and with a posture that the test plays. */
#include "unit.h"
#include "fake_host.h"
#include "fake_posture.h"
#include "pa_build.h"
#include "kit/imv.h"

#include <stdatomic.h>
#include <stdio.h>

#define VENDOR 0xabcdefu
#define SUBTYPE 7u

enum { FACT = 1, QUESTION = 2, LATE = 3 };

static const struct kit_text reason[] = { { "en", "no" }, { "de", "nein" } };

static struct {
	atomic_uint opens, ends, begins, endings, decides, errors;
	bool ask_in_begin, ask_in_ending, undecided, no_decision, submit_early;
	enum pa_result evaluation;
	atomic_int known;
} seen;

struct session {
	unsigned long connection;
	unsigned facts, begins;
	bool asked;
};

static int question(struct imv *imv)
{
	struct wr *w = imv_attr(imv);
	size_t begin = pa_attr_begin(w, 0, VENDOR, QUESTION);

	pa_attr_end(w, begin);
	return imv_send(imv);
}

static int on_fact(struct imv *imv, void *session, const struct pa_attr *a)
{
	struct session *s = session;
	struct span v = pa_attr_value(a);

	assert_int_equal(s->connection, imv_connection(imv));
	s->facts++;
	if (v.n && v.p[0] == '!')
		return ST_EVALUE;
	if (seen.submit_early)
		(void)imv_submit(imv);
	return imv_fact(imv, "test.fact", v);
}

static int on_error(struct imv *imv, void *session, const struct pa_attr *a)
{
	(void)imv;
	(void)session;
	(void)a;
	seen.errors++;
	return 0;
}

static const struct imv_handler handlers[] = {
	{ VENDOR, FACT, on_fact },
	{ PEN_IETF, PA_ERROR, on_error },
	{ 0, 0, NULL },
};

static int open_(struct imv *imv, void *session)
{
	struct session *s = session;

	assert_int_equal(s->connection, 0);
	s->connection = imv_connection(imv);
	seen.opens++;
	return 0;
}

static void end(struct imv *imv, void *session)
{
	assert_int_equal(((struct session *)session)->connection, imv_connection(imv));
	seen.ends++;
}

static int begin_(struct imv *imv, void *session)
{
	struct session *s = session;
	struct endpoint_state state;

	s->begins++;
	s->asked = false;
	seen.begins++;
	seen.known = imv_known(imv, &state);
	return seen.ask_in_begin ? question(imv) : 0;
}

static int ending(struct imv *imv, void *session)
{
	struct session *s = session;

	seen.endings++;
	if (!seen.ask_in_ending || s->asked)
		return 0;
	s->asked = true;
	return question(imv);
}

static int decide(struct imv *imv, void *session)
{
	struct session *s = session;

	seen.decides++;
	if (seen.no_decision)
		return ST_EIO;
	if (seen.evaluation) {
		imv_reason(imv, reason, 2);
		(void)imv_remedy_text(imv, reason, 2);
		(void)imv_remedy_uri(imv, "https://help.example/");
	}
	(void)imv_result(imv, "test.rule", (enum verdict)seen.evaluation, span_str("because"));
	if (!seen.undecided)
		imv_recommend(imv, seen.evaluation ? IMV_ISOLATE : IMV_ALLOW,
			      s->facts ? seen.evaluation : PA_RESULT_UNKNOWN);
	return 0;
}

const struct imv_desc imv_desc = {
	.abi = IMV_ABI,
	.size = sizeof(struct imv_desc),
	.name = "test",
	.subtype = { VENDOR, SUBTYPE },
	.session_size = sizeof(struct session),
	.handlers = handlers,
	.open = open_,
	.end = end,
	.begin = begin_,
	.ending = ending,
	.decide = decide,
	.segments = true,
};

/* --- the host's part --- */

#define CONN 5UL
static struct wr msg;

static int setup(void **state)
{
	TNC_Version v = 0;

	(void)state;
	fake_reset();
	fake_posture_reset();
	memset(&seen, 0, sizeof(seen));
	conf_dir_set("/nonexistent");
	assert_int_equal(TNC_IMV_Initialize(FAKE_ID, 1, 1, &v), TNC_RESULT_SUCCESS);
	return 0;
}

static void notify(unsigned long conn, unsigned long what)
{
	assert_int_equal(TNC_IMV_NotifyConnectionChange(FAKE_ID, conn, what),
			 TNC_RESULT_SUCCESS);
}

static void start(void)
{
	assert_int_equal(TNC_IMV_ProvideBindFunction(FAKE_ID, fake_bind), TNC_RESULT_SUCCESS);
	notify(CONN, 0);
	notify(CONN, 1);
}

static int teardown(void **state)
{
	(void)state;
	(void)TNC_IMV_Terminate(FAKE_ID);
	assert_int_equal(seen.opens, seen.ends);
	assert_int_equal(fake_posture.open, 0);
	wr_reset(&msg);
	fake_reset();
	return 0;
}

static void give_from(unsigned long source)
{
	assert_int_equal(TNC_IMV_ReceiveMessageLong(FAKE_ID, CONN, 0, msg.p, msg.len, VENDOR,
						    SUBTYPE, source, 0xffff),
			 TNC_RESULT_SUCCESS);
}

static void batch(const char *fact)
{
	pa_begin(&msg);
	if (fact)
		pa_add(&msg, 0, VENDOR, FACT, fact, strlen(fact));
	give_from(21);
	assert_int_equal(TNC_IMV_BatchEnding(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
}

static void is_result(const struct fake_message *m, enum pa_result expected)
{
	enum pa_result result;
	struct pa_attr a;
	struct rd r;

	assert_non_null(m);
	assert_int_equal(m->to, 21);
	assert_true(pa_nth(m, 0, &a) && pa_attr_is(&a, PEN_IETF, PA_RESULT));
	r = a.value;
	assert_int_equal(pa_result_decode(&r, &result), 0);
	assert_int_equal(result, expected);
}

/* --- tests --- */

static void test_assessment(void **state)
{
	const struct fake_message *m;
	struct pa_attr a;

	(void)state;
	seen.ask_in_begin = true;
	start();
	assert_int_equal(seen.begins, 1);
	assert_int_equal(seen.known, 0);
	assert_null(fake_next()); /* a validator may not speak yet */
	batch("one");
	m = fake_next();
	assert_non_null(m);
	assert_int_equal(m->to, 0xffff);
	assert_true(pa_nth(m, 0, &a) && pa_attr_is(&a, PEN_TCG, PA_SEG_CONTRACT_REQUEST));
	assert_true(pa_nth(m, 1, &a) && pa_attr_is(&a, VENDOR, QUESTION));
	assert_int_equal(fake.recommendations, 0); /* it waits for an answer */
	batch("two");
	is_result(fake_next(), PA_RESULT_COMPLIANT);
	assert_int_equal(fake.recommendations, 1);
	assert_int_equal(fake.action, IMV_ALLOW);
	assert_int_equal(fake.evaluation, PA_RESULT_COMPLIANT);
	assert_int_equal(seen.decides, 1);
	assert_string_equal(fake_posture.log, "dns:endpoint.example\ntest.fact = one\n"
					      "test.fact = two\ntest.rule: 0 because\n");
	/* a late message is taken; nothing is decided again */
	batch("three");
	assert_int_equal(seen.decides, 1);
	assert_int_equal(TNC_IMV_SolicitRecommendation(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
	assert_int_equal(fake.recommendations, 2);
	notify(CONN, 2);
	assert_int_equal(fake_posture.submitted, 2);
	/* again on the same connection, announced or not */
	notify(CONN, 1);
	assert_int_equal(seen.begins, 2);
	batch("four");
	notify(CONN, 3);
	batch("five");
	assert_int_equal(seen.begins, 3);
	notify(CONN, 5);
	assert_int_equal(seen.ends, 1);
}

static void test_noncompliant(void **state)
{
	const struct fake_message *m;
	struct pa_remediation r;
	struct pa_attr a;
	struct rd rd;

	(void)state;
	fake.language = "de-DE, en;q=0.3";
	seen.evaluation = PA_RESULT_SIGNIFICANT;
	start();
	batch("one");
	assert_int_equal(fake.action, IMV_ISOLATE);
	assert_string_equal(fake.reason, "nein");
	assert_string_equal(fake.reason_language, "de");
	m = fake_next(); /* what to do, to all */
	assert_non_null(m);
	assert_true(pa_nth(m, 0, &a) && pa_attr_is(&a, PEN_IETF, PA_REMEDIATION));
	rd = a.value;
	assert_int_equal(pa_remediation_decode(&rd, &r), 0);
	assert_true(span_eq(r.text, span_str("nein")));
	assert_true(pa_nth(m, 1, &a));
	rd = a.value;
	assert_int_equal(pa_remediation_decode(&rd, &r), 0);
	assert_int_equal(r.type, PA_REMEDIATION_URI);
	is_result(fake_next(), PA_RESULT_SIGNIFICANT);
}

static void test_nobody_there(void **state)
{
	(void)state;
	seen.ask_in_ending = true;
	start();
	assert_int_equal(TNC_IMV_BatchEnding(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
	assert_non_null(fake_next());
	assert_int_equal(fake.recommendations, 0);
	assert_int_equal(TNC_IMV_BatchEnding(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
	assert_null(fake_next());
	assert_int_equal(fake.recommendations, 1);
	assert_int_equal(fake.evaluation, PA_RESULT_UNKNOWN);
}

static void test_solicited(void **state)
{
	(void)state;
	seen.ask_in_begin = true;
	start();
	assert_int_equal(TNC_IMV_SolicitRecommendation(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
	assert_int_equal(fake.recommendations, 1);
	assert_null(fake_next()); /* the question came too late */
	/* for a connection nobody has told of */
	assert_int_equal(TNC_IMV_SolicitRecommendation(FAKE_ID, 99), TNC_RESULT_SUCCESS);
}

static void test_server_first(void **state)
{
	(void)state;
	seen.ask_in_begin = true;
	start();
	assert_int_equal(TNC_IMV_BeginHandshake(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
	assert_non_null(fake_next());
	assert_int_equal(seen.begins, 1);
}

static void test_module_that_does_not_decide(void **state)
{
	(void)state;
	seen.undecided = true;
	start();
	batch("one");
	assert_int_equal(fake.action, IMV_NO_RECOMMENDATION);
	assert_int_equal(fake.evaluation, PA_RESULT_UNKNOWN);
	seen.no_decision = true;
	notify(CONN, 1);
	batch("two");
	assert_int_equal(fake.recommendations, 2);
}

static void test_posture_overloaded(void **state)
{
	(void)state;
	fake_posture.submit_result = ST_EBUSY;
	start();
	batch("one");
	assert_int_equal(fake.action, IMV_NO_RECOMMENDATION);
	assert_int_equal(fake.evaluation, PA_RESULT_ERROR);
	is_result(fake_next(), PA_RESULT_ERROR);
	fake_posture.submit_result = 0;
	notify(CONN, 1);
	batch("one");
	assert_int_equal(fake.action, IMV_ALLOW);
}

static void test_lost_on_the_way(void **state)
{
	(void)state;
	/* the connection goes before the decision: what was learnt is kept */
	seen.ask_in_begin = true;
	start();
	batch("one");
	notify(CONN, 5);
	assert_non_null(strstr(fake_posture.log, "test.fact = one"));
	assert_int_equal(seen.decides, 0);
}

static void test_without(void **state)
{
	TNC_Version v;

	(void)state;
	/* a host that knows no long types and no attributes */
	fake.without_long = fake.without_attributes = true;
	start();
	assert_int_equal(seen.known, ST_ENOENT);
	pa_begin(&msg);
	pa_add(&msg, 0, VENDOR, FACT, "one", 3);
	assert_int_equal(
		TNC_IMV_ReceiveMessage(FAKE_ID, CONN, msg.p, msg.len, VENDOR << 8 | SUBTYPE),
		TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMV_BatchEnding(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
	assert_int_equal(fake.recommendations, 1);
	assert_int_equal(fake_posture.submitted, 0); /* nobody to file it under */
	assert_non_null(fake_next());
	/* a process without a posture */
	assert_int_equal(TNC_IMV_Terminate(FAKE_ID), TNC_RESULT_SUCCESS);
	fake_reset();
	fake_posture.missing = true;
	assert_int_equal(TNC_IMV_Initialize(FAKE_ID, 1, 1, &v), TNC_RESULT_SUCCESS);
	start();
	batch("one");
	assert_int_equal(fake.action, IMV_ALLOW);
	assert_int_equal(fake_posture.submitted, 0);
}

static void test_errors(void **state)
{
	(void)state;
	start();
	pa_begin(&msg);
	pa_add(&msg, 0, VENDOR, FACT, "!", 1);
	pa_add(&msg, 0, VENDOR, FACT, "never", 5);
	give_from(21);
	assert_int_equal(TNC_IMV_BatchEnding(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
	assert_int_equal(pa_error_of(fake_next(), PA_E_INVALID).offset,
			 PA_MSG_HDR + PA_ATTR_HDR);
	assert_int_equal(fake.recommendations, 1); /* an error is no question */
}

static void test_odd_orders(void **state)
{
	(void)state;
	pa_begin(&msg);
	assert_int_equal(TNC_IMV_BatchEnding(FAKE_ID, CONN), TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(
		TNC_IMV_ReceiveMessage(FAKE_ID, CONN, msg.p, msg.len, VENDOR << 8 | SUBTYPE),
		TNC_RESULT_INVALID_PARAMETER);
	/* decided before there was anything to bind with */
	assert_int_equal(TNC_IMV_SolicitRecommendation(FAKE_ID, CONN), TNC_RESULT_FATAL);
	start();
	start();
	notify(CONN, 5);
	assert_int_equal(TNC_IMV_NotifyConnectionChange(FAKE_ID, CONN, 5),
			 TNC_RESULT_INVALID_PARAMETER);
	start();
	assert_int_equal(TNC_IMV_Terminate(FAKE_ID), TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMV_SolicitRecommendation(FAKE_ID, CONN),
			 TNC_RESULT_NOT_INITIALIZED);
}

/* --- many connections at once --- */

#define THREADS 8
#define CONNECTIONS 50

static void *live(void *arg)
{
	unsigned long base = 1000 * (1 + (unsigned long)(uintptr_t)arg);
	struct wr m = { 0 };

	pa_begin(&m);
	pa_add(&m, 0, VENDOR, FACT, "x", 1);
	for (unsigned long c = base; c < base + CONNECTIONS; c++) {
		(void)TNC_IMV_NotifyConnectionChange(FAKE_ID, c, 0);
		(void)TNC_IMV_NotifyConnectionChange(FAKE_ID, c, 1);
		(void)TNC_IMV_ReceiveMessageLong(FAKE_ID, c, 0, m.p, m.len, VENDOR, SUBTYPE, 4,
						 0xffff);
		(void)TNC_IMV_BatchEnding(FAKE_ID, c);
		/* and one that all of them share and delete under each other's feet */
		(void)TNC_IMV_NotifyConnectionChange(FAKE_ID, 7, 1);
		(void)TNC_IMV_BatchEnding(FAKE_ID, 7);
		(void)TNC_IMV_NotifyConnectionChange(FAKE_ID, 7, 5);
		if (c % 2)
			(void)TNC_IMV_NotifyConnectionChange(FAKE_ID, c, 5);
	}
	wr_reset(&m);
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	start();
	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, live, (void *)i);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_true(fake.recommendations >= THREADS * CONNECTIONS);
	assert_int_equal(TNC_IMV_Terminate(FAKE_ID), TNC_RESULT_SUCCESS);
	assert_true(seen.ends >= THREADS * CONNECTIONS);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

UNIT_GROUP_THREADED(imv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_assessment),
		TEST(test_noncompliant),
		TEST(test_nobody_there),
		TEST(test_solicited),
		TEST(test_server_first),
		TEST(test_module_that_does_not_decide),
		TEST(test_posture_overloaded),
		TEST(test_lost_on_the_way),
		TEST(test_without),
		TEST(test_errors),
		TEST(test_odd_orders),
		TEST(test_threads),
	};

	log_set_level(LOG_L_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
