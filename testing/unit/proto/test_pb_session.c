/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "vectors.h"
#include "pb_say.h"

/* The octets of an empty batch. */
static struct span empty(uint8_t buf[8], unsigned type, bool from_server)
{
	const uint8_t b[8] = { 2, from_server ? 0x80 : 0, 0, (uint8_t)type, 0, 0, 0, 8 };

	memcpy(buf, b, 8);
	return span_of(buf, 8);
}

/* A batch of this type that is right wherever it is allowed: RESULT has its assessment
 * result. */
static struct span good(struct wr *w, enum pb_type type, bool from_server)
{
	struct pb_msg m = { .type = PB_MSG_ASSESSMENT_RESULT };
	size_t start;

	wr_truncate(w, 0);
	start = pb_batch_begin(w, type, from_server);
	if (type == PB_RESULT)
		pb_msg_encode(w, &m);
	assert_int_equal(pb_batch_end(w, start), 0);
	return wr_span(w);
}

/* --- the table, written down a second time as RFC 5793, 3.2 and pb-tnc's permissions say it --- */

enum { NO = -1, IGNORE = -2 };
#define S PB_SERVER
#define C PB_CLIENT
#define D PB_DECIDED
#define E PB_END
#define I IGNORE

/* [server][state][type]: the state after receiving; NO: Unexpected Batch Type. */
/* clang-format off */
static const int accepts[2][PB_N_STATES][PB_N_TYPES] = {
	{ /* client */         /* -  CDATA SDATA RESULT CRETRY SRETRY CLOSE */
		[PB_INIT]    = { NO, NO,   C,    NO,    NO,    NO,    E },
		[PB_SERVER]  = { NO, NO,   C,    D,     NO,    I,     E },
		[PB_CLIENT]  = { NO, NO,   NO,   NO,    NO,    NO,    E },
		[PB_DECIDED] = { NO, NO,   NO,   NO,    NO,    S,     E },
		[PB_END]     = { I,  I,    I,    I,     I,     I,     I },
	}, { /* server */
		[PB_INIT]    = { NO, S,    NO,   NO,    NO,    NO,    E },
		[PB_SERVER]  = { NO, NO,   NO,   NO,    I,     NO,    E },
		[PB_CLIENT]  = { NO, S,    NO,   NO,    I,     NO,    E },
		[PB_DECIDED] = { NO, NO,   NO,   NO,    S,     NO,    E },
		[PB_END]     = { I,  I,    I,    I,     I,     I,     I },
	}
};

static const int sends[2][PB_N_STATES][PB_N_TYPES] = {
	{ /* client */
		[PB_INIT]    = { NO, S,    NO,   NO,    NO,    NO,    E },
		[PB_SERVER]  = { NO, NO,   NO,   NO,    NO,    NO,    E },
		[PB_CLIENT]  = { NO, S,    NO,   NO,    NO,    NO,    E },
		[PB_DECIDED] = { NO, NO,   NO,   NO,    S,     NO,    E },
		[PB_END]     = { NO, NO,   NO,   NO,    NO,    NO,    NO },
	}, { /* server */
		[PB_INIT]    = { NO, NO,   C,    NO,    NO,    NO,    E },
		[PB_SERVER]  = { NO, NO,   C,    D,     NO,    NO,    E },
		[PB_CLIENT]  = { NO, NO,   NO,   NO,    NO,    NO,    E },
		[PB_DECIDED] = { NO, NO,   NO,   NO,    NO,    S,     E },
		[PB_END]     = { NO, NO,   NO,   NO,    NO,    NO,    NO },
	}
};
/* clang-format on */

static void check_receive(bool server, enum pb_state from, enum pb_type type)
{
	struct pb_config cfg = config(server);
	int want = accepts[server][from][type], ev;
	struct wr in = { 0 }, out = { 0 };
	struct pb_session s;

	pb_session_init(&s, &cfg);
	s.state = from;
	ev = pb_session_receive(&s, good(&in, type, !server), &out);
	if (want == NO) {
		assert_int_equal(ev, PB_REFUSED);
		assert_int_equal(close_error(wr_span(&out)).code, PB_E_UNEXPECTED_BATCH);
		assert_int_equal(out.len, 28);
		assert_int_equal(s.state, PB_END);
	} else {
		assert_int_equal(ev, want == IGNORE ? PB_IGNORED
				     : want == E    ? PB_CLOSED
						    : PB_ACCEPTED);
		assert_int_equal(s.state, want == IGNORE ? (int)from : want);
		assert_int_equal(out.len, 0);
	}
	pb_session_reset(&s);
	wr_reset(&in);
	wr_reset(&out);
}

static void check_send(bool server, enum pb_state from, enum pb_type type)
{
	struct pb_config cfg = config(server);
	struct pb_msg m = { .type = PB_MSG_ASSESSMENT_RESULT };
	int want = sends[server][from][type];
	struct wr out = { 0 };
	struct pb_session s;

	pb_session_init(&s, &cfg);
	if (server)
		assert_int_equal(pb_session_put(&s, &m), 0);
	s.state = from;
	assert_int_equal(pb_session_may_send(&s, type), want != NO);
	assert_int_equal(pb_session_send(&s, type, &out), want == NO ? ST_ESTATE : (int)type);
	assert_int_equal(s.state, want == NO ? (int)from : want);
	assert_int_equal(out.len != 0, want != NO);
	pb_session_reset(&s);
	wr_reset(&out);
}

static void test_every_cell(void **state)
{
	(void)state;
	assert_string_equal(pb_state_name(PB_DECIDED), "DECIDED");
	for (int server = 0; server < 2; server++)
		for (int from = 0; from < PB_N_STATES; from++)
			for (int type = PB_CDATA; type < PB_N_TYPES; type++) {
				check_receive(server, (enum pb_state)from, (enum pb_type)type);
				check_send(server, (enum pb_state)from, (enum pb_type)type);
			}
}

static void test_half_duplex_has_no_sretry(void **state)
{
	struct pb_config client = config(false), server = config(true);
	struct wr out = { 0 };
	struct pb_session s;
	uint8_t b[8];

	(void)state;
	client.full_duplex = server.full_duplex = false;
	pb_session_init(&s, &server);
	s.state = PB_DECIDED;
	assert_false(pb_session_may_send(&s, PB_SRETRY));
	pb_session_init(&s, &client);
	s.state = PB_DECIDED;
	assert_int_equal(pb_session_receive(&s, empty(b, PB_SRETRY, true), &out), PB_REFUSED);
	wr_reset(&out);
}

static void test_lax_retry(void **state)
{
	static const struct {
		bool server;
		enum pb_state from;
		enum pb_type type;
		int ev;
		enum pb_state to;
	} rows[] = {
		{ false, PB_SERVER, PB_SRETRY, PB_ACCEPTED, PB_CLIENT },
		{ false, PB_CLIENT, PB_SRETRY, PB_IGNORED, PB_CLIENT },
		{ true, PB_CLIENT, PB_CRETRY, PB_ACCEPTED, PB_SERVER },
		{ true, PB_SERVER, PB_CRETRY, PB_IGNORED, PB_SERVER },
		{ true, PB_DECIDED, PB_CRETRY, PB_ACCEPTED, PB_SERVER },
	};
	struct wr out = { 0 };
	struct pb_session s;
	uint8_t b[8];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pb_config cfg = config(rows[i].server);

		cfg.lax_retry = true;
		pb_session_init(&s, &cfg);
		s.state = rows[i].from;
		assert_int_equal(
			pb_session_receive(&s, empty(b, rows[i].type, !rows[i].server), &out),
			rows[i].ev);
		assert_int_equal(s.state, rows[i].to);
		assert_int_equal(out.len, 0);
		assert_false(pb_session_may_send(&s, PB_RESULT) && !rows[i].server);
	}
}

/* --- the malformed vectors and the answers they demand ------------------------------------- */

static void check_answer(bool server, enum pb_state from, const char *bad, const char *reply)
{
	struct pb_config cfg = config(server);
	struct vectors v = { 0 };
	struct span in = vector_one(&v, bad), want = vector_one(&v, reply);
	struct wr out = { 0 };
	struct pb_session s;
	struct pb_msg m;

	pb_session_init(&s, &cfg);
	s.state = from;
	assert_int_equal(pb_session_receive(&s, in, &out), PB_REFUSED);
	assert_true(span_eq(wr_span(&out), want));
	assert_int_equal(s.state, PB_END);
	assert_true(s.err < 0);
	assert_true(s.fatal.fatal);
	assert_int_equal(pb_session_next(&s, &m), 0); /* nothing of it is delivered */
	pb_session_reset(&s);
	wr_reset(&out);
	vectors_free(&v);
}

static void test_malformed_vectors(void **state)
{
	(void)state;
	check_answer(true, PB_INIT, "pb/bad-version.hex", "pb/bad-version-reply.hex");
	check_answer(true, PB_INIT, "pb/bad-pa-skippable.hex",
		     "pb/bad-pa-skippable-reply.hex");
	check_answer(false, PB_SERVER, "pb/bad-noskip-unknown.hex",
		     "pb/bad-noskip-unknown-reply.hex");
	check_answer(false, PB_SERVER, "pb/noskip-test.hex",
		     "pb/bad-noskip-unknown-reply.hex");
	check_answer(true, PB_DECIDED, "pb/cdata-empty.hex", "pb/unexpected-batch-reply.hex");
	check_answer(true, PB_INIT, "pb/bad-length-9.hex", "pb/bad-length-9-reply.hex");
	check_answer(true, PB_INIT, "pb/bad-type-9.hex", "pb/bad-type-9-reply.hex");
	check_answer(false, PB_SERVER, "pb/bad-reason-length.hex",
		     "pb/bad-reason-length-reply.hex");
}

/* Broken PA-TNC inside is not the broker's business. */
static void test_pa_is_opaque(void **state)
{
	static const char *const names[] = { "pb/pa-attr-length-0.hex", "pb/pa-version-2.hex",
					     "pb/pa-noskip-unknown.hex" };
	struct pb_config cfg = config(true);
	struct vectors v = { 0 };
	struct wr out = { 0 };
	struct pb_session s;
	struct pb_msg m;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		pb_session_init(&s, &cfg);
		assert_int_equal(pb_session_receive(&s, vector_one(&v, names[i]), &out),
				 PB_ACCEPTED);
		assert_int_equal(pb_session_next(&s, &m), 1);
		assert_int_equal(m.type, PB_MSG_PA);
		assert_int_equal(pb_session_next(&s, &m), 0);
	}
	vectors_free(&v);
}

/* --- what may be in a batch ----------------------------------------------------------------- */

/* Receives a batch of these messages; returns the event. Keeps the batch in w. */
static int receive(struct pb_session *s, struct wr *w, enum pb_type type,
		   const struct pb_msg *m, size_t n, struct wr *out)
{
	size_t start;

	wr_truncate(w, 0);
	start = pb_batch_begin(w, type, !s->cfg->server);
	for (size_t i = 0; i < n; i++)
		pb_msg_encode(w, &m[i]);
	assert_int_equal(pb_batch_end(w, start), 0);
	return pb_session_receive(s, wr_span(w), out);
}

static void test_result_needs_one_assessment(void **state)
{
	const struct pb_msg two[] = { assessment, access, assessment };
	const struct pb_msg advice[] = { assessment, access, access };
	struct pb_config cfg = config(false);
	struct wr in = { 0 }, out = { 0 };
	struct pb_session s;

	(void)state;
	pb_session_init(&s, &cfg);
	s.state = PB_SERVER;
	assert_int_equal(receive(&s, &in, PB_RESULT, two, 1, &out), PB_ACCEPTED);
	s.state = PB_SERVER;
	assert_int_equal(receive(&s, &in, PB_RESULT, NULL, 0, &out), PB_REFUSED);
	assert_int_equal(close_error(wr_span(&out)).offset, 0);
	wr_truncate(&out, 0);
	s.state = PB_SERVER;
	assert_int_equal(receive(&s, &in, PB_RESULT, two, 3, &out), PB_REFUSED);
	assert_int_equal(close_error(wr_span(&out)).code, PB_E_INVALID_PARAMETER);
	assert_int_equal(close_error(wr_span(&out)).offset, 8 + 16 + 16);
	wr_truncate(&out, 0);
	s.state = PB_SERVER;
	assert_int_equal(receive(&s, &in, PB_RESULT, advice, 3, &out), PB_REFUSED);
	assert_int_equal(close_error(wr_span(&out)).offset, 8 + 16 + 16);
	pb_session_reset(&s);
	wr_reset(&in);
	wr_reset(&out);
}

/* RFC 5793, 4.6 and 4.7: outside RESULT the client ignores them, whatever is in them. */
static void test_result_messages_elsewhere(void **state)
{
	struct pb_msg m[] = { assessment, access, reason("why") };
	struct pb_config cfg = config(false);
	struct wr in = { 0 }, out = { 0 };
	struct pb_session s;
	struct pb_msg got;

	(void)state;
	m[0].assessment = 77;
	pb_session_init(&s, &cfg);
	s.state = PB_SERVER;
	assert_int_equal(receive(&s, &in, PB_SDATA, m, 3, &out), PB_ACCEPTED);
	assert_int_equal(pb_session_next(&s, &got), 1);
	assert_int_equal(got.type, PB_MSG_REASON);
	assert_int_equal(pb_session_next(&s, &got), 0);
	pb_session_reset(&s);
	wr_reset(&in);
	wr_reset(&out);
}

static void test_client_may_not_say_everything(void **state)
{
	const struct pb_msg bad[] = { assessment,
				      access,
				      reason("x"),
				      { .type = PB_MSG_REMEDIATION,
					.remediation = { .type = PB_REMEDIATION_URI } } };
	struct pb_config server = config(true), client = config(false);
	struct wr in = { 0 }, out = { 0 };
	struct pb_session s;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		pb_session_init(&s, &server);
		wr_truncate(&out, 0);
		assert_int_equal(receive(&s, &in, PB_CDATA, &bad[i], 1, &out), PB_REFUSED);
		assert_int_equal(close_error(wr_span(&out)).code, PB_E_INVALID_PARAMETER);
		assert_int_equal(close_error(wr_span(&out)).offset, 12);
		pb_session_init(&s, &client);
		assert_int_equal(pb_session_put(&s, &bad[i]), ST_EVALUE);
	}
	wr_reset(&in);
	wr_reset(&out);
}

/* A referral is for clients; a server that gets one has no use for it. */
static void test_referral_at_the_server(void **state)
{
	const struct pb_msg m = { .vendor = PEN_TCG,
				  .type = PB_MSG_REFERRAL,
				  .referral = { .vendor = PEN_TCG,
						.address = SPAN_LIT("pdp.example") } };
	struct wr in = { 0 }, out = { 0 };
	struct pb_session s;
	struct pb_msg got;

	(void)state;
	for (int server = 0; server < 2; server++) {
		struct pb_config cfg = config(server);

		pb_session_init(&s, &cfg);
		assert_int_equal(receive(&s, &in, server ? PB_CDATA : PB_SDATA, &m, 1, &out),
				 PB_ACCEPTED);
		assert_int_equal(pb_session_next(&s, &got), !server);
	}
	wr_reset(&in);
}

static void test_noskip_is_found_first(void **state)
{
	struct pb_msg m[] = { reason("fine"),
			      { .vendor = 0xabcd, .type = 66, .noskip = true },
			      { .vendor = 0xabcd, .type = 67 } };
	struct pb_config cfg = config(false);
	struct wr in = { 0 }, out = { 0 };
	struct pb_session s;
	struct pb_msg got;

	(void)state;
	pb_session_init(&s, &cfg);
	s.state = PB_SERVER;
	m[0].reason.text = (struct span){ 0 }; /* broken as well, but that comes second */
	assert_int_equal(receive(&s, &in, PB_SDATA, m, 3, &out), PB_REFUSED);
	assert_int_equal(close_error(wr_span(&out)).code, PB_E_UNSUPPORTED);
	assert_int_equal(close_error(wr_span(&out)).offset, 8 + 19);
	s.state = PB_SERVER;
	assert_int_equal(receive(&s, &in, PB_SDATA, &m[2], 1, &out), PB_ACCEPTED);
	assert_int_equal(pb_session_next(&s, &got), 0);
	/* PB-Experimental is unknown in production */
	m[1].vendor = PEN_IETF;
	m[1].type = PB_MSG_EXPERIMENTAL;
	s.state = PB_SERVER;
	wr_truncate(&out, 0);
	assert_int_equal(receive(&s, &in, PB_SDATA, &m[1], 1, &out), PB_REFUSED);
	assert_int_equal(close_error(wr_span(&out)).code, PB_E_UNSUPPORTED);
	pb_session_reset(&s);
	wr_reset(&in);
	wr_reset(&out);
}

static void test_language(void **state)
{
	struct pb_config cfg = config(true);
	struct wr in = { 0 }, out = { 0 };
	struct pb_session s;
	struct pb_msg m[2] = { language("Accept-Language: de"),
			       language("Accept-Language: fr") };
	char big[PB_LANGUAGE_MAX + 2];

	(void)state;
	pb_session_init(&s, &cfg);
	assert_int_equal(pb_session_language(&s).n, 0);
	assert_int_equal(receive(&s, &in, PB_CDATA, m, 2, &out), PB_ACCEPTED);
	assert_true(span_eq(pb_session_language(&s), m[1].language)); /* the last one counts */
	s.state = PB_CLIENT;
	assert_int_equal(receive(&s, &in, PB_CDATA, NULL, 0, &out), PB_ACCEPTED);
	assert_true(span_eq(pb_session_language(&s), m[1].language));
	s.state = PB_CLIENT;
	m[0] = language("");
	assert_int_equal(receive(&s, &in, PB_CDATA, m, 1, &out), PB_ACCEPTED);
	assert_int_equal(pb_session_language(&s).n, 0);
	s.state = PB_CLIENT;
	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	m[0] = language(big);
	assert_int_equal(receive(&s, &in, PB_CDATA, m, 1, &out), PB_ACCEPTED);
	assert_int_equal(pb_session_language(&s).n, 0);
	pb_session_reset(&s);
	wr_reset(&in);
	wr_reset(&out);
}

static void test_errors_received(void **state)
{
	struct pb_msg m = { .type = PB_MSG_ERROR,
			    .error = { .code = PB_E_INVALID_PARAMETER, .offset = 12 } };
	struct pb_config cfg = config(true);
	struct wr in = { 0 }, out = { 0 };
	struct pb_session s;
	struct pb_msg got;

	(void)state;
	pb_session_init(&s, &cfg);
	assert_int_equal(receive(&s, &in, PB_CDATA, &m, 1, &out), PB_ACCEPTED);
	assert_int_equal(pb_session_next(&s, &got), 1);
	assert_int_equal(got.error.offset, 12);
	assert_false(s.fatal.fatal);
	/* fatal: it is over, and nothing is answered, CLOSE or not */
	m.error.fatal = true;
	s.state = PB_CLIENT;
	assert_int_equal(receive(&s, &in, PB_CDATA, &m, 1, &out), PB_CLOSED);
	assert_int_equal(s.state, PB_END);
	s.state = PB_CLIENT;
	assert_int_equal(receive(&s, &in, PB_CLOSE, &m, 1, &out), PB_CLOSED);
	assert_int_equal(pb_session_next(&s, &got), 1);
	assert_true(s.fatal.fatal);
	assert_int_equal(s.fatal.code, PB_E_INVALID_PARAMETER);
	assert_int_equal(out.len, 0);
	pb_session_reset(&s);
	wr_reset(&in);
	wr_reset(&out);
}

/* The D bit is looked at after the version and before the type. */
static void test_direction(void **state)
{
	static const struct {
		uint8_t octets[8];
		uint16_t code;
		uint32_t offset;
	} rows[] = {
		{ { 2, 0x80, 0, 1, 0, 0, 0, 8 }, PB_E_INVALID_PARAMETER, 1 },
		{ { 2, 0x80, 0, 9, 0, 0, 0, 9 }, PB_E_INVALID_PARAMETER, 1 },
		{ { 3, 0x80, 0, 9, 0, 0, 0, 9 }, PB_E_VERSION, 0 },
		{ { 2, 0, 0, 9, 0, 0, 0, 9 }, PB_E_INVALID_PARAMETER, 3 },
		{ { 2, 0, 0, 0, 0, 0, 0, 8 }, PB_E_INVALID_PARAMETER, 3 },
		{ { 2, 0, 0, 3, 0, 0, 0, 8 }, PB_E_UNEXPECTED_BATCH, 0 },
		{ { 2, 0, 0, 1, 0xff, 0xff, 0xff, 0xff }, PB_E_INVALID_PARAMETER, 4 },
	};
	struct pb_config cfg = config(true);
	struct wr out = { 0 };
	struct pb_session s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pb_session_init(&s, &cfg);
		wr_truncate(&out, 0);
		assert_int_equal(pb_session_receive(&s, span_of(rows[i].octets, 8), &out),
				 PB_REFUSED);
		assert_int_equal(close_error(wr_span(&out)).code, rows[i].code);
		assert_int_equal(close_error(wr_span(&out)).offset, rows[i].offset);
	}
	for (size_t n = 0; n < 8; n++) {
		pb_session_init(&s, &cfg);
		wr_truncate(&out, 0);
		assert_int_equal(pb_session_receive(&s, span_of(rows[5].octets, n), &out),
				 PB_REFUSED);
		assert_int_equal(close_error(wr_span(&out)).code, PB_E_INVALID_PARAMETER);
		assert_int_equal(close_error(wr_span(&out)).offset, 0);
	}
	wr_reset(&out);
}

/* --- limits ---------------------------------------------------------------------------------- */

static void test_limits_received(void **state)
{
	struct pb_config cfg = { .server = true, .full_duplex = true, .limits = &small };
	struct pb_msg m[9];
	struct wr in = { 0 }, out = { 0 };
	struct pb_session s;

	(void)state;
	for (size_t i = 0; i < 9; i++)
		m[i] = language("x");
	pb_session_init(&s, &cfg);
	assert_int_equal(receive(&s, &in, PB_CDATA, m, 8, &out), PB_ACCEPTED);
	s.state = PB_CLIENT;
	assert_int_equal(receive(&s, &in, PB_CDATA, m, 9, &out), PB_REFUSED);
	assert_int_equal(close_error(wr_span(&out)).code, PB_E_LOCAL);
	assert_int_equal(s.err, ST_ELIMIT);
	wr_truncate(&out, 0);
	m[0] = pa(1, 5000);
	pb_session_reset(&s);
	assert_int_equal(receive(&s, &in, PB_CDATA, m, 1, &out), PB_REFUSED);
	assert_int_equal(close_error(wr_span(&out)).code, PB_E_LOCAL);
	wr_truncate(&out, 0);
	pb_session_reset(&s);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(receive(&s, &in, PB_CDATA, NULL, 0, &out), PB_ACCEPTED);
		s.state = PB_CLIENT;
	}
	assert_int_equal(receive(&s, &in, PB_CDATA, NULL, 0, &out), PB_REFUSED);
	assert_int_equal(close_error(wr_span(&out)).code, PB_E_LOCAL);
	s.state = PB_DECIDED; /* a retry counts anew */
	assert_int_equal(receive(&s, &in, PB_CRETRY, NULL, 0, &out), PB_ACCEPTED);
	assert_int_equal(s.rounds, 1);
	pb_session_reset(&s);
	wr_reset(&in);
	wr_reset(&out);
}

/* Random octets behind a right and a wrong header, in every state and role: an event, never
 * more than one CLOSE, and the end after a refusal. */
static void test_hostile(void **state)
{
	uint32_t seed = 1;
	struct wr out = { 0 };
	struct pb_session s;
	uint8_t b[64];
	struct pb_msg m;

	(void)state;
	for (int i = 0; i < 60000; i++) {
		struct pb_config cfg = config(i & 1);
		size_t n = 8 + (size_t)i % 56;
		int ev;

		for (size_t j = 0; j < n; j++) {
			seed = seed * 1664525 + 1013904223;
			b[j] = (uint8_t)(seed >> 24) & (i & 2 ? 0xff : 0x87);
		}
		if (i & 4) {
			const uint8_t hdr[] = { 2, i & 1 ? 0 : 0x80, 0, (uint8_t)(i % 7), 0, 0,
						0, (uint8_t)n };
			memcpy(b, hdr, 8);
		}
		pb_session_init(&s, &cfg);
		s.state = (enum pb_state)(i % PB_N_STATES);
		wr_truncate(&out, 0);
		ev = pb_session_receive(&s, span_of(b, n), &out);
		assert_true(ev >= PB_ACCEPTED && ev <= PB_REFUSED);
		assert_int_equal(out.len > 0, ev == PB_REFUSED);
		if (ev == PB_REFUSED)
			(void)close_error(wr_span(&out));
		while (pb_session_next(&s, &m))
			assert_non_null(m.rule);
		pb_session_reset(&s);
	}
	wr_reset(&out);
}

UNIT_GROUP(pb_session)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cell),
		cmocka_unit_test(test_half_duplex_has_no_sretry),
		cmocka_unit_test(test_lax_retry),
		cmocka_unit_test(test_malformed_vectors),
		cmocka_unit_test(test_pa_is_opaque),
		cmocka_unit_test(test_result_needs_one_assessment),
		cmocka_unit_test(test_result_messages_elsewhere),
		cmocka_unit_test(test_client_may_not_say_everything),
		cmocka_unit_test(test_referral_at_the_server),
		cmocka_unit_test(test_noskip_is_found_first),
		cmocka_unit_test(test_language),
		cmocka_unit_test(test_errors_received),
		cmocka_unit_test(test_direction),
		cmocka_unit_test(test_limits_received),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
