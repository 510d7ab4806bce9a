/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages from any thread to the thread of one event loop. A message is embedded in the
 * object that it is about, so sending cannot fail. */
#ifndef STANCE_DAEMON_LOOP_QUEUE_H
#define STANCE_DAEMON_LOOP_QUEUE_H

#include <uv.h>

struct loop_message {
	struct loop_message *next;
	/* Called on the loop's thread. May free the message or send it again. */
	void (*handler)(struct loop_message *message);
};

struct loop_queue {
	uv_async_t async;
	uv_mutex_t lock;
	struct loop_message *first, **last;
};

/* 0 or ST_EIO. Caller: loop_queue_close. */
int loop_queue_open(struct loop_queue *queue, uv_loop_t *loop);

/* Any thread. Not after loop_queue_close, and not while the message is in a queue. */
void loop_queue_send(struct loop_queue *queue, struct loop_message *message);

/* On the loop's thread. The memory of queue is in use until the loop has run its close
 * callbacks. */
void loop_queue_close(struct loop_queue *queue);

#endif
