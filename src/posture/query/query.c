/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/query.h"
#include "posture/query/endpoint_filter_bitmap.h"
#include "posture/query/endpoint_rows.h"
#include "posture/query/freshness_at.h"
#include "posture/query/query_software_ids.h"
#include "posture/query/software_rows.h"
#include "posture/state/index_order.h"
#include "posture/state/bitmap.h"
#include "posture/posture_read.h"
#include "posture/query/history.h"
#include "base/err.h"

#include <stdlib.h>

#define CHUNK 512 /* rows copied under one lock */

/* --- endpoints --------------------------------------------------------------------------- */

int query_endpoints(struct posture *posture, struct when when,
		    const struct endpoint_filter *filter,
		    int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	struct posture_read *p = posture_read(posture);
	struct id_list ids = { 0 };
	struct moment m;
	int err = moment_of(p, when, &m);

	if (err < 0)
		return err;
	index_read_lock(p);
	err = index_by_name(&p->ix, &ids);
	index_unlock(p);
	endpoint_filter_narrow(filter, &ids);
	if (!err)
		err = endpoint_rows_emit(p, &m, &ids, fn, ctx);
	id_list_free(&ids);
	return err;
}

static int resolve(const struct index *ix, struct span text, struct id_list *ids)
{
	const struct endpoint *e = index_endpoint_by_key(ix, text);

	return e ? id_list_push(ids, e->id) : index_named(ix, text, ids);
}

/* Counts the rows passed to the caller's function. */
struct counted {
	int (*fn)(void *ctx, const struct endpoint_row *row);
	void *ctx;
	size_t n;
};

static int count_row(void *ctx, const struct endpoint_row *row)
{
	struct counted *c = ctx;

	c->n++;
	return c->fn(c->ctx, row);
}

int query_resolve(struct posture *posture, struct when when, const char *text,
		  int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	struct posture_read *p = posture_read(posture);
	struct counted c = { fn, ctx, 0 };
	struct id_list ids = { 0 };
	struct moment m;
	int err = moment_of(p, when, &m);

	if (err < 0)
		return err;
	index_read_lock(p);
	err = resolve(&p->ix, span_str(text), &ids);
	index_unlock(p);
	if (!err)
		err = endpoint_rows_emit(p, &m, &ids, count_row, &c);
	id_list_free(&ids);
	return err || c.n ? err : ST_ENOENT;
}

/* --- software ---------------------------------------------------------------------------- */

int query_software(struct posture *posture, const struct software_query *q,
		   int (*fn)(void *ctx, const struct software_row *row), void *ctx)
{
	struct posture_read *p = posture_read(posture);
	struct id_list ids = { 0 }, unordered = { 0 };
	struct uncertainty doubts = { 0 };
	uint64_t *counts = NULL;
	struct moment m;
	int err = moment_of(p, q->when, &m);

	if (!err)
		err = query_software_ids(p, q, &ids, &unordered);
	if (!err && !(counts = calloc(ids.n + 1, sizeof(*counts))))
		err = ST_ENOMEM;
	if (!err)
		err = software_rows_count(p, &m, &ids, q->filter, counts, &doubts);
	uncertainty_settle(&doubts);
	if (!err && q->fresh)
		err = freshness_at(p, &m, q->filter, &doubts, q->since, q->fresh);
	if (!err)
		err = software_rows_emit(
			p, &ids, &(struct software_numbers){ .endpoints = counts }, fn, ctx);
	if (!err && q->unordered)
		err = software_rows_present(p, &m, &unordered, q->filter, q->unordered);
	free(counts);
	uncertainty_free(&doubts);
	id_list_free(&unordered);
	id_list_free(&ids);
	return err;
}

int query_identifier(struct posture *posture, struct span identifier,
		     int (*fn)(void *ctx, const struct software_row *row), void *ctx)
{
	struct posture_read *p = posture_read(posture);
	const struct dictionary_entry *e;
	struct software_row row = { 0 };
	struct arena a = { 0 };
	int err = ST_ENOENT;

	index_read_lock(p);
	if ((e = dictionary_find(&p->ix.dictionary, identifier)))
		err = software_row_copy(&a, e, &row);
	index_unlock(p);
	if (!err)
		err = fn(ctx, &row);
	arena_reset(&a);
	return err;
}

/* Instances of each id on an endpoint, at least 1. */
static int count_instances(struct posture_read *p, uint32_t endpoint,
			   const struct id_list *ids, uint32_t **out)
{
	uint32_t *v = calloc(ids->n + 1, sizeof(*v));
	const struct endpoint *e;

	if (!(*out = v))
		return ST_ENOMEM;
	index_read_lock(p);
	e = index_endpoint(&p->ix, endpoint);
	for (size_t i = 0; i < ids->n; i++) {
		int32_t n = event_coverage_count(&e->ledger, ids->v[i], true);

		v[i] = n > 0 ? (uint32_t)n : 1;
	}
	index_unlock(p);
	return 0;
}

int query_inventory(struct posture *posture, struct when when, uint32_t endpoint,
		    int (*fn)(void *ctx, const struct software_row *row), void *ctx)
{
	struct posture_read *p = posture_read(posture);
	struct software_numbers numbers = { 0 };
	struct bitmap *b = NULL;
	struct id_list ids = { 0 };
	uint32_t *instances = NULL;
	struct moment m;
	int err = moment_of(p, when, &m);

	if (err < 0 || (err = history_software(p, &m, endpoint, &b)) < 0)
		return err;
	if ((err = id_list_reserve(&ids, bitmap_count(b) + 1)) == 0) {
		ids.n = bitmap_count(b);
		bitmap_members(b, ids.v);
		if (!m.past)
			err = count_instances(p, endpoint, &ids, &instances);
		numbers.instances = instances;
	}
	if (!err)
		err = software_rows_emit(p, &ids, &numbers, fn, ctx);
	free(instances);
	id_list_free(&ids);
	bitmap_free(b);
	return err;
}

int query_software_endpoints(struct posture *posture, struct when when, uint32_t software,
			     const struct endpoint_filter *filter,
			     int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	struct posture_read *p = posture_read(posture);
	struct id_list which = { &software, 1, 0 }, ids = { 0 };
	struct uncertainty doubts = { 0 };
	struct bitmap **who;
	struct moment m;
	bool known;
	int err = moment_of(p, when, &m);

	index_read_lock(p);
	known = dictionary_get(&p->ix.dictionary, software) != NULL;
	index_unlock(p);
	if (!err && !known)
		err = ST_ENOENT;
	if (err < 0)
		return err;
	if ((err = history_who_has(p, &m, &which, &who, &doubts)) < 0)
		goto out;
	uncertainty_settle(&doubts);
	if (filter)
		bitmap_and(who[0], endpoint_filter_bitmap(filter));
	err = index_in_order(&p->ix, who[0], &ids);
	bitmap_free(who[0]);
	free(who);
	if (!err)
		err = endpoint_rows_emit_brief(p, &m, &ids, &doubts, fn, ctx);
out:
	uncertainty_free(&doubts);
	id_list_free(&ids);
	return err;
}

/* --- facts and results ------------------------------------------------------------------- */

int query_facts(struct posture *posture, struct when when, uint32_t endpoint,
		int (*fn)(void *ctx, const struct fact_row *row), void *ctx)
{
	struct posture_read *p = posture_read(posture);
	struct arena a = { 0 };
	struct past_facts f = { 0 };
	struct moment m;
	int err = moment_of(p, when, &m);

	if (!err)
		err = history_facts(p, &m, endpoint, CHANGE_FACT, &a, &f);
	for (size_t i = 0; i < f.n && !err; i++)
		if (!f.v[i].gone)
			err = fn(ctx, &(struct fact_row){ f.v[i].name, f.v[i].value });
	arena_reset(&a);
	return err;
}

int query_results(struct posture *posture, struct when when, uint32_t endpoint,
		  int (*fn)(void *ctx, const struct result_row *row), void *ctx)
{
	struct posture_read *p = posture_read(posture);
	struct arena a = { 0 };
	struct past_facts f = { 0 };
	struct moment m;
	int err = moment_of(p, when, &m);

	if (!err)
		err = history_facts(p, &m, endpoint, CHANGE_RESULT, &a, &f);
	for (size_t i = 0; i < f.n && !err; i++)
		if (!f.v[i].gone)
			err = fn(ctx, &(struct result_row){ f.v[i].name, f.v[i].value,
							    (enum verdict)f.v[i].verdict });
	arena_reset(&a);
	return err;
}

int query_is_name(struct posture *posture, const char *glob, bool *is)
{
	struct posture_read *p = posture_read(posture);
	const struct software_query q = { .glob = glob };
	struct id_list ids = { 0 };
	int err = query_software_ids(p, &q, &ids, NULL);

	*is = ids.n != 0;
	id_list_free(&ids);
	return err;
}
