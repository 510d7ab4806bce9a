/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits the number of concurrent assessments of all workers.
 *
 * - Assessments without a slot wait in the order of their arrival.
 * - Assessments that resume (they released their slot in the middle) wait in a second line.
 *   While both lines have entries, slots alternate between them.
 * - A waiting assessment costs one list entry in the caller's memory. Each operation takes
 *   constant time.
 *
 * Any thread. */
#ifndef STANCE_MANAGER_ASSESSMENT_QUEUE_H
#define STANCE_MANAGER_ASSESSMENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct assessment_queue;

enum slot_state { SLOT_NONE, SLOT_QUEUED, SLOT_TAKEN };

/* One session's entry. Zeroed by its owner, with `admit` set. The owner uses it on one
 * thread. */
struct assessment_slot {
	struct assessment_slot *next, **back;
	enum slot_state state; /* the queue's, under its lock */
	bool resumes;          /* set by the owner, not while it is queued */
	/* The slot is taken. Called on any thread, inside a call of another session. Must not
	 * call the queue and must not block (loop_queue_send is allowed). */
	void (*admit)(struct assessment_slot *slot);
};

/* limit: number of slots, at least 1. ST_ENOMEM. Caller: assessment_queue_close. */
int assessment_queue_open(uint32_t limit, struct assessment_queue **q);

/* No slot is taken or queued any more. q may be NULL. */
void assessment_queue_close(struct assessment_queue *q);

/* Changes the number of slots, at least 1. Slots that are taken stay taken. */
void assessment_queue_set_limit(struct assessment_queue *q, uint32_t limit);

/* While closed, the queue admits nothing. Slots that are taken stay taken. */
void assessment_queue_set_closed(struct assessment_queue *q, bool closed);

/* True: the slot is taken (or was already). False: it is queued, and slot->admit is called
 * once, unless assessment_queue_leave comes first. */
bool assessment_queue_enter(struct assessment_queue *q, struct assessment_slot *slot);

/* True: assessment_queue_enter would queue a slot now. */
bool assessment_queue_full(struct assessment_queue *q);

/* Releases a slot, queued or taken. True: it was queued, and `admit` was not and will not be
 * called. */
bool assessment_queue_leave(struct assessment_queue *q, struct assessment_slot *slot);

/* Counts octets that the caller buffers for a queued assessment. ST_ELIMIT: the total of all
 * callers would exceed 64 MiB. After 0, the caller calls assessment_queue_unbuffer with the
 * same number. */
int assessment_queue_buffer(struct assessment_queue *q, size_t octets);
void assessment_queue_unbuffer(struct assessment_queue *q, size_t octets);

struct assessment_queue_count {
	uint32_t taken, waiting;
	uint64_t buffered_octets;
};

struct assessment_queue_count assessment_queue_count(struct assessment_queue *q);

#endif
