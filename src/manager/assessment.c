/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "manager/assessment.h"
#include "manager/session_state.h"
#include "base/container_of.h"
#include "base/clock.h"
#include "base/err.h"
#include "daemon/rate_limit.h"

#include <stddef.h>

/* Time in which an admitted session must send its first batch, which normally waits in the
 * socket already. The loop runs timers before it polls sockets, so the timer must fire
 * twice. */
#define AWAIT_DATA_MS 20

/* Silence in the middle of an assessment after which the slot is released, if others wait. */
#define SILENCE_MAX_S 2u

static void assessment_idle(struct session *s);
static void assessment_request(struct session *s);
static void assessment_on_deadline(uv_timer_t *timer);

static struct assessment_queue *assessment_queue_of(const struct session *s)
{
	return s->worker->manager->queue;
}

static struct session_registry *session_registry_of(const struct session *s)
{
	return s->worker->manager->registry;
}

static void assessment_set(struct session *s, enum assessment_state state, uint32_t seconds)
{
	s->state = state;
	uv_timer_start(&s->deadline, assessment_on_deadline, (uint64_t)seconds * 1000, 0);
}

static void assessment_update_reading(struct session *s)
{
	if (s->conn)
		pt_conn_pause(s->conn, s->waits_for_slot || s->rate_limited);
}

static void assessment_pause_reading(struct session *s, bool waits)
{
	s->waits_for_slot = waits;
	assessment_update_reading(s);
}

/* --- the rate limit --------------------------------------------------------------------- */

static void assessment_on_rate_timer(uv_timer_t *timer);

static void assessment_set_rate_limited(struct session *s, bool limited)
{
	if (limited && !s->rate_limited)
		atomic_fetch_add(&s->worker->manager->slowed, 1);
	else if (s->rate_limited && !limited)
		atomic_fetch_sub(&s->worker->manager->slowed, 1);
	s->rate_limited = limited;
}

/* A session over its rate limit is not read from until the next assessment is allowed. */
static void assessment_apply_rate(struct session *s)
{
	int64_t wait = rate_limit_wait(s->worker->manager->rate_limit, s->identity.key,
				       clock_mono_us());

	assessment_set_rate_limited(s, wait > 0);
	if (s->rate_limited)
		uv_timer_start(&s->rate_timer, assessment_on_rate_timer,
			       (uint64_t)wait / 1000 + 1, 0);
	assessment_update_reading(s);
}

static void assessment_on_rate_timer(uv_timer_t *timer)
{
	assessment_apply_rate(timer->data);
}

/* --- the queue -------------------------------------------------------------------------- */

/* True: the slot is taken. False: it is queued, and assessment_on_slot follows. */
static bool assessment_enter(struct session *s)
{
	session_ref(s); /* for slot_message */
	if (!assessment_queue_enter(assessment_queue_of(s), &s->slot)) {
		assessment_set(s, ASSESSMENT_QUEUED, s->worker->limits.waiting_s);
		return false;
	}
	session_unref(s);
	return true;
}

static void assessment_leave(struct session *s)
{
	if (assessment_queue_leave(assessment_queue_of(s), &s->slot))
		session_unref(s);
}

static void assessment_drop_buffered(struct session *s)
{
	assessment_queue_unbuffer(assessment_queue_of(s), s->buffered.len);
	wr_reset(&s->buffered);
}

static void assessment_buffer(struct session *s, struct span batch)
{
	int err = s->buffered.len ? ST_ESTATE
				  : assessment_queue_buffer(assessment_queue_of(s), batch.n);

	assessment_pause_reading(s, true);
	if (!err) {
		wr_bytes(&s->buffered, batch);
		err = s->buffered.err;
		if (err)
			assessment_queue_unbuffer(assessment_queue_of(s), batch.n);
	}
	if (err)
		session_fail(s, err, "too much data while waiting for an assessment slot");
}

/* --- the peer --------------------------------------------------------------------------- */

/* Runs until the next check for silence or until the deadline of the assessment. */
static void assessment_arm_timer(struct session *s)
{
	int64_t end = s->started_at + s->worker->limits.assessment_s * CLOCK_SEC,
		left = end - clock_mono_us(), most = SILENCE_MAX_S * CLOCK_SEC;

	uv_timer_start(&s->deadline, assessment_on_deadline,
		       left > 0 ? (uint64_t)(left < most ? left : most) / 1000 + 1 : 0, 0);
}

static void assessment_start(struct session *s)
{
	s->state = ASSESSMENT_RUNNING;
	s->slot_released = s->slot.resumes = false;
	s->started_at = s->received_at = clock_mono_us();
	assessment_arm_timer(s);
}

/* Releases the slot of a silent endpoint. Its next batch needs a slot again. */
static void assessment_yield(struct session *s, int64_t now)
{
	if (s->slot_released || !imv_peer_listens(s->peer) ||
	    now - s->received_at < SILENCE_MAX_S * CLOCK_SEC ||
	    !assessment_queue_count(assessment_queue_of(s)).waiting)
		return;
	assessment_leave(s);
	s->slot_released = s->slot.resumes = true;
}

/* False: the deadline has passed. */
static bool assessment_in_time(struct session *s)
{
	int64_t now = clock_mono_us();

	if (now - s->started_at >= s->worker->limits.assessment_s * CLOCK_SEC)
		return false;
	assessment_yield(s, now);
	assessment_arm_timer(s);
	return true;
}

/* After every call into the peer. last_question: the registry's number before the call. */
static void assessment_after(struct session *s, uint64_t last_question)
{
	uint64_t begun = s->peer ? imv_peer_begun(s->peer) : 0;
	bool busy = s->peer && imv_peer_busy(s->peer);

	if (s->state == ASSESSMENT_ENDED)
		return;
	if (begun != s->n_begun) {
		s->n_begun = begun;
		s->wake_requested = false; /* this assessment serves the request */
		session_registry_begin(session_registry_of(s), &s->registration,
				       last_question);
		rate_limit_charge(s->worker->manager->rate_limit, s->identity.key,
				  clock_mono_us());
		assessment_apply_rate(s);
		if (s->state == ASSESSMENT_IDLE) /* began directly after the previous one */
			assessment_start(s);
	}
	if (!busy)
		assessment_idle(s);
	else if (s->state == ASSESSMENT_IDLE) /* the result is queued behind other messages */
		assessment_start(s);
}

static void assessment_receive(struct session *s, struct span batch)
{
	uint64_t last_question = session_registry_last_question(session_registry_of(s));

	if (!imv_peer_busy(s->peer))
		assessment_start(s);
	else
		s->received_at = clock_mono_us();
	imv_peer_receive(s->peer, batch);
	assessment_after(s, last_question);
}

/* No assessment is running: releases the slot. */
static void assessment_idle(struct session *s)
{
	assessment_leave(s);
	if (!s->n_begun) {
		if (s->state != ASSESSMENT_EXPECTED)
			assessment_set(s, ASSESSMENT_EXPECTED, s->worker->limits.assessment_s);
		return;
	}
	s->state = ASSESSMENT_IDLE;
	uv_timer_stop(&s->deadline);
	assessment_request(s);
}

static void assessment_retry(struct session *s)
{
	uint64_t last_question = session_registry_last_question(session_registry_of(s));
	int err;

	assessment_start(s);
	if (s->wake_requested) {
		s->wake_requested = false;
		imv_peer_wake(s->peer);
	}
	if (s->state != ASSESSMENT_ENDED && !imv_peer_busy(s->peer) &&
	    session_registry_wanted(session_registry_of(s), &s->registration)) {
		err = imv_peer_retry(s->peer);
		if (s->state != ASSESSMENT_ENDED && (err || !imv_peer_busy(s->peer)))
			session_registry_refuse(
				session_registry_of(s), &s->registration,
				"The session cannot begin another assessment.");
	}
	assessment_after(s, last_question);
}

static void assessment_await_data(struct session *s, unsigned times)
{
	s->state = ASSESSMENT_ADMITTED;
	s->checks_left = times;
	uv_timer_start(&s->deadline, assessment_on_deadline, AWAIT_DATA_MS, 0);
}

/* An admitted session has sent nothing. */
static void assessment_no_data(struct session *s)
{
	if (--s->checks_left) {
		assessment_await_data(s, s->checks_left);
		return;
	}
	assessment_leave(s);
	assessment_set(s, ASSESSMENT_EXPECTED, s->worker->limits.assessment_s);
}

/* Continues an assessment after a released slot. Waiting for the slot does not count towards
 * the deadline. */
static void assessment_resume(struct session *s)
{
	s->state = ASSESSMENT_RUNNING;
	s->slot_released = s->slot.resumes = false;
	s->started_at += clock_mono_us() - s->received_at;
	assessment_arm_timer(s);
}

/* The slot is taken. */
static void assessment_on_slot(struct session *s)
{
	struct wr batch = s->buffered;
	bool resumed = s->slot_released;

	assessment_pause_reading(s, false);
	if (resumed)
		assessment_resume(s);
	if (resumed || batch.len) {
		assessment_queue_unbuffer(assessment_queue_of(s), batch.len);
		s->buffered = (struct wr){ 0 };
		assessment_receive(s, wr_span(&batch));
		wr_reset(&batch);
	} else if (s->n_begun) {
		assessment_retry(s);
	} else {
		assessment_await_data(s, 2);
	}
}

static void assessment_on_slot_message(struct loop_message *message)
{
	struct session *s = container_of(message, struct session, slot_message);

	if (s->state == ASSESSMENT_QUEUED)
		assessment_on_slot(s);
	session_unref(s);
}

static void assessment_on_admit(struct assessment_slot *p)
{
	struct session *s = container_of(p, struct session, slot);

	loop_queue_send(&s->worker->loop_queue, &s->slot_message);
}

/* --- events ----------------------------------------------------------------------------- */

void assessment_ready(struct session *s)
{
	assessment_apply_rate(s);
	if (!assessment_queue_full(assessment_queue_of(s)))
		assessment_set(s, ASSESSMENT_EXPECTED, s->worker->limits.assessment_s);
	else if (assessment_enter(s))
		assessment_await_data(s, 2);
	else
		assessment_pause_reading(s, true);
}

/* True: the session has no slot and needs one for this batch. */
static bool assessment_without_slot(struct session *s)
{
	if (s->slot_released)
		s->received_at = clock_mono_us();
	return s->slot_released || s->state == ASSESSMENT_EXPECTED ||
	       s->state == ASSESSMENT_IDLE;
}

void assessment_batch(struct session *s, struct span batch)
{
	if (s->state == ASSESSMENT_ENDED)
		return;
	if (s->state == ASSESSMENT_QUEUED ||
	    (assessment_without_slot(s) && !assessment_enter(s))) {
		assessment_buffer(s, batch);
		return;
	}
	if (s->slot_released)
		assessment_resume(s);
	assessment_receive(s, batch);
}

void assessment_wake(struct session *s)
{
	uint64_t last_question = session_registry_last_question(session_registry_of(s));

	if (imv_peer_busy(s->peer)) {
		imv_peer_wake(s->peer);
		assessment_after(s, last_question);
		return;
	}
	if (!s->wake_requested &&
	    !session_registry_wanted(session_registry_of(s), &s->registration))
		s->request_at = session_registry_next_slot(session_registry_of(s));
	s->wake_requested = true;
	if (s->state == ASSESSMENT_IDLE)
		assessment_request(s);
}

void assessment_stored(struct session *s, int err)
{
	uint64_t last_question = session_registry_last_question(session_registry_of(s));

	if (!err)
		session_registry_done(session_registry_of(s), &s->registration, s->verdict,
				      s->access);
	if (s->state != ASSESSMENT_ENDED)
		s->state = ASSESSMENT_IDLE;
	imv_peer_settled(s->peer, err);
	assessment_after(s, last_question);
}

/* Idle: begins a requested assessment, now or at request_at. */
static void assessment_request(struct session *s)
{
	int64_t early = s->request_at - clock_mono_us();

	if (!s->wake_requested &&
	    !session_registry_wanted(session_registry_of(s), &s->registration))
		return;
	if (early > 0)
		uv_timer_start(&s->deadline, assessment_on_deadline,
			       (uint64_t)early / 1000 + 1, 0);
	else if (assessment_enter(s))
		assessment_on_slot(s);
}

static void assessment_on_ask_message(struct loop_message *message)
{
	struct session *s = container_of(message, struct session, ask_message);

	atomic_store(&s->ask_pending, false);
	if (!s->wake_requested) /* else it has an earlier time slot already */
		s->request_at = atomic_load(&s->ask_due);
	if (s->state == ASSESSMENT_IDLE)
		assessment_request(s);
	session_unref(s);
}

static void assessment_on_ask(struct registration *registration, int64_t due)
{
	struct session *s = container_of(registration, struct session, registration);

	atomic_store(&s->ask_due, due);
	if (atomic_exchange(&s->ask_pending, true))
		return;
	session_ref(s);
	loop_queue_send(&s->worker->loop_queue, &s->ask_message);
}

static void assessment_on_drop_message(struct loop_message *message)
{
	struct session *s = container_of(message, struct session, drop_message);

	s->state = ASSESSMENT_ENDED;
	s->no_penalty = true;
	atomic_fetch_add(&s->worker->manager->ended, !s->forgotten);
	/* aborted, not closed: the connection is most likely dead */
	if (s->conn)
		pt_conn_abort(s->conn, ST_ECLOSED,
			      s->forgotten ? "the endpoint was forgotten"
					   : "the endpoint has newer sessions");
	session_unref(s);
}

static void assessment_on_drop(struct registration *registration, bool forgotten)
{
	struct session *s = container_of(registration, struct session, registration);

	s->forgotten = forgotten;
	session_ref(s);
	loop_queue_send(&s->worker->loop_queue, &s->drop_message);
}

/* The deadline of an assessment first ends the work of the validators; the endpoint may then
 * still fetch the result until the next deadline. */
static void assessment_on_deadline(uv_timer_t *timer)
{
	struct session *s = timer->data;
	uint64_t last_question = session_registry_last_question(session_registry_of(s));

	switch (s->state) {
	case ASSESSMENT_ADMITTED:
		assessment_no_data(s);
		break;
	case ASSESSMENT_RUNNING:
		if (assessment_in_time(s))
			break;
		if (!imv_peer_listens(s->peer)) /* the validators are late, not the endpoint */
			s->no_penalty = true;
		assessment_set(s, ASSESSMENT_OVERDUE, s->worker->limits.close_s);
		imv_peer_deadline(s->peer);
		assessment_after(s, last_question);
		break;
	case ASSESSMENT_IDLE:
		assessment_request(s);
		break;
	case ASSESSMENT_QUEUED:
		s->no_penalty = true;
		session_fail(s, ST_ETIMEOUT, "no assessment slot within waiting_s");
		break;
	default:
		session_fail(s, ST_ETIMEOUT, "no assessment within assessment_s");
	}
}

/* --- life ------------------------------------------------------------------------------- */

void assessment_init(struct session *s)
{
	s->slot.admit = assessment_on_admit;
	s->slot_message.handler = assessment_on_slot_message;
	s->registration.ask = assessment_on_ask;
	s->ask_message.handler = assessment_on_ask_message;
	s->registration.drop = assessment_on_drop;
	s->drop_message.handler = assessment_on_drop_message;
}

void assessment_end(struct session *s)
{
	s->state = ASSESSMENT_ENDED;
	uv_timer_stop(&s->deadline);
	uv_timer_stop(&s->rate_timer);
	assessment_leave(s);
	assessment_drop_buffered(s);
	assessment_set_rate_limited(s, false);
	session_registry_remove(session_registry_of(s), &s->registration);
}
