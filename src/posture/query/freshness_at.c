/* SPDX-License-Identifier: BSD-2-Clause */
/* How far the software of endpoints is known:
 *   - of all endpoints now: from the ordered ids in the index;
 *   - at a past moment, or with a filter: by reading each endpoint in memory;
 *   - with known_at: the same, after undoing the confirmations since then. */
#include "posture/query/freshness_at.h"
#include "posture/state/index_order.h"
#include "posture/posture_read.h"
#include "posture/query/history.h"
#include "posture/journal_page.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

#define CHUNK 4096 /* endpoints read under one lock */

static void fresh_worst(struct freshness *f, const char *name)
{
	(void)snprintf(f->worst, sizeof(f->worst), "%s", name);
}

static void fresh_now(struct posture_read *p, int64_t since, struct freshness *f)
{
	struct index_freshness all;
	const struct endpoint *worst;

	index_read_lock(p);
	index_freshness(&p->ix, since, &all);
	f->endpoints = all.endpoints;
	f->stale = all.stale;
	f->complete_through = all.complete_through;
	if ((worst = index_endpoint(&p->ix, all.worst)))
		fresh_worst(f, (const char *)endpoint_name(worst).p);
	index_unlock(p);
}

/* complete_through 0: never complete at the moment. */
static void fresh_add(struct freshness *f, int64_t since, int64_t complete_through, bool gap,
		      const char *name)
{
	if (!f->endpoints || complete_through < f->complete_through) {
		f->complete_through = complete_through;
		fresh_worst(f, name);
	}
	f->endpoints++;
	f->stale += gap || !complete_through || complete_through < since;
}

/* One pass over the endpoints. */
struct fresh_look {
	const struct moment *m;
	const struct endpoint_filter *filter;
	const struct uncertainty *doubts;
	int64_t since;
	struct freshness *f;
	int64_t *known; /* by id: complete_through at m->known; NULL: as it is now */
	uint32_t n_known;
};

static void fresh_one(const struct fresh_look *l, const struct endpoint *e)
{
	const struct moment *m = l->m;
	bool told = e->inventory_seq && (!m->past || e->inventory_seq <= m->seq);
	bool gap = !m->past && (event_coverage_has_gap(&e->ledger) || e->incomplete);
	int64_t through =
		l->known && e->id <= l->n_known ? l->known[e->id] : e->complete_through;

	if (endpoint_was(e, m->past ? m->seq : UINT64_MAX))
		fresh_add(l->f, l->since,
			  told ? uncertainty_complete_through(l->doubts, e->id, through) : 0,
			  gap, (const char *)endpoint_name(e).p);
}

static int fresh_each(struct posture_read *p, const struct fresh_look *l)
{
	uint32_t id = 0, n;
	int err;

	do {
		if ((err = query_interrupted()) != 0)
			return err;
		index_read_lock(p);
		n = p->ix.n_endpoints;
		for (uint32_t end = n - id > CHUNK ? id + CHUNK : n; id < end; id++)
			if (endpoint_filter_has(l->filter, id + 1))
				fresh_one(l, index_endpoint(&p->ix, id + 1));
		index_unlock(p);
	} while (id < n);
	return 0;
}

static int undo_confirmed(void *ctx, const struct change *c)
{
	const struct fresh_look *l = ctx;

	if (c->endpoint <= l->n_known)
		l->known[c->endpoint] = c->number_was;
	return 0;
}

/* Freshness as the manager knew it at m->known. */
static int fresh_known(struct posture_read *p, struct fresh_look *l)
{
	const struct repository_filter confirmed = { .kinds = CHANGE_BIT(CHANGE_CONFIRMED) };
	const struct moment known = { .past = true, .seq = l->m->known };
	uint64_t head;
	int err;

	index_read_lock(p);
	head = p->ix.seq;
	l->n_known = p->ix.n_endpoints;
	if ((l->known = calloc((size_t)l->n_known + 1, sizeof(*l->known))))
		for (uint32_t id = 1; id <= l->n_known; id++)
			l->known[id] = index_endpoint(&p->ix, id)->complete_through;
	index_unlock(p);
	err = l->known ? history_undo(p, &known, head, &confirmed, undo_confirmed, l)
		       : ST_ENOMEM;
	if (!err)
		err = fresh_each(p, l);
	free(l->known);
	return err;
}

int freshness_at(struct posture_read *p, const struct moment *m,
		 const struct endpoint_filter *filter, const struct uncertainty *d,
		 int64_t since, struct freshness *f)
{
	struct fresh_look l = {
		.m = m, .filter = filter, .doubts = d, .since = since, .f = f
	};

	*f = (struct freshness){ 0 };
	if (m->past && m->known != UINT64_MAX)
		return fresh_known(p, &l);
	if (m->past || filter)
		return fresh_each(p, &l);
	fresh_now(p, since, f);
	return 0;
}
