/* SPDX-License-Identifier: BSD-2-Clause */
/* Both ends of a session, back to back, with puppets for modules. */
#include "peers_lab.h"

#include "wire/pb_batch.h"

/* hello, more?, more, allow */
static void test_small_part(void **state)
{
	struct link l;

	(void)state;
	link_open(&l, ch, vh);
	assert_int_equal(imc_peer_begin(l.c), 0);
	assert_int_equal(imc_peer_begin(l.c), ST_ESTATE);
	assert_true(imc_peer_busy(l.c));
	link_pump(&l);
	assert_int_equal(l.batches, 4);
	assert_int_equal(l.results_c, 1);
	assert_int_equal(l.results_v, 1);
	assert_int_equal(l.access, PB_ACCESS_ALLOWED);
	assert_int_equal(l.evaluation, PB_COMPLIANT);
	assert_false(imc_peer_busy(l.c));
	assert_false(imv_peer_busy(l.v));

	/* again, from either side */
	assert_int_equal(imc_peer_retry(l.c), 0);
	assert_int_equal(imc_peer_retry(l.c), 0);
	link_pump(&l);
	assert_int_equal(l.results_c, 2);
	assert_int_equal(imv_peer_retry(l.v), 0);
	link_pump(&l);
	assert_int_equal(l.results_c, 3);
	assert_int_equal(l.results_v, 3);
	assert_int_equal(imc_peer_begun(l.c), 3);

	imc_peer_end(l.c);
	link_pump(&l);
	assert_true(l.closed_c && l.closed_v);
	assert_int_equal(l.err_c, 0);
	assert_int_equal(l.err_v, 0);
	assert_int_equal(imc_peer_retry(l.c), ST_ESTATE);
	assert_int_equal(imv_peer_retry(l.v), ST_ESTATE);
	link_close(&l);
}

/* A CRETRY and an SRETRY on the wire at once: one assessment comes of it, with everything
 * said. */
static void test_crossing_retries(void **state)
{
	struct link l;

	(void)state;
	link_open(&l, ch, vh);
	imc_peer_begin(l.c);
	link_pump(&l);
	assert_int_equal(imv_peer_retry(l.v), 0); /* SRETRY, SDATA are under way */
	assert_int_equal(imc_peer_retry(l.c), 0); /* so is CRETRY */
	link_pump(&l);
	assert_int_equal(l.results_c, 2);
	assert_int_equal(l.results_v, 2);
	assert_int_equal(l.access, PB_ACCESS_ALLOWED); /* "hello" got through */
	assert_false(l.closed_c || l.closed_v);
	link_close(&l);
}

/* The server opened the transport. */
static void test_server_first(void **state)
{
	struct link l;

	(void)state;
	link_open(&l, ch, vh);
	assert_int_equal(imv_peer_begin(l.v), 0);
	assert_int_equal(imv_peer_begin(l.v), ST_ESTATE);
	link_pump(&l);
	assert_int_equal(l.results_c, 1);
	assert_int_equal(l.access, PB_ACCESS_ALLOWED);
	link_close(&l);
}

static void test_no_modules(void **state)
{
	struct imc_host *no_c = test_imc_host(NULL);
	struct imv_host *no_v = test_imv_host("/nonexistent/tnc_config", RECOMMEND_DEFAULT);
	struct link l;

	(void)state;
	assert_int_equal(test_log_count("no modules"), 1);
	link_open(&l, no_c, no_v);
	imc_peer_begin(l.c);
	link_pump(&l);
	assert_int_equal(l.batches, 2); /* CDATA, RESULT */
	assert_int_equal(l.access, PB_ACCESS_DENIED);
	assert_int_equal(l.evaluation, PB_DONT_KNOW);
	assert_int_equal(l.decided.action, TNC_IMV_ACTION_RECOMMENDATION_NO_RECOMMENDATION);
	link_close(&l);

	/* a validator that nobody speaks to is solicited */
	link_open(&l, no_c, vh);
	imc_peer_begin(l.c);
	link_pump(&l);
	assert_int_equal(l.batches, 2);
	assert_int_equal(l.evaluation, PB_DONT_KNOW);
	link_close(&l);
	imc_host_close(no_c);
	imv_host_close(no_v);
}

/* --- states and times ---------------------------------------------------------------------- */

static char states[64];

static TNC_Result note_state(struct puppet *p, TNC_ConnectionID conn,
			     TNC_ConnectionState state)
{
	size_t n = strlen(states);

	(void)conn;
	states[n] = (char)((p->server ? 'A' : 'a') + state);
	states[n + 1] = '\0';
	/* not a moment for messages */
	assert_int_equal(p->send(p->id, conn, (TNC_BufferReference) "x", 1, 0x005597fe),
			 TNC_RESULT_ILLEGAL_OPERATION);
	return TNC_RESULT_SUCCESS;
}

static void test_states(void **state)
{
	struct link l;

	(void)state;
	imc->notify = imv->notify = note_state;
	states[0] = '\0';
	link_open(&l, ch, vh);
	imc_peer_begin(l.c);
	link_pump(&l);
	imc_peer_retry(l.c);
	link_pump(&l);
	link_close(&l);
	/* created, handshake, allowed, handshake, allowed, deleted; each end for itself */
	assert_string_equal(states, "aAbBCcbBCcfF");
}

static TNC_Result say_nothing(struct puppet *p, TNC_ConnectionID conn)
{
	(void)p;
	(void)conn;
	return TNC_RESULT_SUCCESS;
}

/* The answer to settle decides; nothing is sent before. */
static void test_settle(void **state)
{
	struct link l;

	(void)state;
	link_open(&l, ch, vh);
	l.hold_settle = true;
	imv_peer_settled(l.v, 0); /* nobody has asked */
	imc_peer_begin(l.c);
	link_pump(&l);
	assert_true(l.settling);
	assert_int_equal(l.results_v, 1);
	assert_int_equal(l.results_c, 0);
	assert_true(imv_peer_busy(l.v));
	assert_false(imv_peer_listens(l.v));
	imv_peer_settled(l.v, 0);
	link_pump(&l);
	assert_int_equal(l.results_c, 1);

	imc_peer_retry(l.c);
	link_pump(&l);
	imv_peer_settled(l.v, ST_EDB);
	link_pump(&l);
	assert_int_equal(l.results_c, 1);
	assert_true(l.closed_c && l.closed_v);
	assert_int_equal(l.err_v, ST_EDB);
	assert_int_not_equal(l.err_c, 0);
	assert_int_equal(test_log_count("Local Error"), 1);
	link_close(&l);
}

/* --- a validator that answers later --------------------------------------------------------- */

static void test_late_recommendation(void **state)
{
	struct link l;

	(void)state;
	imv->solicit = say_nothing;
	imc->begin = say_nothing;
	link_open(&l, ch, vh);
	imc_peer_begin(l.c);
	link_pump(&l);
	assert_int_equal(l.results_v, 0);
	assert_int_equal(imv->recommend(imv->id, 99, 0, 0), TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(imv->recommend(imv->id, 1, 4, 0), TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(imv->recommend(imv->id, 1, 0, 5), TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(imv->recommend(imv->id, 1, TNC_IMV_ACTION_RECOMMENDATION_ISOLATE,
					TNC_IMV_EVALUATION_RESULT_NONCOMPLIANT_MINOR),
			 TNC_RESULT_SUCCESS);
	assert_int_equal(l.wakes_v, 1);
	link_pump(&l);
	assert_int_equal(l.results_c, 1);
	assert_int_equal(l.access, PB_QUARANTINED);
	assert_int_equal(l.evaluation, PB_NONCOMPLIANT_MINOR);
	/* too late for this one */
	assert_int_equal(imv->recommend(imv->id, 1, 0, 0), TNC_RESULT_ILLEGAL_OPERATION);

	/* and never: the deadline decides */
	imc_peer_retry(l.c);
	link_pump(&l);
	assert_int_equal(l.results_c, 1);
	imv_peer_deadline(l.v);
	link_pump(&l);
	assert_int_equal(l.results_c, 2);
	assert_int_equal(l.access, PB_ACCESS_DENIED);
	assert_int_equal(l.evaluation, PB_DONT_KNOW);
	assert_int_equal(test_log_count("gave no recommendation in time"), 1);
	imv_peer_deadline(l.v); /* nothing under way */
	assert_false(l.closed_v);
	link_close(&l);
}

static void test_deadline_in_the_middle(void **state)
{
	struct link l;

	(void)state;
	link_open(&l, ch, vh);
	imc_peer_begin(l.c);
	link_step_to_server(&l); /* SDATA is out, the client is silent */
	imv_peer_deadline(l.v);
	assert_true(l.closed_v);
	assert_int_equal(l.err_v, ST_ETIMEOUT);
	link_pump(&l);
	assert_true(l.closed_c);
	link_close(&l);
}

/* --- languages ------------------------------------------------------------------------------ */

static TNC_Result give_reasons(struct puppet *p, TNC_ConnectionID conn)
{
	static const char *const pairs[][2] = { { "zu alt", "de" }, { "too old", "en" } };

	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(p->set(p->id, conn, TNC_ATTRIBUTEID_REASON_STRING,
					strlen(pairs[i][0]) + i, /* a NUL or none */
					(TNC_BufferReference)(uintptr_t)pairs[i][0]),
				 TNC_RESULT_SUCCESS);
		assert_int_equal(p->set(p->id, conn, TNC_ATTRIBUTEID_REASON_LANGUAGE, 2,
					(TNC_BufferReference)(uintptr_t)pairs[i][1]),
				 TNC_RESULT_SUCCESS);
	}
	return p->recommend(p->id, conn, TNC_IMV_ACTION_RECOMMENDATION_NO_ACCESS,
			    TNC_IMV_EVALUATION_RESULT_NONCOMPLIANT_MAJOR);
}

static void check_language(const char *wanted, const char *text, const char *lang)
{
	struct peer_info client, server;
	unsigned char buf[64];
	TNC_UInt32 n;
	struct link l;

	memset(&l, 0, sizeof(l));
	l.limits = (struct limits)LIMITS_DEFAULT;
	client = server = link_info(&l);
	client.language = wanted;
	link_open_with(&l, ch, vh, &client, &server);
	imc_peer_begin(l.c);
	link_pump(&l);
	assert_int_equal(l.n_reasons, 1);
	assert_string_equal(l.reason, text);
	assert_string_equal(l.reason_lang, lang);
	assert_int_equal(l.access, PB_ACCESS_DENIED);
	assert_int_equal(l.evaluation, PB_NONCOMPLIANT_MAJOR);
	if (wanted) {
		memset(buf, 0xff, sizeof(buf));
		assert_int_equal(imv->get(imv->id, 1, TNC_ATTRIBUTEID_PREFERRED_LANGUAGE,
					  sizeof(buf), buf, &n),
				 TNC_RESULT_SUCCESS);
		assert_int_equal(n, strlen(wanted));
		assert_string_equal((char *)buf, wanted); /* a NUL behind, not counted */
	}
	link_close(&l);
}

static void test_languages(void **state)
{
	(void)state;
	imv->solicit = give_reasons;
	imc->begin = say_nothing;
	/* connection 1 only, so a host of its own for each */
	check_language("de, en", "zu alt", "de");
	imv_host_close(vh);
	vh = test_imv_host(test_config("puppet_imc", "puppet_imv", NULL), RECOMMEND_DEFAULT);
	check_language("fr;q=0.9, en-GB;q=0.8", "too old", "en");
	imv->terminated--;
	check_language(NULL, "too old", "en"); /* nobody asked: English */
}

/* --- limits --------------------------------------------------------------------------------- */

static TNC_Result send_three(struct puppet *p, TNC_ConnectionID conn)
{
	static unsigned char big[300];
	TNC_UInt32 n;
	unsigned char max[4];

	assert_int_equal(p->get(p->id, conn, TNC_ATTRIBUTEID_MAX_MESSAGE_SIZE, 4, max, &n),
			 TNC_RESULT_SUCCESS);
	assert_int_equal(max[2] << 8 | max[3], 512 - 8 - 24);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(p->send(p->id, conn, big, sizeof(big), 0x005597fe),
				 TNC_RESULT_SUCCESS);
	assert_int_equal(p->send(p->id, conn, big, 512 - 8 - 24 + 1, 0x005597fe),
			 TNC_RESULT_EXCEEDED_MAX_MESSAGE_SIZE);
	assert_int_equal(p->send(p->id, conn, big, sizeof(big), 0x005597fe),
			 TNC_RESULT_ILLEGAL_OPERATION); /* the queue is full */
	return TNC_RESULT_SUCCESS;
}

static unsigned received;

static TNC_Result count_message(struct puppet *p, TNC_ConnectionID conn,
				const struct puppet_message *m)
{
	(void)p;
	(void)conn;
	assert_int_equal(m->n, 300);
	received++;
	return TNC_RESULT_SUCCESS;
}

static TNC_Result allow_and_send(struct puppet *p, TNC_ConnectionID conn)
{
	if (p->server)
		p->recommend(p->id, conn, TNC_IMV_ACTION_RECOMMENDATION_ALLOW,
			     TNC_IMV_EVALUATION_RESULT_COMPLIANT);
	return send_three(p, conn);
}

/* More than one batch holds: the rest follows, and the result comes last. */
static void test_overflow(void **state)
{
	struct peer_info info;
	struct link l;

	(void)state;
	received = 0;
	imc->begin = send_three;
	imc->receive = imv->receive = count_message;
	imv->solicit = allow_and_send;
	memset(&l, 0, sizeof(l));
	l.limits = (struct limits)LIMITS_DEFAULT;
	l.limits.batch_out = 512;
	l.limits.output = 1024;
	info = link_info(&l);
	link_open_with(&l, ch, vh, &info, &info);
	imc_peer_begin(l.c);
	link_pump(&l);
	assert_int_equal(received, 6);
	assert_int_equal(l.results_c, 1);
	assert_int_equal(l.access, PB_ACCESS_ALLOWED);
	assert_int_equal(test_log_count("module cut off"), 2);
	link_close(&l);
}

/* Batches of a client without messages in them. */
static const uint8_t empty_cdata[] = { 2, 0, 0, 1, 0, 0, 0, 8 };
static const uint8_t empty_cretry[] = { 2, 0, 0, 4, 0, 0, 0, 8 };

/* The type of the last batch on its way to the client; it and those before are forgotten. */
static unsigned last_to_client(struct link *l)
{
	struct pipe *p = &l->to_client;
	unsigned type = 0;

	while (p->head != p->tail)
		type = p->batch[p->head++ % LINK_BATCHES].p[3] & 0x0f;
	return type;
}

/* A client that retries while its result waits behind other messages gets a new one. */
static void test_retry_before_result(void **state)
{
	struct peer_info info;
	struct link l;

	(void)state;
	imv->solicit = allow_and_send;
	memset(&l, 0, sizeof(l));
	l.limits = (struct limits)LIMITS_DEFAULT;
	l.limits.batch_out = 512;
	l.limits.output = 1024;
	info = link_info(&l);
	info.lax_retry = true;
	link_open_with(&l, NULL, vh, &info, &info);
	imv_peer_receive(l.v, span_of(empty_cdata, sizeof(empty_cdata)));
	assert_int_equal(l.results_v, 1);
	assert_int_equal(last_to_client(&l), PB_SDATA); /* the result has to wait */
	imv_peer_receive(l.v, span_of(empty_cretry, sizeof(empty_cretry)));
	assert_false(l.closed_v);
	assert_int_equal(imv_peer_begun(l.v), 2);
	for (int i = 0; i < 10 && imv_peer_busy(l.v); i++)
		imv_peer_receive(l.v, span_of(empty_cdata, sizeof(empty_cdata)));
	assert_int_equal(l.results_v, 2);
	assert_int_equal(last_to_client(&l), PB_RESULT);
	assert_false(l.closed_v);
	link_close(&l);
}

static TNC_Result chatter_result;

static TNC_Result chatter(struct puppet *p, TNC_ConnectionID conn,
			  const struct puppet_message *m)
{
	(void)m;
	chatter_result = p->send(p->id, conn, (TNC_BufferReference) "again", 5, 0x005597fe);
	return TNC_RESULT_SUCCESS;
}

/* Two who would never stop talking. */
static void test_rounds(void **state)
{
	struct peer_info info;
	struct link l;

	(void)state;
	imc->receive = imv->receive = chatter;
	memset(&l, 0, sizeof(l));
	l.limits = (struct limits)LIMITS_DEFAULT;
	l.limits.rounds = 5;
	info = link_info(&l);
	link_open_with(&l, ch, vh, &info, &info);
	imc_peer_begin(l.c);
	link_pump(&l);
	assert_int_equal(chatter_result, TNC_RESULT_EXCEEDED_MAX_ROUND_TRIPS);
	assert_int_equal(l.results_c, 1);
	assert_int_equal(l.evaluation, PB_DONT_KNOW);
	assert_false(l.closed_c || l.closed_v);
	link_close(&l);
}

/* --- closing at odd moments ------------------------------------------------------------------ */

static void test_close_inside(void **state)
{
	struct link l;

	(void)state;
	imc->notify = imv->notify = note_state;
	states[0] = '\0';
	link_open(&l, ch, vh);
	l.close_in_result = true;
	imc_peer_begin(l.c);
	link_pump(&l);
	assert_null(l.c);
	assert_false(l.closed_c); /* no callback after close */
	assert_string_equal(states, "aAbBCcf");
	link_close(&l);

	states[0] = '\0';
	link_open(&l, ch, vh);
	l.close_in_settle = true;
	imc_peer_begin(l.c);
	link_pump(&l);
	assert_null(l.v);
	assert_int_equal(l.results_c, 0);
	assert_string_equal(states, "aAbBF");
	link_close(&l);
}

UNIT_GROUP(peers)
{
#define T(name) cmocka_unit_test_setup_teardown(name, peers_set_up, peers_tear_down)
	const struct CMUnitTest tests[] = {
		T(test_small_part),
		T(test_crossing_retries),
		T(test_server_first),
		T(test_no_modules),
		T(test_states),
		T(test_settle),
		T(test_late_recommendation),
		T(test_deadline_in_the_middle),
		T(test_languages),
		T(test_overflow),
		T(test_retry_before_result),
		T(test_rounds),
		T(test_close_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
