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

static void turn_rest(struct session *s);
static void turn_ask(struct session *s);
static void turn_on_deadline(uv_timer_t *timer);

static struct gate *gate_of(const struct session *s)
{
	return s->worker->manager->gate;
}

static struct registry *registry_of(const struct session *s)
{
	return s->worker->manager->registry;
}

static void turn_set(struct session *s, enum turn turn, uint32_t seconds)
{
	s->turn = turn;
	uv_timer_start(&s->deadline, turn_on_deadline, (uint64_t)seconds * 1000, 0);
}

static void turn_read(struct session *s)
{
	if (s->conn)
		pt_conn_pause(s->conn, s->held || s->paced);
}

static void turn_hold(struct session *s, bool held)
{
	s->held = held;
	turn_read(s);
}

/* --- the pace --------------------------------------------------------------------------- */

static void turn_on_pace(uv_timer_t *timer);

static void turn_count_paced(struct session *s, bool paced)
{
	if (paced && !s->paced)
		atomic_fetch_add(&s->worker->manager->slowed, 1);
	else if (s->paced && !paced)
		atomic_fetch_sub(&s->worker->manager->slowed, 1);
	s->paced = paced;
}

/* Who has had too many assessments is not read from until that has been made up for. */
static void turn_pace(struct session *s)
{
	int64_t wait = quota_wait(s->worker->manager->quota, s->who.key, clock_mono_us());

	turn_count_paced(s, wait > 0);
	if (s->paced)
		uv_timer_start(&s->pace, turn_on_pace, (uint64_t)wait / 1000 + 1, 0);
	turn_read(s);
}

static void turn_on_pace(uv_timer_t *timer)
{
	turn_pace(timer->data);
}

/* --- the queue -------------------------------------------------------------------------- */

/* True: let in. False: it waits, and turn_go comes later. */
static bool turn_enter(struct session *s)
{
	session_ref(s); /* of the letter that tells of it */
	if (!gate_enter(gate_of(s), &s->pass)) {
		turn_set(s, TURN_WAIT, s->worker->limits.waiting_s);
		return false;
	}
	session_unref(s);
	return true;
}

static void turn_leave(struct session *s)
{
	if (gate_leave(gate_of(s), &s->pass))
		session_unref(s);
}

static void turn_drop_kept(struct session *s)
{
	gate_drop(gate_of(s), s->kept.len);
	wr_reset(&s->kept);
}

static void turn_keep(struct session *s, struct span batch)
{
	int err = s->kept.len ? ST_ESTATE : gate_keep(gate_of(s), batch.n);

	turn_hold(s, true);
	if (!err) {
		wr_bytes(&s->kept, batch);
		err = s->kept.err;
		if (err)
			gate_drop(gate_of(s), batch.n);
	}
	if (err)
		session_over(s, err, "too much was said before its turn");
}

/* --- the peer --------------------------------------------------------------------------- */

/* Until one looks after it again: to see whether it says something, or because its time is over. */
static void turn_watch(struct session *s)
{
	int64_t end = s->begun + s->worker->limits.assessment_s * CLOCK_SEC,
		left = end - clock_mono_us(), most = PATIENCE_S * CLOCK_SEC;

	uv_timer_start(&s->deadline, turn_on_deadline,
		       left > 0 ? (uint64_t)(left < most ? left : most) / 1000 + 1 : 0, 0);
}

static void turn_work(struct session *s)
{
	s->turn = TURN_WORK;
	s->away = s->pass.again = false;
	s->begun = s->heard = clock_mono_us();
	turn_watch(s);
}

/* The assessment goes on when the endpoint does, and then it passes the gate again. */
static void turn_yield(struct session *s, int64_t now)
{
	if (s->away || !imv_peer_listens(s->peer) || now - s->heard < PATIENCE_S * CLOCK_SEC ||
	    !gate_count(gate_of(s)).waiting)
		return;
	turn_leave(s);
	s->away = s->pass.again = true;
}

/* False: its time is over. */
static bool turn_may_go_on(struct session *s)
{
	int64_t now = clock_mono_us();

	if (now - s->begun >= s->worker->limits.assessment_s * CLOCK_SEC)
		return false;
	turn_yield(s, now);
	turn_watch(s);
	return true;
}

/* After every call into the peer; `at` was the registry's number before it. */
static void turn_after(struct session *s, uint64_t at)
{
	uint64_t begun = s->peer ? imv_peer_begun(s->peer) : 0;
	bool busy = s->peer && imv_peer_busy(s->peer);

	if (s->turn == TURN_OVER)
		return;
	if (begun != s->counted) {
		s->counted = begun;
		s->woken = false; /* this is the one that was wanted */
		registry_begin(registry_of(s), &s->seat, at);
		quota_spend(s->worker->manager->quota, s->who.key, clock_mono_us());
		turn_pace(s);
		if (s->turn == TURN_IDLE) /* out of the one before */
			turn_work(s);
	}
	if (!busy)
		turn_rest(s);
	else if (s->turn == TURN_IDLE) /* the result waits behind messages to be fetched */
		turn_work(s);
}

static void turn_receive(struct session *s, struct span batch)
{
	uint64_t at = registry_now(registry_of(s));

	if (!imv_peer_busy(s->peer))
		turn_work(s);
	else
		s->heard = clock_mono_us();
	imv_peer_receive(s->peer, batch);
	turn_after(s, at);
}

/* Nothing is under way: others may have the place. */
static void turn_rest(struct session *s)
{
	turn_leave(s);
	if (!s->counted) {
		if (s->turn != TURN_EXPECT)
			turn_set(s, TURN_EXPECT, s->worker->limits.assessment_s);
		return;
	}
	s->turn = TURN_IDLE;
	uv_timer_stop(&s->deadline);
	turn_ask(s);
}

static void turn_retry(struct session *s)
{
	uint64_t at = registry_now(registry_of(s));
	int err;

	turn_work(s);
	if (s->woken) {
		s->woken = false;
		imv_peer_wake(s->peer);
	}
	if (s->turn != TURN_OVER && !imv_peer_busy(s->peer) &&
	    registry_wanted(registry_of(s), &s->seat)) {
		err = imv_peer_retry(s->peer);
		if (s->turn != TURN_OVER && (err || !imv_peer_busy(s->peer)))
			registry_refuse(registry_of(s), &s->seat,
					"Its session cannot have another assessment.");
	}
	turn_after(s, at);
}

static void turn_listen(struct session *s, unsigned times)
{
	s->turn = TURN_SILENT;
	s->times = times;
	uv_timer_start(&s->deadline, turn_on_deadline, SILENT_MS, 0);
}

/* It has a place and says nothing. */
static void turn_silent(struct session *s)
{
	if (--s->times) {
		turn_listen(s, s->times);
		return;
	}
	turn_leave(s);
	turn_set(s, TURN_EXPECT, s->worker->limits.assessment_s);
}

/* It comes back into the middle of an assessment. The time that it had to wait is not its own. */
static void turn_return(struct session *s)
{
	s->turn = TURN_WORK;
	s->away = s->pass.again = false;
	s->begun += clock_mono_us() - s->heard;
	turn_watch(s);
}

/* The turn has come. */
static void turn_go(struct session *s)
{
	struct wr batch = s->kept;
	bool back = s->away;

	turn_hold(s, false);
	if (back)
		turn_return(s);
	if (back || batch.len) {
		gate_drop(gate_of(s), batch.len);
		s->kept = (struct wr){ 0 };
		turn_receive(s, wr_span(&batch));
		wr_reset(&batch);
	} else if (s->counted) {
		turn_retry(s);
	} else {
		turn_listen(s, 2);
	}
}

static void turn_on_admitted(struct letter *l)
{
	struct session *s = container_of(l, struct session, admitted);

	if (s->turn == TURN_WAIT)
		turn_go(s);
	session_unref(s);
}

static void turn_on_admit(struct gate_pass *p)
{
	struct session *s = container_of(p, struct session, pass);

	mailbox_send(&s->worker->mailbox, &s->admitted);
}

/* --- what happens ----------------------------------------------------------------------- */

void turn_first(struct session *s)
{
	turn_pace(s);
	if (!gate_full(gate_of(s)))
		turn_set(s, TURN_EXPECT, s->worker->limits.assessment_s);
	else if (turn_enter(s))
		turn_listen(s, 2);
	else
		turn_hold(s, true);
}

/* Has no place, and needs one for what it says now. */
static bool turn_outside(struct session *s)
{
	if (s->away)
		s->heard = clock_mono_us();
	return s->away || s->turn == TURN_EXPECT || s->turn == TURN_IDLE;
}

void turn_batch(struct session *s, struct span batch)
{
	if (s->turn == TURN_OVER)
		return;
	if (s->turn == TURN_WAIT || (turn_outside(s) && !turn_enter(s))) {
		turn_keep(s, batch);
		return;
	}
	if (s->away)
		turn_return(s);
	turn_receive(s, batch);
}

void turn_wake(struct session *s)
{
	uint64_t at = registry_now(registry_of(s));

	if (imv_peer_busy(s->peer)) {
		imv_peer_wake(s->peer);
		turn_after(s, at);
		return;
	}
	if (!s->woken && !registry_wanted(registry_of(s), &s->seat))
		s->due = registry_turn(registry_of(s));
	s->woken = true;
	if (s->turn == TURN_IDLE)
		turn_ask(s);
}

void turn_settled(struct session *s, int err)
{
	uint64_t at = registry_now(registry_of(s));

	if (!err)
		registry_done(registry_of(s), &s->seat, s->verdict, s->access);
	if (s->turn != TURN_OVER)
		s->turn = TURN_IDLE;
	imv_peer_settled(s->peer, err);
	turn_after(s, at);
}

/* Idle: somebody may want another assessment. */
static void turn_ask(struct session *s)
{
	int64_t early = s->due - clock_mono_us();

	if (!s->woken && !registry_wanted(registry_of(s), &s->seat))
		return;
	if (early > 0)
		uv_timer_start(&s->deadline, turn_on_deadline, (uint64_t)early / 1000 + 1, 0);
	else if (turn_enter(s))
		turn_go(s);
}

static void turn_on_asked(struct letter *l)
{
	struct session *s = container_of(l, struct session, asked);

	atomic_store(&s->asking, false);
	if (!s->woken) /* else it has a turn already, and an earlier one */
		s->due = atomic_load(&s->asked_due);
	if (s->turn == TURN_IDLE)
		turn_ask(s);
	session_unref(s);
}

static void turn_on_ask(struct seat *seat, int64_t due)
{
	struct session *s = container_of(seat, struct session, seat);

	atomic_store(&s->asked_due, due);
	if (atomic_exchange(&s->asking, true))
		return;
	session_ref(s);
	mailbox_send(&s->worker->mailbox, &s->asked);
}

static void turn_on_dropped(struct letter *l)
{
	struct session *s = container_of(l, struct session, dropped);

	s->turn = TURN_OVER;
	s->excused = true;
	atomic_fetch_add(&s->worker->manager->ended, !s->forgotten);
	/* at once, with whatever it holds: it is most likely dead */
	if (s->conn)
		pt_conn_abort(s->conn, ST_ECLOSED,
			      s->forgotten ? "the endpoint was forgotten"
					   : "the endpoint has newer sessions");
	session_unref(s);
}

static void turn_on_drop(struct seat *seat, bool forgotten)
{
	struct session *s = container_of(seat, struct session, seat);

	s->forgotten = forgotten;
	session_ref(s);
	mailbox_send(&s->worker->mailbox, &s->dropped);
}

/* First the modules' time is over, and the endpoint may still hear what became of it; then
 * its own is. */
static void turn_on_deadline(uv_timer_t *timer)
{
	struct session *s = timer->data;
	uint64_t at = registry_now(registry_of(s));

	switch (s->turn) {
	case TURN_SILENT:
		turn_silent(s);
		break;
	case TURN_WORK:
		if (turn_may_go_on(s))
			break;
		if (!imv_peer_listens(s->peer)) /* it is our validators who are late */
			s->excused = true;
		turn_set(s, TURN_OVERDUE, s->worker->limits.close_s);
		imv_peer_deadline(s->peer);
		turn_after(s, at);
		break;
	case TURN_IDLE:
		turn_ask(s);
		break;
	case TURN_WAIT:
		s->excused = true;
		session_over(s, ST_ETIMEOUT, "no turn within its deadline");
		break;
	default:
		session_over(s, ST_ETIMEOUT, "no assessment within its deadline");
	}
}

/* --- life ------------------------------------------------------------------------------- */

void turn_init(struct session *s)
{
	s->pass.admit = turn_on_admit;
	s->admitted.open = turn_on_admitted;
	s->seat.ask = turn_on_ask;
	s->asked.open = turn_on_asked;
	s->seat.drop = turn_on_drop;
	s->dropped.open = turn_on_dropped;
}

void turn_end(struct session *s)
{
	s->turn = TURN_OVER;
	uv_timer_stop(&s->deadline);
	uv_timer_stop(&s->pace);
	turn_leave(s);
	turn_drop_kept(s);
	turn_count_paced(s, false);
	registry_remove(registry_of(s), &s->seat);
}
