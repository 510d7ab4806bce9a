/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "pa_again.h"
#include "vectors.h"
#include "wire/pb_batch.h"
#include "wire/pb_msg.h"
#include "wire/pt_tls.h"

static const struct pa_rules collector = { .validator = false };
static const struct pa_rules validator = { .validator = true };

/* Who would receive it: the side that accepts every attribute of the message. */
static const struct pa_rules *receiver_of(struct span msg)
{
	struct rd r = rd_over(msg);
	struct pa_attr a;
	struct pa_msg m;

	pa_msg_decode(&r, &m);
	while (pa_attr_next(&r, &a) > 0)
		if (!pa_rules_accept(&collector, &a))
			return &validator;
	return &collector;
}

static bool is_bad(const char *name)
{
	return strncmp(name, "bad-", 4) == 0;
}

static bool is_reply(const char *name)
{
	return strstr(name, "-reply.") != NULL;
}

/* Cut anywhere, a message is refused, except between two attributes. */
static void check_truncations(struct span msg)
{
	struct rd r = rd_over(msg);
	struct pa_error answer;
	struct pa_attr a;
	struct pa_msg m;
	size_t whole = PA_MSG_HDR;

	pa_msg_decode(&r, &m);
	for (size_t n = 0; n < msg.n; n++) {
		struct span cut = span_of(msg.p, n);
		int err = pa_msg_check(cut, receiver_of(msg), &answer);

		while (whole < n && pa_attr_next(&r, &a) > 0)
			whole = rd_pos(&r);
		if (n == whole) {
			assert_int_equal(err, 0);
			continue;
		}
		assert_true(err < 0);
		assert_true(answer.offset <= n);
		if (n < PA_MSG_HDR)
			assert_int_equal(answer.code, PA_E_RESERVED);
	}
}

static void check_good(const struct vector *v)
{
	struct span msg = vector_span(v);
	struct pa_error answer;
	struct wr w = { 0 };

	assert_int_equal(pa_msg_check(msg, receiver_of(msg), &answer), 0);
	assert_int_equal(answer.code, PA_E_RESERVED);
	assert_int_equal(pa_again(msg, &w), 0);
	assert_true(span_eq(wr_span(&w), msg));
	wr_reset(&w);
	check_truncations(msg);
}

static void test_good_vectors(void **state)
{
	struct vectors set = { 0 };
	size_t good = 0;

	(void)state;
	vectors_load(&set, VECTOR_DIR "/pa");
	vectors_load(&set, VECTOR_DIR "/swima");
	vectors_load(&set, VECTOR_DIR "/seg");
	for (size_t i = 0; i < set.n; i++) {
		if (is_bad(set.v[i].name) && !is_reply(set.v[i].name))
			continue;
		good++;
		check_good(&set.v[i]);
	}
	assert_true(good > 30);
	vectors_free(&set);
}

/* NAME-reply.hex beside bad-NAME.hex is what our answer must be, octet for octet. */
static void check_bad(const struct vector *bad, const struct vector *reply)
{
	struct span want = vector_span(reply);
	struct pa_error answer;
	struct wr w = { 0 };
	struct pa_msg m;
	struct rd r = rd_over(want);

	assert_true(pa_msg_check(vector_span(bad), &collector, &answer) < 0 ||
		    pa_msg_check(vector_span(bad), &validator, &answer) < 0);
	pa_msg_decode(&r, &m);
	pa_msg_encode(&w, m.id);
	assert_int_equal(pa_error_attr_encode(&w, &answer), 0);
	assert_true(span_eq(wr_span(&w), want));
	wr_reset(&w);
}

static void check_bad_dir(const char *dir)
{
	struct vectors set = { 0 };
	size_t pairs = 0;

	vectors_load(&set, dir);
	for (size_t i = 0; i + 1 < set.n; i++) {
		if (!is_reply(set.v[i].name))
			continue;
		/* "bad-x-reply.hex" sorts before "bad-x.hex" */
		check_bad(&set.v[i + 1], &set.v[i]);
		pairs++;
	}
	assert_true(pairs > 0);
	vectors_free(&set);
}

static void test_bad_vectors(void **state)
{
	(void)state;
	check_bad_dir(VECTOR_DIR "/pa");
	check_bad_dir(VECTOR_DIR "/swima");
	check_bad_dir(VECTOR_DIR "/seg");
}

static bool knows_all(void *ctx, uint32_t vendor, uint32_t type)
{
	(void)ctx, (void)vendor, (void)type;
	return true;
}

static size_t check_pa(struct span msg)
{
	struct pa_rules rules = *receiver_of(msg);
	struct pa_error answer;
	struct wr w = { 0 };

	rules.supported = knows_all; /* the peer's test modules insist on theirs */
	assert_int_equal(pa_msg_check(msg, &rules, &answer), 0);
	assert_int_equal(pa_again(msg, &w), 0);
	assert_true(span_eq(wr_span(&w), msg));
	wr_reset(&w);
	return 1;
}

static size_t check_batch(struct rd body)
{
	size_t n = 0;
	struct pb_msg m;

	while (rd_left(&body)) {
		assert_int_equal(pb_msg_decode(&body, &m), 0);
		if (m.vendor == PEN_IETF && m.type == PB_MSG_PA)
			n += check_pa(m.pa.body);
	}
	return n;
}

/* What another implementation said on a real connection. */
static void test_transcripts(void **state)
{
	struct vectors set = { 0 };
	struct pt_msg m;
	struct pb_batch b;
	size_t n = 0;

	(void)state;
	vectors_load(&set, VECTOR_DIR "/transcripts");
	for (size_t i = 0; i < set.n; i++) {
		struct rd r = rd_over(vector_span(&set.v[i]));

		if (pt_msg_decode(&r, &m) < 0 || m.vendor || m.type != PT_PB_BATCH)
			continue;
		r = rd_over(m.value);
		if (pb_batch_decode(&r, &b) == 0)
			n += check_batch(b.body);
	}
	assert_true(n > 50);
	vectors_free(&set);
}

static bool knows_none(void *ctx, uint32_t vendor, uint32_t type)
{
	(void)ctx, (void)vendor, (void)type;
	return false;
}

/* A message with one attribute of n zero octets. */
static struct span one_attr(struct wr *w, uint8_t flags, uint32_t type, size_t n)
{
	wr_truncate(w, 0);
	pa_msg_encode(w, 1);
	size_t begin = pa_attr_begin(w, flags, PEN_IETF, type);

	for (size_t i = 0; i < n; i++)
		wr_u8(w, 0);
	pa_attr_end(w, begin);
	return wr_span(w);
}

/* What the receiver does not support, or what must not come from there, is skipped with any
 * content, unless its sender insists. */
static void test_unsupported(void **state)
{
	const struct pa_rules none = { .validator = true, .supported = knows_none };
	struct pa_error answer;
	struct wr w = { 0 };

	(void)state;
	assert_int_equal(pa_msg_check(one_attr(&w, 0, PA_RESULT, 3), &none, &answer), 0);
	assert_int_equal(pa_msg_check(one_attr(&w, 0, PA_RESULT, 3), &validator, &answer), 0);
	assert_int_equal(pa_msg_check(one_attr(&w, 0, PA_RESULT, 3), &collector, &answer),
			 ST_ELENGTH);
	assert_int_equal(
		pa_msg_check(one_attr(&w, PA_FLAG_NOSKIP, PA_RESULT, 4), &validator, &answer),
		ST_EUNSUPPORTED);
	assert_int_equal(answer.code, PA_E_UNSUPPORTED);
	assert_int_equal(answer.attr_type, PA_RESULT);
	assert_int_equal(
		pa_msg_check(one_attr(&w, PA_FLAG_NOSKIP, PA_RESULT, 4), &collector, &answer),
		0);
	wr_reset(&w);
}

/* RFC 5792, 4.2.8: an error is never answered with an error. */
static void test_error_in_error(void **state)
{
	struct pa_error answer;
	struct wr w = { 0 };

	(void)state;
	assert_int_equal(pa_msg_check(one_attr(&w, 0, PA_ERROR, 3), &collector, &answer), 0);
	one_attr(&w, 0, PA_ERROR, 8);
	wr_fill32(&w, PA_MSG_HDR + 8, 4096);
	assert_int_equal(pa_msg_check(wr_span(&w), &collector, &answer), ST_ELENGTH);
	assert_int_equal(answer.code, PA_E_RESERVED);
	wr_reset(&w);
}

/* Inside a reassembled attribute offsets count from its header. */
static void test_check_attr(void **state)
{
	struct pa_error answer;
	struct wr w = { 0 };
	uint8_t head[PA_ERROR_HEAD];
	struct pa_attr a;

	(void)state;
	size_t begin = pa_attr_begin(&w, 0, PEN_IETF, PA_FORWARDING);
	wr_u32(&w, 9);
	pa_attr_end(&w, begin);
	struct rd r = rd_over(wr_span(&w));

	pa_error_segment_head(head, 7);
	assert_int_equal(pa_attr_next(&r, &a), 1);
	assert_int_equal(pa_msg_check_attr(&a, &validator, head, &answer), ST_EVALUE);
	assert_int_equal(answer.code, PA_E_INVALID);
	assert_int_equal(answer.offset, PA_ATTR_HDR);
	assert_memory_equal(answer.head, head, sizeof(head));
	wr_reset(&w);
}

UNIT_GROUP(pa_msg)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_vectors),   cmocka_unit_test(test_bad_vectors),
		cmocka_unit_test(test_transcripts),    cmocka_unit_test(test_unsupported),
		cmocka_unit_test(test_error_in_error), cmocka_unit_test(test_check_attr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
