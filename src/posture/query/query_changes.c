/* SPDX-License-Identifier: BSD-2-Clause */
/* Journal lines, with names instead of ids. */
#include "posture/posture_read.h"
#include "posture/query/software_rows.h"
#include "posture/query/freshness_at.h"
#include "posture/query/history.h"
#include "posture/journal_page.h"
#include "base/err.h"

#include <stdlib.h>

/* The part of the journal that q selects. Sets *none if it is empty. */
static int filter_of(struct posture_read *p, const struct change_query *q,
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
		.limit = q->as_of || q->filter ? 0 : q->limit,
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

/* A running query and its receiver. */
struct reading {
	const struct change_query *q;
	uint64_t left; /* rows that may still be passed */
	struct uncertainty doubts;
	int (*fn)(void *ctx, const struct change_row *row);
	void *ctx;
};

/* Passes one line, unless as_of or the filter excludes it: the repository does not know
 * these. */
static int emit_row(struct reading *r, const struct change_row *row)
{
	const struct change_query *q = r->q;
	const struct change *c = &row->change;

	if (!endpoint_filter_has(q->filter, c->endpoint))
		return 0;
	if (!q->as_of || change_effective(c) <= q->as_of) {
		r->left--;
		return r->fn(r->ctx, row);
	}
	return change_untimed(c) && c->number_was < q->as_of
		       ? uncertainty_add(&r->doubts, c->endpoint, c->number_was)
		       : 0;
}

static int emit_page(struct posture_read *p, struct journal_page *pg, struct reading *r)
{
	struct change_row *rows = calloc(pg->n + 1, sizeof(*rows));
	int err = rows ? 0 : ST_ENOMEM;

	index_read_lock(p);
	for (size_t i = 0; i < pg->n && !err; i++)
		err = row_of(&p->ix, &pg->arena, &pg->v[i], &rows[i]);
	index_unlock(p);
	for (size_t i = 0; i < pg->n && r->left && !err; i++)
		err = emit_row(r, &rows[i]);
	free(rows);
	return err;
}

static int reading_fresh(struct posture_read *p, struct reading *r)
{
	const struct change_query *q = r->q;
	struct moment m;
	int err = moment_of(p, q->fresh_when, &m);

	uncertainty_settle(&r->doubts);
	return err < 0 ? err
		       : freshness_at(p, &m, q->filter, &r->doubts, q->fresh_since, q->fresh);
}

static int read_all(struct posture_read *p, struct repository_filter f, struct reading *r)
{
	struct journal_page *pg = calloc(1, sizeof(*pg));
	int err = pg ? 0 : ST_ENOMEM;

	while (!err && (err = journal_page_read(p, &f, pg)) == 0) {
		err = emit_page(p, pg, r);
		if (err || !r->left || !journal_page_next(pg, &f))
			break;
	}
	journal_page_free(pg);
	free(pg);
	return err;
}

int query_changes(struct posture *posture, const struct change_query *q,
		  int (*fn)(void *ctx, const struct change_row *row), void *ctx)
{
	struct posture_read *p = posture_read(posture);
	struct reading r = { q, q->limit ? q->limit : UINT64_MAX, { 0 }, fn, ctx };
	struct repository_filter f;
	bool none;
	int err = filter_of(p, q, &f, &none);

	if (!err && !none)
		err = read_all(p, f, &r);
	if (!err && q->fresh)
		err = reading_fresh(p, &r);
	uncertainty_free(&r.doubts);
	return err;
}
