/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "vectors.h"
#include "base/budget.h"
#include "proto/pa_reasm.h"
#include "wire/pa_msg.h"
#include "wire/pb_batch.h"
#include "wire/pb_msg.h"
#include "wire/pt_tls.h"
#include "wire/swima.h"

static const uint8_t head[PA_ERROR_HEAD] = { 1, 0, 0, 0, 0, 0, 0, 42 };

/* One end of the conversation and what it said last. */
struct end {
	struct pa_reasm s;
	struct wr out;
};

static void end_init(struct end *e, uint32_t attribute, uint32_t segment)
{
	struct limits l = LIMITS_DEFAULT;

	*e = (struct end){ 0 };
	l.attribute = attribute;
	l.segment = segment;
	pa_reasm_init(&e->s, &l);
}

static void end_free(struct end *e)
{
	pa_reasm_free(&e->s);
	wr_reset(&e->out);
}

/* The only attribute in w. */
static struct pa_attr only(const struct wr *w)
{
	struct rd r = rd_over(wr_span(w));
	struct pa_attr a;

	assert_int_equal(pa_attr_next(&r, &a), 1);
	assert_int_equal(rd_left(&r), 0);
	return a;
}

/* Hands what `from` said to `to`. */
static int hand(struct end *from, struct end *to, struct pa_whole *whole)
{
	struct pa_attr a = only(&from->out);

	assert_true(pa_reasm_is_ours(&a));
	wr_truncate(&to->out, 0);
	return pa_reasm_input(&to->s, &a, head, &to->out, whole);
}

/* An attribute of n octets, header counted. */
static void put_attr(struct wr *w, size_t n)
{
	size_t begin = pa_attr_begin(w, 0, PEN_IETF, PA_TESTING);

	while (w->len - begin < n)
		wr_u8(w, (uint8_t)(w->len * 7));
	pa_attr_end(w, begin);
}

/* `to` proposes, `from` agrees. */
static void agree(struct end *from, struct end *to)
{
	struct pa_whole whole;

	wr_truncate(&to->out, 0);
	assert_int_equal(pa_reasm_propose(&to->s, &to->out), 0);
	assert_int_equal(hand(to, from, &whole), 0);
	assert_int_equal(only(&from->out).type, PA_SEG_CONTRACT_RESPONSE);
	assert_int_equal(hand(from, to, &whole), 0);
	assert_int_equal(to->out.len, 0);
}

/* Sends an attribute of n octets and counts the envelopes; 0: it went as it is. */
static int carry(struct end *from, struct end *to, size_t n)
{
	struct wr attr = { 0 };
	struct pa_whole whole;
	int envelopes = 1, got;

	put_attr(&attr, n);
	wr_truncate(&from->out, 0);
	assert_int_equal(pa_reasm_send(&from->s, wr_span(&attr), &from->out), 0);
	struct pa_attr first = only(&from->out);

	if (!pa_reasm_is_ours(&first)) {
		assert_true(span_eq(wr_span(&from->out), wr_span(&attr)));
		wr_reset(&attr);
		return 0;
	}
	for (; (got = hand(from, to, &whole)) == 0; envelopes++) {
		assert_true(pa_reasm_busy(&from->s) && pa_reasm_busy(&to->s));
		assert_int_equal(only(&to->out).type, PA_SEG_NEXT);
		assert_int_equal(hand(to, from, &whole), 0);
	}
	assert_int_equal(got, 1);
	assert_int_equal(to->out.len, 0);
	assert_int_equal(whole.attr.at, 0);
	assert_int_equal(whole.head[0], 0xff);
	assert_int_equal(pa_attr_value(&whole.attr).n, n - PA_ATTR_HDR);
	assert_memory_equal(pa_attr_value(&whole.attr).p, attr.p + PA_ATTR_HDR,
			    n - PA_ATTR_HDR);
	assert_false(pa_reasm_busy(&from->s) || pa_reasm_busy(&to->s));
	wr_reset(&attr);
	return envelopes;
}

static void test_carry(void **state)
{
	struct end from, to;

	(void)state;
	end_init(&from, 65536, 65536);
	end_init(&to, 65536, 100);
	assert_int_equal(carry(&from, &to, 5000), 0); /* no contract, no pieces */
	agree(&from, &to);
	assert_int_equal(carry(&from, &to, 12), 0);
	assert_int_equal(carry(&from, &to, 116), 0); /* as long as an envelope */
	assert_int_equal(carry(&from, &to, 117), 2);
	assert_int_equal(carry(&from, &to, 200), 2);
	assert_int_equal(carry(&from, &to, 201), 3);
	assert_int_equal(carry(&from, &to, 65536), 656);
	assert_int_equal(from.s.next_id, 5); /* 1, 2, 3, 4 are used */
	end_free(&from);
	end_free(&to);
}

/* The sender may lower the segment size, and wants its own ceiling kept. */
static void test_lowered(void **state)
{
	struct end from, to;

	(void)state;
	end_init(&from, 65536, 50);
	end_init(&to, 65536, 100);
	agree(&from, &to);
	assert_int_equal(from.s.theirs.max_segment, 50);
	assert_int_equal(carry(&from, &to, 200), 4);
	end_free(&from);
	end_free(&to);
}

static void test_too_large_to_send(void **state)
{
	struct wr attr = { 0 };
	struct end from, to;

	(void)state;
	end_init(&from, 65536, 65536);
	end_init(&to, 1000, 100);
	assert_int_equal(pa_reasm_max(&from.s), SEG_UNLIMITED);
	agree(&from, &to);
	assert_int_equal(pa_reasm_max(&from.s), 1000);
	wr_truncate(&from.out, 0);
	put_attr(&attr, 1001);
	assert_int_equal(pa_reasm_send(&from.s, wr_span(&attr), &from.out), ST_ELIMIT);
	assert_int_equal(from.out.len, 0);
	assert_int_equal(carry(&from, &to, 1000), 10);
	wr_reset(&attr);
	end_free(&from);
	end_free(&to);
}

/* No more than so many under way; the others wait, and each reaches its end. */
static void test_many_flights(void **state)
{
	struct wr attr = { 0 };
	struct end from, to;

	(void)state;
	end_init(&from, 65536, 65536);
	end_init(&to, 65536, 100);
	agree(&from, &to);
	put_attr(&attr, 500);
	for (int i = 0; i < PA_REASM_FLIGHTS; i++)
		assert_int_equal(pa_reasm_send(&from.s, wr_span(&attr), &from.out), 0);
	wr_truncate(&from.out, 0);
	assert_int_equal(pa_reasm_send(&from.s, wr_span(&attr), &from.out), ST_EBUSY);
	assert_int_equal(from.out.len, 0);
	wr_reset(&attr);
	end_free(&from);
	end_free(&to);
}

/* What is kept counts against the process, until it is let go of. */
static void test_budget(void **state)
{
	struct budget *all = budget_process();
	struct pa_whole whole;
	struct wr attr = { 0 };
	struct end from, to;

	(void)state;
	end_init(&from, 65536, 65536);
	end_init(&to, 65536, 100);
	agree(&from, &to);
	assert_int_equal(carry(&from, &to, 5000), 50);
	assert_in_range(all->used, 5000, 20000);
	pa_reasm_forget(&to.s);
	assert_int_equal(all->used, 0);
	put_attr(&attr, 3000);
	budget_limit(all, 1000);
	wr_truncate(&from.out, 0);
	assert_int_equal(pa_reasm_send(&from.s, wr_span(&attr), &from.out), ST_EBUSY);
	assert_int_equal(from.out.len, 0);
	budget_limit(all, 6000); /* room for the one who sends */
	assert_int_equal(pa_reasm_send(&from.s, wr_span(&attr), &from.out), 0);
	budget_limit(all, 1000);
	assert_int_equal(hand(&from, &to, &whole), ST_ELIMIT);
	assert_int_equal(only(&to.out).type, PA_SEG_NEXT); /* never mind */
	assert_false(pa_reasm_busy(&to.s));
	budget_limit(all, SIZE_MAX);
	wr_reset(&attr);
	end_free(&from);
	end_free(&to);
	assert_int_equal(all->used, 0);
}

/* Feeds one Segment Envelope; reply is to->out. */
static int envelope(struct end *to, uint8_t flags, uint32_t id, struct span segment,
		    struct pa_whole *whole)
{
	struct seg_envelope e = { .flags = flags, .base_id = id, .segment = segment };
	struct wr w = { 0 };
	size_t begin = pa_attr_begin(&w, 0, PEN_TCG, PA_SEG_ENVELOPE);

	seg_envelope_encode(&w, &e);
	pa_attr_end(&w, begin);
	struct pa_attr a = only(&w);

	wr_truncate(&to->out, 0);
	int err = pa_reasm_input(&to->s, &a, head, &to->out, whole);

	wr_reset(&w);
	return err;
}

/* The error that is the whole of to->out. */
static struct pa_error error_in(struct end *to)
{
	struct pa_attr a = only(&to->out);
	struct pa_error e;

	assert_true(pa_attr_is(&a, PEN_IETF, PA_ERROR));
	assert_int_equal(pa_error_decode(&a.value, &e), 0);
	assert_int_equal(e.code, PA_E_INVALID);
	return e;
}

static void assert_cancelled(struct end *to, uint32_t id)
{
	struct pa_attr a = only(&to->out);
	struct seg_next n;

	assert_int_equal(a.type, PA_SEG_NEXT);
	assert_int_equal(seg_next_decode(&a.value, &n), 0);
	assert_true(n.cancel);
	assert_int_equal(n.base_id, id);
	assert_false(pa_reasm_busy(&to->s));
}

/* The two envelopes of the vectors make a String Version. */
static void test_vectors(void **state)
{
	struct vectors set = { 0 };
	struct pa_whole whole;
	struct end to;

	(void)state;
	end_init(&to, 65536, 100);
	assert_int_equal(pa_reasm_propose(&to.s, &to.out), 0);
	for (int i = 0; i < 2; i++) {
		struct rd r = rd_over(vector_one(&set, i ? "seg/envelope-last.hex"
							 : "seg/envelope-first.hex"));
		struct pa_attr a;
		struct pa_msg m;

		assert_int_equal(pa_msg_decode(&r, &m), 0);
		assert_int_equal(pa_attr_next(&r, &a), 1);
		wr_truncate(&to.out, 0);
		assert_int_equal(pa_reasm_input(&to.s, &a, head, &to.out, &whole), i);
	}
	assert_true(pa_attr_is(&whole.attr, PEN_IETF, PA_STRING_VERSION));
	vectors_free(&set);
	end_free(&to);
}

static void test_bad_envelopes(void **state)
{
	struct wr attr = { 0 };
	struct pa_whole whole;
	struct end to;

	(void)state;
	put_attr(&attr, 60);
	struct span s = wr_span(&attr);

	end_init(&to, 100, 40);
	assert_int_equal(envelope(&to, 0xc0, 1, span_of(s.p, 40), &whole), ST_ESTATE);
	assert_int_equal(to.out.len, 0); /* no contract: not even an answer */
	assert_int_equal(pa_reasm_propose(&to.s, &to.out), 0);

	assert_int_equal(envelope(&to, 0x80, 1, span_of(s.p, 40), &whole), ST_ESTATE);
	assert_int_equal(to.out.len, 0); /* never begun */
	assert_int_equal(envelope(&to, 0xc0, 1, span_of(s.p, 41), &whole), ST_EVALUE);
	assert_int_equal(error_in(&to).offset, 16);
	assert_int_equal(envelope(&to, 0xc0, 1, span_of(s.p, 0), &whole), ST_EVALUE);
	assert_int_equal(envelope(&to, 0xc0, 1, span_of(s.p, 11), &whole), ST_ESHORT);
	assert_int_equal(error_in(&to).head[7], 42);

	assert_int_equal(envelope(&to, 0xc0, 1, span_of(s.p, 40), &whole), 0);
	assert_int_equal(envelope(&to, 0xc0, 1, span_of(s.p, 40), &whole), ST_EEXIST);
	/* the last one comes, and octets are missing */
	assert_int_equal(envelope(&to, 0x00, 1, span_of(s.p + 40, 19), &whole), ST_ELENGTH);
	struct pa_error e = error_in(&to);

	assert_int_equal(e.offset, 8);
	assert_int_equal(e.head[0], 0xff);
	assert_int_equal(e.head[7], 1);
	assert_false(pa_reasm_busy(&to.s));
	/* it is complete, and more is announced */
	assert_int_equal(envelope(&to, 0xc0, 2, span_of(s.p, 40), &whole), 0);
	assert_int_equal(envelope(&to, 0x80, 2, span_of(s.p + 40, 20), &whole), ST_ELENGTH);
	wr_reset(&attr);
	end_free(&to);
}

/* Nothing grows beyond the ceiling, whatever the peer announces or does. */
static void test_ceiling(void **state)
{
	struct wr attr = { 0 };
	struct pa_whole whole;
	struct end to;

	(void)state;
	end_init(&to, 100, 40);
	assert_int_equal(pa_reasm_propose(&to.s, &to.out), 0);
	put_attr(&attr, 101);
	assert_int_equal(envelope(&to, 0xc0, 1, span_of(attr.p, 40), &whole), ST_ELIMIT);
	assert_cancelled(&to, 1);

	wr_truncate(&attr, 0);
	put_attr(&attr, 100);
	assert_int_equal(envelope(&to, 0xc0, 1, span_of(attr.p, 40), &whole), 0);
	assert_int_equal(envelope(&to, 0xc0, 2, span_of(attr.p, 40), &whole), 0);
	/* together they are too much: the one that asks for more goes */
	assert_int_equal(envelope(&to, 0x80, 2, span_of(attr.p, 40), &whole), ST_ELIMIT);
	assert_int_equal(envelope(&to, 0x80, 1, span_of(attr.p + 40, 40), &whole), 0);
	assert_int_equal(envelope(&to, 0x00, 1, span_of(attr.p + 80, 20), &whole), 1);

	for (uint32_t i = 0; i < PA_REASM_FLIGHTS; i++)
		assert_int_equal(envelope(&to, 0xc0, 10 + i, span_of(attr.p, 12), &whole), 0);
	assert_int_equal(envelope(&to, 0xc0, 9, span_of(attr.p, 12), &whole), ST_EBUSY);
	wr_reset(&attr);
	end_free(&to);
}

/* What comes out is an attribute, but may not be a segmentation attribute itself. */
static void test_bad_whole(void **state)
{
	struct wr w = { 0 };
	struct pa_whole whole;
	struct end to;

	(void)state;
	end_init(&to, 100, 40);
	assert_int_equal(pa_reasm_propose(&to.s, &to.out), 0);
	size_t begin = pa_attr_begin(&w, 0, PEN_TCG, PA_SEG_NEXT);
	wr_u32(&w, 1);
	pa_attr_end(&w, begin);
	assert_int_equal(envelope(&to, 0x40, 3, wr_span(&w), &whole), ST_EVALUE);
	assert_int_equal(error_in(&to).offset, 4);

	wr_truncate(&w, 0);
	begin = pa_attr_begin(&w, 0, PEN_RESERVED, 1);
	pa_attr_end(&w, begin);
	assert_int_equal(envelope(&to, 0x40, 4, wr_span(&w), &whole), ST_EVALUE);
	assert_int_equal(error_in(&to).offset, 1);
	assert_false(pa_reasm_busy(&to.s));
	wr_reset(&w);
	end_free(&to);
}

/* Gives `to` an attribute with a 4 or 8 octet value. */
static int feed(struct end *to, uint32_t type, const uint32_t *v, size_t n)
{
	struct pa_whole whole;
	struct wr w = { 0 };
	size_t begin = pa_attr_begin(&w, 0, PEN_TCG, type);

	for (size_t i = 0; i < n; i++)
		wr_u32(&w, v[i]);
	pa_attr_end(&w, begin);
	struct pa_attr a = only(&w);

	wr_truncate(&to->out, 0);
	int err = pa_reasm_input(&to->s, &a, head, &to->out, &whole);

	wr_reset(&w);
	return err;
}

static void test_contracts(void **state)
{
	static const uint32_t raised[] = { SEG_UNLIMITED, 101 }, small[] = { 1, 11 };
	static const uint32_t null[] = { SEG_UNLIMITED, SEG_UNLIMITED };
	struct wr attr = { 0 };
	struct end e;

	(void)state;
	end_init(&e, 1000, 100);
	assert_int_equal(feed(&e, PA_SEG_CONTRACT_RESPONSE, null, 2), ST_ESTATE);
	assert_int_equal(pa_reasm_propose(&e.s, &e.out), 0);
	assert_int_equal(feed(&e, PA_SEG_CONTRACT_RESPONSE, raised, 2), ST_EVALUE);
	assert_int_equal(error_in(&e).offset, 16);
	assert_int_equal(feed(&e, PA_SEG_CONTRACT_REQUEST, small, 2), ST_EVALUE);
	assert_int_equal(error_in(&e).offset, 16);
	assert_int_equal(feed(&e, PA_SEG_CONTRACT_REQUEST, small, 1), ST_ESHORT);

	/* the null contract: nothing is cut */
	assert_int_equal(feed(&e, PA_SEG_CONTRACT_REQUEST, null, 2), 0);
	put_attr(&attr, 5000);
	wr_truncate(&e.out, 0);
	assert_int_equal(pa_reasm_send(&e.s, wr_span(&attr), &e.out), 0);
	assert_true(span_eq(wr_span(&e.out), wr_span(&attr)));
	wr_reset(&attr);
	end_free(&e);
}

static void test_cancel(void **state)
{
	static const uint32_t contract[] = { SEG_UNLIMITED, 100 };
	static const uint32_t go = 1, cancel = 0x80000001, other = 2;
	struct wr attr = { 0 };
	struct end e;

	(void)state;
	end_init(&e, 1000, 100);
	assert_int_equal(feed(&e, PA_SEG_CONTRACT_REQUEST, contract, 2), 0);
	put_attr(&attr, 500);
	assert_int_equal(pa_reasm_send(&e.s, wr_span(&attr), &e.out), 0);
	assert_int_equal(feed(&e, PA_SEG_NEXT, &other, 1), ST_ESTATE);
	assert_int_equal(e.out.len, 0);
	assert_int_equal(feed(&e, PA_SEG_NEXT, &go, 1), 0);
	assert_int_equal(e.out.len, PA_ATTR_HDR + SEG_ENVELOPE_HDR + 100);
	assert_int_equal(feed(&e, PA_SEG_NEXT, &cancel, 1), 0);
	assert_int_equal(e.out.len, 0);
	assert_false(pa_reasm_busy(&e.s));
	assert_int_equal(feed(&e, PA_SEG_NEXT, &go, 1), ST_ESTATE);

	/* a new contract ends what went on under the old one, and counts anew */
	assert_int_equal(pa_reasm_send(&e.s, wr_span(&attr), &e.out), 0);
	assert_int_equal(feed(&e, PA_SEG_CONTRACT_REQUEST, contract, 2), 0);
	assert_false(pa_reasm_busy(&e.s));
	assert_int_equal(e.s.next_id, 1);
	e.s.next_id = SEG_MAX_BASE_ID;
	assert_int_equal(pa_reasm_send(&e.s, wr_span(&attr), &e.out), 0);
	assert_int_equal(e.s.next_id, 1);
	wr_reset(&attr);
	end_free(&e);
	pa_reasm_free(NULL);
}

/* The PA-TNC message about SWIMA in one line of a transcript; empty when there is none. */
static struct span swima_message(const struct vector *v)
{
	struct rd r = rd_over(vector_span(v));
	struct pb_batch b;
	struct pt_msg pt;
	struct pb_msg m;

	if (pt_msg_decode(&r, &pt) < 0 || pt.type != PT_PB_BATCH)
		return (struct span){ 0 };
	r = rd_over(pt.value);
	assert_int_equal(pb_batch_decode(&r, &b), 0);
	while (rd_left(&b.body)) {
		assert_int_equal(pb_msg_decode(&b.body, &m), 0);
		if (m.type == PB_MSG_PA && m.pa.subtype == PA_SUBTYPE_SWIMA)
			return m.pa.body;
	}
	return (struct span){ 0 };
}

static uint32_t count_records(const struct pa_attr *a)
{
	struct swima_record rec;
	struct swima_list l;
	uint32_t n = 0;

	assert_int_equal(a->type, PA_SW_INVENTORY);
	assert_int_equal(swima_list_begin(&l, a), 0);
	while (swima_next(&l, &rec) > 0)
		n++;
	assert_int_equal(l.rd.err, 0);
	return n;
}

/* The inventory of a real machine, in the pieces in which another implementation sent it. */
static void test_transcript(void **state)
{
	struct vectors set = { 0 };
	struct pa_whole whole;
	struct end to;
	int wholes = 0, envelopes = 0;

	(void)state;
	end_init(&to, 1 << 24, 1 << 20);
	assert_int_equal(pa_reasm_propose(&to.s, &to.out), 0);
	vectors_load(&set, VECTOR_DIR "/transcripts/swima-full-seg.txt");
	for (size_t i = 0; i < set.n; i++) {
		struct rd r = rd_over(swima_message(&set.v[i]));
		struct pa_attr a;
		struct pa_msg m;

		if (set.v[i].side != 'C' || pa_msg_decode(&r, &m) < 0)
			continue;
		while (pa_attr_next(&r, &a) > 0) {
			if (a.type != PA_SEG_ENVELOPE)
				continue;
			envelopes++;
			wr_truncate(&to.out, 0);
			wholes += pa_reasm_input(&to.s, &a, head, &to.out, &whole);
			assert_int_equal(to.out.len, wholes ? 0 : PA_ATTR_HDR + 4);
		}
	}
	assert_int_equal(wholes, 1);
	assert_true(envelopes > 10);
	assert_true(count_records(&whole.attr) > 500);
	end_free(&to);
	vectors_free(&set);
}

UNIT_GROUP(pa_reasm)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_carry),
		cmocka_unit_test(test_lowered),
		cmocka_unit_test(test_too_large_to_send),
		cmocka_unit_test(test_many_flights),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_bad_envelopes),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_bad_whole),
		cmocka_unit_test(test_contracts),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_transcript),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
