/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "vectors.h"
#include "wire/pa_ietf.h"
#include "wire/pa_msg.h"

/* The values of the attributes of a vector, in order. */
struct values {
	struct vectors set;
	struct rd v[16];
};

static void load(struct values *val, const char *name)
{
	struct rd r = rd_over(vector_one(&val->set, name));
	struct pa_attr a;
	struct pa_msg m;
	size_t n = 0;

	assert_int_equal(pa_msg_decode(&r, &m), 0);
	while (n < 16 && pa_attr_next(&r, &a) > 0)
		val->v[n++] = a.value;
}

static void test_collector(void **state)
{
	struct values val = { 0 };
	struct pa_product p;
	struct pa_numeric_version nv;
	struct pa_string_version sv;
	struct pa_op_status os;
	enum pa_forwarding f;
	bool yes;

	(void)state;
	load(&val, "pa/collector-says.hex");
	assert_int_equal(pa_product_decode(&val.v[1], &p), 0);
	assert_int_equal(p.vendor, 28802);
	assert_int_equal(p.id, 7);
	assert_true(span_eq(p.name, span_str("\xc3\xa4"
					     "BC")));
	assert_int_equal(pa_numeric_version_decode(&val.v[2], &nv), 0);
	assert_int_equal(nv.major, 12);
	assert_int_equal(nv.minor, 5);
	assert_int_equal(nv.build, 0x10203);
	assert_int_equal(nv.sp_major, 1);
	assert_int_equal(nv.sp_minor, 2);
	assert_int_equal(pa_string_version_decode(&val.v[3], &sv), 0);
	assert_true(span_eq(sv.version, span_str("12")));
	assert_true(span_eq(sv.build, span_str("b")));
	assert_true(span_eq(sv.config, span_str("c1")));
	assert_int_equal(pa_op_status_decode(&val.v[4], &os), 0);
	assert_int_equal(os.status, PA_STATUS_OPERATIONAL);
	assert_int_equal(os.result, PA_LAST_SUCCESS);
	assert_true(span_eq(os.last_use, span_str("2016-12-31T23:59:60Z")));
	assert_int_equal(pa_forwarding_decode(&val.v[9], &f), 0);
	assert_int_equal(f, PA_FORWARDING_UNKNOWN);
	assert_int_equal(pa_default_password_decode(&val.v[10], &yes), 0);
	assert_true(yes);
	vectors_free(&val.set);
}

static void test_validator(void **state)
{
	struct values val = { 0 };
	struct pa_remediation m;
	enum pa_result result;

	(void)state;
	load(&val, "pa/validator-says.hex");
	assert_int_equal(pa_result_decode(&val.v[1], &result), 0);
	assert_int_equal(result, PA_RESULT_UNKNOWN);
	assert_int_equal(pa_remediation_decode(&val.v[2], &m), 0);
	assert_int_equal(m.type, PA_REMEDIATION_URI);
	assert_true(span_eq(m.text, span_str("http://a")));
	assert_int_equal(m.lang.n, 0);
	assert_int_equal(pa_remediation_decode(&val.v[3], &m), 0);
	assert_int_equal(m.type, PA_REMEDIATION_STRING);
	assert_true(span_eq(m.text, span_str("\xe2\x82\xac")));
	assert_true(span_eq(m.lang, span_str("de")));
	assert_int_equal(pa_remediation_decode(&val.v[4], &m), 0);
	assert_int_equal(m.vendor, 0xabcd);
	assert_int_equal(m.text.n, 2);
	vectors_free(&val.set);
}

static void test_time(void **state)
{
	static const char *const good[] = { "2026-11-21T19:26:55Z", "2024-02-29T00:00:00Z",
					    "2000-02-29T00:00:00Z", "2016-12-31T23:59:60Z",
					    "9999-12-31T23:59:59Z" };
	static const char *const bad[] = {
		"0000-00-00T00:00:00Z", "2026-02-29T00:00:00Z",  "1900-02-29T00:00:00Z",
		"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",  "2026-04-31T00:00:00Z",
		"2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z",  "2026-01-01T00:60:00Z",
		"2026-01-01T00:00:61Z", "2026-01-01t00:00:00Z",  "2026-01-01T00:00:00z",
		"2026-01-01 00:00:00Z", "2026-01-01T00:00:0aZ",  "+026-01-01T00:00:00Z",
		"2026-01-01T00:00:00",  "2026-01-01T00:00:00Z ", "",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(pa_time_ok(span_str(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(pa_time_ok(span_str(bad[i])));
}

/* RFC 5792, 4.2.5: what a later RFC defines is unknown to us, not wrong. */
static void test_future_status(void **state)
{
	struct pa_op_status s;
	struct wr w = { 0 };

	(void)state;
	wr_u32(&w, 0x04040000);
	wr_str(&w, PA_TIME_UNKNOWN);
	struct rd r = rd_over(wr_span(&w));

	assert_int_equal(pa_op_status_decode(&r, &s), 0);
	assert_int_equal(s.status, PA_STATUS_UNKNOWN);
	assert_int_equal(s.result, PA_LAST_UNKNOWN);
	wr_reset(&w);
}

/* Runs one encoder and says what came of it. */
#define REFUSED(call)                                                                         \
	do {                                                                                  \
		struct wr w = { 0 };                                                          \
		assert_int_equal(call, ST_EVALUE);                                            \
		wr_reset(&w);                                                                 \
	} while (0)

static void test_encoders_refuse(void **state)
{
	static const uint8_t big[256];
	struct pa_product nul = { .vendor = 1, .name = { (const uint8_t *)"a\0", 2 } };
	struct pa_product id = { .id = 1 };
	struct pa_string_version string = { .build = span_of("x\xff", 2) };
	struct pa_string_version longer = { .config = span_of(big, 256) };
	struct pa_op_status status = { .last_use = span_str("2026-02-30T00:00:00Z") };
	struct pa_op_status range = { .status = PA_N_STATUS,
				      .last_use = span_str(PA_TIME_UNKNOWN) };
	struct pa_remediation uri = { .type = PA_REMEDIATION_URI, .text = { big, 1 } };
	struct pa_remediation lang = { .type = PA_REMEDIATION_STRING, .lang = { big, 1 } };

	(void)state;
	REFUSED(pa_product_encode(&w, &nul));
	REFUSED(pa_product_encode(&w, &id));
	REFUSED(pa_string_version_encode(&w, &string));
	REFUSED(pa_string_version_encode(&w, &longer));
	REFUSED(pa_op_status_encode(&w, &status));
	REFUSED(pa_op_status_encode(&w, &range));
	REFUSED(pa_remediation_encode(&w, &uri));
	REFUSED(pa_remediation_encode(&w, &lang));
	REFUSED(pa_result_encode(&w, PA_N_RESULT));
	REFUSED(pa_forwarding_encode(&w, PA_N_FORWARDING));
}

UNIT_GROUP(pa_ietf)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_collector),
		cmocka_unit_test(test_validator),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_future_status),
		cmocka_unit_test(test_encoders_refuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
