/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints that have none of the software of the question. */
#include "posture/query.h"
#include "posture/query/software_rows.h"
#include "posture/query/endpoint_filter_bitmap.h"
#include "posture/query/endpoint_rows.h"
#include "posture/query/freshness_at.h"
#include "posture/query/query_software_ids.h"
#include "posture/state/index_order.h"
#include "posture/state/bitmap.h"
#include "posture/posture_read.h"
#include "posture/query/history.h"
#include "base/err.h"

#include <stdlib.h>

/* Software ids whose endpoints are in memory at the same time. Each piece reads the past
 * once. */
#define PIECE 16384

/* *m: the moment of rows and sets; a question about the present fixes it. *asked: the moment
 * as the caller gave it. */
static int lacking_moment(struct posture_read *p, const struct software_query *q,
			  struct moment *asked, struct moment *m, struct id_list *endpoints)
{
	int err = moment_of(p, q->when, asked);

	if (err < 0)
		return err;
	*m = *asked;
	index_read_lock(p);
	if (!m->past)
		*m = moment_now(p);
	err = index_by_name(&p->ix, endpoints);
	index_unlock(p);
	endpoint_filter_narrow(q->filter, endpoints);
	return err;
}

/* Adds the endpoints that have at least one of the software ids to any. */
static int lacking_join(struct posture_read *p, const struct moment *m,
			const struct id_list *software, struct bitmap *any,
			struct uncertainty *d)
{
	struct bitmap **who;
	int err = history_who_has(p, m, software, &who, d);

	for (size_t i = 0; !err && i < software->n; i++) {
		bitmap_or(any, who[i]);
		bitmap_free(who[i]);
	}
	if (!err)
		free(who);
	return err;
}

static void ids_without(struct id_list *ids, const struct bitmap *b)
{
	size_t keep = 0;

	for (size_t i = 0; i < ids->n; i++)
		if (!bitmap_has(b, ids->v[i]))
			ids->v[keep++] = ids->v[i];
	ids->n = keep;
}

/* Brief rows of the ids that were known at m. */
static int lacking_brief(struct posture_read *p, const struct moment *m, struct id_list *ids,
			 const struct uncertainty *d,
			 int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	size_t keep = 0;

	index_read_lock(p);
	for (size_t i = 0; i < ids->n; i++)
		if (endpoint_was(index_endpoint(&p->ix, ids->v[i]), m->seq))
			ids->v[keep++] = ids->v[i];
	index_unlock(p);
	ids->n = keep;
	return endpoint_rows_emit_brief(p, m, ids, d, fn, ctx);
}

int query_lacking(struct posture *posture, const struct software_query *q,
		  int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	struct posture_read *p = posture_read(posture);
	struct id_list endpoints = { 0 }, software = { 0 }, unordered = { 0 };
	struct bitmap *any = bitmap_new();
	struct uncertainty doubts = { 0 };
	struct moment asked, m;
	int err = any ? lacking_moment(p, q, &asked, &m, &endpoints) : ST_ENOMEM;

	if (!err)
		err = query_software_ids(p, q, &software, &unordered);
	for (size_t i = 0; !err && i < software.n; i += PIECE) {
		size_t n = software.n - i < PIECE ? software.n - i : PIECE;

		err = lacking_join(p, &m, &(struct id_list){ software.v + i, n, 0 }, any,
				   &doubts);
	}
	uncertainty_settle(&doubts);
	if (!err && q->fresh)
		err = freshness_at(p, &asked, q->filter, &doubts, q->since, q->fresh);
	if (!err) {
		ids_without(&endpoints, any);
		err = q->when.as_of && !q->when.known_at
			      ? lacking_brief(p, &m, &endpoints, &doubts, fn, ctx)
			      : endpoint_rows_emit(p, &m, &endpoints, fn, ctx);
	}
	if (!err && q->unordered)
		err = software_rows_present(p, &m, &unordered, q->filter, q->unordered);
	bitmap_free(any);
	uncertainty_free(&doubts);
	id_list_free(&endpoints);
	id_list_free(&software);
	id_list_free(&unordered);
	return err;
}
