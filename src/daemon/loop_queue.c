/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/loop_queue.h"
#include "base/err.h"

static void mailbox_on_async(uv_async_t *async)
{
	struct mailbox *m = async->data;
	struct letter *all, *next;

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

int mailbox_open(struct mailbox *m, uv_loop_t *loop)
{
	m->first = NULL;
	m->last = &m->first;
	if (uv_mutex_init(&m->lock) < 0)
		return ST_EIO;
	if (uv_async_init(loop, &m->async, mailbox_on_async) < 0) {
		uv_mutex_destroy(&m->lock);
		return ST_EIO;
	}
	m->async.data = m;
	return 0;
}

void mailbox_send(struct mailbox *m, struct letter *l)
{
	l->next = NULL;
	uv_mutex_lock(&m->lock);
	*m->last = l;
	m->last = &l->next;
	/* inside the lock: the loop may close the mailbox once it has seen the letter */
	uv_async_send(&m->async);
	uv_mutex_unlock(&m->lock);
}

static void mailbox_on_closed(uv_handle_t *h)
{
	struct mailbox *m = h->data;

	uv_mutex_destroy(&m->lock);
}

void mailbox_close(struct mailbox *m)
{
	uv_close((uv_handle_t *)&m->async, mailbox_on_closed);
}
