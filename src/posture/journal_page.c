/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/journal_page.h"
#include "posture/posture_read.h"
#include "posture/query_watch.h"
#include "base/err.h"

#define STRETCH 32768 /* journal lines read between two calls of query_interrupted */

static int page_add(void *ctx, const struct change *c)
{
	struct journal_page *pg = ctx;
	struct change *to = &pg->v[pg->n];

	*to = *c;
	to->key = arena_copy(&pg->arena, c->key);
	to->value = arena_copy(&pg->arena, c->value);
	to->was = arena_copy(&pg->arena, c->was);
	if (!to->key.p || !to->value.p || !to->was.p)
		return ST_ENOMEM;
	pg->n++;
	return 0;
}

/* Cuts the next stretch off f and returns it. A filter by endpoint or software is one stretch,
 * because the repository has an index for it. */
static struct repository_filter page_stretch(struct repository_filter *f)
{
	struct repository_filter once = *f;

	if (f->endpoint || f->software || f->to - f->from < STRETCH) {
		f->from = f->to + 1;
	} else if (f->descending) {
		once.from = f->to - STRETCH + 1;
		f->to = once.from - 1;
	} else {
		once.to = f->from + STRETCH - 1;
		f->from = once.to + 1;
	}
	return once;
}

int journal_page_read(struct posture_read *p, const struct repository_filter *f,
		      struct journal_page *pg)
{
	uint64_t want = f->limit && f->limit < JOURNAL_PAGE_MAX ? f->limit : JOURNAL_PAGE_MAX;
	struct repository_filter rest = *f;
	int err = 0;

	pg->n = 0;
	arena_reset(&pg->arena);
	while (!err && pg->n < want && rest.from <= rest.to) {
		struct repository_filter once = page_stretch(&rest);

		once.limit = want - pg->n;
		if ((err = query_interrupted()) == 0)
			err = p->rp->read(p->repo, &once, page_add, pg);
	}
	return err;
}

bool journal_page_next(const struct journal_page *pg, struct repository_filter *f)
{
	if (pg->n < JOURNAL_PAGE_MAX || (f->limit && f->limit <= JOURNAL_PAGE_MAX))
		return false;
	if (f->limit)
		f->limit -= JOURNAL_PAGE_MAX;
	if (f->descending)
		f->to = pg->v[JOURNAL_PAGE_MAX - 1].seq - 1;
	else
		f->from = pg->v[JOURNAL_PAGE_MAX - 1].seq + 1;
	return f->from <= f->to;
}

void journal_page_free(struct journal_page *pg)
{
	if (pg)
		arena_reset(&pg->arena);
}
