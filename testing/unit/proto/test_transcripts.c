/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions recorded between two strongSwan ends: what its client said drives our server, what
 * its server said drives our client, and given the same messages to send we must say the same,
 * octet for octet. */
#include "unit.h"
#include "vectors.h"
#include "proto/pb_session.h"
#include "proto/pt_session.h"

#include <stdio.h>

static int verify(void *ctx, struct span user, struct span password)
{
	(void)ctx;
	return span_eq(user, span_str("carol")) && span_eq(password, span_str("labpass"))
		       ? 0
		       : ST_EAUTH;
}

static int credentials(void *ctx, unsigned attempt, struct span *user, struct span *password)
{
	(void)ctx;
	*user = span_str("carol");
	*password = span_str("labpass");
	return attempt ? ST_ENOENT : 0;
}

struct side {
	struct pt_config pt_cfg;
	struct pb_config pb_cfg;
	struct pt_session pt;
	struct pb_session pb;
	struct wr out;
	bool server;
	int last; /* event of the last batch */
};

static void side_init(struct side *s, bool server, bool sasl)
{
	static const struct limits limits = LIMITS_DEFAULT;

	memset(s, 0, sizeof(*s));
	s->server = server;
	s->pt_cfg =
		(struct pt_config){ .initiator = !server,
				    .server = server,
				    .limits = &limits,
				    .mechs = sasl ? SASL_BIT(SASL_PLAIN) : 0,
				    .auth = PT_AUTH_ONE,
				    .sasl_result_8bit = true,
				    .sasl = { .verify = verify, .credentials = credentials } };
	s->pb_cfg =
		(struct pb_config){ .server = server, .full_duplex = true, .limits = &limits };
	pt_session_init(&s->pt, &s->pt_cfg);
	pb_session_init(&s->pb, &s->pb_cfg);
	assert_int_equal(pt_session_start(&s->pt, &s->out), 0);
}

static void side_free(struct side *s)
{
	pt_session_reset(&s->pt);
	pb_session_reset(&s->pb);
	wr_reset(&s->out);
}

/* Gives the side what its peer said. */
static void hear(struct side *s, struct span in)
{
	struct wr reply = { 0 };
	struct pb_msg m;
	int ev;

	while ((ev = pt_session_input(&s->pt, &in, &s->out)) != PT_NEED_MORE) {
		assert_true(ev == PT_READY || ev == PT_BATCH);
		if (ev == PT_READY)
			continue;
		s->last = pb_session_receive(&s->pb, s->pt.batch, &reply);
		assert_true(s->last >= 0);
		while (pb_session_next(&s->pb, &m))
			assert_non_null(m.rule);
		if (reply.len)
			assert_int_equal(
				pt_session_send_batch(&s->pt, wr_span(&reply), &s->out), 0);
	}
	wr_reset(&reply);
}

/* Lets the side say what its original said: a batch of the same messages. Everything else it
 * must have said by itself already. */
static void say(struct side *s, struct span want)
{
	struct rd r = rd_over(want);
	struct wr batch = { 0 };
	struct pb_batch b;
	struct pb_msg m;
	struct pt_msg pt;

	assert_int_equal(pt_msg_decode(&r, &pt), 0);
	if (pt.type == PT_PB_BATCH && s->pb.state != PB_END) {
		r = rd_over(pt.value);
		assert_int_equal(pb_batch_decode(&r, &b), 0);
		while (rd_left(&b.body)) {
			assert_int_equal(pb_msg_decode(&b.body, &m), 0);
			assert_int_equal(pb_session_put(&s->pb, &m), 0);
		}
		assert_int_equal(pb_session_send(&s->pb, b.type, &batch), b.type);
		assert_int_equal(pb_session_pending(&s->pb), 0);
		assert_int_equal(pt_session_send_batch(&s->pt, wr_span(&batch), &s->out), 0);
		wr_reset(&batch);
	}
	assert_true(s->out.len >= want.n);
	assert_memory_equal(s->out.p, want.p, want.n);
	wr_consume(&s->out, want.n);
}

static void play(const char *name, bool server, bool sasl, struct side *s)
{
	struct vectors v = { 0 };
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/transcripts/%s", VECTOR_DIR, name);
	vectors_load(&v, path);
	assert_true(v.n >= 5);
	side_init(s, server, sasl);
	for (size_t i = 0; i < v.n; i++) {
		if ((v.v[i].side == 'S') == server)
			say(s, vector_span(&v.v[i]));
		else
			hear(s, vector_span(&v.v[i]));
	}
	assert_int_equal(s->out.len, 0);
	assert_int_equal(s->pb.state, PB_END);
	vectors_free(&v);
}

static void test_good_sessions(void **state)
{
	static const struct {
		const char *name;
		bool sasl;
	} rows[] = {
		{ "none.txt", false },
		{ "os.txt", false },
		{ "os-sasl.txt", true },
		{ "os-fail.txt", false },
		{ "os-fail-de.txt", false },
		{ "os-nodb.txt", false },
		{ "swima-full-seg.txt", false },
		{ "swima-id-inventory.txt", false },
		{ "swima-targeted.txt", false },
		{ "test-allow.txt", false },
		{ "test-block.txt", false },
		{ "test-isolate.txt", false },
		{ "test-retry-client.txt", false },
		{ "test-retry-server.txt", false },
		{ "test-rounds.txt", false },
	};
	struct side s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int server = 0; server < 2; server++) {
			play(rows[i].name, server, rows[i].sasl, &s);
			assert_false(s.pb.fatal.fatal);
			assert_int_equal(s.pb.err, 0);
			if (server) /* the client's CLOSE is the last word */
				assert_int_equal(s.last, PB_CLOSED);
			side_free(&s);
		}
	}
}

static void test_identity_and_language(void **state)
{
	struct side s;

	(void)state;
	play("os-sasl.txt", true, true, &s);
	assert_true(span_eq(pt_session_user(&s.pt), span_str("carol")));
	assert_true(span_eq(pb_session_language(&s.pb), span_str("Accept-Language: en")));
	side_free(&s);
	play("os-fail-de.txt", true, false, &s);
	assert_true(span_eq(pb_session_language(&s.pb), span_str("Accept-Language: de")));
	side_free(&s);
}

/* PB-TNC version 3: our answer is the one the RFC wants, and the peer's. */
static void test_bad_versions(void **state)
{
	struct side s;

	(void)state;
	play("err-version-client.txt", true, false, &s);
	assert_int_equal(s.last, PB_REFUSED);
	assert_int_equal(s.pb.fatal.code, PB_E_VERSION);
	assert_int_equal(s.pb.err, ST_EVERSION);
	side_free(&s);
	play("err-version-server.txt", false, false, &s);
	assert_int_equal(s.last, PB_REFUSED);
	assert_int_equal(s.pb.fatal.code, PB_E_VERSION);
	side_free(&s);
}

UNIT_GROUP(transcripts)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_sessions),
		cmocka_unit_test(test_identity_and_language),
		cmocka_unit_test(test_bad_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
