/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "vectors.h"
#include "wire/pb_batch.h"
#include "wire/pb_msg.h"

static struct rd body_of(struct vectors *v, const char *name)
{
	struct rd r = rd_over(vector_one(v, name));
	struct pb_batch b;

	assert_int_equal(pb_batch_decode(&r, &b), 0);
	return b.body;
}

/* Cut short anywhere, a message is refused within what there is. */
static void check_truncations(struct span whole)
{
	struct pb_msg m;

	for (size_t n = 0; n < whole.n; n++) {
		struct rd r = rd_over(span_of(whole.p, n));

		assert_true(pb_msg_decode(&r, &m) < 0);
		assert_true(r.err_at <= n);
	}
}

static void test_all_messages(void **state)
{
	struct vectors v = { 0 };
	struct rd r = body_of(&v, "pb/all-messages.hex");
	struct pb_msg m[11];
	const uint8_t *start;

	(void)state;
	for (size_t i = 0; i < 11; i++) {
		start = r.p;
		assert_int_equal(pb_msg_decode(&r, &m[i]), 0);
		check_truncations(span_of(start, (size_t)(r.p - start)));
	}
	assert_int_equal(rd_left(&r), 0);
	assert_int_equal(m[0].assessment, PB_DONT_KNOW);
	assert_int_equal(m[1].access, PB_ACCESS_DENIED);
	assert_int_equal(m[1].at, 24);
	assert_true(m[2].pa.excl);
	assert_int_equal(m[2].pa.subtype, 9);
	assert_int_equal(m[2].pa.collector, 1);
	assert_int_equal(m[2].pa.validator, 2);
	assert_int_equal(m[2].pa.body.n, 2);
	assert_true(span_eq(m[3].remediation.text, span_str("http://a.b/")));
	assert_true(span_eq(m[4].remediation.text, span_str("\xc3\xa4!")));
	assert_true(span_eq(m[4].remediation.lang, span_str("de")));
	assert_int_equal(m[5].remediation.vendor, PEN_ITA);
	assert_int_equal(m[5].remediation.text.n, 2);
	assert_false(m[6].error.fatal);
	assert_int_equal(m[6].error.params.n, 2);
	assert_int_equal(m[7].language.n, 0);
	assert_true(span_eq(m[8].reason.text, span_str("abc")));
	assert_int_equal(m[8].reason.lang.n, 0);
	assert_null(m[9].rule);
	assert_int_equal(m[9].value.n, 1);
	assert_null(m[10].rule);
	assert_int_equal(m[10].value.n, 4);
	vectors_free(&v);
}

static void test_referral(void **state)
{
	struct vectors v = { 0 };
	struct rd r = body_of(&v, "pb/referral.hex");
	struct pb_msg m;

	(void)state;
	assert_int_equal(pb_msg_decode(&r, &m), 0);
	assert_int_equal(m.referral.type, PB_PDP_FQDN);
	assert_int_equal(m.referral.port, 271);
	assert_int_equal(m.referral.protocol, 0);
	assert_true(span_eq(m.referral.address, span_str("a.b.c")));
	assert_int_equal(pb_msg_decode(&r, &m), 0);
	assert_int_equal(m.referral.address.n, 4);
	assert_int_equal(pb_msg_decode(&r, &m), 0);
	assert_int_equal(m.referral.address.n, 16);
	assert_int_equal(pb_msg_decode(&r, &m), 0);
	assert_int_equal(m.referral.vendor, PEN_ITA);
	assert_int_equal(m.referral.address.n, 6);
	vectors_free(&v);
}

static void test_noskip_test_is_unknown(void **state)
{
	struct vectors v = { 0 };
	struct rd r = body_of(&v, "pb/noskip-test.hex");
	struct pb_msg m;

	(void)state;
	assert_int_equal(pb_msg_decode(&r, &m), 0);
	assert_null(m.rule);
	assert_true(m.noskip);
	vectors_free(&v);
}

static void test_refused(void **state)
{
	struct vectors v = { 0 };
	struct pb_msg m;

	(void)state;
	vectors_load(&v, VECTOR_DIR "/pb/refused.bad");
	assert_true(v.n > 40);
	for (size_t i = 0; i < v.n; i++) {
		struct rd r = rd_over(vector_span(&v.v[i]));

		if (pb_msg_decode(&r, &m) != v.v[i].err || r.err_at != v.v[i].err_at)
			fail_msg("%s: %s at %zu", v.v[i].name, st_strerror(r.err), r.err_at);
	}
	vectors_free(&v);
}

/* strongSwan sends four octets of parameters with every error. */
static void test_error_parameters_may_be_longer(void **state)
{
	struct vectors v = { 0 };
	struct span swan = vector_one(&v, "pb/close-local-error-swan.hex");
	struct rd r = body_of(&v, "pb/close-local-error-swan.hex");
	struct wr w = { 0 };
	struct pb_msg m;

	(void)state;
	assert_int_equal(pb_msg_decode(&r, &m), 0);
	assert_true(m.error.fatal);
	assert_int_equal(m.error.code, PB_E_LOCAL);
	assert_int_equal(pb_msg_encode(&w, &m), 0);
	assert_true(span_eq(wr_span(&w), span_of(swan.p + 8, swan.n - 8)));
	wr_reset(&w);
	vectors_free(&v);
}

static void test_error_parameters_are_made(void **state)
{
	struct pb_msg m = { .type = PB_MSG_ERROR, .error = { .fatal = true } }, back;
	struct wr w = { 0 };
	struct rd r;

	(void)state;
	m.error.code = PB_E_UNSUPPORTED;
	m.error.offset = 0x01020304;
	assert_int_equal(pb_msg_encode(&w, &m), 0);
	r = rd_over(wr_span(&w));
	assert_int_equal(pb_msg_decode(&r, &back), 0);
	assert_true(back.noskip);
	assert_int_equal(back.error.offset, 0x01020304);
	wr_truncate(&w, 0);
	m.error.code = PB_E_VERSION;
	m.error.bad = 3;
	m.error.max = m.error.min = 2;
	assert_int_equal(pb_msg_encode(&w, &m), 0);
	r = rd_over(wr_span(&w));
	assert_int_equal(pb_msg_decode(&r, &back), 0);
	assert_int_equal(back.error.bad, 3);
	assert_int_equal(back.error.max, 2);
	assert_int_equal(back.error.min, 2);
	wr_truncate(&w, 0);
	m.error.code = PB_E_UNEXPECTED_BATCH;
	assert_int_equal(pb_msg_encode(&w, &m), 0);
	assert_int_equal(w.len, 20);
	wr_reset(&w);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(pb_msg_name(PEN_IETF, PB_MSG_PA), "PB-PA");
	assert_string_equal(pb_msg_name(PEN_TCG, PB_MSG_REFERRAL), "PB-PDP-Referral");
	assert_string_equal(pb_msg_name(PEN_ITA, 1), "unknown");
	assert_string_equal(pb_error_name(PEN_IETF, PB_E_LOCAL), "Local Error");
	assert_string_equal(pb_error_name(PEN_TCG, 0), "unknown");
	assert_string_equal(pb_error_name(PEN_IETF, PB_N_ERRORS), "unknown");
}

UNIT_GROUP(pb_msg)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_messages),
		cmocka_unit_test(test_referral),
		cmocka_unit_test(test_noskip_test_is_unknown),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_error_parameters_may_be_longer),
		cmocka_unit_test(test_error_parameters_are_made),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
