/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages from any thread to the thread of one loop. A message is embedded in what it is
 * about, so that sending cannot fail. */
#ifndef STANCE_DAEMON_LOOP_QUEUE_H
#define STANCE_DAEMON_LOOP_QUEUE_H

#include <uv.h>

struct loop_message {
	struct loop_message *next;
	void (*open)(struct loop_message
			     *l); /* on the loop's thread; l may be sent again or freed */
};

struct loop_queue {
	uv_async_t async;
	uv_mutex_t lock;
	struct loop_message *first, **last;
};

/* 0 or ST_EIO. */
int loop_queue_open(struct loop_queue *m, uv_loop_t *loop);

/* Any thread, until mailbox_close was called. l is not in a mailbox now. */
void loop_queue_send(struct loop_queue *m, struct loop_message *l);

/* On the loop's thread; the mailbox may go when the loop has run its close callbacks. */
void loop_queue_close(struct loop_queue *m);

#endif
