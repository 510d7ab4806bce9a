/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "vectors.h"
#include "wire/pa_msg.h"
#include "wire/seg.h"

static struct rd value_of(struct vectors *set, const char *name, int i)
{
	struct rd r = rd_over(vector_one(set, name));
	struct pa_attr a = { 0 };
	struct pa_msg m;

	assert_int_equal(pa_msg_decode(&r, &m), 0);
	for (; i >= 0; i--)
		assert_int_equal(pa_attr_next(&r, &a), 1);
	return a.value;
}

static void test_contract(void **state)
{
	struct vectors set = { 0 };
	struct rd r = value_of(&set, "seg/contract-request.hex", 0);
	struct seg_contract c, small = { SEG_UNLIMITED, SEG_MIN - 1 };
	struct wr w = { 0 };

	(void)state;
	assert_int_equal(seg_contract_decode(&r, &c), 0);
	assert_int_equal(c.max_message, SEG_UNLIMITED);
	assert_int_equal(c.max_segment, 24);
	assert_int_equal(seg_contract_encode(&w, &small), ST_EVALUE);
	wr_reset(&w);
	r = value_of(&set, "seg/bad-contract.hex", 0);
	assert_int_equal(seg_contract_decode(&r, &c), ST_EVALUE);
	assert_int_equal(r.err_at, 24);
	vectors_free(&set);
}

static void test_envelope(void **state)
{
	struct vectors set = { 0 };
	struct rd r = value_of(&set, "seg/envelope-first.hex", 0);
	struct seg_envelope e;

	(void)state;
	assert_int_equal(seg_envelope_decode(&r, &e), 0);
	assert_int_equal(e.flags, SEG_MORE | SEG_START);
	assert_int_equal(e.base_id, 1);
	assert_int_equal(e.segment.n, 16);
	r = value_of(&set, "seg/envelope-last.hex", 0);
	assert_int_equal(seg_envelope_decode(&r, &e), 0);
	assert_int_equal(e.flags, 0);
	vectors_free(&set);
}

static void test_next(void **state)
{
	static const uint8_t foreign[] = { 0x01, 0, 0, 9 }; /* a peer's idea of the flag */
	struct vectors set = { 0 };
	struct rd r = value_of(&set, "seg/next.hex", 0);
	struct seg_next n;

	(void)state;
	assert_int_equal(seg_next_decode(&r, &n), 0);
	assert_false(n.cancel);
	assert_int_equal(n.base_id, 1);
	r = value_of(&set, "seg/next.hex", 1);
	assert_int_equal(seg_next_decode(&r, &n), 0);
	assert_true(n.cancel);
	assert_int_equal(n.base_id, 2);
	r = rd_over(span_of(foreign, sizeof(foreign)));
	assert_int_equal(seg_next_decode(&r, &n), 0);
	assert_true(n.cancel);
	vectors_free(&set);
}

UNIT_GROUP(seg)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contract),
		cmocka_unit_test(test_envelope),
		cmocka_unit_test(test_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
