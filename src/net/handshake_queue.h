/* SPDX-License-Identifier: BSD-2-Clause */
/* The queue of handshakes of one loop.
 *
 *   - First come, first served, a few in each round of the loop, after the work of existing
 *     sessions. When very many peers connect at once, each handshake completes soon after it
 *     began; otherwise all would be half done at the first deadline.
 *   - A started handshake holds no place: a peer that stops in the middle delays no other.
 *   - Handshakes of penalized addresses (address_penalty.h) wait separately and start at a
 *     limited rate. Their addresses take turns; within an address the newest starts first, so
 *     that a well-behaved endpoint does not wait behind many hostile connections from its
 *     address. */
#ifndef STANCE_NET_HANDSHAKE_QUEUE_H
#define STANCE_NET_HANDSHAKE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define HELLOS_A_ROUND 16
#define HANDSHAKE_CLASSES 256 /* penalized addresses, by penalty class */

/* A waiting connection; zeroed, with `turn` set. */
struct handshake_waiter {
	struct handshake_waiter *next, **back; /* back NULL: does not wait */
	void (*turn)(struct handshake_waiter *h);
	uint32_t penalty_class; /* address_penalty_class; set before it enters */
};

struct handshake_queue {
	struct handshake_waiter *first, **last;
	uv_idle_t idle;  /* running while connections wait */
	uint64_t round;  /* loop time in milliseconds */
	unsigned served; /* in this round */

	/* penalized addresses: a stack of connections for each class */
	struct handshake_waiter *classes[HANDSHAKE_CLASSES];
	unsigned penalized; /* waiting connections */
	unsigned at;        /* the class that was served last */
	uv_timer_t timer;   /* running while they wait */
	uint64_t
		interval_ms; /* between two penalized handshakes; 0: no address is penalized */
	uint64_t next;       /* loop time of the next one */
};

void handshake_queue_init(struct handshake_queue *q, uv_loop_t *loop);

/* Sets the interval between penalized handshakes in milliseconds; 0: no address is
 * penalized. */
void handshake_queue_set_interval(struct handshake_queue *q, uint32_t apart_ms);

/* Closes the handles; no connection waits. */
void handshake_queue_close(struct handshake_queue *q);

/* True: start at once. False: h->turn(h) is called later, unless handshake_queue_leave comes
 * first. */
bool handshake_queue_enter(struct handshake_queue *q, struct handshake_waiter *h);

/* Allowed for a connection that does not wait, too. */
void handshake_queue_leave(struct handshake_queue *q, struct handshake_waiter *h);

#endif
