/* The journal, with names in the place of numbers. */
#include "posture/core.h"
#include "posture/history.h"
#include "posture/page.h"
#include "base/err.h"

#include <stdlib.h>

/* Where since, until and after_seq say to read. False: nowhere. */
static int filter_of(struct posture *p, const struct change_query *q,
		     struct repository_filter *f, bool *none)
{
	uint64_t since = 0, until;
	int err = 0;

	index_read_lock(p);
	until = p->ix.seq;
	index_unlock(p);
	if (q->since)
		err = p->rp->seq_at(p->repo, q->since, &since);
	if (!err && q->until) {
		uint64_t seq;

		if ((err = p->rp->seq_at(p->repo, q->until, &seq)) == 0 && seq < until)
			until = seq;
	}
	*f = (struct repository_filter){
		.from = (q->after_seq > since ? q->after_seq : since) + 1,
		.to = until,
		.endpoint = q->endpoint,
		.kinds = q->kinds,
		.limit = q->as_of || q->among ? 0 : q->limit,
		.descending = q->newest_first,
	};
	*none = f->from > f->to;
	return err;
}

static int row_of(const struct index *ix, struct arena *a, const struct change *c,
		  struct change_row *row)
{
	const struct endpoint *e = index_endpoint(ix, c->endpoint);
	const struct dictionary_entry *d = dictionary_get(&ix->dictionary, c->software);

	*row = (struct change_row){ .change = *c };
	row->endpoint_key = arena_str(a, e ? endpoint_key(e) : (struct span){ 0 });
	row->endpoint_name = arena_str(a, e ? endpoint_name(e) : (struct span){ 0 });
	if (!row->endpoint_key || !row->endpoint_name)
		return ST_ENOMEM;
	return d ? software_row_copy(a, d, &row->software) : 0;
}

/* What the repository cannot narrow to. */
static bool is_wanted(const struct change_query *q, const struct change *c)
{
	return among_has(q->among, c->endpoint) &&
	       (!q->as_of || change_effective(c) <= q->as_of);
}

/* *left are those that are still wanted. */
static int emit_page(struct posture *p, struct page *pg, const struct change_query *q,
		     uint64_t *left, int (*fn)(void *ctx, const struct change_row *row),
		     void *ctx)
{
	struct change_row *rows = calloc(pg->n + 1, sizeof(*rows));
	int err = rows ? 0 : ST_ENOMEM;

	index_read_lock(p);
	for (size_t i = 0; i < pg->n && !err; i++)
		err = row_of(&p->ix, &pg->arena, &pg->v[i], &rows[i]);
	index_unlock(p);
	for (size_t i = 0; i < pg->n && *left && !err; i++) {
		if (!is_wanted(q, &pg->v[i]))
			continue;
		err = fn(ctx, &rows[i]);
		--*left;
	}
	free(rows);
	return err;
}

int query_changes(struct posture *p, const struct change_query *q,
		  int (*fn)(void *ctx, const struct change_row *row), void *ctx)
{
	uint64_t left = q->limit ? q->limit : UINT64_MAX;
	struct repository_filter f;
	struct page *pg;
	bool none;
	int err = filter_of(p, q, &f, &none);

	if (err || none)
		return err;
	if (!(pg = calloc(1, sizeof(*pg))))
		return ST_ENOMEM;
	do {
		err = page_read(p, &f, pg);
		if (!err)
			err = emit_page(p, pg, q, &left, fn, ctx);
	} while (!err && left && page_next(pg, &f));
	page_free(pg);
	free(pg);
	return err;
}
