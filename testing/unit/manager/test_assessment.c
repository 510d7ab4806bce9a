/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose turn it is, with a real gate, mailbox and loop, and a peer, a connection and a registry
 * that only note what they are told. */
#include "unit.h"
#include "manager/session.h"

#include "base/clock.h"
#include "daemon/rate_limit.h"
#include "manager/assessment.h"

#include <stdlib.h>

static struct manager manager;
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

void session_over(struct session *x, int err, const char *err_msg)
{
	(void)err_msg;
	x->turn = TURN_OVER;
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

uint64_t registry_now(struct registry *r)
{
	(void)r;
	return 1;
}

void registry_begin(struct registry *r, struct seat *seat, uint64_t at)
{
	(void)r, (void)seat, (void)at;
	registry.begun++;
	registry.wanted = false;
}

void registry_done(struct registry *r, struct seat *seat, enum verdict v, enum access a)
{
	(void)r, (void)seat, (void)v, (void)a;
	registry.done++;
}

bool registry_wanted(struct registry *r, struct seat *seat)
{
	(void)r, (void)seat;
	return registry.wanted;
}

int64_t registry_turn(struct registry *r)
{
	(void)r;
	registry.turns++;
	return registry.due;
}

void registry_refuse(struct registry *r, struct seat *seat, const char *reason)
{
	(void)r, (void)seat, (void)reason;
	registry.refused++;
	registry.wanted = false;
}

void registry_remove(struct registry *r, struct seat *seat)
{
	(void)r, (void)seat;
	registry.removed++;
}

/* --- the test's own ---------------------------------------------------------------------- */

static struct gate_pass other;
static bool other_in;

static void other_admit(struct gate_pass *p)
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
	assert_int_equal(gate_open(1, &manager.gate), 0);
	assert_int_equal(quota_open(6, &manager.quota), 0);
	assert_int_equal(uv_loop_init(&worker.loop.uv), 0);
	assert_int_equal(mailbox_open(&worker.mailbox, &worker.loop.uv), 0);
	s = calloc(1, sizeof(*s));
	s->worker = &worker;
	s->conn = (struct pt_conn *)(void *)s; /* only looked at for being there */
	s->peer = (struct imv_peer *)(void *)s;
	s->who.key = key;
	atomic_init(&s->refs, 1);
	uv_timer_init(&worker.loop.uv, &s->deadline);
	uv_timer_init(&worker.loop.uv, &s->pace);
	s->deadline.data = s->pace.data = s;
	turn_init(s);
	other = (struct gate_pass){ .admit = other_admit };
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
	turn_end(s);
	assert_int_equal(registry.removed, 1);
	(void)gate_leave(manager.gate, &other);
	run_for(0);
	assert_int_equal(s->refs, 1);
	assert_int_equal(gate_count(manager.gate).in, 0);
	assert_int_equal(gate_count(manager.gate).waiting, 0);
	assert_int_equal(gate_count(manager.gate).kept, 0);
	uv_close((uv_handle_t *)&s->deadline, NULL);
	uv_close((uv_handle_t *)&s->pace, NULL);
	mailbox_close(&worker.mailbox);
	uv_run(&worker.loop.uv, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&worker.loop.uv), 0);
	gate_close(manager.gate);
	quota_close(manager.quota);
	free(s);
	return 0;
}

static void settle(void)
{
	turn_settled(s, 0);
}

/* Let in, one assessment, and the place is free. */
static void test_course(void **state)
{
	(void)state;
	turn_first(s);
	assert_int_equal(s->turn, TURN_EXPECT);
	assert_int_equal(gate_count(manager.gate).in, 0); /* nothing has been said yet */
	assert_false(conn.paused);
	turn_batch(s, span_str("first"));
	assert_int_equal(s->turn, TURN_WORK);
	assert_int_equal(registry.begun, 1);
	turn_batch(s, span_str("second"));
	assert_int_equal(peer.received, 2);
	assert_false(gate_enter(manager.gate, &other));
	settle();
	assert_int_equal(s->turn, TURN_IDLE);
	assert_int_equal(registry.done, 1);
	assert_true(other_in);
	assert_false(uv_is_active((uv_handle_t *)&s->deadline)); /* idle: no timer runs */
}

/* Nobody reads from who has to wait, until the turn comes. */
static void test_new_one_waits(void **state)
{
	(void)state;
	assert_true(gate_enter(manager.gate, &other));
	turn_first(s);
	assert_int_equal(s->turn, TURN_WAIT);
	assert_true(conn.paused);
	(void)gate_leave(manager.gate, &other);
	run_for(1);
	assert_int_equal(s->turn, TURN_SILENT);
	assert_false(conn.paused);
}

/* One that was idle has said something: that is kept until its turn comes, and only that. */
static void test_idle_one_waits(void **state)
{
	(void)state;
	turn_first(s);
	turn_batch(s, span_str("first"));
	settle();
	assert_true(gate_enter(manager.gate, &other));
	turn_batch(s, span_str("again"));
	assert_int_equal(s->turn, TURN_WAIT);
	assert_true(conn.paused);
	assert_int_equal(peer.received, 1);
	assert_int_equal(gate_count(manager.gate).kept, 5);
	(void)gate_leave(manager.gate, &other);
	run_for(1);
	assert_int_equal(peer.received, 2);
	assert_int_equal(s->turn, TURN_WORK);
	assert_int_equal(gate_count(manager.gate).kept, 0);
	settle();
}

static void test_too_much_while_waiting(void **state)
{
	(void)state;
	turn_first(s);
	turn_batch(s, span_str("first"));
	settle();
	assert_true(gate_enter(manager.gate, &other));
	turn_batch(s, span_str("again"));
	turn_batch(s, span_str("and again"));
	assert_int_equal(conn.over, ST_ESTATE);
	turn_batch(s, span_str("nobody listens"));
	assert_int_equal(peer.received, 1);
}

/* Who has waited and says nothing gives the place back, and may still speak later. */
static void test_silent(void **state)
{
	(void)state;
	assert_true(gate_enter(manager.gate, &other));
	turn_first(s);
	(void)gate_leave(manager.gate, &other);
	run_for(1);
	assert_int_equal(s->turn, TURN_SILENT);
	assert_false(gate_enter(manager.gate, &other));
	for (int i = 0; i < 100 && s->turn == TURN_SILENT; i++)
		run_for(20);
	assert_int_equal(s->turn, TURN_EXPECT);
	assert_true(other_in);
	turn_batch(s, span_str("late"));
	assert_int_equal(s->turn, TURN_WAIT);
	assert_int_equal(gate_count(manager.gate).kept, 4);
	(void)gate_leave(manager.gate, &other);
	run_for(1);
	assert_int_equal(peer.received, 1);
	settle();
}

/* Who does not answer gives the place to those who wait, and passes the gate when it does. */
static void test_falls_silent(void **state)
{
	int64_t begun;

	(void)state;
	turn_first(s);
	turn_batch(s, span_str("first"));
	s->heard -= 60 * CLOCK_SEC;
	s->deadline.timer_cb(&s->deadline); /* nobody waits */
	assert_int_equal(gate_count(manager.gate).in, 1);
	peer.listens = false; /* it is our validators who take their time */
	assert_false(gate_enter(manager.gate, &other));
	s->deadline.timer_cb(&s->deadline);
	assert_false(other_in);
	peer.listens = true;
	s->heard = clock_mono_us();
	s->deadline.timer_cb(&s->deadline);
	assert_false(other_in);
	s->heard -= 60 * CLOCK_SEC;
	s->deadline.timer_cb(&s->deadline);
	assert_true(other_in);
	assert_int_equal(s->turn, TURN_WORK);
	begun = s->begun;
	turn_batch(s, span_str("at last"));
	assert_int_equal(s->turn, TURN_WAIT);
	assert_true(conn.paused);
	assert_int_equal(peer.received, 1);
	assert_int_equal(gate_count(manager.gate).in, 1); /* the other */
	s->heard -= 60 * CLOCK_SEC;
	(void)gate_leave(manager.gate, &other);
	run_for(1);
	assert_int_equal(peer.received, 2);
	assert_int_equal(peer.begun, 1);
	assert_int_equal(s->turn, TURN_WORK);
	assert_true(s->begun - begun >= 60 * CLOCK_SEC); /* waiting is not its own time */
	assert_true(uv_is_active((uv_handle_t *)&s->deadline));
	assert_false(gate_enter(manager.gate, &other)); /* it has a place again */
	settle();
	assert_int_equal(s->turn, TURN_IDLE);
}

static void fall_silent(void)
{
	turn_first(s);
	turn_batch(s, span_str("first"));
	peer.listens = true;
	assert_false(gate_enter(manager.gate, &other));
	s->heard -= 60 * CLOCK_SEC;
	s->deadline.timer_cb(&s->deadline);
	assert_true(other_in);
}

/* There is a place when it comes back: it goes on at once. */
static void test_comes_back(void **state)
{
	(void)state;
	fall_silent();
	(void)gate_leave(manager.gate, &other);
	turn_batch(s, span_str("at last"));
	assert_int_equal(peer.received, 2);
	assert_int_equal(s->turn, TURN_WORK);
	assert_int_equal(gate_count(manager.gate).in, 1);
	turn_batch(s, span_str("and more"));
	assert_int_equal(peer.received, 3);
	settle();
	assert_true(
		gate_enter(manager.gate, &other)); /* and a next one stands with all others */
	turn_batch(s, span_str("again"));
	assert_int_equal(s->turn, TURN_WAIT);
	assert_false(s->pass.again);
}

/* It does not go on while memory is scarce. */
static void test_comes_back_to_shut_gate(void **state)
{
	(void)state;
	fall_silent();
	gate_shut(manager.gate, true);
	(void)gate_leave(manager.gate, &other);
	turn_batch(s, span_str("at last"));
	run_for(1);
	assert_int_equal(peer.received, 1);
	assert_int_equal(s->turn, TURN_WAIT);
	gate_shut(manager.gate, false);
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
	turn_first(s);
	turn_batch(s, span_str("first"));
	peer.listens = peer.sending = true;
	uv_timer_stop(&s->deadline); /* as with every result */
	settle();
	assert_int_equal(s->turn, TURN_WORK);
	assert_true(uv_is_active((uv_handle_t *)&s->deadline));
	assert_false(gate_enter(manager.gate, &other));
	s->heard -= 60 * CLOCK_SEC;
	s->deadline.timer_cb(&s->deadline);
	assert_true(other_in);
	s->begun -= 60 * CLOCK_SEC;
	s->deadline.timer_cb(&s->deadline);
	assert_int_equal(s->turn, TURN_OVERDUE);
	assert_int_equal(peer.deadlines, 1);
	assert_false(s->excused);
}

/* The time is over: first the modules', then the endpoint's. */
static void test_deadlines(void **state)
{
	(void)state;
	worker.limits.assessment_s = 1;
	worker.limits.close_s = 1;
	turn_first(s);
	turn_batch(s, span_str("first"));
	for (int i = 0; i < 100 && s->turn == TURN_WORK; i++)
		run_for(20);
	assert_int_equal(s->turn, TURN_OVERDUE);
	assert_int_equal(peer.deadlines, 1);
	assert_int_equal(s->excused, !peer.listens); /* else it is the endpoint that is late */
	for (int i = 0; i < 100 && s->turn == TURN_OVERDUE; i++)
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
	assert_true(gate_enter(manager.gate, &other));
	turn_first(s);
	for (int i = 0; i < 100 && s->turn == TURN_WAIT; i++)
		run_for(20);
	assert_int_equal(conn.over, ST_ETIMEOUT);
}

/* The administrator asks: now, or when the assessment under way is done. */
static void test_asked(void **state)
{
	(void)state;
	turn_first(s);
	turn_batch(s, span_str("first"));
	registry.wanted = true;
	s->seat.ask(&s->seat, 0);
	s->seat.ask(&s->seat, 0); /* one letter for both */
	run_for(1);
	assert_int_equal(peer.retried, 0);
	settle();
	assert_int_equal(peer.retried, 1);
	assert_int_equal(s->turn, TURN_WORK);
	settle();
	assert_int_equal(s->turn, TURN_IDLE);
	registry.wanted = true;
	peer.retry_err = ST_ESTATE;
	s->seat.ask(&s->seat, 0);
	run_for(1);
	assert_int_equal(peer.retried, 2);
	assert_int_equal(registry.refused, 1);
	assert_int_equal(s->turn, TURN_IDLE);
	assert_true(gate_enter(manager.gate, &other)); /* nothing keeps the place */
}

/* A module wants another assessment: that passes the gate, too. */
static void test_woken(void **state)
{
	(void)state;
	turn_first(s);
	turn_batch(s, span_str("first"));
	turn_wake(s); /* during one: it is the peer's business */
	assert_int_equal(peer.woken, 1);
	settle();
	assert_true(gate_enter(manager.gate, &other));
	turn_wake(s);
	assert_int_equal(s->turn, TURN_WAIT);
	(void)gate_leave(manager.gate, &other);
	run_for(1);
	assert_int_equal(peer.woken, 2);
	assert_int_equal(s->turn, TURN_WORK);
	settle();
}

/* It has a turn among those whom the administrator asks, one however often it is said; what the
 * endpoint begins itself meanwhile is as good. */
static void test_woken_later(void **state)
{
	(void)state;
	turn_first(s);
	turn_batch(s, span_str("first"));
	settle();
	registry.due = clock_mono_us() + 60 * CLOCK_SEC;
	turn_wake(s);
	turn_wake(s);
	registry.wanted = true;
	s->seat.ask(&s->seat, registry.due + 1);
	run_for(1);
	assert_int_equal(registry.turns, 1);
	assert_int_equal(peer.woken, 0);
	assert_int_equal(s->turn, TURN_IDLE);
	turn_batch(s, span_str("by itself"));
	settle();
	assert_int_equal(s->turn, TURN_IDLE);
	assert_false(s->woken);
	registry.due = 0;
	turn_wake(s);
	assert_int_equal(peer.woken, 1);
	settle();
	/* asked for first, and then wanted: one turn for both */
	registry.wanted = true;
	s->seat.ask(&s->seat, clock_mono_us() + 60 * CLOCK_SEC);
	run_for(1);
	turn_wake(s);
	assert_int_equal(registry.turns, 2);
	assert_int_equal(peer.woken, 1);
}

/* Six in a minute, and one on credit: then it is not read from. */
static void test_pace(void **state)
{
	(void)state;
	turn_first(s);
	for (int i = 0; i < 8; i++) {
		turn_batch(s, span_str("again"));
		settle();
		assert_int_equal(conn.paused, i >= 6);
	}
	assert_int_equal(manager.slowed, 1);
}

static void test_dropped(void **state)
{
	turn_first(s);
	s->seat.drop(&s->seat, *state != NULL);
	run_for(1);
	assert_true(conn.aborted);
	assert_int_equal(manager.ended,
			 *state == NULL); /* counted are those with newer ones */
	assert_int_equal(s->turn, TURN_OVER);
	turn_batch(s, span_str("too late"));
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
