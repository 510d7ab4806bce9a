/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"
#include "manager/session.h"

#include "manager/assessment.h"
#include "base/container_of.h"
#include "base/clock.h"
#include "base/err.h"
#include "daemon/rate_limit.h"

#include <stddef.h>

/* How long a place is kept for one that had to wait and was let in: what it wants to say has been
 * waiting in the socket. A timer fires before the loop looks at sockets, hence twice. */
#define SILENT_MS 20

/* How long it is kept, while others wait, for one that does not answer what it is asked. */
#define PATIENCE_S 2u

static void assessment_rest(struct session *s);
static void assessment_ask(struct session *s);
static void assessment_on_deadline(uv_timer_t *timer);

static struct assessment_queue *assessment_queue_of(const struct session *s)
{
	return s->worker->manager->queue;
}

static struct session_registry *session_registry_of(const struct session *s)
{
	return s->worker->manager->registry;
}

static void assessment_set(struct session *s, enum assessment_state turn, uint32_t seconds)
{
	s->turn = turn;
	uv_timer_start(&s->deadline, assessment_on_deadline, (uint64_t)seconds * 1000, 0);
}

static void assessment_read(struct session *s)
{
	if (s->conn)
		pt_conn_pause(s->conn, s->held || s->paced);
}

static void assessment_hold(struct session *s, bool held)
{
	s->held = held;
	assessment_read(s);
}

/* --- the pace --------------------------------------------------------------------------- */

static void assessment_on_pace(uv_timer_t *timer);

static void assessment_count_paced(struct session *s, bool paced)
{
	if (paced && !s->paced)
		atomic_fetch_add(&s->worker->manager->slowed, 1);
	else if (s->paced && !paced)
		atomic_fetch_sub(&s->worker->manager->slowed, 1);
	s->paced = paced;
}

/* Who has had too many assessments is not read from until that has been made up for. */
static void assessment_pace(struct session *s)
{
	int64_t wait = rate_limit_wait(s->worker->manager->quota, s->who.key, clock_mono_us());

	assessment_count_paced(s, wait > 0);
	if (s->paced)
		uv_timer_start(&s->pace, assessment_on_pace, (uint64_t)wait / 1000 + 1, 0);
	assessment_read(s);
}

static void assessment_on_pace(uv_timer_t *timer)
{
	assessment_pace(timer->data);
}

/* --- the queue -------------------------------------------------------------------------- */

/* True: let in. False: it waits, and turn_go comes later. */
static bool assessment_enter(struct session *s)
{
	session_ref(s); /* of the letter that tells of it */
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

static void assessment_drop_kept(struct session *s)
{
	assessment_queue_unbuffer(assessment_queue_of(s), s->kept.len);
	wr_reset(&s->kept);
}

static void assessment_keep(struct session *s, struct span batch)
{
	int err = s->kept.len ? ST_ESTATE
			      : assessment_queue_buffer(assessment_queue_of(s), batch.n);

	assessment_hold(s, true);
	if (!err) {
		wr_bytes(&s->kept, batch);
		err = s->kept.err;
		if (err)
			assessment_queue_unbuffer(assessment_queue_of(s), batch.n);
	}
	if (err)
		session_over(s, err, "too much was said before its turn");
}

/* --- the peer --------------------------------------------------------------------------- */

/* Until one looks after it again: to see whether it says something, or because its time is over. */
static void assessment_watch(struct session *s)
{
	int64_t end = s->begun + s->worker->limits.assessment_s * CLOCK_SEC,
		left = end - clock_mono_us(), most = PATIENCE_S * CLOCK_SEC;

	uv_timer_start(&s->deadline, assessment_on_deadline,
		       left > 0 ? (uint64_t)(left < most ? left : most) / 1000 + 1 : 0, 0);
}

static void assessment_work(struct session *s)
{
	s->turn = ASSESSMENT_RUNNING;
	s->away = s->slot.again = false;
	s->begun = s->heard = clock_mono_us();
	assessment_watch(s);
}

/* The assessment goes on when the endpoint does, and then it passes the gate again. */
static void assessment_yield(struct session *s, int64_t now)
{
	if (s->away || !imv_peer_listens(s->peer) || now - s->heard < PATIENCE_S * CLOCK_SEC ||
	    !assessment_queue_count(assessment_queue_of(s)).waiting)
		return;
	assessment_leave(s);
	s->away = s->slot.again = true;
}

/* False: its time is over. */
static bool assessment_may_go_on(struct session *s)
{
	int64_t now = clock_mono_us();

	if (now - s->begun >= s->worker->limits.assessment_s * CLOCK_SEC)
		return false;
	assessment_yield(s, now);
	assessment_watch(s);
	return true;
}

/* After every call into the peer; `at` was the registry's number before it. */
static void assessment_after(struct session *s, uint64_t at)
{
	uint64_t begun = s->peer ? imv_peer_begun(s->peer) : 0;
	bool busy = s->peer && imv_peer_busy(s->peer);

	if (s->turn == ASSESSMENT_ENDED)
		return;
	if (begun != s->counted) {
		s->counted = begun;
		s->woken = false; /* this is the one that was wanted */
		session_registry_begin(session_registry_of(s), &s->registration, at);
		rate_limit_charge(s->worker->manager->quota, s->who.key, clock_mono_us());
		assessment_pace(s);
		if (s->turn == ASSESSMENT_IDLE) /* out of the one before */
			assessment_work(s);
	}
	if (!busy)
		assessment_rest(s);
	else if (s->turn ==
		 ASSESSMENT_IDLE) /* the result waits behind messages to be fetched */
		assessment_work(s);
}

static void assessment_receive(struct session *s, struct span batch)
{
	uint64_t at = session_registry_now(session_registry_of(s));

	if (!imv_peer_busy(s->peer))
		assessment_work(s);
	else
		s->heard = clock_mono_us();
	imv_peer_receive(s->peer, batch);
	assessment_after(s, at);
}

/* Nothing is under way: others may have the place. */
static void assessment_rest(struct session *s)
{
	assessment_leave(s);
	if (!s->counted) {
		if (s->turn != ASSESSMENT_EXPECTED)
			assessment_set(s, ASSESSMENT_EXPECTED, s->worker->limits.assessment_s);
		return;
	}
	s->turn = ASSESSMENT_IDLE;
	uv_timer_stop(&s->deadline);
	assessment_ask(s);
}

static void assessment_retry(struct session *s)
{
	uint64_t at = session_registry_now(session_registry_of(s));
	int err;

	assessment_work(s);
	if (s->woken) {
		s->woken = false;
		imv_peer_wake(s->peer);
	}
	if (s->turn != ASSESSMENT_ENDED && !imv_peer_busy(s->peer) &&
	    session_registry_wanted(session_registry_of(s), &s->registration)) {
		err = imv_peer_retry(s->peer);
		if (s->turn != ASSESSMENT_ENDED && (err || !imv_peer_busy(s->peer)))
			session_registry_refuse(session_registry_of(s), &s->registration,
						"Its session cannot have another assessment.");
	}
	assessment_after(s, at);
}

static void assessment_listen(struct session *s, unsigned times)
{
	s->turn = ASSESSMENT_ADMITTED;
	s->times = times;
	uv_timer_start(&s->deadline, assessment_on_deadline, SILENT_MS, 0);
}

/* It has a place and says nothing. */
static void assessment_silent(struct session *s)
{
	if (--s->times) {
		assessment_listen(s, s->times);
		return;
	}
	assessment_leave(s);
	assessment_set(s, ASSESSMENT_EXPECTED, s->worker->limits.assessment_s);
}

/* It comes back into the middle of an assessment. The time that it had to wait is not its own. */
static void assessment_return(struct session *s)
{
	s->turn = ASSESSMENT_RUNNING;
	s->away = s->slot.again = false;
	s->begun += clock_mono_us() - s->heard;
	assessment_watch(s);
}

/* The turn has come. */
static void assessment_go(struct session *s)
{
	struct wr batch = s->kept;
	bool back = s->away;

	assessment_hold(s, false);
	if (back)
		assessment_return(s);
	if (back || batch.len) {
		assessment_queue_unbuffer(assessment_queue_of(s), batch.len);
		s->kept = (struct wr){ 0 };
		assessment_receive(s, wr_span(&batch));
		wr_reset(&batch);
	} else if (s->counted) {
		assessment_retry(s);
	} else {
		assessment_listen(s, 2);
	}
}

static void assessment_on_admitted(struct loop_message *l)
{
	struct session *s = container_of(l, struct session, admitted);

	if (s->turn == ASSESSMENT_QUEUED)
		assessment_go(s);
	session_unref(s);
}

static void assessment_on_admit(struct assessment_slot *p)
{
	struct session *s = container_of(p, struct session, slot);

	loop_queue_send(&s->worker->mailbox, &s->admitted);
}

/* --- what happens ----------------------------------------------------------------------- */

void assessment_first(struct session *s)
{
	assessment_pace(s);
	if (!assessment_queue_full(assessment_queue_of(s)))
		assessment_set(s, ASSESSMENT_EXPECTED, s->worker->limits.assessment_s);
	else if (assessment_enter(s))
		assessment_listen(s, 2);
	else
		assessment_hold(s, true);
}

/* Has no place, and needs one for what it says now. */
static bool assessment_outside(struct session *s)
{
	if (s->away)
		s->heard = clock_mono_us();
	return s->away || s->turn == ASSESSMENT_EXPECTED || s->turn == ASSESSMENT_IDLE;
}

void assessment_batch(struct session *s, struct span batch)
{
	if (s->turn == ASSESSMENT_ENDED)
		return;
	if (s->turn == ASSESSMENT_QUEUED || (assessment_outside(s) && !assessment_enter(s))) {
		assessment_keep(s, batch);
		return;
	}
	if (s->away)
		assessment_return(s);
	assessment_receive(s, batch);
}

void assessment_wake(struct session *s)
{
	uint64_t at = session_registry_now(session_registry_of(s));

	if (imv_peer_busy(s->peer)) {
		imv_peer_wake(s->peer);
		assessment_after(s, at);
		return;
	}
	if (!s->woken && !session_registry_wanted(session_registry_of(s), &s->registration))
		s->due = session_registry_next_slot(session_registry_of(s));
	s->woken = true;
	if (s->turn == ASSESSMENT_IDLE)
		assessment_ask(s);
}

void assessment_stored(struct session *s, int err)
{
	uint64_t at = session_registry_now(session_registry_of(s));

	if (!err)
		session_registry_done(session_registry_of(s), &s->registration, s->verdict,
				      s->access);
	if (s->turn != ASSESSMENT_ENDED)
		s->turn = ASSESSMENT_IDLE;
	imv_peer_settled(s->peer, err);
	assessment_after(s, at);
}

/* Idle: somebody may want another assessment. */
static void assessment_ask(struct session *s)
{
	int64_t early = s->due - clock_mono_us();

	if (!s->woken && !session_registry_wanted(session_registry_of(s), &s->registration))
		return;
	if (early > 0)
		uv_timer_start(&s->deadline, assessment_on_deadline,
			       (uint64_t)early / 1000 + 1, 0);
	else if (assessment_enter(s))
		assessment_go(s);
}

static void assessment_on_asked(struct loop_message *l)
{
	struct session *s = container_of(l, struct session, asked);

	atomic_store(&s->asking, false);
	if (!s->woken) /* else it has a turn already, and an earlier one */
		s->due = atomic_load(&s->asked_due);
	if (s->turn == ASSESSMENT_IDLE)
		assessment_ask(s);
	session_unref(s);
}

static void assessment_on_ask(struct registration *registration, int64_t due)
{
	struct session *s = container_of(registration, struct session, registration);

	atomic_store(&s->asked_due, due);
	if (atomic_exchange(&s->asking, true))
		return;
	session_ref(s);
	loop_queue_send(&s->worker->mailbox, &s->asked);
}

static void assessment_on_dropped(struct loop_message *l)
{
	struct session *s = container_of(l, struct session, dropped);

	s->turn = ASSESSMENT_ENDED;
	s->excused = true;
	atomic_fetch_add(&s->worker->manager->ended, !s->forgotten);
	/* at once, with whatever it holds: it is most likely dead */
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
	loop_queue_send(&s->worker->mailbox, &s->dropped);
}

/* First the modules' time is over, and the endpoint may still hear what became of it; then
 * its own is. */
static void assessment_on_deadline(uv_timer_t *timer)
{
	struct session *s = timer->data;
	uint64_t at = session_registry_now(session_registry_of(s));

	switch (s->turn) {
	case ASSESSMENT_ADMITTED:
		assessment_silent(s);
		break;
	case ASSESSMENT_RUNNING:
		if (assessment_may_go_on(s))
			break;
		if (!imv_peer_listens(s->peer)) /* it is our validators who are late */
			s->excused = true;
		assessment_set(s, ASSESSMENT_OVERDUE, s->worker->limits.close_s);
		imv_peer_deadline(s->peer);
		assessment_after(s, at);
		break;
	case ASSESSMENT_IDLE:
		assessment_ask(s);
		break;
	case ASSESSMENT_QUEUED:
		s->excused = true;
		session_over(s, ST_ETIMEOUT, "no turn within its deadline");
		break;
	default:
		session_over(s, ST_ETIMEOUT, "no assessment within its deadline");
	}
}

/* --- life ------------------------------------------------------------------------------- */

void assessment_init(struct session *s)
{
	s->slot.admit = assessment_on_admit;
	s->admitted.open = assessment_on_admitted;
	s->registration.ask = assessment_on_ask;
	s->asked.open = assessment_on_asked;
	s->registration.drop = assessment_on_drop;
	s->dropped.open = assessment_on_dropped;
}

void assessment_end(struct session *s)
{
	s->turn = ASSESSMENT_ENDED;
	uv_timer_stop(&s->deadline);
	uv_timer_stop(&s->pace);
	assessment_leave(s);
	assessment_drop_kept(s);
	assessment_count_paced(s, false);
	session_registry_remove(session_registry_of(s), &s->registration);
}
