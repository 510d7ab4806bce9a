#include "posture/page.h"
#include "posture/core.h"
#include "base/err.h"

static int page_add(void *ctx, const struct change *c)
{
	struct page *pg = ctx;
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

int page_read(struct posture *p, const struct repository_filter *f, struct page *pg)
{
	struct repository_filter once = *f;

	if (!once.limit || once.limit > PAGE_MAX)
		once.limit = PAGE_MAX;
	pg->n = 0;
	arena_reset(&pg->arena);
	return p->rp->read(p->repo, &once, page_add, pg);
}

bool page_next(const struct page *pg, struct repository_filter *f)
{
	if (pg->n < PAGE_MAX || (f->limit && f->limit <= PAGE_MAX))
		return false;
	if (f->limit)
		f->limit -= PAGE_MAX;
	if (f->descending)
		f->to = pg->v[PAGE_MAX - 1].seq - 1;
	else
		f->from = pg->v[PAGE_MAX - 1].seq + 1;
	return f->from <= f->to;
}

void page_free(struct page *pg)
{
	if (pg)
		arena_reset(&pg->arena);
}
