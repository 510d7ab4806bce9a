/* SPDX-License-Identifier: BSD-2-Clause */
/* Who has said hello and has to wait, on one loop: first come, first served, a few in each round
 * of the loop, after everything that was already under way. When very many come at once, their
 * handshakes then follow each other and each is done soon after its beginning; otherwise all
 * would be half done when the first deadline strikes, and begin again. Nobody keeps a place, so
 * peers that fall silent in the middle hold up nobody.
 *
 * Who comes from an address in doubt (standing.h) waits apart from the others, for one of few
 * handshakes at a bounded rate. Such addresses take turns; at each of them the latest goes first, so
 * that a well-behaved endpoint there does not stand behind a crowd that only waits to do harm. */
#ifndef STANCE_NET_HANDSHAKE_QUEUE_H
#define STANCE_NET_HANDSHAKE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define HELLOS_A_ROUND 16
#define HANDSHAKE_CLASSES 256 /* addresses in doubt, by their numbers */

/* One who waits; zeroed, with `turn` set. */
struct handshake_waiter {
	struct handshake_waiter *next, **back; /* back NULL: does not wait */
	void (*turn)(struct handshake_waiter *h);
	uint32_t penalty_class; /* standing_doubt, before it enters */
};

struct handshake_queue {
	struct handshake_waiter *first, **last;
	uv_idle_t idle; /* running while somebody waits */
	uint64_t round; /* loop time, milliseconds */
	unsigned served;
	struct handshake_waiter *classes[HANDSHAKE_CLASSES];
	unsigned penalized,
		at;           /* how many wait on the stacks; the one that had the last turn */
	uv_timer_t timer;     /* running while somebody waits on them */
	uint64_t interval_ms; /* milliseconds between their turns; 0: nobody is in doubt */
	uint64_t next;        /* loop time of the next of these turns */
};

void handshake_queue_init(struct handshake_queue *q, uv_loop_t *loop);

/* So many milliseconds apart are the turns of those in doubt; 0: there is no doubt. */
void handshake_queue_set_interval(struct handshake_queue *q, uint32_t apart_ms);

/* Its handles are to be closed; nobody waits. */
void handshake_queue_close(struct handshake_queue *q);

/* True: go on at once. False: h->turn(h) comes, unless hello_leave does first. */
bool handshake_queue_enter(struct handshake_queue *q, struct handshake_waiter *h);

/* Also for one that does not wait. */
void handshake_queue_leave(struct handshake_queue *q, struct handshake_waiter *h);

#endif
