/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "vectors.h"
#include "pt_end.h"

/* All four combinations of roles, with octets arriving in pieces of any size. */
static void test_roles_and_pieces(void **state)
{
	static const size_t pieces[] = { 1, 7, 16, 100, 100000 };
	struct end client, server;
	struct span batch = span_str("any octets will do");

	(void)state;
	for (int dials = 0; dials < 2; dials++)
		for (size_t i = 0; i < 5; i++) {
			end_init(&client, !dials, false, PLAIN_BIT);
			end_init(&server, dials, true, PLAIN_BIT);
			attempts = 1;
			start(&client, &server, pieces[i]);
			check_ready(&client, &server);
			assert_true(span_eq(pt_session_user(&server.s), span_str("alice")));
			assert_int_equal(server.s.sasl_proved, PLAIN_BIT);
			assert_int_equal(pt_session_send_batch(&client.s, batch, &client.out),
					 0);
			assert_int_equal(pt_session_send_batch(&server.s, batch, &server.out),
					 0);
			talk(&client, &server, pieces[i]);
			assert_int_equal(client.batches, 1);
			assert_int_equal(server.batches, 1);
			end_free(&client);
			end_free(&server);
		}
}

static void test_no_authentication(void **state)
{
	struct end client, server;

	(void)state;
	end_init(&client, true, false, 0);
	end_init(&server, false, true, 0);
	assert_int_equal(pt_session_send_batch(&client.s, span_str("x"), &client.out),
			 ST_ESTATE);
	start(&client, &server, 1000);
	check_ready(&client, &server);
	assert_int_equal(pt_session_user(&server.s).n, 0);
	end_free(&client);
	end_free(&server);
}

static void test_fail_of_own_accord(void **state)
{
	struct end client, server;

	(void)state;
	end_init(&client, true, false, 0);
	end_init(&server, false, true, 0);
	start(&client, &server, 1000);
	assert_int_equal(pt_session_fail(&server.s, PT_E_MALFORMED, ST_EDENIED, &server.out),
			 PT_CLOSE);
	talk(&client, &server, 1000);
	assert_int_equal(client.s.state, PT_CLOSED);
	assert_true(client.s.failure.received);
	assert_int_equal(client.s.failure.code, PT_E_MALFORMED);
	assert_int_equal(server.s.failure.err, ST_EDENIED);
	end_free(&client);
	end_free(&server);
}

/* --- every state against every type ----------------------------------------------------------
 * What is not welcome is answered with Invalid Message; what cannot be is told by its code. */

/* The only message in s: an Error with this code whose copy begins like the original. */
static void check_error(struct span s, uint32_t code, struct span original)
{
	struct rd r = rd_over(s);
	struct pt_msg m;

	assert_int_equal(pt_msg_decode(&r, &m), 0);
	assert_int_equal(m.type, PT_ERROR);
	assert_int_equal(m.error.code, code);
	assert_true(m.error.copy.n <= PT_ERROR_COPY);
	assert_true(m.error.copy.n >= PT_HDR);
	assert_memory_equal(m.error.copy.p, original.p, m.error.copy.n);
}

/* clang-format off */
static const struct {
	const char *value;
	size_t n;
} right[PT_N_TYPES] = {
	[PT_EXPERIMENTAL]     = { "x", 1 },
	[PT_VERSION_REQUEST]  = { "\0\1\1\1", 4 },
	[PT_VERSION_RESPONSE] = { "\0\0\0\1", 4 },
	[PT_SASL_MECHANISMS]  = { "\5PLAIN", 6 },
	[PT_SASL_SELECTION]   = { "\5PLAIN", 6 },
	[PT_SASL_DATA]        = { "", 0 },
	[PT_SASL_RESULT]      = { "\0\0", 2 },
	[PT_PB_BATCH]         = { "batch", 5 },
	[PT_ERROR]            = { "\0\0\0\0\0\0\0\4", 8 },
};

#define T(t) (1u << (t))
static const uint32_t welcome[PT_N_STATES] = {
	[PT_WAIT_REQUEST]  = T(PT_ERROR) | T(PT_VERSION_REQUEST),
	[PT_WAIT_RESPONSE] = T(PT_ERROR) | T(PT_VERSION_RESPONSE),
	[PT_WAIT_LIST]     = T(PT_ERROR) | T(PT_SASL_MECHANISMS),
	[PT_WAIT_CHOICE]   = T(PT_ERROR) | T(PT_SASL_SELECTION),
	[PT_RUN_CLIENT]    = T(PT_ERROR) | T(PT_SASL_DATA) | T(PT_SASL_RESULT),
	[PT_RUN_SERVER]    = T(PT_ERROR) | T(PT_SASL_DATA),
	[PT_DATA]          = T(PT_ERROR) | T(PT_PB_BATCH),
};
/* clang-format on */

static bool is_server_state(enum pt_state st)
{
	return st == PT_WAIT_CHOICE || st == PT_RUN_SERVER;
}

/* As if it had come there by itself. */
static void enter(struct pt_session *s, enum pt_state st)
{
	s->state = st;
	if (st == PT_RUN_CLIENT || st == PT_RUN_SERVER || st == PT_VERIFY)
		assert_non_null(s->login = calloc(1, sizeof(*s->login)));
}

static void check_cell(enum pt_state st, uint32_t type)
{
	struct wr w = { 0 };
	struct span in = message(&w, PEN_IETF, type, right[type].value, right[type].n);
	struct end e;

	attempts = 1;
	end_init(&e, st == PT_WAIT_RESPONSE, is_server_state(st), PLAIN_BIT);
	enter(&e.s, st);
	feed(&e, in);
	if (type == PT_ERROR) {
		assert_int_equal(e.last, PT_CLOSE);
		assert_int_equal(e.out.len, 0); /* never answered */
		assert_true(e.s.failure.received);
	} else if (!(welcome[st] & T(type))) {
		assert_int_equal(e.last, PT_CLOSE);
		check_error(wr_span(&e.out), PT_E_INVALID_MESSAGE, in);
		assert_int_equal(e.s.failure.err, ST_ESTATE);
	} else {
		assert_true(e.s.failure.code != PT_E_INVALID_MESSAGE);
	}
	end_free(&e);
	wr_reset(&w);
}

static void test_every_cell(void **state)
{
	(void)state;
	for (int st = PT_WAIT_REQUEST; st < PT_CLOSED; st++)
		for (uint32_t type = 0; type < PT_N_TYPES; type++)
			check_cell((enum pt_state)st, type);
}

/* One message to one end in one state. */
static void check_answer(enum pt_state st, struct span in, uint32_t code, int err)
{
	struct end e;

	end_init(&e, st == PT_WAIT_RESPONSE, is_server_state(st), PLAIN_BIT);
	enter(&e.s, st);
	feed(&e, in);
	assert_int_equal(e.last, PT_CLOSE);
	check_error(wr_span(&e.out), code, in);
	assert_int_equal(e.s.failure.err, err);
	assert_int_equal(e.s.failure.code, code);
	assert_false(e.s.failure.received);
	end_free(&e);
}
#define ANSWER(st, type, value, code, err)                                                    \
	check_answer(st, message(&w, PEN_IETF, type, value, sizeof(value) - 1), code, err)

static void test_versions(void **state)
{
	struct wr w = { 0 };
	struct end e;

	(void)state;
	ANSWER(PT_WAIT_REQUEST, PT_VERSION_REQUEST, "\0\2\3\2", PT_E_VERSION, ST_EVERSION);
	ANSWER(PT_WAIT_REQUEST, PT_VERSION_REQUEST, "\0\0\0\0", PT_E_VERSION, ST_EVERSION);
	ANSWER(PT_WAIT_REQUEST, PT_VERSION_REQUEST, "\0\1\3\4", PT_E_INVALID_PARAMETER,
	       ST_EVALUE);
	ANSWER(PT_WAIT_REQUEST, PT_VERSION_REQUEST, "\0\2\1\1", PT_E_INVALID_PARAMETER,
	       ST_EVALUE);
	ANSWER(PT_WAIT_RESPONSE, PT_VERSION_RESPONSE, "\0\0\0\2", PT_E_VERSION, ST_EVERSION);
	/* a wider range with 1 in it is fine */
	end_init(&e, false, true, 0);
	assert_int_equal(pt_session_start(&e.s, &e.out), 0);
	feed(&e, message(&w, PEN_IETF, PT_VERSION_REQUEST, "\0\0\7\5", 4));
	assert_int_equal(e.s.state, PT_DATA);
	end_free(&e);
	wr_reset(&w);
}

static void test_malformed(void **state)
{
	struct wr w = { 0 };

	(void)state;
	ANSWER(PT_WAIT_REQUEST, PT_VERSION_REQUEST, "\0\1\1\1\0", PT_E_INVALID_PARAMETER,
	       ST_ELENGTH);
	ANSWER(PT_WAIT_RESPONSE, PT_VERSION_RESPONSE, "\0\0\0", PT_E_INVALID_PARAMETER,
	       ST_ELENGTH);
	ANSWER(PT_WAIT_LIST, PT_SASL_MECHANISMS, "\7PLAIN", PT_E_MALFORMED, ST_ESHORT);
	ANSWER(PT_WAIT_LIST, PT_SASL_MECHANISMS, "\0", PT_E_MALFORMED, ST_EVALUE);
	ANSWER(PT_WAIT_CHOICE, PT_SASL_SELECTION, "\6PLAIN", PT_E_MALFORMED, ST_ESHORT);
	ANSWER(PT_WAIT_CHOICE, PT_SASL_SELECTION, "\5PLAIM", PT_E_SASL, ST_EAUTH);
	ANSWER(PT_WAIT_CHOICE, PT_SASL_SELECTION,
	       "\x8"
	       "EXTERNAL",
	       PT_E_SASL, ST_EAUTH);
	ANSWER(PT_RUN_CLIENT, PT_SASL_RESULT, "\0\x9", PT_E_MALFORMED, ST_EVALUE);
	ANSWER(PT_RUN_CLIENT, PT_SASL_RESULT, "", PT_E_INVALID_PARAMETER, ST_ELENGTH);
	check_answer(PT_DATA, message(&w, PEN_RESERVED, 1, "", 0), PT_E_INVALID_PARAMETER,
		     ST_EVALUE);
	check_answer(PT_DATA, message(&w, PEN_TCG, TYPE_RESERVED, "", 0),
		     PT_E_INVALID_PARAMETER, ST_EVALUE);
	wr_reset(&w);
}

/* A length under 16, and the very octets that answer it. */
static void test_bad_length_vector(void **state)
{
	struct vectors v = { 0 };
	struct end e;

	(void)state;
	end_init(&e, false, true, 0);
	e.s.state = PT_DATA;
	e.s.next_id = 4;
	feed(&e, vector_one(&v, "pt/bad-length-8.hex"));
	assert_true(span_eq(wr_span(&e.out), vector_one(&v, "pt/bad-length-8-reply.hex")));
	assert_int_equal(e.last, PT_CLOSE);
	end_free(&e);
	vectors_free(&v);
}

static void test_error_is_never_answered(void **state)
{
	struct wr w = { 0 };
	struct end e;

	(void)state;
	end_init(&e, false, true, 0);
	e.s.state = PT_DATA;
	feed(&e, message(&w, PEN_IETF, PT_ERROR, "short", 5));
	assert_int_equal(e.last, PT_CLOSE);
	assert_int_equal(e.out.len, 0);
	end_free(&e);
	/* reserved, Type Not Supported, a vendor's, an unassigned code: go on */
	end_init(&e, false, true, 0);
	e.s.state = PT_DATA;
	feed(&e, message(&w, PEN_IETF, PT_ERROR, "\0\0\0\0\0\0\0\0", 8));
	feed(&e, message(&w, PEN_IETF, PT_ERROR, "\0\0\0\0\0\0\0\3", 8));
	feed(&e, message(&w, PEN_IETF, PT_ERROR, "\0\0\0\1\0\0\0\6", 8));
	feed(&e, message(&w, PEN_IETF, PT_ERROR, "\0\0\0\0\0\0\0\7", 8));
	assert_int_equal(e.s.state, PT_DATA);
	assert_int_equal(e.out.len, 0);
	end_free(&e);
	wr_reset(&w);
}

/* --- unknown types, lengths, identifiers ------------------------------------------------------ */

static void test_unknown_is_skipped(void **state)
{
	static const char junk[5000];
	struct wr w = { 0 };
	struct end e;

	(void)state;
	end_init(&e, false, true, 0);
	e.s.state = PT_DATA;
	for (unsigned i = 1; i <= limits.unknown + 1; i++) {
		struct span in =
			message(&w, i % 2 ? PEN_ITA : PEN_IETF, 1000, junk, sizeof(junk));

		wr_truncate(&e.out, 0);
		for (size_t at = 0; at < in.n; at += 700)
			feed(&e, span_of(in.p + at, in.n - at < 700 ? in.n - at : 700));
		if (i <= limits.unknown) {
			check_error(wr_span(&e.out), PT_E_TYPE, in);
			assert_int_equal(e.out.len, 24 + PT_ERROR_COPY);
			assert_int_equal(e.s.state, PT_DATA);
			assert_true(e.s.in.cap < 4096); /* it was not kept */
			feed(&e, message(&w, PEN_IETF, PT_PB_BATCH, "x", 1));
			assert_int_equal(e.batches, i);
		}
	}
	assert_int_equal(e.s.state, PT_CLOSED);
	assert_int_equal(e.s.failure.err, ST_ELIMIT);
	end_free(&e);
	wr_reset(&w);
}

/* 4 GiB announced: refused at once, nothing allocated. */
static void test_huge_length(void **state)
{
	static const uint8_t types[] = { PT_PB_BATCH, PT_SASL_DATA, PT_ERROR, 200 };
	uint8_t hdr[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff };
	struct end e;

	(void)state;
	for (int st = PT_WAIT_REQUEST; st < PT_CLOSED; st++)
		for (size_t i = 0; i < sizeof(types); i++) {
			hdr[7] = types[i];
			check_answer((enum pt_state)st, span_of(hdr, 16),
				     PT_E_INVALID_PARAMETER, ST_ELIMIT);
		}
	/* before Data Transport the ceiling is lower */
	hdr[8] = 0;
	hdr[9] = 1;
	hdr[10] = hdr[11] = 0;
	hdr[7] = PT_SASL_MECHANISMS;
	end_init(&e, true, false, 0);
	e.s.state = PT_WAIT_LIST;
	feed(&e, span_of(hdr, 16)); /* 65536: allowed, and waited for */
	assert_int_equal(e.s.state, PT_WAIT_LIST);
	assert_true(e.s.in.cap <= 4096);
	end_free(&e);
	hdr[11] = 1;
	check_answer(PT_WAIT_LIST, span_of(hdr, 16), PT_E_INVALID_PARAMETER, ST_ELIMIT);
}

/* Memory follows the octets that have come, and a large buffer is given back. */
static void test_memory_follows_arrival(void **state)
{
	uint8_t hdr[16] = { 0, 0, 0, 0, 0, 0, 0, PT_PB_BATCH, 0, 0xff, 0xff, 0xff };
	uint8_t piece[4096] = { 0 };
	size_t left = 0xffffff - 16;
	struct end e;

	(void)state;
	end_init(&e, false, true, 0);
	e.s.state = PT_DATA;
	feed(&e, span_of(hdr, 16));
	assert_true(e.s.in.cap <= 4096);
	while (left) {
		size_t n = left < sizeof(piece) ? left : sizeof(piece);

		assert_true(e.s.in.cap <= 2 * (e.s.in.len + 4096));
		feed(&e, span_of(piece, n));
		left -= n;
	}
	assert_int_equal(e.batches, 1);
	feed(&e, (struct span){ 0 });
	assert_int_equal(e.s.in.cap, 0);
	end_free(&e);
}

static void test_identifier_rolls_over(void **state)
{
	struct wr out = { 0 };
	struct pt_msg m;
	struct end e;
	struct rd r;

	(void)state;
	end_init(&e, false, true, 0);
	e.s.state = PT_DATA;
	e.s.next_id = UINT32_MAX;
	for (uint32_t want = UINT32_MAX; want != 2; want++) {
		wr_truncate(&out, 0);
		assert_int_equal(pt_session_send_batch(&e.s, span_str("b"), &out), 0);
		r = rd_over(wr_span(&out));
		assert_int_equal(pt_msg_decode(&r, &m), 0);
		assert_int_equal(m.id, want);
	}
	wr_reset(&out);
	end_free(&e);
}

static void test_our_own_failures(void **state)
{
	struct wr w = { 0 }, full = { .max = 10 };
	struct end e;
	struct span in;

	(void)state;
	end_init(&e, false, true, 0);
	in = message(&w, PEN_IETF, PT_VERSION_REQUEST, "\0\1\1\1", 4);
	assert_int_equal(pt_session_input(&e.s, &in, &full), ST_ESTATE); /* not started */
	assert_int_equal(pt_session_start(&e.s, &full), 0);
	assert_int_equal(pt_session_start(&e.s, &full), ST_ESTATE);
	assert_int_equal(pt_session_input(&e.s, &in, &full), ST_ELIMIT);
	assert_int_equal(e.s.state, PT_CLOSED);
	in = message(&w, PEN_IETF, PT_VERSION_REQUEST, "\0\1\1\1", 4);
	assert_int_equal(pt_session_input(&e.s, &in, &full), PT_NEED_MORE); /* deaf by now */
	assert_int_equal(in.n, 0);
	end_free(&e);
	wr_reset(&w);
	wr_reset(&full);
}

/* Random octets and half messages, every state, both roles: an event, and an end. */
static void test_hostile(void **state)
{
	uint32_t seed = 7;
	uint8_t b[48];
	struct end e;

	(void)state;
	attempts = 2;
	for (int i = 0; i < 60000; i++) {
		size_t n = (size_t)i % sizeof(b);

		for (size_t j = 0; j < n; j++) {
			seed = seed * 1664525 + 1013904223;
			b[j] = (uint8_t)(seed >> 24);
			if (i & 1 && j < 12 && j != 7 && j != 11)
				b[j] = 0; /* a plausible header */
			if (i & 1 && j == 7)
				b[j] %= 12;
			if (i & 1 && j == 11)
				b[j] = (uint8_t)(16 + b[j] % 32);
		}
		end_init(&e, i & 2, i & 4, PLAIN_BIT);
		enter(&e.s, (enum pt_state)(1 + i % (PT_N_STATES - 1)));
		feed(&e, span_of(b, n));
		assert_true(e.last >= 0);
		end_free(&e);
	}
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(pt_state_name(PT_DATA), "DATA");
	assert_string_equal(pt_state_name(PT_CLOSED), "CLOSED");
}

UNIT_GROUP(pt_session)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roles_and_pieces),
		cmocka_unit_test(test_no_authentication),
		cmocka_unit_test(test_fail_of_own_accord),
		cmocka_unit_test(test_every_cell),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_bad_length_vector),
		cmocka_unit_test(test_error_is_never_answered),
		cmocka_unit_test(test_unknown_is_skipped),
		cmocka_unit_test(test_huge_length),
		cmocka_unit_test(test_memory_follows_arrival),
		cmocka_unit_test(test_identifier_rolls_over),
		cmocka_unit_test(test_our_own_failures),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
