/* SPDX-License-Identifier: BSD-2-Clause */
/* What a PB-TNC session sends: messages wait in a queue for a batch that may carry them. */
#include "unit.h"
#include "pb_say.h"

static void test_queue_over_several_batches(void **state)
{
	struct pb_config cfg = { .full_duplex = true, .limits = &small };
	struct pb_session s;
	struct wr out = { 0 };
	struct pb_msg m;

	(void)state;
	pb_session_init(&s, &cfg);
	assert_int_equal(pb_session_max_pa(&s), 256 - 32);
	m = pa(1, pb_session_max_pa(&s) + 1);
	assert_int_equal(pb_session_put(&s, &m), ST_ELIMIT);
	assert_int_equal(pb_session_pending(&s), 0);
	for (uint32_t i = 1; i <= 5; i++) {
		m = pa(i, 60); /* two of them fit a batch */
		assert_int_equal(pb_session_put(&s, &m), 0);
	}
	m = pa(6, 10); /* would fit the first, but must not overtake */
	assert_int_equal(pb_session_put(&s, &m), 0);
	for (uint32_t next = 1; next <= 6;) {
		struct pb_batch b;
		struct rd r;

		wr_truncate(&out, 0);
		assert_int_equal(pb_session_send(&s, PB_CDATA, &out), PB_CDATA);
		assert_true(out.len <= 256);
		r = rd_over(wr_span(&out));
		assert_int_equal(pb_batch_decode(&r, &b), 0);
		assert_true(rd_left(&b.body) > 0);
		while (rd_left(&b.body)) {
			assert_int_equal(pb_msg_decode(&b.body, &m), 0);
			assert_int_equal(m.pa.subtype, next++);
		}
		s.state = PB_CLIENT;
	}
	assert_int_equal(pb_session_pending(&s), 0);
	pb_session_reset(&s);
	wr_reset(&out);
}

/* A RESULT that would not hold everything waits until it does. */
static void test_result_waits_for_room(void **state)
{
	struct pb_config cfg = { .server = true, .full_duplex = true, .limits = &small };
	struct pb_session s;
	struct wr out = { 0 };
	struct pb_msg m = pa(9, 200);

	(void)state;
	pb_session_init(&s, &cfg);
	s.state = PB_SERVER;
	assert_int_equal(pb_session_send(&s, PB_RESULT, &out), ST_ENOENT);
	assert_int_equal(pb_session_put(&s, &assessment), 0);
	assert_int_equal(pb_session_put(&s, &assessment), ST_EEXIST);
	assert_int_equal(pb_session_put(&s, &access), 0);
	assert_int_equal(pb_session_put(&s, &m), 0);
	assert_int_equal(pb_session_send(&s, PB_RESULT, &out), PB_SDATA);
	assert_int_equal(s.state, PB_CLIENT);
	assert_int_equal(out.len, 8 + 24 + 200);
	assert_int_equal(pb_session_pending(&s), 32);
	s.state = PB_SERVER;
	wr_truncate(&out, 0);
	assert_int_equal(pb_session_send(&s, PB_RESULT, &out), PB_RESULT);
	assert_int_equal(out.len, 8 + 32);
	assert_int_equal(s.state, PB_DECIDED);
	assert_int_equal(pb_session_pending(&s), 0);
	pb_session_reset(&s);
	wr_reset(&out);
}

static void test_put_refuses_nonsense(void **state)
{
	struct pb_msg fatal = { .type = PB_MSG_ERROR, .error = { .fatal = true } };
	struct pb_msg bad = { .type = PB_MSG_ASSESSMENT_RESULT, .assessment = 9 };
	struct pb_config cfg = config(true);
	struct pb_session s;

	(void)state;
	pb_session_init(&s, &cfg);
	assert_int_equal(pb_session_put(&s, &fatal), ST_EVALUE);
	assert_int_equal(pb_session_put(&s, &bad), ST_EVALUE);
	bad = reason("");
	assert_int_equal(pb_session_put(&s, &bad), ST_EVALUE);
	assert_int_equal(pb_session_pending(&s), 0);
	pb_session_lost(&s);
	assert_int_equal(pb_session_put(&s, &assessment), ST_ESTATE);
	pb_session_reset(&s);
}

static void test_fail_and_close(void **state)
{
	struct pb_error e = { .code = PB_E_LOCAL };
	struct pb_config cfg = config(false);
	struct pb_msg m = pa(1, 10);
	struct wr out = { 0 }, full = { .max = 4 };
	struct pb_session s;

	(void)state;
	pb_session_init(&s, &cfg);
	assert_int_equal(pb_session_put(&s, &m), 0);
	assert_int_equal(pb_session_send(&s, PB_CLOSE, &out), PB_CLOSE);
	assert_int_equal(out.len, 8); /* what was queued does not matter any more */
	assert_int_equal(pb_session_fail(&s, &e, &out), ST_ESTATE);
	pb_session_reset(&s);
	assert_int_equal(s.state, PB_INIT);
	wr_truncate(&out, 0);
	assert_int_equal(pb_session_fail(&s, &e, &out), 0);
	assert_int_equal(close_error(wr_span(&out)).code, PB_E_LOCAL);
	assert_int_equal(s.state, PB_END);
	pb_session_reset(&s);
	assert_int_equal(pb_session_send(&s, PB_CDATA, &full), ST_ELIMIT);
	assert_int_equal(s.state, PB_END);
	wr_reset(&out);
	wr_reset(&full);
}

UNIT_GROUP(pb_send)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queue_over_several_batches),
		cmocka_unit_test(test_result_waits_for_room),
		cmocka_unit_test(test_put_refuses_nonsense),
		cmocka_unit_test(test_fail_and_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
