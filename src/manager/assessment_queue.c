/* SPDX-License-Identifier: BSD-2-Clause */
#include "manager/assessment_queue.h"
#include "base/err.h"

#include <pthread.h>
#include <stdlib.h>

#define KEPT_MAX (64u * 1024 * 1024)

/* Who waits, longest first. */
struct assessment_queue_line {
	struct assessment_slot *first, **last;
};

struct assessment_queue {
	pthread_mutex_t lock;
	struct assessment_queue_line lines[2]; /* who begins; who comes back */
	struct assessment_queue_count count;
	uint32_t limit;
	unsigned turn; /* the line that has it, when somebody waits in both */
	bool shut;
};

int assessment_queue_open(uint32_t limit, struct assessment_queue **out)
{
	struct assessment_queue *g = calloc(1, sizeof(*g));

	*out = g;
	if (!g)
		return ST_ENOMEM;
	pthread_mutex_init(&g->lock, NULL);
	for (unsigned i = 0; i < 2; i++)
		g->lines[i].last = &g->lines[i].first;
	g->limit = limit;
	return 0;
}

void assessment_queue_close(struct assessment_queue *g)
{
	if (!g)
		return;
	pthread_mutex_destroy(&g->lock);
	free(g);
}

static void assessment_queue_unqueue(struct assessment_queue *g, struct assessment_slot *p)
{
	*p->back = p->next;
	if (p->next)
		p->next->back = p->back;
	else
		g->lines[p->again].last = p->back;
	p->next = NULL;
	p->back = NULL;
	g->count.waiting--;
}

static bool assessment_queue_has_room(const struct assessment_queue *g)
{
	return !g->shut && g->count.in < g->limit;
}

static struct assessment_slot *assessment_queue_next(struct assessment_queue *g)
{
	struct assessment_slot *p = g->lines[g->turn ^= 1].first;

	return p ? p : g->lines[g->turn ^ 1].first;
}

/* Inside the lock, so that nobody is admitted who has left meanwhile. */
static void assessment_queue_admit(struct assessment_queue *g)
{
	struct assessment_slot *p;

	while (g->count.waiting && assessment_queue_has_room(g)) {
		p = assessment_queue_next(g);
		assessment_queue_unqueue(g, p);
		p->state = SLOT_TAKEN;
		g->count.in++;
		p->admit(p);
	}
}

void assessment_queue_set_limit(struct assessment_queue *g, uint32_t limit)
{
	pthread_mutex_lock(&g->lock);
	g->limit = limit;
	assessment_queue_admit(g);
	pthread_mutex_unlock(&g->lock);
}

void assessment_queue_set_closed(struct assessment_queue *g, bool shut)
{
	pthread_mutex_lock(&g->lock);
	g->shut = shut;
	assessment_queue_admit(g);
	pthread_mutex_unlock(&g->lock);
}

bool assessment_queue_full(struct assessment_queue *g)
{
	bool full;

	pthread_mutex_lock(&g->lock);
	full = !assessment_queue_has_room(g);
	pthread_mutex_unlock(&g->lock);
	return full;
}

bool assessment_queue_enter(struct assessment_queue *g, struct assessment_slot *p)
{
	struct assessment_queue_line *line = &g->lines[p->again];
	bool in;

	pthread_mutex_lock(&g->lock);
	if (p->state == SLOT_NONE && assessment_queue_has_room(g)) {
		p->state = SLOT_TAKEN;
		g->count.in++;
	} else if (p->state == SLOT_NONE) {
		p->state = SLOT_QUEUED;
		p->next = NULL;
		p->back = line->last;
		*line->last = p;
		line->last = &p->next;
		g->count.waiting++;
	}
	in = p->state == SLOT_TAKEN;
	pthread_mutex_unlock(&g->lock);
	return in;
}

bool assessment_queue_leave(struct assessment_queue *g, struct assessment_slot *p)
{
	bool waiting;

	pthread_mutex_lock(&g->lock);
	waiting = p->state == SLOT_QUEUED;
	if (waiting)
		assessment_queue_unqueue(g, p);
	else if (p->state == SLOT_TAKEN)
		g->count.in--;
	p->state = SLOT_NONE;
	assessment_queue_admit(g);
	pthread_mutex_unlock(&g->lock);
	return waiting;
}

int assessment_queue_buffer(struct assessment_queue *g, size_t octets)
{
	int err = 0;

	pthread_mutex_lock(&g->lock);
	if (octets > KEPT_MAX - g->count.kept)
		err = ST_ELIMIT;
	else
		g->count.kept += octets;
	pthread_mutex_unlock(&g->lock);
	return err;
}

void assessment_queue_unbuffer(struct assessment_queue *g, size_t octets)
{
	pthread_mutex_lock(&g->lock);
	g->count.kept -= octets;
	pthread_mutex_unlock(&g->lock);
}

struct assessment_queue_count assessment_queue_count(struct assessment_queue *g)
{
	struct assessment_queue_count c;

	pthread_mutex_lock(&g->lock);
	c = g->count;
	pthread_mutex_unlock(&g->lock);
	return c;
}
