/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/handshake_queue.h"

void handshake_queue_init(struct handshake_queue *q, uv_loop_t *loop)
{
	*q = (struct handshake_queue){ .last = &q->first };
	uv_idle_init(loop, &q->idle);
	q->idle.data = q;
	uv_timer_init(loop, &q->timer);
	q->timer.data = q;
}

void handshake_queue_close(struct handshake_queue *q)
{
	uv_close((uv_handle_t *)&q->idle, NULL);
	uv_close((uv_handle_t *)&q->timer, NULL);
}

void handshake_queue_set_interval(struct handshake_queue *q, uint32_t apart_ms)
{
	q->interval_ms = apart_ms;
}

static void handshake_queue_left_queue(struct handshake_queue *q, struct handshake_waiter *h)
{
	if (!h->next)
		q->last = h->back;
	if (!q->first)
		uv_idle_stop(&q->idle);
}

static void handshake_queue_left_stack(struct handshake_queue *q)
{
	if (--q->penalized == 0)
		uv_timer_stop(&q->timer);
}

void handshake_queue_leave(struct handshake_queue *q, struct handshake_waiter *h)
{
	if (!h->back)
		return;
	*h->back = h->next;
	if (h->next)
		h->next->back = h->back;
	if (h->penalty_class)
		handshake_queue_left_stack(q);
	else
		handshake_queue_left_queue(q, h);
	h->next = NULL;
	h->back = NULL;
}

/* --- penalized addresses ----------------------------------------------------------------- */

static void handshake_queue_on_timer(uv_timer_t *timer);

static void handshake_queue_time(struct handshake_queue *q)
{
	uint64_t now = uv_now(q->timer.loop);

	uv_timer_start(&q->timer, handshake_queue_on_timer, q->next > now ? q->next - now : 0,
		       0);
}

static struct handshake_waiter *handshake_queue_next_doubtful(struct handshake_queue *q)
{
	do {
		q->at = (q->at + 1) % HANDSHAKE_CLASSES;
	} while (!q->classes[q->at]);
	return q->classes[q->at];
}

static void handshake_queue_on_timer(uv_timer_t *timer)
{
	struct handshake_queue *q = timer->data;
	struct handshake_waiter *h = handshake_queue_next_doubtful(q);

	q->next = uv_now(timer->loop) + q->interval_ms;
	handshake_queue_leave(q, h);
	if (q->penalized)
		handshake_queue_time(q);
	h->turn(h);
}

static bool handshake_queue_enter_doubtful(struct handshake_queue *q,
					   struct handshake_waiter *h)
{
	struct handshake_waiter **top = &q->classes[h->penalty_class % HANDSHAKE_CLASSES];
	uint64_t now = uv_now(q->timer.loop);

	if (!q->penalized && now >= q->next) {
		q->next = now + q->interval_ms;
		return true;
	}
	h->next = *top;
	h->back = top;
	if (h->next)
		h->next->back = &h->next;
	*top = h;
	if (q->penalized++ == 0)
		handshake_queue_time(q);
	return false;
}

/* --- other addresses --------------------------------------------------------------------- */

/* Runs before the loop polls its sockets. */
static void handshake_queue_on_round(uv_idle_t *idle)
{
	struct handshake_queue *q = idle->data;
	struct handshake_waiter *h;

	for (unsigned i = 0; i < HELLOS_A_ROUND && (h = q->first); i++) {
		handshake_queue_leave(q, h);
		h->turn(h);
	}
}

bool handshake_queue_enter(struct handshake_queue *q, struct handshake_waiter *h)
{
	uint64_t now = uv_now(q->idle.loop);

	if (!q->interval_ms)
		h->penalty_class = 0;
	if (h->penalty_class)
		return handshake_queue_enter_doubtful(q, h);
	if (now != q->round) {
		q->round = now;
		q->served = 0;
	}
	if (!q->first && q->served < HELLOS_A_ROUND) {
		q->served++;
		return true;
	}
	if (!q->first)
		uv_idle_start(&q->idle, handshake_queue_on_round);
	h->next = NULL;
	h->back = q->last;
	*q->last = h;
	q->last = &h->next;
	return false;
}
