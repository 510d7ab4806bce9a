/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/handshake_queue.h"

void hello_queue_init(struct hello_queue *q, uv_loop_t *loop)
{
	*q = (struct hello_queue){ .last = &q->first };
	uv_idle_init(loop, &q->idle);
	q->idle.data = q;
	uv_timer_init(loop, &q->timer);
	q->timer.data = q;
}

void hello_queue_close(struct hello_queue *q)
{
	uv_close((uv_handle_t *)&q->idle, NULL);
	uv_close((uv_handle_t *)&q->timer, NULL);
}

void hello_queue_pace(struct hello_queue *q, uint32_t apart_ms)
{
	q->apart = apart_ms;
}

static void hello_left_queue(struct hello_queue *q, struct hello *h)
{
	if (!h->next)
		q->last = h->back;
	if (!q->first)
		uv_idle_stop(&q->idle);
}

static void hello_left_stack(struct hello_queue *q)
{
	if (--q->doubtful == 0)
		uv_timer_stop(&q->timer);
}

void hello_leave(struct hello_queue *q, struct hello *h)
{
	if (!h->back)
		return;
	*h->back = h->next;
	if (h->next)
		h->next->back = h->back;
	if (h->doubt)
		hello_left_stack(q);
	else
		hello_left_queue(q, h);
	h->next = NULL;
	h->back = NULL;
}

/* --- those in doubt ---------------------------------------------------------------------- */

static void hello_on_timer(uv_timer_t *timer);

static void hello_time(struct hello_queue *q)
{
	uint64_t now = uv_now(q->timer.loop);

	uv_timer_start(&q->timer, hello_on_timer, q->next > now ? q->next - now : 0, 0);
}

static struct hello *hello_next_doubtful(struct hello_queue *q)
{
	do {
		q->at = (q->at + 1) % HELLO_STACKS;
	} while (!q->stacks[q->at]);
	return q->stacks[q->at];
}

static void hello_on_timer(uv_timer_t *timer)
{
	struct hello_queue *q = timer->data;
	struct hello *h = hello_next_doubtful(q);

	q->next = uv_now(timer->loop) + q->apart;
	hello_leave(q, h);
	if (q->doubtful)
		hello_time(q);
	h->turn(h);
}

static bool hello_enter_doubtful(struct hello_queue *q, struct hello *h)
{
	struct hello **top = &q->stacks[h->doubt % HELLO_STACKS];
	uint64_t now = uv_now(q->timer.loop);

	if (!q->doubtful && now >= q->next) {
		q->next = now + q->apart;
		return true;
	}
	h->next = *top;
	h->back = top;
	if (h->next)
		h->next->back = &h->next;
	*top = h;
	if (q->doubtful++ == 0)
		hello_time(q);
	return false;
}

/* --- all others -------------------------------------------------------------------------- */

/* Before the loop looks which sockets have something. */
static void hello_on_round(uv_idle_t *idle)
{
	struct hello_queue *q = idle->data;
	struct hello *h;

	for (unsigned i = 0; i < HELLOS_A_ROUND && (h = q->first); i++) {
		hello_leave(q, h);
		h->turn(h);
	}
}

bool hello_enter(struct hello_queue *q, struct hello *h)
{
	uint64_t now = uv_now(q->idle.loop);

	if (!q->apart)
		h->doubt = 0;
	if (h->doubt)
		return hello_enter_doubtful(q, h);
	if (now != q->round) {
		q->round = now;
		q->served = 0;
	}
	if (!q->first && q->served < HELLOS_A_ROUND) {
		q->served++;
		return true;
	}
	if (!q->first)
		uv_idle_start(&q->idle, hello_on_round);
	h->next = NULL;
	h->back = q->last;
	*q->last = h;
	q->last = &h->next;
	return false;
}
