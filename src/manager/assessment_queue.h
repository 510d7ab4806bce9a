/* SPDX-License-Identifier: BSD-2-Clause */
/* How many assessments may be under way at once, over all loops, and in which order the others
 * have their turn: first come, first served. Who gave its place away in the middle and comes back
 * stands in a line of its own; while there are two lines they take turns, so that neither can
 * keep the other out. Whoever waits costs one list entry inside its own memory; nothing is
 * polled, and every step takes the same short time for any number of them. */
#ifndef STANCE_MANAGER_ASSESSMENT_QUEUE_H
#define STANCE_MANAGER_ASSESSMENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct assessment_queue;

enum slot_state { SLOT_NONE, SLOT_QUEUED, SLOT_TAKEN };

/* One who wants to pass; zeroed, with `admit` set. Its owner uses it on one thread. */
struct assessment_slot {
	struct assessment_slot *next, **back;
	enum slot_state state; /* the gate's, under its lock */
	bool again; /* comes back to go on; its owner's, who lets it be while it waits */
	/* The turn has come: on ANY thread, inside a call of another's. Must not call into the
	 * gate, nor wait (mailbox_send is right). */
	void (*admit)(struct assessment_slot *p);
};

int assessment_queue_open(uint32_t limit, struct assessment_queue **g);
/* Nobody is in it or waits any more. NULL is fine. */
void assessment_queue_close(struct assessment_queue *g);

/* A new limit, at least 1; those who are in stay. */
void assessment_queue_set_limit(struct assessment_queue *g, uint32_t limit);

/* While it is shut nobody is let in, whatever the limit; those who are in stay. */
void assessment_queue_set_closed(struct assessment_queue *g, bool shut);

/* True: in (or was already). False: it waits, and p->admit will be called once, unless
 * gate_leave comes first. */
bool assessment_queue_enter(struct assessment_queue *g, struct assessment_slot *p);

/* Whether one who wants in now would have to wait. */
bool assessment_queue_full(struct assessment_queue *g);

/* Gives the place back, or the place in the queue; true when it was in the queue: `admit` has
 * not been called and will not be. */
bool assessment_queue_leave(struct assessment_queue *g, struct assessment_slot *p);

/* Counts octets that are kept for somebody who waits; ST_ELIMIT when all together keep too
 * many. Who got 0 calls gate_drop with the same number. */
int assessment_queue_buffer(struct assessment_queue *g, size_t octets);
void assessment_queue_unbuffer(struct assessment_queue *g, size_t octets);

struct assessment_queue_count {
	uint32_t in, waiting;
	uint64_t kept; /* octets */
};

struct assessment_queue_count assessment_queue_count(struct assessment_queue *g);

#endif
