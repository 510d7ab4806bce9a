/* SPDX-License-Identifier: BSD-2-Clause */
#include "manager/assessment_queue.h"
#include "base/err.h"

#include <pthread.h>
#include <stdlib.h>

#define KEPT_MAX (64u * 1024 * 1024)

/* Who waits, longest first. */
struct gate_line {
	struct gate_pass *first, **last;
};

struct gate {
	pthread_mutex_t lock;
	struct gate_line lines[2]; /* who begins; who comes back */
	struct gate_count count;
	uint32_t limit;
	unsigned turn; /* the line that has it, when somebody waits in both */
	bool shut;
};

int gate_open(uint32_t limit, struct gate **out)
{
	struct gate *g = calloc(1, sizeof(*g));

	*out = g;
	if (!g)
		return ST_ENOMEM;
	pthread_mutex_init(&g->lock, NULL);
	for (unsigned i = 0; i < 2; i++)
		g->lines[i].last = &g->lines[i].first;
	g->limit = limit;
	return 0;
}

void gate_close(struct gate *g)
{
	if (!g)
		return;
	pthread_mutex_destroy(&g->lock);
	free(g);
}

static void gate_unqueue(struct gate *g, struct gate_pass *p)
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

static bool gate_has_room(const struct gate *g)
{
	return !g->shut && g->count.in < g->limit;
}

static struct gate_pass *gate_next(struct gate *g)
{
	struct gate_pass *p = g->lines[g->turn ^= 1].first;

	return p ? p : g->lines[g->turn ^ 1].first;
}

/* Inside the lock, so that nobody is admitted who has left meanwhile. */
static void gate_admit(struct gate *g)
{
	struct gate_pass *p;

	while (g->count.waiting && gate_has_room(g)) {
		p = gate_next(g);
		gate_unqueue(g, p);
		p->state = GATE_IN;
		g->count.in++;
		p->admit(p);
	}
}

void gate_limit(struct gate *g, uint32_t limit)
{
	pthread_mutex_lock(&g->lock);
	g->limit = limit;
	gate_admit(g);
	pthread_mutex_unlock(&g->lock);
}

void gate_shut(struct gate *g, bool shut)
{
	pthread_mutex_lock(&g->lock);
	g->shut = shut;
	gate_admit(g);
	pthread_mutex_unlock(&g->lock);
}

bool gate_full(struct gate *g)
{
	bool full;

	pthread_mutex_lock(&g->lock);
	full = !gate_has_room(g);
	pthread_mutex_unlock(&g->lock);
	return full;
}

bool gate_enter(struct gate *g, struct gate_pass *p)
{
	struct gate_line *line = &g->lines[p->again];
	bool in;

	pthread_mutex_lock(&g->lock);
	if (p->state == GATE_OUT && gate_has_room(g)) {
		p->state = GATE_IN;
		g->count.in++;
	} else if (p->state == GATE_OUT) {
		p->state = GATE_WAITING;
		p->next = NULL;
		p->back = line->last;
		*line->last = p;
		line->last = &p->next;
		g->count.waiting++;
	}
	in = p->state == GATE_IN;
	pthread_mutex_unlock(&g->lock);
	return in;
}

bool gate_leave(struct gate *g, struct gate_pass *p)
{
	bool waiting;

	pthread_mutex_lock(&g->lock);
	waiting = p->state == GATE_WAITING;
	if (waiting)
		gate_unqueue(g, p);
	else if (p->state == GATE_IN)
		g->count.in--;
	p->state = GATE_OUT;
	gate_admit(g);
	pthread_mutex_unlock(&g->lock);
	return waiting;
}

int gate_keep(struct gate *g, size_t octets)
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

void gate_drop(struct gate *g, size_t octets)
{
	pthread_mutex_lock(&g->lock);
	g->count.kept -= octets;
	pthread_mutex_unlock(&g->lock);
}

struct gate_count gate_count(struct gate *g)
{
	struct gate_count c;

	pthread_mutex_lock(&g->lock);
	c = g->count;
	pthread_mutex_unlock(&g->lock);
	return c;
}
