/* SPDX-License-Identifier: BSD-2-Clause */
/* The orders that the index keeps of its endpoints: by name, and by how far their software is
 * known. */
#define _GNU_SOURCE /* qsort_r */
#include "posture/state/index_order.h"
#include "posture/state/index.h"
#include "posture/state/bitmap.h"
#include "base/err.h"

#include <stdlib.h>

/* --- by name ----------------------------------------------------------------------------- */

static uint8_t fold(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static int fold_cmp(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	for (size_t i = 0; i < n; i++)
		if (fold(a.p[i]) != fold(b.p[i]))
			return fold(a.p[i]) - fold(b.p[i]);
	return (a.n > b.n) - (a.n < b.n);
}

/* A name's first octets, as a number that says the same about the order. */
static uint64_t name_key(struct span name)
{
	uint64_t key = 0;

	for (size_t i = 0; i < sizeof(key); i++)
		key = key << 8 | (i < name.n ? fold(name.p[i]) : 0);
	return key;
}

int index_name_cmp(uint32_t a, uint32_t b, const void *ctx)
{
	const struct endpoint *x = index_endpoint(ctx, a), *y = index_endpoint(ctx, b);
	int c = fold_cmp(endpoint_name(x), endpoint_name(y));

	if (!c)
		c = span_cmp(endpoint_name(x), endpoint_name(y));
	return c ? c : span_cmp(endpoint_key(x), endpoint_key(y));
}

int index_by_name(const struct index *ix, struct id_list *out)
{
	int err = id_list_reserve(out, ix->names.count + 1);

	if (err < 0)
		return err;
	out->n = ix->names.count;
	ordered_ids_ids(&ix->names, out->v);
	return 0;
}

struct named {
	const struct index *ix;
	struct span text;
	struct id_list *out;
	int err;
};

static int named_cmp(const struct ordered_id *e, const struct named *n)
{
	return fold_cmp(endpoint_name(index_endpoint(n->ix, e->id)), n->text);
}

static bool named_before(const struct ordered_id *e, void *ctx)
{
	return named_cmp(e, ctx) < 0;
}

static bool named_add(const struct ordered_id *e, void *ctx)
{
	struct named *n = ctx;

	return named_cmp(e, n) == 0 && (n->err = id_list_push(n->out, e->id)) == 0;
}

int index_named(const struct index *ix, struct span text, struct id_list *out)
{
	struct named n = { ix, text, out, 0 };

	ordered_ids_walk(&ix->names, named_before, named_add, &n);
	return n.err;
}

static int sort_cmp(const void *a, const void *b, void *ix)
{
	return index_name_cmp(*(const uint32_t *)a, *(const uint32_t *)b, ix);
}

/* Sorted when few, picked out when many: then the lock is not held for more than a copy. */
int index_in_order(struct index *ix, const struct bitmap *b, struct id_list *out)
{
	size_t n = bitmap_count(b), keep = 0;
	bool few;
	int err;

	pthread_rwlock_rdlock(&ix->lock);
	few = n < ix->n_endpoints / 16;
	err = few ? id_list_reserve(out, n + 1) : index_by_name(ix, out);
	if (!err && few) {
		out->n = n;
		bitmap_members(b, out->v);
		qsort_r(out->v, n, sizeof(*out->v), sort_cmp, ix);
	}
	pthread_rwlock_unlock(&ix->lock);
	if (err || few)
		return err;
	for (size_t i = 0; i < out->n; i++)
		if (bitmap_has(b, out->v[i]))
			out->v[keep++] = out->v[i];
	out->n = keep;
	return 0;
}

/* --- by how far they are known ----------------------------------------------------------- */

static struct ordered_id known_of(const struct endpoint *e)
{
	uint64_t through =
		e->set && e->complete_through > 0 ? (uint64_t)e->complete_through : 0;

	return (struct ordered_id){ through, e->id };
}

static bool has_gap(const struct endpoint *e)
{
	return event_coverage_has_gap(&e->ledger) || e->incomplete;
}

void index_freshness(const struct index *ix, int64_t since, struct index_freshness *f)
{
	uint64_t limit = since > 0 ? (uint64_t)since : 1;
	struct ordered_id first;

	*f = (struct index_freshness){ .endpoints = ix->n_endpoints - ix->forgotten.n };
	if (!ordered_ids_first(&ix->known, &first))
		return;
	f->stale = ordered_ids_below(&ix->known, limit) + ix->gaps.count -
		   ordered_ids_below(&ix->gaps, limit);
	f->complete_through = (int64_t)first.key;
	f->worst = first.id;
}

/* --- keeping them ------------------------------------------------------------------------ */

int index_order_add(struct index *ix, const struct endpoint *e)
{
	int err;

	if ((err = ordered_ids_put(&ix->names, (struct ordered_id){ name_key(endpoint_name(e)),
								    e->id })) < 0 ||
	    e->forgotten_seq)
		return err;
	if ((err = ordered_ids_put(&ix->known, known_of(e))) < 0)
		return err;
	return has_gap(e) ? ordered_ids_put(&ix->gaps, known_of(e)) : 0;
}

int index_order_move(struct index *ix, const struct endpoint *from, const struct endpoint *to)
{
	struct ordered_id before = known_of(from), now = known_of(to);
	bool moved = before.key != now.key;
	int err = 0;

	if (moved) {
		(void)ordered_ids_take(&ix->known, before);
		err = ordered_ids_put(&ix->known, now);
	}
	if (has_gap(from) && (moved || !has_gap(to)))
		(void)ordered_ids_take(&ix->gaps, before);
	if (!err && has_gap(to) && (moved || !has_gap(from)))
		err = ordered_ids_put(&ix->gaps, now);
	return err;
}

int index_order_forget(struct index *ix, const struct endpoint *from,
		       const struct endpoint *to)
{
	const struct ordered_id name = { name_key(endpoint_name(from)), from->id };
	int err;

	(void)ordered_ids_take(&ix->known, known_of(from));
	if (has_gap(from))
		(void)ordered_ids_take(&ix->gaps, known_of(from));
	/* its place among those of the same name goes by its key */
	(void)ordered_ids_take(&ix->names, name);
	ix->endpoints[to->id - 1] = (struct endpoint *)(uintptr_t)to;
	err = ordered_ids_put(&ix->names, name);
	ix->endpoints[to->id - 1] = (struct endpoint *)(uintptr_t)from;
	return err;
}

int index_order_names(struct index *ix)
{
	struct ordered_id *v = malloc((ix->n_endpoints + 1) * sizeof(*v));
	int err = v ? 0 : ST_ENOMEM;

	for (uint32_t i = 0; !err && i < ix->n_endpoints; i++)
		v[i] = (struct ordered_id){ name_key(endpoint_name(ix->endpoints[i])), i + 1 };
	if (!err)
		err = ordered_ids_build(&ix->names, v, ix->n_endpoints);
	free(v);
	return err;
}

int index_order_known(struct index *ix)
{
	struct ordered_id *v = malloc((ix->n_endpoints + 1) * sizeof(*v));
	size_t gaps = 0, known = 0;
	int err = v ? 0 : ST_ENOMEM;

	for (uint32_t i = 0; !err && i < ix->n_endpoints; i++)
		if (!ix->endpoints[i]->forgotten_seq)
			v[known++] = known_of(ix->endpoints[i]);
	if (!err)
		err = ordered_ids_build(&ix->known, v, known);
	for (uint32_t i = 0; !err && i < ix->n_endpoints; i++)
		if (!ix->endpoints[i]->forgotten_seq && has_gap(ix->endpoints[i]))
			v[gaps++] = known_of(ix->endpoints[i]);
	if (!err)
		err = ordered_ids_build(&ix->gaps, v, gaps);
	free(v);
	return err;
}
