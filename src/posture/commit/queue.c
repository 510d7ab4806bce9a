/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/commit/queue.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

static struct job *job_new(enum job_kind kind, void (*done)(void *ctx, int err), void *ctx)
{
	struct job *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->kind = kind;
	b->done = done;
	b->ctx = ctx;
	return b;
}

/* A report that is larger than the whole queue passes if there is no other like it, and is not
 * counted: it would wait for an empty queue for ever, and others for it. */
static bool is_full(const struct posture *p, const struct report *r)
{
	const struct posture_stats *s = &p->stats;

	if (s->queued_reports >= p->conf.queue_reports)
		return true;
	if (is_large(p, r))
		return p->large;
	return s->queued_octets > p->conf.queue_octets - r->arena.used;
}

/* True: more than this share of the queue is taken. */
static bool holds_more(const struct posture *p, uint32_t share)
{
	return p->stats.queued_reports > p->conf.queue_reports / share ||
	       p->stats.queued_octets > p->conf.queue_octets / share;
}

void queue_update_pressure(struct posture *p)
{
	bool high = holds_more(p, p->under_pressure ? 4 : 2);

	if (high == p->under_pressure)
		return;
	p->under_pressure = high;
	if (p->on_pressure)
		p->on_pressure(p->pressure_ctx, high);
}

static int job_put(struct posture *p, struct job *b)
{
	int err = 0;

	pthread_mutex_lock(&p->lock);
	if (p->closing) {
		err = ST_ECLOSED;
	} else if (b->report && is_full(p, b->report)) {
		p->stats.refused++;
		err = ST_EBUSY;
	} else {
		if (b->report) {
			p->stats.queued_reports++;
			if (is_large(p, b->report))
				p->large = true;
			else
				p->stats.queued_octets += b->report->arena.used;
			queue_update_pressure(p);
		}
		b->number = ++p->submitted;
		*p->last_job = b;
		p->last_job = &b->next;
		pthread_cond_signal(&p->wake);
	}
	pthread_mutex_unlock(&p->lock);
	return err;
}

/* How much work it is to commit it, in events. What an inventory says is mostly known. */
static size_t report_weight(const struct report *r)
{
	size_t n = 1;

	for (const struct report_item *it = r->items; it; it = it->next)
		n += it->kind == ITEM_EVENTS ? it->n_software : 1 + it->n_software / 8;
	return n;
}

int queue_report(struct posture *p, struct report *r, void (*done)(void *ctx, int err),
		 void *ctx)
{
	struct job *b = job_new(JOB_REPORT, done, ctx);
	int err;

	if (!b)
		return ST_ENOMEM;
	b->report = r;
	b->weight = report_weight(r);
	if ((err = job_put(p, b)) < 0)
		free(b);
	return err;
}

uint64_t queue_mark(struct posture *p)
{
	uint64_t mark;

	pthread_mutex_lock(&p->lock);
	mark = p->submitted;
	pthread_mutex_unlock(&p->lock);
	return mark;
}

int queue_barrier(struct posture *p, const char *key, uint64_t since,
		  void (*done)(void *ctx, int err), void *ctx)
{
	struct job *b = job_new(JOB_BARRIER, done, ctx);
	int err;

	if (!b || (key && !(b->key = strdup(key)))) {
		free(b);
		return ST_ENOMEM;
	}
	b->since = since;
	if ((err = job_put(p, b)) < 0) {
		free(b->key);
		free(b);
	}
	return err;
}

struct call {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	int (*fn)(struct posture *p, void *ctx);
	void *ctx;
	bool done;
	int err;
};

static int call_run(struct posture *p, void *ctx)
{
	struct call *c = ctx;

	return c->fn(p, c->ctx);
}

static void call_done(void *ctx, int err)
{
	struct call *c = ctx;

	pthread_mutex_lock(&c->lock);
	c->err = err;
	c->done = true;
	pthread_cond_signal(&c->cond);
	pthread_mutex_unlock(&c->lock);
}

int queue_call(struct posture *p, int (*fn)(struct posture *p, void *ctx), void *ctx)
{
	struct call c = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, fn, ctx, 0, 0 };
	struct job *b = job_new(JOB_CALL, call_done, &c);
	int err;

	if (!b)
		return ST_ENOMEM;
	b->call = call_run;
	if ((err = job_put(p, b)) < 0) {
		free(b);
		return err;
	}
	pthread_mutex_lock(&c.lock);
	while (!c.done)
		pthread_cond_wait(&c.cond, &c.lock);
	pthread_mutex_unlock(&c.lock);
	return c.err;
}
