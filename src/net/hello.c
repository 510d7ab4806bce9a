#include "net/hello.h"

void hello_queue_init(struct hello_queue *q, uv_loop_t *loop)
{
	*q = (struct hello_queue){ .last = &q->first };
	uv_idle_init(loop, &q->idle);
	q->idle.data = q;
}

void hello_queue_close(struct hello_queue *q)
{
	uv_close((uv_handle_t *)&q->idle, NULL);
}

void hello_leave(struct hello_queue *q, struct hello *h)
{
	if (!h->back)
		return;
	*h->back = h->next;
	if (h->next)
		h->next->back = h->back;
	else
		q->last = h->back;
	h->next = NULL;
	h->back = NULL;
	if (!q->first)
		uv_idle_stop(&q->idle);
}

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
