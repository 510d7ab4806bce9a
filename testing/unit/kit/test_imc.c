/* SPDX-License-Identifier: BSD-2-Clause */
/* The collector's half of the kit, in a host that the test plays. */
#include "unit.h"
#include "fake_host.h"
#include "pa_build.h"
#include "sample_imc.h"
#include "proto/pa_reasm.h"
#include "base/limits.h"

#include <stdio.h>
#include <unistd.h>

/* --- the host's part --- */

#define CONN 5UL
static struct wr msg;

static TNC_Result give_span(struct span s)
{
	return TNC_IMC_ReceiveMessageLong(FAKE_ID, CONN, 0, (TNC_BufferReference)s.p, s.n,
					  VENDOR, SUBTYPE, 21, 0xffff);
}

static const struct fake_message *answer(void)
{
	assert_int_equal(give_span(wr_span(&msg)), TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMC_BatchEnding(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
	return fake_next();
}

static int setup(void **state)
{
	TNC_Version v = 0;

	(void)state;
	fake_reset();
	memset(&sample, 0, sizeof(sample));
	conf_dir_set("/nonexistent");
	assert_int_equal(TNC_IMC_Initialize(FAKE_ID, 1, 1, &v), TNC_RESULT_SUCCESS);
	assert_int_equal(v, 1);
	return 0;
}

static void start(void)
{
	assert_int_equal(TNC_IMC_ProvideBindFunction(FAKE_ID, fake_bind), TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMC_NotifyConnectionChange(FAKE_ID, CONN, 0), TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMC_NotifyConnectionChange(FAKE_ID, CONN, 1), TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMC_BeginHandshake(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
}

static int teardown(void **state)
{
	(void)state;
	(void)TNC_IMC_Terminate(FAKE_ID);
	assert_int_equal(sample.loads, sample.unloads);
	assert_int_equal(sample.opens,
			 sample.ends + (sample.open_result < 0 ? sample.opens : 0));
	wr_reset(&msg);
	fake_reset();
	return 0;
}

/* --- tests --- */

static void test_odd_orders(void **state)
{
	TNC_Version v;
	uint8_t octet = 0;

	(void)state;
	assert_int_equal(TNC_IMC_Initialize(FAKE_ID, 1, 1, &v),
			 TNC_RESULT_ALREADY_INITIALIZED);
	assert_int_equal(TNC_IMC_ProvideBindFunction(FAKE_ID, NULL),
			 TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(TNC_IMC_ProvideBindFunction(9, fake_bind),
			 TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(give_span(span_of(&octet, 1)), TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(TNC_IMC_BatchEnding(FAKE_ID, CONN), TNC_RESULT_INVALID_PARAMETER);
	/* before it could bind, and without being told of the connection */
	assert_int_equal(TNC_IMC_BeginHandshake(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
	sample.begin_octets = 1;
	assert_int_equal(TNC_IMC_BeginHandshake(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
	start();
	assert_int_equal(sample.opens, 2); /* created again: another session */
	assert_int_equal(sample.ends, 1);
	assert_int_equal(give_span(span_of(NULL, 5)), TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(give_span(span_of(NULL, 0)), TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMC_ReceiveMessageLong(FAKE_ID, CONN, 0, &octet, 1, 1, 2, 3, 4),
			 TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(TNC_IMC_NotifyConnectionChange(FAKE_ID, CONN, 6),
			 TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(TNC_IMC_NotifyConnectionChange(FAKE_ID, CONN, 3), TNC_RESULT_SUCCESS);
	assert_int_equal(sample.accesses, IMC_ISOLATED);
	assert_int_equal(TNC_IMC_NotifyConnectionChange(FAKE_ID, CONN, 5), TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMC_NotifyConnectionChange(FAKE_ID, CONN, 5),
			 TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(give_span(span_of(&octet, 1)), TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(TNC_IMC_Terminate(9), TNC_RESULT_INVALID_PARAMETER);
	start();
	assert_int_equal(TNC_IMC_Terminate(FAKE_ID), TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMC_Terminate(FAKE_ID), TNC_RESULT_NOT_INITIALIZED);
	assert_int_equal(TNC_IMC_BeginHandshake(FAKE_ID, CONN), TNC_RESULT_NOT_INITIALIZED);
	assert_int_equal(TNC_IMC_Initialize(FAKE_ID, 2, 3, &v), TNC_RESULT_NO_COMMON_VERSION);
	assert_int_equal(TNC_IMC_Initialize(FAKE_ID, 1, 1, NULL),
			 TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(TNC_IMC_Initialize(FAKE_ID, 1, 1, &v), TNC_RESULT_SUCCESS);
	start();
}

static void conf_file(const char *text)
{
	char dir[] = "/tmp/stance-kit-XXXXXX", path[128];
	TNC_Version v;
	FILE *f;

	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/imc-test.conf", dir);
	f = fopen(path, "w");
	fputs(text, f);
	fclose(f);
	conf_dir_set(dir);
	assert_int_equal(TNC_IMC_Initialize(FAKE_ID, 1, 1, &v), TNC_RESULT_FATAL);
	unlink(path);
	rmdir(dir);
	conf_dir_set("/nonexistent");
}

static char last_line[1024];

static void keep_line(void *ctx, enum log_level level, const char *line)
{
	(void)ctx;
	(void)level;
	(void)snprintf(last_line, sizeof(last_line), "%s", line);
}

static void test_settings(void **state)
{
	TNC_Version v;

	(void)state;
	assert_int_equal(TNC_IMC_Terminate(FAKE_ID), TNC_RESULT_SUCCESS);
	log_set_sink(keep_line, NULL);
	conf_file("answer = 42\n\nquestion = 1\n");
	assert_non_null(strstr(last_line, "imc-test.conf:3: "));
	conf_file("answer = 101\n");
	assert_non_null(strstr(last_line, "imc-test.conf:1: "));
	log_set_sink(NULL, NULL);
	assert_int_equal(sample.loads, 1);
	sample.load_result = ST_EIO;
	assert_int_equal(TNC_IMC_Initialize(FAKE_ID, 1, 1, &v), TNC_RESULT_FATAL);
	assert_int_equal(TNC_IMC_BeginHandshake(FAKE_ID, CONN), TNC_RESULT_NOT_INITIALIZED);
	sample.load_result = 0;
	assert_int_equal(TNC_IMC_Initialize(FAKE_ID, 1, 1, &v), TNC_RESULT_SUCCESS);
}

static void test_open_fails(void **state)
{
	(void)state;
	sample.open_result = ST_ENOMEM;
	assert_int_equal(TNC_IMC_NotifyConnectionChange(FAKE_ID, CONN, 0), TNC_RESULT_FATAL);
	assert_int_equal(TNC_IMC_BatchEnding(FAKE_ID, CONN), TNC_RESULT_INVALID_PARAMETER);
}

static void test_messages(void **state)
{
	const struct fake_message *m;
	struct pa_attr a;

	(void)state;
	sample.begin_octets = 10;
	sample.begin_other = true;
	start();
	assert_true(fake.types_long);
	assert_int_equal(fake.n_types, 2);
	assert_int_equal(fake.types[0], VENDOR << 8 | SUBTYPE);
	assert_string_equal(sample.language, "en");
	/* one message for each subtype, in the order of the first attributes */
	m = fake_next();
	assert_non_null(m);
	assert_int_equal(m->subtype, SUBTYPE);
	assert_int_equal(m->to, 0xffff);
	assert_int_equal(m->flags, 0);
	assert_int_equal(m->from, FAKE_ID);
	assert_true(pa_nth(m, 0, &a) && pa_attr_is(&a, PEN_TCG, PA_SEG_CONTRACT_REQUEST));
	assert_true(pa_nth(m, 1, &a) && pa_attr_is(&a, VENDOR, ECHO));
	assert_int_equal(pa_attr_value(&a).n, 10);
	assert_true(pa_nth(m, 2, &a) && pa_attr_is(&a, VENDOR, GROW));
	assert_false(pa_nth(m, 3, &a));
	m = fake_next();
	assert_non_null(m);
	assert_int_equal(m->subtype, OTHER);
	assert_null(fake_next());
	/* answers go to who asked */
	pa_begin(&msg);
	pa_add(&msg, 0, VENDOR, ECHO, "one", 3);
	pa_add(&msg, 0, 77, 77, "skipped", 7);
	pa_add(&msg, 0, VENDOR, ECHO, "two", 3);
	m = answer();
	assert_non_null(m);
	assert_int_equal(m->to, 21);
	assert_int_equal(m->flags, TNC_MESSAGE_FLAGS_EXCLUSIVE);
	assert_true(pa_nth(m, 0, &a) && span_eq(pa_attr_value(&a), span_str("one")));
	assert_true(pa_nth(m, 1, &a) && span_eq(pa_attr_value(&a), span_str("two")));
	assert_null(fake_next());
	assert_int_equal(sample.endings, 1);
}

static void test_poor_host(void **state)
{
	const struct fake_message *m;
	struct pa_attr a;

	(void)state;
	fake.without_long = fake.without_attributes = true;
	start();
	assert_false(fake.types_long);
	assert_int_equal(fake.n_types, 2);
	assert_string_equal(sample.language, "");
	pa_begin(&msg);
	pa_add(&msg, 0, VENDOR, EXTRA_ID, "", 0);
	assert_int_equal(
		TNC_IMC_ReceiveMessage(FAKE_ID, CONN, msg.p, msg.len, VENDOR << 8 | SUBTYPE),
		TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMC_BatchEnding(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
	m = fake_next();
	assert_non_null(m);
	assert_false(m->is_long);
	assert_int_equal(m->vendor, VENDOR);
	assert_true(pa_nth(m, 1, &a) && pa_attr_is(&a, VENDOR, FAIL)); /* no more ids here */
}

static void test_additional_id(void **state)
{
	const struct fake_message *m;

	(void)state;
	start();
	pa_begin(&msg);
	pa_add(&msg, 0, VENDOR, EXTRA_ID, "", 0);
	m = answer();
	assert_non_null(m);
	assert_int_equal(m->from, FAKE_ID + 40);
	assert_int_equal(m->to, 21);
}

static void test_errors(void **state)
{
	const struct fake_message *m;
	struct pa_error e;

	(void)state;
	start();
	/* the version */
	pa_begin(&msg);
	pa_add(&msg, 0, VENDOR, ECHO, "x", 1);
	msg.p[0] = 9;
	m = answer();
	e = pa_error_of(m, PA_E_VERSION);
	assert_int_equal(e.head[0], 9);
	assert_int_equal(m->to, 21);
	assert_int_equal(m->flags, TNC_MESSAGE_FLAGS_EXCLUSIVE);
	/* something that must be understood: nothing of the message is used */
	pa_begin(&msg);
	pa_add(&msg, 0, VENDOR, ECHO, "x", 1);
	pa_add(&msg, PA_FLAG_NOSKIP, 5, 6, "x", 1);
	e = pa_error_of(m = answer(), PA_E_UNSUPPORTED);
	assert_int_equal(e.attr_vendor, 5);
	assert_int_equal(e.attr_type, 6);
	assert_null(fake_next());
	/* a length that lies */
	pa_begin(&msg);
	pa_add(&msg, 0, VENDOR, ECHO, "x", 1);
	msg.p[PA_MSG_HDR + 11]++;
	assert_int_equal(pa_error_of(answer(), PA_E_INVALID).offset, PA_MSG_HDR + 8);
	/* what only the module can see */
	pa_begin(&msg);
	pa_add(&msg, 0, VENDOR, FAIL, "abcdef", 6);
	pa_add(&msg, 0, VENDOR, ECHO, "never", 5);
	assert_int_equal(pa_error_of(answer(), PA_E_INVALID).offset, PA_MSG_HDR + PA_ATTR_HDR);
	pa_begin(&msg);
	pa_add(&msg, 0, VENDOR, POINT, "abcdef", 6);
	assert_int_equal(pa_error_of(answer(), PA_E_INVALID).offset,
			 PA_MSG_HDR + PA_ATTR_HDR + 3);
	assert_null(fake_next());
}

static void test_no_error_on_error(void **state)
{
	static const uint8_t head[PA_ERROR_HEAD] = { 1 };
	struct pa_error e = pa_error_invalid(head, 20);

	(void)state;
	start();
	pa_begin(&msg);
	pa_error_attr_encode(&msg, &e);
	assert_null(answer());
	assert_int_equal(sample.errors, 1);
	/* one that cannot be read */
	pa_begin(&msg);
	pa_add(&msg, 0, PEN_IETF, PA_ERROR, "\0\0\0\0\0\0\0\1x", 9);
	assert_null(answer());
	pa_begin(&msg);
	pa_add(&msg, 0, PEN_IETF, PA_ERROR, "", 0);
	assert_null(answer());
}

static void test_truncated(void **state)
{
	(void)state;
	start();
	pa_begin(&msg);
	pa_add(&msg, 0, VENDOR, ECHO, "abc", 3);
	pa_add(&msg, 0, VENDOR, TWICE, "", 0);
	for (size_t n = 0; n < msg.len; n++) {
		uint8_t *copy = malloc(n ? n : 1);
		size_t before = fake.n_out;
		bool whole = n == PA_MSG_HDR || n == PA_MSG_HDR + PA_ATTR_HDR + 3;

		memcpy(copy, msg.p, n);
		assert_int_equal(give_span(span_of(copy, n)), TNC_RESULT_SUCCESS);
		assert_int_equal(TNC_IMC_BatchEnding(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
		if (n < PA_MSG_HDR)
			assert_int_equal(fake.n_out, before); /* nothing to copy: no answer */
		else if (!whole)
			(void)pa_error_of(&fake.out[fake.n_out - 1], PA_E_INVALID);
		free(copy);
	}
}

static void test_too_long(void **state)
{
	const struct fake_message *m;
	uint8_t size[4] = { 0, 0, 1, 0 };
	struct pa_attr a;

	(void)state;
	fake.max_message = 200;
	start();
	pa_begin(&msg);
	pa_add(&msg, 0, VENDOR, GROW, size, 4); /* 256: longer than any message here */
	m = answer();
	assert_int_equal(sample.sent, ST_ELIMIT);
	assert_int_equal(sample.max, 192);
	while (m) { /* perhaps a contract, but not that */
		for (size_t i = 0; pa_nth(m, i, &a); i++)
			assert_false(pa_attr_is(&a, VENDOR, GROW));
		m = fake_next();
	}
	/* two that do not fit into one message go in two */
	pa_begin(&msg);
	pa_add(&msg, 0, VENDOR, TWICE, "", 0);
	assert_non_null(m = answer());
	assert_true(m->bytes.n <= 200);
	assert_non_null(m = fake_next());
	assert_true(m->bytes.n <= 200);
	assert_int_equal(m->to, 21);
}

/* The other end of the segments: what the kit sends goes in, what it gets comes out. */
static size_t pull(struct pa_reasm *peer, const struct fake_message *m, struct wr *whole)
{
	static const uint8_t head[PA_ERROR_HEAD] = { 1 };
	struct pa_whole got;
	struct pa_attr a;
	size_t rounds = 0;

	for (; m; m = answer(), rounds++) {
		pa_begin(&msg);
		for (size_t i = 0; pa_nth(m, i, &a); i++) {
			if (pa_reasm_is_ours(&a)) {
				if (pa_reasm_input(peer, &a, head, &msg, &got) > 0)
					a = got.attr;
			}
			if (pa_attr_is(&a, VENDOR, GROW) || pa_attr_is(&a, VENDOR, ECHO))
				wr_bytes(whole, pa_attr_value(&a));
		}
		if (msg.len == PA_MSG_HDR)
			break;
	}
	return rounds;
}

static void test_segments_out(void **state)
{
	const struct limits limits = { .attribute = 100000, .segment = 100 };
	uint8_t size[4] = { 0, 0, 4, 0 };
	struct wr whole = { 0 };
	struct pa_reasm peer;

	(void)state;
	pa_reasm_init(&peer, &limits);
	start();
	pa_begin(&msg);
	pa_reasm_propose(&peer, &msg);
	pa_add(&msg, 0, VENDOR, GROW, size, 4);
	assert_true(pull(&peer, answer(), &whole) > 10);
	assert_int_equal(sample.sent, 0);
	assert_int_equal(whole.len, 1024);
	for (size_t i = 0; i < whole.len; i++)
		assert_int_equal(whole.p[i], (uint8_t)i);
	wr_reset(&whole);
	pa_reasm_free(&peer);
}

static void test_segments_in(void **state)
{
	const struct limits limits = { .attribute = 100000, .segment = 100000 };
	const struct fake_message *m;
	struct wr whole = { 0 }, attr = { 0 };
	struct pa_reasm peer;
	struct pa_whole got;
	struct pa_attr a;
	uint8_t value[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(value); i++)
		value[i] = (uint8_t)(i * 7);
	pa_reasm_init(&peer, &limits);
	sample.begin_octets = 4;
	start();
	m = fake_next();
	assert_true(m && pa_nth(m, 0, &a));
	pa_begin(&msg);
	assert_int_equal(pa_reasm_input(&peer, &a, msg.p, &msg, &got), 0); /* their contract */
	pa_add(&attr, 0, VENDOR, ECHO, value, sizeof(value));
	assert_int_equal(pa_reasm_send(&peer, wr_span(&attr), &msg), 0);
	assert_true(msg.len < 200); /* 64 octets of it */
	assert_true(pull(&peer, answer(), &whole) > 10);
	assert_true(span_eq(wr_span(&whole), span_of(value, sizeof(value))));
	wr_reset(&attr);
	wr_reset(&whole);
	pa_reasm_free(&peer);
}

static void call_back(void)
{
	assert_int_equal(TNC_IMC_BatchEnding(FAKE_ID, CONN), TNC_RESULT_ILLEGAL_OPERATION);
	assert_int_equal(TNC_IMC_NotifyConnectionChange(FAKE_ID, CONN, 5),
			 TNC_RESULT_ILLEGAL_OPERATION);
	assert_int_equal(TNC_IMC_Terminate(FAKE_ID), TNC_RESULT_ILLEGAL_OPERATION);
}

static void test_nested(void **state)
{
	(void)state;
	fake.on_send = call_back;
	sample.begin_octets = 3;
	start();
	assert_non_null(fake_next());
	fake.send_result = TNC_RESULT_ILLEGAL_OPERATION;
	fake.on_send = NULL;
	assert_int_equal(TNC_IMC_BeginHandshake(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
	assert_null(fake_next());
}

static void *ask(void *arg)
{
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(kit_retry(arg, CONN, IMC_RETRY_SERIOUS_EVENT), 0);
	return NULL;
}

static void test_retry(void **state)
{
	pthread_t threads[4];

	(void)state;
	assert_int_equal(kit_retry(sample.module, CONN, IMC_RETRY_PERIODIC), ST_ESTATE);
	start();
	for (size_t i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, ask, sample.module);
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(fake.retries, 400);
	assert_int_equal(fake.retry_connection, CONN);
	assert_int_equal(fake.retry_reason, TNC_RETRY_REASON_IMC_SERIOUS_EVENT);
	fake.retry_result = TNC_RESULT_WONT_RETRY;
	assert_int_equal(kit_retry(sample.module, KIT_ALL_CONNECTIONS, IMC_RETRY_PERIODIC),
			 ST_EDENIED);
	fake.retry_result = TNC_RESULT_CANT_RETRY;
	assert_int_equal(kit_retry(sample.module, CONN, IMC_RETRY_PERIODIC), ST_ENOENT);
}

static void test_many_talkers(void **state)
{
	(void)state;
	start();
	pa_begin(&msg);
	pa_add(&msg, 0, VENDOR, TWICE, "", 0);
	for (unsigned long source = 100; source < 400; source++)
		assert_int_equal(TNC_IMC_ReceiveMessageLong(FAKE_ID, CONN, 0, msg.p, msg.len,
							    VENDOR, SUBTYPE, source, 0xffff),
				 TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMC_BatchEnding(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
	assert_true(fake.n_out > 0 && fake.n_out <= 16);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

UNIT_GROUP_THREADED(imc)
{
	const struct CMUnitTest tests[] = {
		TEST(test_odd_orders),   TEST(test_settings),
		TEST(test_open_fails),   TEST(test_messages),
		TEST(test_poor_host),    TEST(test_additional_id),
		TEST(test_errors),       TEST(test_no_error_on_error),
		TEST(test_truncated),    TEST(test_too_long),
		TEST(test_segments_out), TEST(test_segments_in),
		TEST(test_nested),       TEST(test_retry),
		TEST(test_many_talkers),
	};

	log_set_level(LOG_L_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
