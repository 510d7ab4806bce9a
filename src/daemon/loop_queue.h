/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages from any thread to the thread of one loop. A message is embedded in what it is
 * about, so that sending cannot fail. */
#ifndef STANCE_DAEMON_LOOP_QUEUE_H
#define STANCE_DAEMON_LOOP_QUEUE_H

#include <uv.h>

struct letter {
	struct letter *next;
	void (*open)(
		struct letter *l); /* on the loop's thread; l may be sent again or freed */
};

struct mailbox {
	uv_async_t async;
	uv_mutex_t lock;
	struct letter *first, **last;
};

/* 0 or ST_EIO. */
int mailbox_open(struct mailbox *m, uv_loop_t *loop);

/* Any thread, until mailbox_close was called. l is not in a mailbox now. */
void mailbox_send(struct mailbox *m, struct letter *l);

/* On the loop's thread; the mailbox may go when the loop has run its close callbacks. */
void mailbox_close(struct mailbox *m);

#endif
