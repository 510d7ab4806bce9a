/* SPDX-License-Identifier: BSD-2-Clause */
/* Scheduling of the assessments of one session. */
#include "assessment_lab.h"

#include "base/clock.h"

/* An assessment takes a slot and releases it at its end. */
static void test_course(void **state)
{
	(void)state;
	assessment_ready(s);
	assert_int_equal(s->state, ASSESSMENT_EXPECTED);
	assert_int_equal(assessment_queue_count(manager.queue).taken, 0); /* no batch yet */
	assert_false(conn.paused);
	assessment_batch(s, span_str("first"));
	assert_int_equal(s->state, ASSESSMENT_RUNNING);
	assert_int_equal(registry.begun, 1);
	assessment_batch(s, span_str("second"));
	assert_int_equal(peer.received, 2);
	assert_false(assessment_queue_enter(manager.queue, &other));
	settle();
	assert_int_equal(s->state, ASSESSMENT_IDLE);
	assert_int_equal(registry.done, 1);
	assert_true(other_in);
	assert_false(uv_is_active((uv_handle_t *)&s->deadline)); /* idle: no timer */
}

/* A waiting session is not read from until it has a slot. */
static void test_new_session_waits(void **state)
{
	(void)state;
	assert_true(assessment_queue_enter(manager.queue, &other));
	assessment_ready(s);
	assert_int_equal(s->state, ASSESSMENT_QUEUED);
	assert_true(conn.paused);
	(void)assessment_queue_leave(manager.queue, &other);
	run_for(1);
	assert_int_equal(s->state, ASSESSMENT_ADMITTED);
	assert_false(conn.paused);
}

/* The first batch of an idle session is buffered until it has a slot. */
static void test_idle_session_waits(void **state)
{
	(void)state;
	assessment_ready(s);
	assessment_batch(s, span_str("first"));
	settle();
	assert_true(assessment_queue_enter(manager.queue, &other));
	assessment_batch(s, span_str("again"));
	assert_int_equal(s->state, ASSESSMENT_QUEUED);
	assert_true(conn.paused);
	assert_int_equal(peer.received, 1);
	assert_int_equal(assessment_queue_count(manager.queue).buffered_octets, 5);
	(void)assessment_queue_leave(manager.queue, &other);
	run_for(1);
	assert_int_equal(peer.received, 2);
	assert_int_equal(s->state, ASSESSMENT_RUNNING);
	assert_int_equal(assessment_queue_count(manager.queue).buffered_octets, 0);
	settle();
}

static void test_too_much_while_waiting(void **state)
{
	(void)state;
	assessment_ready(s);
	assessment_batch(s, span_str("first"));
	settle();
	assert_true(assessment_queue_enter(manager.queue, &other));
	assessment_batch(s, span_str("again"));
	assessment_batch(s, span_str("and again"));
	assert_int_equal(conn.over, ST_ESTATE);
	assessment_batch(s, span_str("ignored"));
	assert_int_equal(peer.received, 1);
}

/* An admitted session without data releases its slot and may begin later. */
static void test_no_data(void **state)
{
	(void)state;
	assert_true(assessment_queue_enter(manager.queue, &other));
	assessment_ready(s);
	(void)assessment_queue_leave(manager.queue, &other);
	run_for(1);
	assert_int_equal(s->state, ASSESSMENT_ADMITTED);
	assert_false(assessment_queue_enter(manager.queue, &other));
	for (int i = 0; i < 100 && s->state == ASSESSMENT_ADMITTED; i++)
		run_for(20);
	assert_int_equal(s->state, ASSESSMENT_EXPECTED);
	assert_true(other_in);
	assessment_batch(s, span_str("late"));
	assert_int_equal(s->state, ASSESSMENT_QUEUED);
	assert_int_equal(assessment_queue_count(manager.queue).buffered_octets, 4);
	(void)assessment_queue_leave(manager.queue, &other);
	run_for(1);
	assert_int_equal(peer.received, 1);
	settle();
}

/* A silent endpoint releases its slot while others wait, and needs a slot to continue. */
static void test_stops_responding(void **state)
{
	int64_t begun;

	(void)state;
	assessment_ready(s);
	assessment_batch(s, span_str("first"));
	s->received_at -= 60 * CLOCK_SEC;
	s->deadline.timer_cb(&s->deadline); /* no session waits */
	assert_int_equal(assessment_queue_count(manager.queue).taken, 1);
	peer.listens = false; /* the validators are busy */
	assert_false(assessment_queue_enter(manager.queue, &other));
	s->deadline.timer_cb(&s->deadline);
	assert_false(other_in);
	peer.listens = true;
	s->received_at = clock_mono_us();
	s->deadline.timer_cb(&s->deadline);
	assert_false(other_in);
	s->received_at -= 60 * CLOCK_SEC;
	s->deadline.timer_cb(&s->deadline);
	assert_true(other_in);
	assert_int_equal(s->state, ASSESSMENT_RUNNING);
	begun = s->started_at;
	assessment_batch(s, span_str("at last"));
	assert_int_equal(s->state, ASSESSMENT_QUEUED);
	assert_true(conn.paused);
	assert_int_equal(peer.received, 1);
	assert_int_equal(assessment_queue_count(manager.queue).taken,
			 1); /* the other session */
	s->received_at -= 60 * CLOCK_SEC;
	(void)assessment_queue_leave(manager.queue, &other);
	run_for(1);
	assert_int_equal(peer.received, 2);
	assert_int_equal(peer.begun, 1);
	assert_int_equal(s->state, ASSESSMENT_RUNNING);
	assert_true(s->started_at - begun >= 60 * CLOCK_SEC); /* waiting does not count */
	assert_true(uv_is_active((uv_handle_t *)&s->deadline));
	assert_false(assessment_queue_enter(manager.queue, &other)); /* it has a slot again */
	settle();
	assert_int_equal(s->state, ASSESSMENT_IDLE);
}

static void stop_responding(void)
{
	assessment_ready(s);
	assessment_batch(s, span_str("first"));
	peer.listens = true;
	assert_false(assessment_queue_enter(manager.queue, &other));
	s->received_at -= 60 * CLOCK_SEC;
	s->deadline.timer_cb(&s->deadline);
	assert_true(other_in);
}

/* With a free slot a silent endpoint continues at once. */
static void test_resumes(void **state)
{
	(void)state;
	stop_responding();
	(void)assessment_queue_leave(manager.queue, &other);
	assessment_batch(s, span_str("at last"));
	assert_int_equal(peer.received, 2);
	assert_int_equal(s->state, ASSESSMENT_RUNNING);
	assert_int_equal(assessment_queue_count(manager.queue).taken, 1);
	assessment_batch(s, span_str("and more"));
	assert_int_equal(peer.received, 3);
	settle();
	assert_true(assessment_queue_enter(manager.queue,
					   &other)); /* the next assessment is a new one */
	assessment_batch(s, span_str("again"));
	assert_int_equal(s->state, ASSESSMENT_QUEUED);
	assert_false(s->slot.resumes);
}

/* It does not continue while the queue is closed. */
static void test_resumes_closed_queue(void **state)
{
	(void)state;
	stop_responding();
	assessment_queue_set_closed(manager.queue, true);
	(void)assessment_queue_leave(manager.queue, &other);
	assessment_batch(s, span_str("at last"));
	run_for(1);
	assert_int_equal(peer.received, 1);
	assert_int_equal(s->state, ASSESSMENT_QUEUED);
	assessment_queue_set_closed(manager.queue, false);
	run_for(1);
	assert_int_equal(peer.received, 2);
	assert_int_equal(peer.retried, 0);
	settle();
}

/* The result is queued behind messages that the endpoint does not fetch: the slot is released,
 * and the deadline ends the assessment. */
static void test_result_waits(void **state)
{
	(void)state;
	worker.limits.assessment_s = 1;
	assessment_ready(s);
	assessment_batch(s, span_str("first"));
	peer.listens = peer.sending = true;
	uv_timer_stop(&s->deadline); /* as with every result */
	settle();
	assert_int_equal(s->state, ASSESSMENT_RUNNING);
	assert_true(uv_is_active((uv_handle_t *)&s->deadline));
	assert_false(assessment_queue_enter(manager.queue, &other));
	s->received_at -= 60 * CLOCK_SEC;
	s->deadline.timer_cb(&s->deadline);
	assert_true(other_in);
	s->started_at -= 60 * CLOCK_SEC;
	s->deadline.timer_cb(&s->deadline);
	assert_int_equal(s->state, ASSESSMENT_OVERDUE);
	assert_int_equal(peer.deadlines, 1);
	assert_false(s->no_penalty);
}

/* First the deadline of the validators, then that of the endpoint. */
static void test_deadlines(void **state)
{
	(void)state;
	worker.limits.assessment_s = 1;
	worker.limits.close_s = 1;
	assessment_ready(s);
	assessment_batch(s, span_str("first"));
	for (int i = 0; i < 100 && s->state == ASSESSMENT_RUNNING; i++)
		run_for(20);
	assert_int_equal(s->state, ASSESSMENT_OVERDUE);
	assert_int_equal(peer.deadlines, 1);
	assert_int_equal(s->no_penalty, !peer.listens); /* else the endpoint is late */
	for (int i = 0; i < 100 && s->state == ASSESSMENT_OVERDUE; i++)
		run_for(20);
	assert_int_equal(conn.over, ST_ETIMEOUT);
}

static void test_deadline_of_silent(void **state)
{
	peer.listens = true;
	test_deadlines(state);
}

static void test_no_slot_in_time(void **state)
{
	(void)state;
	worker.limits.waiting_s = 1;
	assert_true(assessment_queue_enter(manager.queue, &other));
	assessment_ready(s);
	for (int i = 0; i < 100 && s->state == ASSESSMENT_QUEUED; i++)
		run_for(20);
	assert_int_equal(conn.over, ST_ETIMEOUT);
}

/* A requested assessment begins now or after the current one. */
static void test_asked(void **state)
{
	(void)state;
	assessment_ready(s);
	assessment_batch(s, span_str("first"));
	registry.wanted = true;
	s->registration.ask(&s->registration, 0);
	s->registration.ask(&s->registration, 0); /* one message for both */
	run_for(1);
	assert_int_equal(peer.retried, 0);
	settle();
	assert_int_equal(peer.retried, 1);
	assert_int_equal(s->state, ASSESSMENT_RUNNING);
	settle();
	assert_int_equal(s->state, ASSESSMENT_IDLE);
	registry.wanted = true;
	peer.retry_err = ST_ESTATE;
	s->registration.ask(&s->registration, 0);
	run_for(1);
	assert_int_equal(peer.retried, 2);
	assert_int_equal(registry.refused, 1);
	assert_int_equal(s->state, ASSESSMENT_IDLE);
	assert_true(assessment_queue_enter(manager.queue, &other)); /* the slot is free */
}

/* An assessment requested by a validator needs a slot, too. */
static void test_woken(void **state)
{
	(void)state;
	assessment_ready(s);
	assessment_batch(s, span_str("first"));
	assessment_wake(s); /* during an assessment the peer handles it */
	assert_int_equal(peer.woken, 1);
	settle();
	assert_true(assessment_queue_enter(manager.queue, &other));
	assessment_wake(s);
	assert_int_equal(s->state, ASSESSMENT_QUEUED);
	(void)assessment_queue_leave(manager.queue, &other);
	run_for(1);
	assert_int_equal(peer.woken, 2);
	assert_int_equal(s->state, ASSESSMENT_RUNNING);
	settle();
}

/* Repeated requests of validators take one time slot of the registry. An assessment that the
 * endpoint begins in the meantime serves the request. */
static void test_woken_later(void **state)
{
	(void)state;
	assessment_ready(s);
	assessment_batch(s, span_str("first"));
	settle();
	registry.due = clock_mono_us() + 60 * CLOCK_SEC;
	assessment_wake(s);
	assessment_wake(s);
	registry.wanted = true;
	s->registration.ask(&s->registration, registry.due + 1);
	run_for(1);
	assert_int_equal(registry.time_slots, 1);
	assert_int_equal(peer.woken, 0);
	assert_int_equal(s->state, ASSESSMENT_IDLE);
	assessment_batch(s, span_str("by itself"));
	settle();
	assert_int_equal(s->state, ASSESSMENT_IDLE);
	assert_false(s->wake_requested);
	registry.due = 0;
	assessment_wake(s);
	assert_int_equal(peer.woken, 1);
	settle();
	/* a request by the registry and then by a validator: one time slot for both */
	registry.wanted = true;
	s->registration.ask(&s->registration, clock_mono_us() + 60 * CLOCK_SEC);
	run_for(1);
	assessment_wake(s);
	assert_int_equal(registry.time_slots, 2);
	assert_int_equal(peer.woken, 1);
}

/* Six in a minute and one overdrawn; then it is not read from. */
static void test_rate_limit(void **state)
{
	(void)state;
	assessment_ready(s);
	for (int i = 0; i < 8; i++) {
		assessment_batch(s, span_str("again"));
		settle();
		assert_int_equal(conn.paused, i >= 6);
	}
	assert_int_equal(manager.slowed, 1);
}

static void test_dropped(void **state)
{
	assessment_ready(s);
	s->registration.drop(&s->registration, *state != NULL);
	run_for(1);
	assert_true(conn.aborted);
	assert_int_equal(manager.ended, *state == NULL); /* counts only replaced sessions */
	assert_int_equal(s->state, ASSESSMENT_ENDED);
	assessment_batch(s, span_str("too late"));
	assert_int_equal(peer.received, 0);
}

static void test_forgotten(void **state)
{
	*state = s;
	test_dropped(state);
}

UNIT_GROUP(assessment)
{
#define CASE(f)                                                                               \
	cmocka_unit_test_setup_teardown(f, assessment_lab_setup, assessment_lab_teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_course),
		CASE(test_new_session_waits),
		CASE(test_idle_session_waits),
		CASE(test_too_much_while_waiting),
		CASE(test_no_data),
		CASE(test_stops_responding),
		CASE(test_deadlines),
		CASE(test_no_slot_in_time),
		CASE(test_asked),
		CASE(test_woken),
		CASE(test_woken_later),
		CASE(test_rate_limit),
		CASE(test_dropped),
		CASE(test_forgotten),
		CASE(test_resumes),
		CASE(test_resumes_closed_queue),
		CASE(test_deadline_of_silent),
		CASE(test_result_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
