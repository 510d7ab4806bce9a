/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "wire/pa_attr.h"

/* Reads attributes one after another from hand-made octets. */
static int next(struct wr *w, struct rd *r, struct pa_attr *a)
{
	*r = rd_over(wr_span(w));
	return pa_attr_next(r, a);
}

static void put_attr(struct wr *w, uint32_t vendor, uint32_t type, size_t n)
{
	size_t begin = pa_attr_begin(w, 0, vendor, type);

	for (size_t i = 0; i < n; i++)
		wr_u8(w, 0);
	pa_attr_end(w, begin);
}

static void test_table(void **state)
{
	const struct pa_type *t;
	size_t n = 0;

	(void)state;
	for (; (t = pa_type_at(n)); n++) {
		assert_ptr_equal(pa_type_find(t->vendor, t->type), t); /* no row twice */
		assert_string_equal(pa_attr_name(t->vendor, t->type), t->name);
		assert_true(t->min <= t->max);
		assert_true(t->dir >= PA_TO_VALIDATOR && t->dir <= PA_BOTH);
		assert_true(t->recode || t->max == 0 || t->type == PA_TESTING);
	}
	assert_int_equal(n, 13 + 9 + 4);
	assert_null(pa_type_find(PEN_IETF, 22));
	assert_null(pa_type_find(PEN_TCG, PA_PRODUCT_INFO));
	assert_string_equal(pa_attr_name(PEN_ITA, 1), "unknown");
}

/* RFC 5792, 4.2.1: of the IETF types only these two may not be asked for. */
static void test_requestable(void **state)
{
	const struct pa_type *t;

	(void)state;
	for (size_t i = 0; (t = pa_type_at(i)); i++)
		assert_int_equal(t->requestable,
				 !(t->vendor == PEN_IETF &&
				   (t->type == PA_ATTR_REQUEST || t->type == PA_ERROR)));
}

/* Lengths by the table: a fixed one is wrong at the length field, one too short at the
 * value. */
static void test_lengths(void **state)
{
	const struct pa_type *t;
	struct pa_attr a;
	struct rd r;
	size_t at;

	(void)state;
	for (size_t i = 0; (t = pa_type_at(i)); i++) {
		bool fixed = t->min == t->max;
		struct wr w = { 0 };

		if (t->min) {
			put_attr(&w, t->vendor, t->type, t->min - 1);
			assert_int_equal(next(&w, &r, &a), 1);
			assert_int_equal(pa_attr_check(&a, &at),
					 fixed ? ST_ELENGTH : ST_ESHORT);
			assert_int_equal(at, fixed ? 8 : PA_ATTR_HDR);
		}
		wr_truncate(&w, 0);
		put_attr(&w, t->vendor, t->type, t->min + 1);
		assert_int_equal(next(&w, &r, &a), 1);
		if (fixed) {
			assert_int_equal(pa_attr_check(&a, &at), ST_ELENGTH);
			assert_int_equal(at, 8);
		}
		wr_reset(&w);
	}
}

static void test_walk(void **state)
{
	struct wr w = { 0 };
	struct pa_attr a;
	struct rd r;
	size_t at;

	(void)state;
	put_attr(&w, 0xabcd, 7, 3);
	size_t begin = pa_attr_begin(&w, PA_FLAG_NOSKIP, PEN_IETF, PA_RESULT);
	wr_u32(&w, 4);
	pa_attr_end(&w, begin);

	assert_int_equal(next(&w, &r, &a), 1);
	assert_true(pa_attr_is(&a, 0xabcd, 7));
	assert_int_equal(pa_attr_value(&a).n, 3);
	assert_int_equal(pa_attr_check(&a, &at), 0); /* unknown: any content */
	assert_int_equal(pa_attr_next(&r, &a), 1);
	assert_int_equal(a.flags, PA_FLAG_NOSKIP);
	assert_int_equal(a.at, 15);
	assert_int_equal(rd_pos(&a.value), 27);
	assert_int_equal(pa_attr_next(&r, &a), 0);
	assert_int_equal(pa_attr_next(&r, &a), 0);
	wr_reset(&w);
}

/* Every wrong header sticks in the cursor with the offset of its field. */
static void test_bad_headers(void **state)
{
	static const struct {
		uint32_t vendor, type, length;
		size_t at;
		int err;
	} bad[] = {
		{ PEN_RESERVED, 1, 16, 1, ST_EVALUE }, { 0, TYPE_RESERVED, 16, 4, ST_EVALUE },
		{ 0, 0, 11, 8, ST_ELENGTH },           { 0, 0, 0, 8, ST_ELENGTH },
		{ 0, 0, 17, 8, ST_ELENGTH },           { 0, 0, 0xffffffff, 8, ST_ELENGTH },
	};
	struct pa_attr a;
	struct rd r;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct wr w = { 0 };

		put_attr(&w, bad[i].vendor, bad[i].type, 4);
		wr_fill32(&w, 8, bad[i].length);
		assert_int_equal(next(&w, &r, &a), bad[i].err);
		assert_int_equal(r.err_at, bad[i].at);
		assert_int_equal(pa_attr_next(&r, &a), bad[i].err);
		wr_reset(&w);
	}
}

UNIT_GROUP(pa_attr)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),       cmocka_unit_test(test_requestable),
		cmocka_unit_test(test_lengths),     cmocka_unit_test(test_walk),
		cmocka_unit_test(test_bad_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
