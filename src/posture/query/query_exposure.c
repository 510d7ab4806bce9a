/* SPDX-License-Identifier: BSD-2-Clause */
/* Windows in which endpoints had software, from the journal. */
#define _GNU_SOURCE /* qsort_r */
#include "posture/query.h"
#include "posture/query/software_rows.h"
#include "posture/query/endpoint_filter_bitmap.h"
#include "posture/query/freshness_at.h"
#include "posture/query/query_software_ids.h"
#include "posture/state/index_order.h"
#include "posture/state/bitmap.h"
#include "posture/posture_read.h"
#include "posture/query/history.h"
#include "posture/journal_page.h"
#include "base/err.h"

#include <stdlib.h>

#define CHUNK 512 /* endpoints copied under one lock */
#define LOOK 4096 /* transitions between two calls of query_interrupted */

/* A transition of the software at work. Sorted by endpoint, then newest first. */
struct turn {
	uint32_t endpoint;
	bool added, known, untimed; /* known: by known_at */
	uint64_t seq;
	int64_t effective, known_at, after;
};

struct windows {
	struct posture_read *p;
	const struct exposure_query *q;
	struct moment m;  /* known_at, or now */
	struct moment at; /* the moment of freshness and complete_through */
	struct uncertainty doubts;
	int (*fn)(void *ctx, const struct exposure_row *row);
	void *ctx;
	struct turn *turns;
	size_t n, cap;
	int64_t *begin; /* by endpoint: commit of its first inventory; 0: not looked up yet */
	uint32_t n_begin;
	int64_t end; /* commit that forgot the endpoint at work; 0: none */
};

static int turn_add(void *ctx, const struct software_transition *t)
{
	struct windows *w = ctx;
	struct turn *v;
	int err;

	if (w->n % LOOK == 0 && (err = query_interrupted()) != 0)
		return err;
	if (w->n == w->cap) {
		size_t cap = w->cap ? 2 * w->cap : 1024;

		if (!(v = reallocarray(w->turns, cap, sizeof(*v))))
			return ST_ENOMEM;
		w->turns = v;
		w->cap = cap;
	}
	w->turns[w->n++] = (struct turn){
		.endpoint = t->endpoint,
		.added = t->added,
		.known = t->seq <= w->m.seq,
		.seq = t->seq,
		.effective = t->effective,
		.known_at = t->known_at,
		.untimed = t->untimed,
		.after = t->after,
	};
	return 0;
}

static int turn_of(struct windows *w, const struct change *c)
{
	const struct software_transition t = history_transition_of(c);

	return turn_add(w, &t);
}

static int turns_read(struct windows *w, uint32_t software, uint64_t head)
{
	struct repository_filter f = {
		.from = 1,
		.to = head,
		.software = software,
		.kinds = CHANGE_BIT(CHANGE_ADDED) | CHANGE_BIT(CHANGE_REMOVED),
	};
	struct journal_page *pg;
	int err = 0;

	w->n = 0;
	if (history_has_transitions(w->p)) {
		f.kinds = 0;
		f.descending = true;
		return w->p->rp->turns(w->p->repo, &f, INT64_MAX, turn_add, w);
	}
	if (!(pg = calloc(1, sizeof(*pg))))
		return ST_ENOMEM;
	while (!err && (err = journal_page_read(w->p, &f, pg)) == 0) {
		for (size_t i = 0; i < pg->n && !err; i++)
			err = turn_of(w, &pg->v[i]);
		if (!journal_page_next(pg, &f))
			break;
	}
	journal_page_free(pg);
	free(pg);
	return err;
}

static int turn_cmp(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;

	if (x->endpoint != y->endpoint)
		return x->endpoint < y->endpoint ? -1 : 1;
	return (x->seq < y->seq) - (x->seq > y->seq);
}

static int take_known(void *ctx, const struct change *c)
{
	*(int64_t *)ctx = c->known_at;
	return 0;
}

/* The commit time of a change: an endpoint's first inventory, or its end. For a pruned change,
 * the beginning of the retained journal. */
static int seq_known(const struct windows *w, uint64_t seq, int64_t *known)
{
	const struct repository_filter f = { .from = seq, .to = seq };

	*known = w->p->oldest;
	return w->p->rp->read(w->p->repo, &f, take_known, known);
}

static int begin_of(struct windows *w, uint32_t endpoint, uint64_t seq, int64_t *begin)
{
	uint32_t n = endpoint + endpoint / 2 + 1;
	int64_t *v;
	int err;

	if (endpoint >= w->n_begin) {
		if (!(v = reallocarray(w->begin, n, sizeof(*v))))
			return ST_ENOMEM;
		memset(v + w->n_begin, 0, (n - w->n_begin) * sizeof(*v));
		w->begin = v;
		w->n_begin = n;
	}
	if (!w->begin[endpoint] && (err = seq_known(w, seq, &w->begin[endpoint])) < 0)
		return err;
	*begin = w->begin[endpoint];
	return 0;
}

/* --- one endpoint ------------------------------------------------------------------------- */

static int window_emit(struct windows *w, const struct exposure_row *x)
{
	int64_t to = w->q->to;

	if (x->until && x->until <= w->q->from)
		return 0;
	if (to && x->since > to && !(x->since_untimed && x->since_after < to))
		return 0;
	return w->fn(w->ctx, x);
}

static void window_begin(struct exposure_row *x, const struct turn *t, int64_t begin)
{
	bool before = t->effective <= begin;

	*x = (struct exposure_row){
		.endpoint = x->endpoint,
		.software = x->software,
		.since = before ? begin : t->effective,
		.since_known = t->known_at,
		.since_untimed = t->untimed,
		.since_after = t->after,
	};
}

static void window_end(struct exposure_row *x, const struct turn *t)
{
	x->until = t->effective;
	x->until_known = t->known_at;
	x->until_untimed = t->untimed;
	x->until_after = t->after;
}

/* Lowers complete_through of e if an untimed transition makes the state at w->at uncertain.
 * Walks the transitions newest first, as history_who_has does. */
static int window_doubt(struct windows *w, struct endpoint_row *e, const struct turn *v,
			size_t n)
{
	const struct turn *oldest = NULL;
	int err;

	for (size_t i = 0; i < n && v[i].seq > w->at.seq; i++) {
		if (v[i].seq <= w->at.known && v[i].effective <= w->at.as_of)
			break;
		if (v[i].untimed && moment_is_uncertain(&w->at, v[i].seq, v[i].after))
			oldest = &v[i];
	}
	if (!w->at.past || !oldest)
		return 0;
	if ((err = uncertainty_add(&w->doubts, e->id, oldest->after)) == 0 &&
	    oldest->after < e->complete_through)
		e->complete_through = oldest->after;
	return err;
}

/* Drops transitions that were not known, and those that never were the state at any moment
 * because a later line of the journal took effect at the same time or before. In: newest
 * first. Out: oldest first, from the state at begin on. Returns how many are left. */
static size_t turns_settle(struct turn *v, size_t n, int64_t begin)
{
	int64_t limit = INT64_MAX;
	size_t keep = 0;

	for (size_t i = 0; i < n; i++) {
		if (!v[i].known || v[i].effective >= limit)
			continue;
		limit = v[i].effective;
		v[keep++] = v[i];
		if (limit <= begin)
			break;
	}
	for (size_t i = 0; i < keep / 2; i++) {
		struct turn t = v[i];

		v[i] = v[keep - 1 - i];
		v[keep - 1 - i] = t;
	}
	return keep;
}

/* Passes the windows of one endpoint. begin: commit of its first inventory. has: the endpoint
 * has the software now. */
static int windows_of(struct windows *w, const struct exposure_row *row, struct turn *v,
		      size_t n, int64_t begin, bool has)
{
	bool present = n ? !v[n - 1].added : has; /* before the first */
	struct exposure_row x = *row;
	size_t keep = turns_settle(v, n, begin);
	int err = 0;

	x.since = x.since_known = begin;
	x.earlier = true;

	for (size_t i = 0; i < keep && !err; i++) {
		if (v[i].added == present)
			continue;
		present = v[i].added;
		if (present) {
			window_begin(&x, &v[i], begin);
		} else if (v[i].effective > begin) {
			window_end(&x, &v[i]);
			err = window_emit(w, &x);
		}
	}
	x.until = x.until_known = w->end;
	return err || !present ? err : window_emit(w, &x);
}

/* --- all of them -------------------------------------------------------------------------- */

static struct turn *turns_of(const struct windows *w, uint32_t endpoint, size_t *n)
{
	size_t lo = 0, hi = w->n, end;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (w->turns[mid].endpoint < endpoint)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (end = lo; end < w->n && w->turns[end].endpoint == endpoint; end++)
		;
	*n = end - lo;
	return *n ? w->turns + lo : NULL;
}

struct exposed {
	struct endpoint_row row;
	uint64_t inventory_seq, forgotten_seq;
};

static int exposed_copy(struct windows *w, const struct id_list *ids, struct arena *a,
			struct exposed *out, size_t *n)
{
	int err = 0;

	*n = 0;
	index_read_lock(w->p);
	for (size_t i = 0; i < ids->n && !err; i++) {
		const struct endpoint *e = index_endpoint(&w->p->ix, ids->v[i]);
		struct exposed *x = &out[*n];

		if (!e->inventory_seq || e->inventory_seq > w->m.seq)
			continue;
		*x = (struct exposed){ .inventory_seq = e->inventory_seq };
		if (e->forgotten_seq && e->forgotten_seq <= w->m.seq)
			x->forgotten_seq = e->forgotten_seq;
		x->row.id = e->id;
		x->row.key = arena_str(a, endpoint_key(e));
		x->row.name = arena_str(a, endpoint_name(e));
		x->row.complete_through = e->complete_through;
		x->row.has_inventory = true;
		x->row.has_gap = event_coverage_has_gap(&e->ledger) || e->incomplete;
		err = x->row.key && x->row.name ? 0 : ST_ENOMEM;
		++*n;
	}
	index_unlock(w->p);
	return err;
}

static int emit_some(struct windows *w, const struct id_list *ids, const struct bitmap *has,
		     struct exposure_row *row)
{
	struct exposed *some = calloc(ids->n + 1, sizeof(*some));
	struct arena a = { 0 };
	size_t n = 0;
	int err = some ? exposed_copy(w, ids, &a, some, &n) : ST_ENOMEM;

	for (size_t i = 0; i < n && !err; i++) {
		struct turn *v;
		size_t turns;
		int64_t begin = 0;

		if ((err = begin_of(w, some[i].row.id, some[i].inventory_seq, &begin)) < 0)
			break;
		w->end = 0;
		if (some[i].forgotten_seq &&
		    (err = seq_known(w, some[i].forgotten_seq, &w->end)) < 0)
			break;
		row->endpoint = &some[i].row;
		v = turns_of(w, some[i].row.id, &turns);
		if ((err = window_doubt(w, &some[i].row, v, turns)) < 0)
			break;
		err = windows_of(w, row, v, turns, begin, bitmap_has(has, some[i].row.id));
	}
	arena_reset(&a);
	free(some);
	return err;
}

/* The windows of one software: of endpoints that have it now, and of those that had it. */
static int software_windows(struct windows *w, const struct software_row *software)
{
	struct exposure_row row = { .software = software };
	struct id_list ids = { 0 };
	struct bitmap *has, *any = bitmap_new();
	uint64_t head;
	int err;

	index_read_lock(w->p);
	head = w->p->ix.seq;
	if ((has = index_who_has(&w->p->ix, software->id)))
		index_who_had(&w->p->ix, software->id, 0, has);
	index_unlock(w->p);
	err = has && any ? turns_read(w, software->id, head) : ST_ENOMEM;
	if (!err) {
		if (w->n)
			qsort(w->turns, w->n, sizeof(*w->turns), turn_cmp);
		bitmap_or(any, has);
		for (size_t i = 0; i < w->n; i++)
			bitmap_add(any, w->turns[i].endpoint);
		if (w->q->software.filter)
			bitmap_and(any, endpoint_filter_bitmap(w->q->software.filter));
		err = index_in_order(&w->p->ix, any, &ids);
	}
	for (size_t i = 0; i < ids.n && !err; i += CHUNK) {
		struct id_list some = { ids.v + i, ids.n - i < CHUNK ? ids.n - i : CHUNK, 0 };

		err = emit_some(w, &some, has, &row);
	}
	id_list_free(&ids);
	bitmap_free(has);
	bitmap_free(any);
	return err;
}

static int each_software(void *ctx, const struct software_row *row)
{
	return software_windows(ctx, row);
}

int query_exposure(struct posture *posture, const struct exposure_query *q,
		   int (*fn)(void *ctx, const struct exposure_row *row), void *ctx)
{
	struct posture_read *p = posture_read(posture);
	struct windows w = { .p = p, .q = q, .fn = fn, .ctx = ctx };
	struct id_list ids = { 0 }, unordered = { 0 };
	const struct when when = { 0, q->software.when.known_at };
	struct moment now;
	int err = moment_of(p, when, &w.m);

	if (err < 0 || (err = moment_of(p, q->software.when, &w.at)) < 0)
		return err;
	index_read_lock(p);
	now = moment_now(p);
	index_unlock(p);
	w.m = w.m.past ? w.m : now;
	err = query_software_ids(p, &q->software, &ids, &unordered);
	if (!err)
		err = software_rows_emit_all(p, &ids, each_software, &w);
	if (!err && q->software.unordered)
		*q->software.unordered = unordered.n;
	uncertainty_settle(&w.doubts);
	if (!err && q->software.fresh)
		err = freshness_at(p, &w.at, q->software.filter, &w.doubts, q->software.since,
				   q->software.fresh);
	uncertainty_free(&w.doubts);
	free(w.begin);
	free(w.turns);
	id_list_free(&ids);
	id_list_free(&unordered);
	return err;
}
