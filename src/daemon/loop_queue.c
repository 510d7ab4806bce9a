/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/loop_queue.h"
#include "base/err.h"

static void loop_queue_on_async(uv_async_t *async)
{
	struct loop_queue *queue = async->data;
	struct loop_message *all, *next;

	uv_mutex_lock(&queue->lock);
	all = queue->first;
	queue->first = NULL;
	queue->last = &queue->first;
	uv_mutex_unlock(&queue->lock);
	for (; all; all = next) {
		next = all->next;
		all->handler(all);
	}
}

int loop_queue_open(struct loop_queue *queue, uv_loop_t *loop)
{
	queue->first = NULL;
	queue->last = &queue->first;
	if (uv_mutex_init(&queue->lock) < 0)
		return ST_EIO;
	if (uv_async_init(loop, &queue->async, loop_queue_on_async) < 0) {
		uv_mutex_destroy(&queue->lock);
		return ST_EIO;
	}
	queue->async.data = queue;
	return 0;
}

void loop_queue_send(struct loop_queue *queue, struct loop_message *message)
{
	message->next = NULL;
	uv_mutex_lock(&queue->lock);
	*queue->last = message;
	queue->last = &message->next;
	/* under the lock: the handler of the message may close the queue */
	uv_async_send(&queue->async);
	uv_mutex_unlock(&queue->lock);
}

static void loop_queue_on_closed(uv_handle_t *h)
{
	struct loop_queue *queue = h->data;

	uv_mutex_destroy(&queue->lock);
}

void loop_queue_close(struct loop_queue *queue)
{
	uv_close((uv_handle_t *)&queue->async, loop_queue_on_closed);
}
