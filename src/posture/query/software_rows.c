/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/query/software_rows.h"
#include "posture/state/bitmap.h"
#include "posture/query/endpoint_filter_bitmap.h"
#include "base/err.h"

#include <stdlib.h>

#define CHUNK 512 /* rows copied under one lock */

struct software_rows {
	struct arena a;
	struct software_row *v;
	size_t n;
};

/* Releases the lock after every CHUNK rows, for a waiting writer. Dictionary entries stay
 * valid; the sets of endpoints may have changed afterwards. */
static void breathe(struct posture_read *p, size_t i)
{
	if (i % CHUNK)
		return;
	index_unlock(p);
	index_read_lock(p);
}

int software_row_copy(struct arena *a, const struct dictionary_entry *e,
		      struct software_row *r)
{
	struct span *to[DESC_N] = {
		&r->name,        &r->version,        &r->arch, &r->type,
		&r->source_name, &r->source_version, &r->purl, &r->supplier
	};

	r->id = e->id;
	r->model_pen = e->d.model_pen;
	r->model = e->d.model;
	r->identifier = arena_copy(a, dictionary_identifier(e));
	if (!r->identifier.p)
		return ST_ENOMEM;
	for (int i = 0; i < DESC_N; i++) {
		*to[i] = arena_copy(a, text_span(e->d.text[i]));
		if (!to[i]->p)
			return ST_ENOMEM;
	}
	return 0;
}

static int software_cmp(const void *a, const void *b)
{
	const struct software_row *x = a, *y = b;
	int c = span_cmp(x->name, y->name);

	if (!c)
		c = span_cmp(x->version, y->version);
	return c ? c : span_cmp(x->identifier, y->identifier);
}

static int software_rows(struct posture_read *p, const struct id_list *ids,
			 const struct software_numbers *numbers, struct software_rows *rows)
{
	int err = 0;

	if (!(rows->v = calloc(ids->n + 1, sizeof(*rows->v))))
		return ST_ENOMEM;
	index_read_lock(p);
	for (size_t i = 0; i < ids->n && !err; i++) {
		breathe(p, i);
		if (numbers->endpoints && !numbers->endpoints[i])
			continue;
		rows->v[rows->n].endpoints = numbers->endpoints ? numbers->endpoints[i] : 0;
		rows->v[rows->n].instances = numbers->instances ? numbers->instances[i] : 0;
		err = software_row_copy(&rows->a, dictionary_get(&p->ix.dictionary, ids->v[i]),
					&rows->v[rows->n]);
		rows->n += !err;
	}
	index_unlock(p);
	if (rows->n)
		qsort(rows->v, rows->n, sizeof(*rows->v), software_cmp);
	return err;
}

int software_rows_emit(struct posture_read *p, const struct id_list *ids,
		       const struct software_numbers *numbers,
		       int (*fn)(void *ctx, const struct software_row *row), void *ctx)
{
	struct software_rows rows = { 0 };
	int err = software_rows(p, ids, numbers, &rows);

	for (size_t i = 0; i < rows.n && !err; i++)
		err = fn(ctx, &rows.v[i]);
	free(rows.v);
	arena_reset(&rows.a);
	return err;
}

int software_rows_emit_all(struct posture_read *p, const struct id_list *ids,
			   int (*fn)(void *ctx, const struct software_row *row), void *ctx)
{
	return software_rows_emit(p, ids, &(struct software_numbers){ 0 }, fn, ctx);
}

/* Counts by building the bitmap of endpoints of each id. */
static int count_sets(struct posture_read *p, const struct moment *m,
		      const struct id_list *ids, const struct endpoint_filter *filter,
		      uint64_t *counts, struct uncertainty *d)
{
	struct bitmap **who;
	int err = history_who_has(p, m, ids, &who, d);

	for (size_t i = 0; i < ids->n && !err; i++) {
		if (filter)
			bitmap_and(who[i], endpoint_filter_bitmap(filter));
		counts[i] = bitmap_count(who[i]);
		bitmap_free(who[i]);
	}
	if (!err)
		free(who);
	return err;
}

int software_rows_count(struct posture_read *p, const struct moment *m,
			const struct id_list *ids, const struct endpoint_filter *filter,
			uint64_t *counts, struct uncertainty *d)
{
	if (m->past || filter)
		return count_sets(p, m, ids, filter, counts, d);
	index_read_lock(p);
	for (size_t i = 0; i < ids->n; i++) {
		breathe(p, i);
		counts[i] = index_count(&p->ix, ids->v[i]);
	}
	index_unlock(p);
	return 0;
}

int software_rows_present(struct posture_read *p, const struct moment *m,
			  const struct id_list *ids, const struct endpoint_filter *filter,
			  uint64_t *n)
{
	uint64_t *counts = calloc(ids->n + 1, sizeof(*counts));
	int err = counts ? software_rows_count(p, m, ids, filter, counts, NULL) : ST_ENOMEM;

	*n = 0;
	for (size_t i = 0; i < ids->n && !err; i++)
		*n += counts[i] != 0;
	free(counts);
	return err;
}
