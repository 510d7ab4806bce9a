/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose turn it is, with a real gate, mailbox and loop, and a peer, a connection and a registry
 * that only note what they are told. */
#include "unit.h"
#include "manager/session.h"

#include "base/clock.h"
#include "daemon/rate_limit.h"
#include "manager/assessment.h"

#include <stdlib.h>

static struct manager_shared manager;
static struct worker worker;
static struct session *s;

/* --- what is around it ------------------------------------------------------------------- */

static struct {
	bool paused, aborted;
	int over; /* ST_E... of session_over, or 1: not yet */
} conn;

static struct {
	bool busy, listens, sending; /* sending: after settling, too */
	unsigned received, retried, woken, deadlines, settled;
	uint64_t begun;
	int retry_err;
} peer;

static struct {
	bool wanted;
	unsigned begun, done, refused, removed, turns;
	int64_t due;
} registry;

void session_ref(struct session *x)
{
	atomic_fetch_add(&x->refs, 1);
}

void session_unref(struct session *x)
{
	assert_true(atomic_fetch_sub(&x->refs, 1) > 1); /* the test's own is never the last */
}

void session_fail(struct session *x, int err, const char *err_msg)
{
	(void)err_msg;
	x->state = ASSESSMENT_ENDED;
	conn.over = err;
}

void pt_conn_pause(struct pt_conn *c, bool pause)
{
	(void)c;
	conn.paused = pause;
}

void pt_conn_abort(struct pt_conn *c, int err, const char *reason)
{
	(void)c, (void)err, (void)reason;
	conn.aborted = true;
}

static void begin(void)
{
	peer.begun += !peer.busy;
	peer.busy = true;
}

void imv_peer_receive(struct imv_peer *p, struct span batch)
{
	(void)p, (void)batch;
	peer.received++;
	begin();
}

int imv_peer_retry(struct imv_peer *p)
{
	(void)p;
	peer.retried++;
	if (!peer.retry_err)
		begin();
	return peer.retry_err;
}

void imv_peer_wake(struct imv_peer *p)
{
	(void)p;
	peer.woken++;
	begin();
}

void imv_peer_settled(struct imv_peer *p, int err)
{
	(void)p, (void)err;
	peer.settled++;
	peer.busy = peer.sending;
}

void imv_peer_deadline(struct imv_peer *p)
{
	(void)p;
	peer.deadlines++;
}

bool imv_peer_busy(const struct imv_peer *p)
{
	(void)p;
	return peer.busy;
}

bool imv_peer_listens(const struct imv_peer *p)
{
	(void)p;
	return peer.busy && peer.listens;
}

uint64_t imv_peer_begun(const struct imv_peer *p)
{
	(void)p;
	return peer.begun;
}

uint64_t session_registry_last_question(struct session_registry *r)
{
	(void)r;
	return 1;
}

void session_registry_begin(struct session_registry *r, struct registration *registration,
			    uint64_t at)
{
	(void)r, (void)registration, (void)at;
	registry.begun++;
	registry.wanted = false;
}

void session_registry_done(struct session_registry *r, struct registration *registration,
			   enum verdict v, enum access a)
{
	(void)r, (void)registration, (void)v, (void)a;
	registry.done++;
}

bool session_registry_wanted(struct session_registry *r, struct registration *registration)
{
	(void)r, (void)registration;
	return registry.wanted;
}

int64_t session_registry_next_slot(struct session_registry *r)
{
	(void)r;
	registry.turns++;
	return registry.due;
}

void session_registry_refuse(struct session_registry *r, struct registration *registration,
			     const char *reason)
{
	(void)r, (void)registration, (void)reason;
	registry.refused++;
	registry.wanted = false;
}

void session_registry_remove(struct session_registry *r, struct registration *registration)
{
	(void)r, (void)registration;
	registry.removed++;
}

/* --- the test's own ---------------------------------------------------------------------- */

static struct assessment_slot other;
static bool other_in;

static void other_admit(struct assessment_slot *p)
{
	(void)p;
	other_in = true;
}

static int setup(void **state)
{
	static char key[] = "key";

	(void)state;
	memset(&manager, 0, sizeof(manager));
	memset(&worker, 0, sizeof(worker));
	memset(&peer, 0, sizeof(peer));
	memset(&registry, 0, sizeof(registry));
	memset(&conn, 0, sizeof(conn));
	conn.over = 1;
	worker.manager = &manager;
	worker.limits = (struct limits)LIMITS_DEFAULT;
	assert_int_equal(assessment_queue_open(1, &manager.queue), 0);
	assert_int_equal(rate_limit_open(6, &manager.rate_limit), 0);
	assert_int_equal(uv_loop_init(&worker.loop.uv), 0);
	assert_int_equal(loop_queue_open(&worker.loop_queue, &worker.loop.uv), 0);
	s = calloc(1, sizeof(*s));
	s->worker = &worker;
	s->conn = (struct pt_conn *)(void *)s; /* only looked at for being there */
	s->peer = (struct imv_peer *)(void *)s;
	s->identity.key = key;
	atomic_init(&s->refs, 1);
	uv_timer_init(&worker.loop.uv, &s->deadline);
	uv_timer_init(&worker.loop.uv, &s->rate_timer);
	s->deadline.data = s->rate_timer.data = s;
	assessment_init(s);
	other = (struct assessment_slot){ .admit = other_admit };
	other_in = false;
	return 0;
}

static void run_for(uint64_t ms)
{
	uint64_t end;

	uv_update_time(&worker.loop.uv);
	end = uv_now(&worker.loop.uv) + ms;
	do {
		uv_run(&worker.loop.uv, UV_RUN_NOWAIT);
		uv_sleep(2);
	} while (uv_now(&worker.loop.uv) < end);
}

static int teardown(void **state)
{
	(void)state;
	assessment_end(s);
	assert_int_equal(registry.removed, 1);
	(void)assessment_queue_leave(manager.queue, &other);
	run_for(0);
	assert_int_equal(s->refs, 1);
	assert_int_equal(assessment_queue_count(manager.queue).taken, 0);
	assert_int_equal(assessment_queue_count(manager.queue).waiting, 0);
	assert_int_equal(assessment_queue_count(manager.queue).buffered_octets, 0);
	uv_close((uv_handle_t *)&s->deadline, NULL);
	uv_close((uv_handle_t *)&s->rate_timer, NULL);
	loop_queue_close(&worker.loop_queue);
	uv_run(&worker.loop.uv, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&worker.loop.uv), 0);
	assessment_queue_close(manager.queue);
	rate_limit_close(manager.rate_limit);
	free(s);
	return 0;
}

static void settle(void)
{
	assessment_stored(s, 0);
}

/* Let in, one assessment, and the place is free. */
static void test_course(void **state)
{
	(void)state;
	assessment_ready(s);
	assert_int_equal(s->state, ASSESSMENT_EXPECTED);
	assert_int_equal(assessment_queue_count(manager.queue).taken,
			 0); /* nothing has been said yet */
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
	assert_false(uv_is_active((uv_handle_t *)&s->deadline)); /* idle: no timer runs */
}

/* Nobody reads from who has to wait, until the turn comes. */
static void test_new_one_waits(void **state)
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

/* One that was idle has said something: that is kept until its turn comes, and only that. */
static void test_idle_one_waits(void **state)
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
	assessment_batch(s, span_str("nobody listens"));
	assert_int_equal(peer.received, 1);
}

/* Who has waited and says nothing gives the place back, and may still speak later. */
static void test_silent(void **state)
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

/* Who does not answer gives the place to those who wait, and passes the gate when it does. */
static void test_falls_silent(void **state)
{
	int64_t begun;

	(void)state;
	assessment_ready(s);
	assessment_batch(s, span_str("first"));
	s->received_at -= 60 * CLOCK_SEC;
	s->deadline.timer_cb(&s->deadline); /* nobody waits */
	assert_int_equal(assessment_queue_count(manager.queue).taken, 1);
	peer.listens = false; /* it is our validators who take their time */
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
	assert_int_equal(assessment_queue_count(manager.queue).taken, 1); /* the other */
	s->received_at -= 60 * CLOCK_SEC;
	(void)assessment_queue_leave(manager.queue, &other);
	run_for(1);
	assert_int_equal(peer.received, 2);
	assert_int_equal(peer.begun, 1);
	assert_int_equal(s->state, ASSESSMENT_RUNNING);
	assert_true(s->started_at - begun >= 60 * CLOCK_SEC); /* waiting is not its own time */
	assert_true(uv_is_active((uv_handle_t *)&s->deadline));
	assert_false(assessment_queue_enter(manager.queue, &other)); /* it has a place again */
	settle();
	assert_int_equal(s->state, ASSESSMENT_IDLE);
}

static void fall_silent(void)
{
	assessment_ready(s);
	assessment_batch(s, span_str("first"));
	peer.listens = true;
	assert_false(assessment_queue_enter(manager.queue, &other));
	s->received_at -= 60 * CLOCK_SEC;
	s->deadline.timer_cb(&s->deadline);
	assert_true(other_in);
}

/* There is a place when it comes back: it goes on at once. */
static void test_comes_back(void **state)
{
	(void)state;
	fall_silent();
	(void)assessment_queue_leave(manager.queue, &other);
	assessment_batch(s, span_str("at last"));
	assert_int_equal(peer.received, 2);
	assert_int_equal(s->state, ASSESSMENT_RUNNING);
	assert_int_equal(assessment_queue_count(manager.queue).taken, 1);
	assessment_batch(s, span_str("and more"));
	assert_int_equal(peer.received, 3);
	settle();
	assert_true(assessment_queue_enter(
		manager.queue, &other)); /* and a next one stands with all others */
	assessment_batch(s, span_str("again"));
	assert_int_equal(s->state, ASSESSMENT_QUEUED);
	assert_false(s->slot.resumes);
}

/* It does not go on while memory is scarce. */
static void test_comes_back_to_shut_gate(void **state)
{
	(void)state;
	fall_silent();
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

/* The result waits behind messages that the endpoint does not fetch: others have the place, and
 * there is an end to it. */
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

/* The time is over: first the modules', then the endpoint's. */
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
	assert_int_equal(s->no_penalty,
			 !peer.listens); /* else it is the endpoint that is late */
	for (int i = 0; i < 100 && s->state == ASSESSMENT_OVERDUE; i++)
		run_for(20);
	assert_int_equal(conn.over, ST_ETIMEOUT);
}

static void test_deadline_of_silent(void **state)
{
	peer.listens = true;
	test_deadlines(state);
}

static void test_no_turn_in_time(void **state)
{
	(void)state;
	worker.limits.waiting_s = 1;
	assert_true(assessment_queue_enter(manager.queue, &other));
	assessment_ready(s);
	for (int i = 0; i < 100 && s->state == ASSESSMENT_QUEUED; i++)
		run_for(20);
	assert_int_equal(conn.over, ST_ETIMEOUT);
}

/* The administrator asks: now, or when the assessment under way is done. */
static void test_asked(void **state)
{
	(void)state;
	assessment_ready(s);
	assessment_batch(s, span_str("first"));
	registry.wanted = true;
	s->registration.ask(&s->registration, 0);
	s->registration.ask(&s->registration, 0); /* one letter for both */
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
	assert_true(
		assessment_queue_enter(manager.queue, &other)); /* nothing keeps the place */
}

/* A module wants another assessment: that passes the gate, too. */
static void test_woken(void **state)
{
	(void)state;
	assessment_ready(s);
	assessment_batch(s, span_str("first"));
	assessment_wake(s); /* during one: it is the peer's business */
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

/* It has a turn among those whom the administrator asks, one however often it is said; what the
 * endpoint begins itself meanwhile is as good. */
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
	assert_int_equal(registry.turns, 1);
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
	/* asked for first, and then wanted: one turn for both */
	registry.wanted = true;
	s->registration.ask(&s->registration, clock_mono_us() + 60 * CLOCK_SEC);
	run_for(1);
	assessment_wake(s);
	assert_int_equal(registry.turns, 2);
	assert_int_equal(peer.woken, 1);
}

/* Six in a minute, and one on credit: then it is not read from. */
static void test_pace(void **state)
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
	assert_int_equal(manager.ended,
			 *state == NULL); /* counted are those with newer ones */
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
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_course),
		CASE(test_new_one_waits),
		CASE(test_idle_one_waits),
		CASE(test_too_much_while_waiting),
		CASE(test_silent),
		CASE(test_falls_silent),
		CASE(test_deadlines),
		CASE(test_no_turn_in_time),
		CASE(test_asked),
		CASE(test_woken),
		CASE(test_woken_later),
		CASE(test_pace),
		CASE(test_dropped),
		CASE(test_forgotten),
		CASE(test_comes_back),
		CASE(test_comes_back_to_shut_gate),
		CASE(test_deadline_of_silent),
		CASE(test_result_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
