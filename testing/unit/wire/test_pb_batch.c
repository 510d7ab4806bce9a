/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "vectors.h"
#include "wire/pb_batch.h"
#include "wire/pb_msg.h"
#include "wire/pt_tls.h"

static int reencode(struct span v, struct wr *w)
{
	struct rd r = rd_over(v);
	struct pb_batch b;
	struct pb_msg m;
	size_t start;
	int err;

	if ((err = pb_batch_decode(&r, &b)) < 0)
		return err;
	start = pb_batch_begin(w, b.type, b.from_server);
	while (rd_left(&b.body)) {
		if ((err = pb_msg_decode(&b.body, &m)) < 0)
			return err;
		assert_int_equal(pb_msg_encode(w, &m), 0);
	}
	return pb_batch_end(w, start);
}

static void check_batch(struct span v)
{
	struct wr w = { 0 };
	struct pb_batch b;

	assert_int_equal(reencode(v, &w), 0);
	assert_true(span_eq(wr_span(&w), v)); /* what we accept, we say the same way */
	for (size_t n = 0; n < v.n && n < 4096; n++) {
		struct rd r = rd_over(span_of(v.p, n));

		assert_true(pb_batch_decode(&r, &b) < 0);
		assert_true(r.err_at <= n);
	}
	wr_reset(&w);
}

static void test_vectors_round_trip(void **state)
{
	struct vectors v = { 0 };
	size_t good = 0;

	(void)state;
	vectors_load(&v, VECTOR_DIR "/pb");
	for (size_t i = 0; i < v.n; i++) {
		bool bad = strncmp(v.v[i].name, "bad-", 4) == 0;

		if (v.v[i].err)
			continue;
		if (!bad || strstr(v.v[i].name, "-reply")) {
			check_batch(vector_span(&v.v[i]));
			good++;
		}
	}
	assert_true(good >= 18);
	vectors_free(&v);
}

static void test_transcripts_round_trip(void **state)
{
	struct vectors v = { 0 };
	struct pt_msg m;

	(void)state;
	vectors_load(&v, VECTOR_DIR "/transcripts");
	for (size_t i = 0; i < v.n; i++) {
		struct rd r = rd_over(vector_span(&v.v[i]));

		assert_int_equal(pt_msg_decode(&r, &m), 0);
		/* two of them exist to break the version */
		if (m.type == PT_PB_BATCH && m.value.p[0] == PB_VERSION)
			check_batch(m.value);
	}
	vectors_free(&v);
}

static void refuse(const char *name, int err, size_t at)
{
	struct vectors v = { 0 };
	struct rd r = rd_over(vector_one(&v, name));
	struct pb_batch b;

	assert_int_equal(pb_batch_decode(&r, &b), err);
	assert_int_equal(r.err_at, at);
	vectors_free(&v);
}

static void test_header_is_checked(void **state)
{
	(void)state;
	refuse("pb/bad-version.hex", ST_EVERSION, 0);
	refuse("pb/bad-type-9.hex", ST_EVALUE, 3);
	refuse("pb/bad-length-9.hex", ST_ELENGTH, 4);
}

static void test_reserved_bits_are_ignored(void **state)
{
	static const uint8_t odd[] = { 2, 0xff, 0xff, 0xf2, 0, 0, 0, 8 };
	struct rd r = rd_over(span_of(odd, sizeof(odd)));
	struct pb_batch b;

	(void)state;
	assert_int_equal(pb_batch_decode(&r, &b), 0);
	assert_int_equal(b.type, PB_SDATA);
	assert_true(b.from_server);
	assert_int_equal(rd_left(&b.body), 0);
}

static void test_type_0_is_none(void **state)
{
	static const uint8_t zero[] = { 2, 0, 0, 0, 0, 0, 0, 8 };
	struct rd r = rd_over(span_of(zero, sizeof(zero)));
	struct pb_batch b;

	(void)state;
	assert_int_equal(pb_batch_decode(&r, &b), ST_EVALUE);
	assert_int_equal(r.err_at, 3);
}

static void test_nothing_at_all(void **state)
{
	struct rd r = rd_over((struct span){ 0 });
	struct pb_batch b;

	(void)state;
	assert_int_equal(pb_batch_decode(&r, &b), ST_ESHORT);
	assert_int_equal(r.err_at, 0);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(pb_type_name(PB_SRETRY), "SRETRY");
	assert_string_equal(pb_type_name(0), "unknown");
	assert_string_equal(pb_type_name(PB_N_TYPES), "unknown");
}

UNIT_GROUP(pb_batch)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors_round_trip),
		cmocka_unit_test(test_transcripts_round_trip),
		cmocka_unit_test(test_header_is_checked),
		cmocka_unit_test(test_reserved_bits_are_ignored),
		cmocka_unit_test(test_type_0_is_none),
		cmocka_unit_test(test_nothing_at_all),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
