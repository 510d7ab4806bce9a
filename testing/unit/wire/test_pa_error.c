/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "vectors.h"
#include "wire/pa_error.h"
#include "wire/pa_msg.h"

/* The error in the i-th attribute of a vector. */
static struct pa_error error_of(struct vectors *set, const char *name, int i)
{
	struct rd r = rd_over(vector_one(set, name));
	struct pa_error e;
	struct pa_attr a;
	struct pa_msg m;

	assert_int_equal(pa_msg_decode(&r, &m), 0);
	for (; i >= 0; i--)
		assert_int_equal(pa_attr_next(&r, &a), 1);
	assert_true(pa_attr_is(&a, PEN_IETF, PA_ERROR));
	assert_int_equal(pa_error_decode(&a.value, &e), 0);
	return e;
}

static void test_ietf_codes(void **state)
{
	static const uint8_t head[] = { 1, 0, 0, 0, 0, 0, 0, 9 };
	struct vectors set = { 0 };
	struct pa_error e;

	(void)state;
	e = error_of(&set, "pa/errors.hex", 0);
	assert_int_equal(e.code, PA_E_INVALID);
	assert_memory_equal(e.head, head, sizeof(head));
	assert_int_equal(e.offset, 16);
	e = error_of(&set, "pa/errors.hex", 1);
	assert_int_equal(e.code, PA_E_VERSION);
	assert_int_equal(e.head[0], 7);
	assert_int_equal(e.max_version, 1);
	assert_int_equal(e.min_version, 1);
	e = error_of(&set, "pa/errors.hex", 2);
	assert_int_equal(e.code, PA_E_UNSUPPORTED);
	assert_int_equal(e.attr_flags, PA_FLAG_NOSKIP);
	assert_int_equal(e.attr_vendor, 0xabcd);
	assert_int_equal(e.attr_type, 0x99);
	e = error_of(&set, "pa/errors.hex", 3);
	assert_int_equal(e.code, PA_E_RESERVED);
	assert_int_equal(e.info.n, 1);
	e = error_of(&set, "pa/errors.hex", 4);
	assert_int_equal(e.vendor, PEN_TCG);
	assert_int_equal(e.info.n, 2);
	vectors_free(&set);
}

static void test_swima_codes(void **state)
{
	struct vectors set = { 0 };
	struct pa_error e, inner;
	struct rd r;

	(void)state;
	e = error_of(&set, "swima/error-swima.hex", 0);
	assert_int_equal(e.code, PA_E_SWIMA);
	assert_int_equal(e.id, 1);
	assert_true(span_eq(e.text, span_str("package database unreadable")));
	e = error_of(&set, "swima/error-denied.hex", 0);
	assert_int_equal(e.code, PA_E_SWIMA_SUBSCRIPTION);
	e = error_of(&set, "swima/error-id-reuse.hex", 0);
	assert_int_equal(e.code, PA_E_SWIMA_SUBSCRIPTION_REUSE);
	e = error_of(&set, "swima/error-too-large.hex", 0);
	assert_int_equal(e.code, PA_E_SWIMA_TOO_LARGE);
	assert_int_equal(e.max_size, 1048576);
	e = error_of(&set, "swima/error-fulfillment-too-large.hex", 0);
	assert_int_equal(e.code, PA_E_SWIMA_FULFILLMENT);
	assert_int_equal(e.id, 5);
	r = rd_over(e.info);
	assert_int_equal(pa_error_decode(&r, &inner), 0);
	assert_int_equal(inner.code, PA_E_SWIMA_TOO_LARGE);
	assert_int_equal(inner.id, 5);
	assert_true(span_eq(inner.text, span_str("too big")));
	vectors_free(&set);
}

/* The constructors say what the vectors say. */
static void test_make(void **state)
{
	struct pa_error inner = pa_error_swima(PA_E_SWIMA_TOO_LARGE, 5, 1048576, "too big");
	struct vectors set = { 0 };
	struct span want = vector_one(&set, "swima/error-fulfillment-too-large.hex");
	struct wr w = { 0 };

	(void)state;
	pa_msg_encode(&w, 0x123);
	size_t begin = pa_attr_begin(&w, 0, PEN_IETF, PA_ERROR);
	assert_int_equal(pa_error_fulfillment_encode(&w, 5, &inner), 0);
	pa_attr_end(&w, begin);
	assert_true(span_eq(wr_span(&w), want));
	wr_truncate(&w, 0);

	struct pa_error e = pa_error_swima(PA_E_SWIMA, 1, 0, "package database unreadable");

	want = vector_one(&set, "swima/error-swima.hex");
	pa_msg_encode(&w, 0x120);
	assert_int_equal(pa_error_attr_encode(&w, &e), 0);
	assert_true(span_eq(wr_span(&w), want));
	wr_reset(&w);
	vectors_free(&set);
}

static int decode(const void *p, size_t n, size_t *at)
{
	struct rd r = rd_over(span_of(p, n));
	struct pa_error e;
	int err = pa_error_decode(&r, &e);

	*at = r.err_at;
	return err;
}

static void test_refused(void **state)
{
	static const uint8_t nested[] = { 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1,
					  0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1 };
	static const uint8_t inner_short[] = { 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0,
					       1, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0 };
	static const uint8_t text_nul[] = { 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 1, 'a', 0 };
	static const uint8_t trailing[] = { 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0,
					    0, 0, 0, 0, 9, 0, 0, 0, 8, 0 };
	size_t at;

	(void)state;
	assert_int_equal(decode(nested, sizeof(nested), &at), ST_EVALUE);
	assert_int_equal(at, 16);
	assert_int_equal(decode(inner_short, sizeof(inner_short), &at), ST_ESHORT);
	assert_int_equal(decode(text_nul, sizeof(text_nul), &at), ST_EVALUE);
	assert_int_equal(decode(trailing, sizeof(trailing), &at), ST_ELENGTH);
	assert_int_equal(at, 20);
	for (size_t n = 0; n < 20; n++)
		assert_int_equal(decode(trailing, n, &at), ST_ESHORT);
}

static void test_segment_head(void **state)
{
	static const uint8_t want[] = { 0xff, 0xff, 0xff, 0xff, 0, 1, 2, 3 };
	uint8_t head[PA_ERROR_HEAD];

	(void)state;
	pa_error_segment_head(head, 0x010203);
	assert_memory_equal(head, want, sizeof(want));
	assert_string_equal(pa_error_name(PEN_IETF, PA_E_INVALID), "Invalid Parameter");
	assert_string_equal(pa_error_name(PEN_IETF, 9), "unknown");
	assert_string_equal(pa_error_name(PEN_TCG, 1), "unknown");
}

UNIT_GROUP(pa_error)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ietf_codes),   cmocka_unit_test(test_swima_codes),
		cmocka_unit_test(test_make),         cmocka_unit_test(test_refused),
		cmocka_unit_test(test_segment_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
