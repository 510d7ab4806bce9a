/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "vectors.h"
#include "wire/pa_msg.h"
#include "wire/swima.h"

static struct pa_attr attr_of(struct vectors *set, const char *name)
{
	struct rd r = rd_over(vector_one(set, name));
	struct pa_attr a = { 0 };
	struct pa_msg m;

	assert_int_equal(pa_msg_decode(&r, &m), 0);
	assert_int_equal(pa_attr_next(&r, &a), 1);
	return a;
}

#define BASH "strongswan.org__Debian_12-x86_64-bash-5.2.15-2~b2"
#define ZLIB "strongswan.org__Debian_12-x86_64-zlib1g-1~1.2.13.dfsg-1"

static void test_request(void **state)
{
	struct vectors set = { 0 };
	struct pa_attr a = attr_of(&set, "swima/request-targeted.hex");
	struct span value = pa_attr_value(&a), ids[2] = { span_str(BASH), span_str(ZLIB) }, id;
	struct swima_request q;
	struct wr w = { 0 };

	(void)state;
	assert_int_equal(swima_request_decode(&a.value, &q), 0);
	assert_int_equal(q.flags, 0);
	assert_int_equal(q.count, 2);
	assert_int_equal(q.request_id, 3);
	assert_int_equal(q.earliest_eid, 0);
	assert_true(span_eq(q.raw, value));
	assert_int_equal(swima_answer_type(&q), PA_SW_INVENTORY);
	assert_int_equal(swima_request_next(&q, &id), 1);
	assert_true(span_eq(id, ids[0]));
	assert_int_equal(swima_request_next(&q, &id), 1);
	assert_true(span_eq(id, ids[1]));
	assert_int_equal(swima_request_next(&q, &id), 0);
	assert_int_equal(swima_request_encode(&w, &q, ids), 0);
	assert_true(span_eq(wr_span(&w), value));
	wr_reset(&w);
	vectors_free(&set);
}

/* RFC 8412, 5.6: the four answers. */
static void test_answer_types(void **state)
{
	struct swima_request q = { .flags = SWIMA_SUBSCRIBE };

	(void)state;
	assert_int_equal(swima_answer_type(&q), PA_SW_INVENTORY);
	q.earliest_eid = 1;
	assert_int_equal(swima_answer_type(&q), PA_SW_EVENTS);
	q.flags |= SWIMA_IDENTIFIERS;
	assert_int_equal(swima_answer_type(&q), PA_SW_ID_EVENTS);
	q.earliest_eid = 0;
	assert_int_equal(swima_answer_type(&q), PA_SW_ID_INVENTORY);
}

static void test_inventory(void **state)
{
	struct vectors set = { 0 };
	struct pa_attr a = attr_of(&set, "swima/id-inventory.hex");
	struct swima_record rec;
	struct swima_list l;

	(void)state;
	assert_int_equal(swima_list_begin(&l, &a), 0);
	assert_int_equal(l.head.count, 2);
	assert_int_equal(l.head.request_id, 2);
	assert_int_equal(l.head.epoch, 0x2f4a91c3);
	assert_int_equal(l.head.last_eid, 12);
	assert_int_equal(swima_next(&l, &rec), 1);
	assert_int_equal(rec.record_id, 17);
	assert_int_equal(rec.source, 1);
	assert_true(span_eq(rec.id, span_str(BASH)));
	assert_int_equal(rec.locator.n, 0);
	assert_int_equal(swima_next(&l, &rec), 1);
	assert_int_equal(rec.record_id, 902);
	assert_true(span_eq(rec.locator, span_str("file:///usr/share/strongswan")));
	assert_int_equal(swima_next(&l, &rec), 0);

	a = attr_of(&set, "swima/inventory-coswid.hex");
	assert_int_equal(swima_list_begin(&l, &a), 0);
	assert_int_equal(swima_next(&l, &rec), 1);
	assert_int_equal(rec.model, SWIMA_MODEL_COSWID);
	assert_int_equal(rec.record.n, 70);
	assert_int_equal(swima_next(&l, &rec), 0);
	vectors_free(&set);
}

/* RFC 8412, 3.3: a validator drops what it cannot parse, and the kit can tell where it
 * broke. */
static void test_truncated_inventory(void **state)
{
	struct vectors set = { 0 };
	struct pa_attr a = attr_of(&set, "swima/bad-id-inventory-truncated.hex");
	struct pa_rules rules = { .validator = true };
	struct pa_error answer;
	struct swima_record rec;
	struct swima_list l;

	(void)state;
	assert_int_equal(swima_list_begin(&l, &a), 0);
	assert_int_equal(swima_next(&l, &rec), 1);
	assert_int_equal(swima_next(&l, &rec), ST_ESHORT);
	assert_int_equal(l.rd.err_at, 99);
	assert_int_equal(swima_next(&l, &rec), ST_ESHORT);
	assert_true(pa_msg_check(vector_one(&set, "swima/bad-id-inventory-truncated.hex"),
				 &rules, &answer) < 0);
	assert_int_equal(answer.offset, 99);
	vectors_free(&set);
}

/* Writes n records into at most max octets and reads them back. */
static uint32_t stream(uint32_t n, size_t max, struct wr *w)
{
	struct swima_head h = { .request_id = 7, .epoch = 1, .last_eid = 2 };
	struct swima_record rec = { .id = span_str(BASH), .record = span_str("<tag/>") };
	struct swima_writer sw;
	struct swima_list l;
	struct pa_attr a;
	uint32_t put = 0;

	w->max = max;
	assert_int_equal(swima_writer_begin(&sw, w, PA_SW_INVENTORY, &h), 0);
	for (; put < n; put++) {
		rec.record_id = put;
		if (swima_writer_record(&sw, &rec) < 0)
			break;
	}
	assert_int_equal(swima_writer_end(&sw), 0);

	struct rd r = rd_over(wr_span(w));

	assert_int_equal(pa_attr_next(&r, &a), 1);
	assert_int_equal(swima_list_begin(&l, &a), 0);
	for (uint32_t i = 0; i < put; i++) {
		assert_int_equal(swima_next(&l, &rec), 1);
		assert_int_equal(rec.record_id, i);
		assert_true(span_eq(rec.record, span_str("<tag/>")));
	}
	assert_int_equal(swima_next(&l, &rec), 0);
	return put;
}

static void test_streaming(void **state)
{
	struct wr w = { 0 };

	(void)state;
	assert_int_equal(stream(5000, 0, &w), 5000);
	wr_reset(&w);
	/* 28 octets of head, 73 each: a full buffer keeps what fits whole */
	assert_int_equal(stream(5000, 28 + 73 * 10 + 72, &w), 10);
	assert_int_equal(w.len, 28 + 73 * 10);
	wr_reset(&w);
	assert_int_equal(stream(5000, 28, &w), 0);
	wr_reset(&w);
}

static void test_too_long(void **state)
{
	static const uint8_t big[SWIMA_MAX_STRING + 1];
	struct swima_record rec = { .id = span_of(big, sizeof(big)) };
	struct swima_head h = { 0 };
	struct swima_writer sw;
	struct wr w = { 0 };

	(void)state;
	assert_int_equal(swima_writer_begin(&sw, &w, PA_SW_ID_INVENTORY, &h), 0);
	assert_int_equal(swima_writer_record(&sw, &rec), ST_ELIMIT);
	assert_int_equal(w.len, 28);
	assert_int_equal(swima_writer_end(&sw), 0);
	wr_reset(&w);
}

static void test_subscriptions(void **state)
{
	struct vectors set = { 0 };
	struct pa_attr a = attr_of(&set, "swima/subscription-response.hex");
	struct span value = pa_attr_value(&a), raw[2];
	struct swima_subscriptions l;
	struct swima_request q;
	struct wr w = { 0 };

	(void)state;
	assert_int_equal(swima_subscriptions_begin(&l, &a), 0);
	assert_int_equal(l.count, 2);
	assert_int_equal(swima_subscriptions_next(&l, &q), 1);
	assert_int_equal(q.request_id, 4);
	assert_int_equal(q.earliest_eid, 13);
	raw[0] = q.raw;
	assert_int_equal(swima_subscriptions_next(&l, &q), 1);
	assert_int_equal(q.flags, SWIMA_CLEAR | SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS);
	raw[1] = q.raw;
	assert_int_equal(swima_subscriptions_next(&l, &q), 0);
	assert_int_equal(swima_subscriptions_encode(&w, raw, 2), 0);
	assert_true(span_eq(wr_span(&w), value));
	wr_reset(&w);
	vectors_free(&set);
}

static void test_sources(void **state)
{
	struct vectors set = { 0 };
	struct pa_attr a = attr_of(&set, "swima/source-response.hex");
	struct swima_source s[256] = { 0 };
	struct span value = pa_attr_value(&a);
	struct swima_sources l;
	struct wr w = { 0 };

	(void)state;
	assert_int_equal(swima_sources_begin(&l, &a), 0);
	assert_int_equal(swima_sources_next(&l, &s[0]), 1);
	assert_int_equal(swima_sources_next(&l, &s[1]), 1);
	assert_int_equal(s[1].number, 2);
	assert_true(span_eq(s[0].metadata, span_str("dpkg /var/lib/dpkg/status")));
	assert_int_equal(swima_sources_next(&l, &s[2]), 0);
	assert_int_equal(swima_sources_encode(&w, s, 2), 0);
	assert_true(span_eq(wr_span(&w), value));
	assert_int_equal(swima_sources_encode(&w, s, 256), ST_ELIMIT);
	wr_reset(&w);
	vectors_free(&set);
}

UNIT_GROUP(swima)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_answer_types),
		cmocka_unit_test(test_inventory),
		cmocka_unit_test(test_truncated_inventory),
		cmocka_unit_test(test_streaming),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_subscriptions),
		cmocka_unit_test(test_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
