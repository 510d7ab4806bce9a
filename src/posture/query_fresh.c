/* How far the software of the fleet is known: now from the orders that the index keeps; of the
 * past, or of some endpoints, by looking at each in memory; as it was known once, by undoing. */
#include "posture/query.h"
#include "posture/core.h"
#include "posture/history.h"
#include "posture/page.h"
#include "base/err.h"

#include <stdio.h>

#define CHUNK 4096 /* endpoints that are looked at under one lock */

static void fresh_worst(struct freshness *f, const char *name)
{
	(void)snprintf(f->worst, sizeof(f->worst), "%s", name);
}

static void fresh_now(struct posture *p, int64_t since, struct freshness *f)
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

/* complete_through 0: it had not told. */
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

static void fresh_look(struct freshness *f, const struct moment *m, int64_t since,
		       const struct endpoint *e)
{
	bool told = e->inventory_seq && (!m->past || e->inventory_seq <= m->seq);
	bool gap = !m->past && (ledger_has_gap(&e->ledger) || e->incomplete);

	if (endpoint_was(e, m->past ? m->seq : UINT64_MAX))
		fresh_add(f, since, told ? e->complete_through : 0, gap,
			  (const char *)endpoint_name(e).p);
}

static int fresh_each(struct posture *p, const struct moment *m, const struct among *among,
		      int64_t since, struct freshness *f)
{
	uint32_t id = 0, n;
	int err;

	do {
		if ((err = page_watch()) != 0)
			return err;
		index_read_lock(p);
		n = p->ix.n_endpoints;
		for (uint32_t end = n - id > CHUNK ? id + CHUNK : n; id < end; id++)
			if (among_has(among, id + 1))
				fresh_look(f, m, since, index_endpoint(&p->ix, id + 1));
		index_unlock(p);
	} while (id < n);
	return 0;
}

struct fresh_rows {
	struct freshness *f;
	int64_t since;
};

static int fresh_row(void *ctx, const struct endpoint_row *row)
{
	const struct fresh_rows *r = ctx;

	fresh_add(r->f, r->since, row->has_inventory ? row->complete_through : 0, false,
		  row->name);
	return 0;
}

int query_freshness(struct posture *p, struct when when, const struct among *among,
		    int64_t since, struct freshness *f)
{
	struct fresh_rows rows = { f, since };
	struct moment m;
	int err = moment_of(p, when, &m);

	*f = (struct freshness){ 0 };
	if (err < 0)
		return err;
	if (when.known_at)
		return query_endpoints(p, when, among, fresh_row, &rows);
	if (m.past || among)
		return fresh_each(p, &m, among, since, f);
	fresh_now(p, since, f);
	return 0;
}
