/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/loop_queue.h"
#include "base/err.h"

static void loop_queue_on_async(uv_async_t *async)
{
	struct loop_queue *m = async->data;
	struct loop_message *all, *next;

	uv_mutex_lock(&m->lock);
	all = m->first;
	m->first = NULL;
	m->last = &m->first;
	uv_mutex_unlock(&m->lock);
	for (; all; all = next) {
		next = all->next;
		all->open(all);
	}
}

int loop_queue_open(struct loop_queue *m, uv_loop_t *loop)
{
	m->first = NULL;
	m->last = &m->first;
	if (uv_mutex_init(&m->lock) < 0)
		return ST_EIO;
	if (uv_async_init(loop, &m->async, loop_queue_on_async) < 0) {
		uv_mutex_destroy(&m->lock);
		return ST_EIO;
	}
	m->async.data = m;
	return 0;
}

void loop_queue_send(struct loop_queue *m, struct loop_message *l)
{
	l->next = NULL;
	uv_mutex_lock(&m->lock);
	*m->last = l;
	m->last = &l->next;
	/* inside the lock: the loop may close the mailbox once it has seen the letter */
	uv_async_send(&m->async);
	uv_mutex_unlock(&m->lock);
}

static void loop_queue_on_closed(uv_handle_t *h)
{
	struct loop_queue *m = h->data;

	uv_mutex_destroy(&m->lock);
}

void loop_queue_close(struct loop_queue *m)
{
	uv_close((uv_handle_t *)&m->async, loop_queue_on_closed);
}
