/* SPDX-License-Identifier: BSD-2-Clause */
#include "manager/assessment_queue.h"
#include "base/err.h"

#include <pthread.h>
#include <stdlib.h>

#define BUFFERED_MAX (64u * 1024 * 1024)

/* Queued slots, longest waiting first. */
struct assessment_queue_line {
	struct assessment_slot *first, **last;
};

struct assessment_queue {
	pthread_mutex_t lock;
	struct assessment_queue_line lines[2]; /* new assessments; resumed assessments */
	struct assessment_queue_count count;
	uint32_t limit;
	unsigned next_line; /* line of the last admitted slot */
	bool closed;
};

int assessment_queue_open(uint32_t limit, struct assessment_queue **out)
{
	struct assessment_queue *q = calloc(1, sizeof(*q));

	*out = q;
	if (!q)
		return ST_ENOMEM;
	pthread_mutex_init(&q->lock, NULL);
	for (unsigned i = 0; i < 2; i++)
		q->lines[i].last = &q->lines[i].first;
	q->limit = limit;
	return 0;
}

void assessment_queue_close(struct assessment_queue *q)
{
	if (!q)
		return;
	pthread_mutex_destroy(&q->lock);
	free(q);
}

static void assessment_queue_unqueue(struct assessment_queue *q, struct assessment_slot *slot)
{
	*slot->back = slot->next;
	if (slot->next)
		slot->next->back = slot->back;
	else
		q->lines[slot->resumes].last = slot->back;
	slot->next = NULL;
	slot->back = NULL;
	q->count.waiting--;
}

static bool assessment_queue_has_room(const struct assessment_queue *q)
{
	return !q->closed && q->count.taken < q->limit;
}

static struct assessment_slot *assessment_queue_next(struct assessment_queue *q)
{
	struct assessment_slot *slot = q->lines[q->next_line ^= 1].first;

	return slot ? slot : q->lines[q->next_line ^ 1].first;
}

/* Under the lock, so that no slot is admitted after it has left. */
static void assessment_queue_admit(struct assessment_queue *q)
{
	struct assessment_slot *slot;

	while (q->count.waiting && assessment_queue_has_room(q)) {
		slot = assessment_queue_next(q);
		assessment_queue_unqueue(q, slot);
		slot->state = SLOT_TAKEN;
		q->count.taken++;
		slot->admit(slot);
	}
}

void assessment_queue_set_limit(struct assessment_queue *q, uint32_t limit)
{
	pthread_mutex_lock(&q->lock);
	q->limit = limit;
	assessment_queue_admit(q);
	pthread_mutex_unlock(&q->lock);
}

void assessment_queue_set_closed(struct assessment_queue *q, bool closed)
{
	pthread_mutex_lock(&q->lock);
	q->closed = closed;
	assessment_queue_admit(q);
	pthread_mutex_unlock(&q->lock);
}

bool assessment_queue_full(struct assessment_queue *q)
{
	bool full;

	pthread_mutex_lock(&q->lock);
	full = !assessment_queue_has_room(q);
	pthread_mutex_unlock(&q->lock);
	return full;
}

bool assessment_queue_enter(struct assessment_queue *q, struct assessment_slot *slot)
{
	struct assessment_queue_line *line = &q->lines[slot->resumes];
	bool in;

	pthread_mutex_lock(&q->lock);
	if (slot->state == SLOT_NONE && assessment_queue_has_room(q)) {
		slot->state = SLOT_TAKEN;
		q->count.taken++;
	} else if (slot->state == SLOT_NONE) {
		slot->state = SLOT_QUEUED;
		slot->next = NULL;
		slot->back = line->last;
		*line->last = slot;
		line->last = &slot->next;
		q->count.waiting++;
	}
	in = slot->state == SLOT_TAKEN;
	pthread_mutex_unlock(&q->lock);
	return in;
}

bool assessment_queue_leave(struct assessment_queue *q, struct assessment_slot *slot)
{
	bool waiting;

	pthread_mutex_lock(&q->lock);
	waiting = slot->state == SLOT_QUEUED;
	if (waiting)
		assessment_queue_unqueue(q, slot);
	else if (slot->state == SLOT_TAKEN)
		q->count.taken--;
	slot->state = SLOT_NONE;
	assessment_queue_admit(q);
	pthread_mutex_unlock(&q->lock);
	return waiting;
}

int assessment_queue_buffer(struct assessment_queue *q, size_t octets)
{
	int err = 0;

	pthread_mutex_lock(&q->lock);
	if (octets > BUFFERED_MAX - q->count.buffered_octets)
		err = ST_ELIMIT;
	else
		q->count.buffered_octets += octets;
	pthread_mutex_unlock(&q->lock);
	return err;
}

void assessment_queue_unbuffer(struct assessment_queue *q, size_t octets)
{
	pthread_mutex_lock(&q->lock);
	q->count.buffered_octets -= octets;
	pthread_mutex_unlock(&q->lock);
}

struct assessment_queue_count assessment_queue_count(struct assessment_queue *q)
{
	struct assessment_queue_count c;

	pthread_mutex_lock(&q->lock);
	c = q->count;
	pthread_mutex_unlock(&q->lock);
	return c;
}
