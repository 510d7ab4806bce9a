/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "vectors.h"
#include "wire/pt_tls.h"

static int decode(struct span s, struct pt_msg *m, size_t *err_at)
{
	struct rd r = rd_over(s);
	int err = pt_msg_decode(&r, m);

	*err_at = r.err_at;
	assert_int_equal(err, r.err);
	return err;
}

static void check_vector(struct span v)
{
	struct wr w = { 0 };
	struct pt_msg m;
	size_t at;

	assert_int_equal(decode(v, &m, &at), 0);
	assert_int_equal(pt_msg_encode(&w, &m), 0);
	assert_true(span_eq(wr_span(&w), v));
	for (size_t n = 0; n < v.n && n < 4096; n++) {
		assert_true(decode(span_of(v.p, n), &m, &at) < 0);
		assert_true(at <= n);
	}
	wr_reset(&w);
}

static void test_vectors_round_trip(void **state)
{
	struct vectors v = { 0 };

	(void)state;
	vectors_load(&v, VECTOR_DIR "/pt");
	assert_true(v.n >= 12);
	for (size_t i = 0; i < v.n; i++)
		if (strcmp(v.v[i].name, "bad-length-8.hex") != 0 && !v.v[i].err)
			check_vector(vector_span(&v.v[i]));
	vectors_free(&v);
}

static void test_transcripts_round_trip(void **state)
{
	struct vectors v = { 0 };

	(void)state;
	vectors_load(&v, VECTOR_DIR "/transcripts");
	assert_true(v.n > 100);
	for (size_t i = 0; i < v.n; i++)
		check_vector(vector_span(&v.v[i]));
	vectors_free(&v);
}

static void test_fields(void **state)
{
	struct vectors v = { 0 };
	struct span name;
	struct pt_msg m;
	struct rd r;
	size_t at;

	(void)state;
	assert_int_equal(decode(vector_one(&v, "pt/version-request.hex"), &m, &at), 0);
	assert_int_equal(m.type, PT_VERSION_REQUEST);
	assert_int_equal(m.request.min, 1);
	assert_int_equal(m.request.max, 1);
	assert_int_equal(m.request.pref, 1);
	assert_int_equal(decode(vector_one(&v, "pt/sasl-mechanisms.hex"), &m, &at), 0);
	assert_int_equal(m.id, 1);
	r = rd_over(m.mechs);
	assert_int_equal(pt_mech_next(&r, &name), 1);
	assert_true(span_eq(name, span_str("PLAIN")));
	assert_int_equal(pt_mech_next(&r, &name), 1);
	assert_true(span_eq(name, span_str("EXTERNAL")));
	assert_int_equal(pt_mech_next(&r, &name), 0);
	assert_int_equal(decode(vector_one(&v, "pt/sasl-selection-plain.hex"), &m, &at), 0);
	assert_true(span_eq(m.selection.mech, span_str("PLAIN")));
	assert_int_equal(m.selection.initial.n, 13);
	assert_int_equal(decode(vector_one(&v, "pt/sasl-result-8bit.hex"), &m, &at), 0);
	assert_true(m.result.narrow);
	assert_int_equal(decode(vector_one(&v, "pt/bad-length-8-reply.hex"), &m, &at), 0);
	assert_int_equal(m.error.code, PT_E_INVALID_PARAMETER);
	assert_int_equal(m.error.copy.n, 16);
	vectors_free(&v);
}

static void test_refused(void **state)
{
	struct vectors v = { 0 };
	struct pt_msg m;
	size_t at;

	(void)state;
	vectors_load(&v, VECTOR_DIR "/pt/refused.bad");
	assert_true(v.n > 15);
	for (size_t i = 0; i < v.n; i++)
		if (decode(vector_span(&v.v[i]), &m, &at) != v.v[i].err || at != v.v[i].err_at)
			fail_msg("%s: at %zu", v.v[i].name, at);
	vectors_free(&v);
}

static void test_reserved_bits_are_ignored(void **state)
{
	static const char odd[] = "\xff\0\0\0\0\0\0\3\0\0\0\x12\0\0\0\0\xe1"
				  "A";
	struct pt_msg m;
	size_t at;

	(void)state;
	assert_int_equal(decode(span_of(odd, sizeof(odd) - 1), &m, &at), 0);
	assert_int_equal(m.mechs.n, 2);
}

static void test_error_copy_is_cut(void **state)
{
	static const uint8_t big[3000];
	struct pt_msg m = { .type = PT_ERROR,
			    .error = { .code = PT_E_TYPE, .copy = { big, sizeof(big) } } };
	struct wr w = { 0 };
	size_t at;

	(void)state;
	assert_int_equal(pt_msg_encode(&w, &m), 0);
	assert_int_equal(w.len, 24 + PT_ERROR_COPY);
	assert_int_equal(decode(wr_span(&w), &m, &at), 0);
	wr_reset(&w);
}

static void test_encode_over_ceiling(void **state)
{
	struct pt_msg m = { .type = PT_VERSION_REQUEST };
	struct wr w = { .max = 19 };

	(void)state;
	assert_int_equal(pt_msg_encode(&w, &m), ST_ELIMIT);
	wr_reset(&w);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(pt_type_name(PEN_IETF, PT_SASL_RESULT), "SASL Result");
	assert_string_equal(pt_type_name(PEN_IETF, PT_N_TYPES), "unknown");
	assert_string_equal(pt_type_name(PEN_TCG, PT_PB_BATCH), "unknown");
	assert_string_equal(pt_error_name(PEN_IETF, PT_E_INVALID_PARAMETER),
			    "Invalid Parameter");
	assert_string_equal(pt_error_name(PEN_IETF, PT_N_ERRORS), "unknown");
	assert_string_equal(pt_error_name(1, 0), "unknown");
}

UNIT_GROUP(pt_tls)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors_round_trip),
		cmocka_unit_test(test_transcripts_round_trip),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_reserved_bits_are_ignored),
		cmocka_unit_test(test_error_copy_is_cut),
		cmocka_unit_test(test_encode_over_ceiling),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
