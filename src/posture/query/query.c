/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/query.h"
#include "posture/state/bitmap.h"
#include "posture/core.h"
#include "posture/query/history.h"
#include "base/err.h"

#include <stdlib.h>

#define CHUNK 512 /* rows copied under one lock */

/* --- endpoints --------------------------------------------------------------------------- */

static int emit_chunk(struct posture *p, const struct moment *m, const struct ids *ids,
		      int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	struct endpoint_row *rows;
	struct arena a = { 0 };
	size_t n = 0;
	int err = history_rows(p, m, ids, &a, &rows, &n);

	for (size_t i = 0; i < n && !err; i++)
		err = fn(ctx, &rows[i]);
	arena_reset(&a);
	return err;
}

/* The past is undone in one go; of the present not everything is copied at once. */
int emit_endpoints(struct posture *p, const struct moment *m, const struct ids *ids,
		   int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	size_t step = m->past && m->as_of ? ids->n : CHUNK;
	int err = 0;

	for (size_t i = 0; i < ids->n && !err; i += step) {
		size_t n = ids->n - i < step ? ids->n - i : step;

		err = emit_chunk(p, m, &(struct ids){ ids->v + i, n, 0 }, fn, ctx);
	}
	return err;
}

int emit_brief(struct posture *p, const struct moment *m, const struct ids *ids,
	       const struct doubts *d, int (*fn)(void *ctx, const struct endpoint_row *row),
	       void *ctx)
{
	struct endpoint_row rows[CHUNK];
	int err = 0;

	for (size_t i = 0; i < ids->n && !err; i += CHUNK) {
		size_t end = ids->n - i < CHUNK ? ids->n : i + CHUNK, n = 0;
		struct arena a = { 0 };

		index_read_lock(p);
		for (size_t k = i; k < end && !err; k++)
			err = history_brief(m, index_endpoint(&p->ix, ids->v[k]), d, &a,
					    &rows[n++]);
		index_unlock(p);
		for (size_t k = 0; k < n && !err; k++)
			err = fn(ctx, &rows[k]);
		arena_reset(&a);
	}
	return err;
}

int query_endpoints(struct posture *p, struct when when, const struct among *among,
		    int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	struct ids ids = { 0 };
	struct moment m;
	int err = moment_of(p, when, &m);

	if (err < 0)
		return err;
	index_read_lock(p);
	err = index_by_name(&p->ix, &ids);
	index_unlock(p);
	among_narrow(among, &ids);
	if (!err)
		err = emit_endpoints(p, &m, &ids, fn, ctx);
	ids_free(&ids);
	return err;
}

static int resolve(const struct index *ix, struct span text, struct ids *ids)
{
	const struct endpoint *e = index_endpoint_by_key(ix, text);

	return e ? ids_push(ids, e->id) : index_named(ix, text, ids);
}

/* Counts what passes through to the caller's function. */
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

int query_resolve(struct posture *p, struct when when, const char *text,
		  int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	struct counted c = { fn, ctx, 0 };
	struct ids ids = { 0 };
	struct moment m;
	int err = moment_of(p, when, &m);

	if (err < 0)
		return err;
	index_read_lock(p);
	err = resolve(&p->ix, span_str(text), &ids);
	index_unlock(p);
	if (!err)
		err = emit_endpoints(p, &m, &ids, count_row, &c);
	ids_free(&ids);
	return err || c.n ? err : ST_ENOENT;
}

/* --- software ---------------------------------------------------------------------------- */

/* Lets whoever waits for the lock have it, now and then: software stays, but who has it may be
 * another one after. */
static void breathe(struct posture *p, size_t i)
{
	if (i % CHUNK)
		return;
	index_unlock(p);
	index_read_lock(p);
}

struct software_rows {
	struct arena a;
	struct software_row *v;
	size_t n;
};

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

/* Numbers that rows have besides their words, for each id; NULL: not asked for. */
struct software_numbers {
	const uint64_t *endpoints; /* 0 leaves the row out */
	const uint32_t *instances;
};

static int software_rows(struct posture *p, const struct ids *ids,
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

static int emit_software(struct posture *p, const struct ids *ids,
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

int software_each(struct posture *p, const struct ids *ids,
		  int (*fn)(void *ctx, const struct software_row *row), void *ctx)
{
	return emit_software(p, ids, &(struct software_numbers){ 0 }, fn, ctx);
}

/* By making the set of those who have each. */
static int count_sets(struct posture *p, const struct moment *m, const struct ids *ids,
		      const struct among *among, uint64_t *counts, struct doubts *d)
{
	struct bitmap **who;
	int err = history_who_has(p, m, ids, &who, d);

	for (size_t i = 0; i < ids->n && !err; i++) {
		if (among)
			bitmap_and(who[i], among_endpoints(among));
		counts[i] = bitmap_count(who[i]);
		bitmap_free(who[i]);
	}
	if (!err)
		free(who);
	return err;
}

static int count_software(struct posture *p, const struct moment *m, const struct ids *ids,
			  const struct among *among, uint64_t *counts, struct doubts *d)
{
	if (m->past || among)
		return count_sets(p, m, ids, among, counts, d);
	index_read_lock(p);
	for (size_t i = 0; i < ids->n; i++) {
		breathe(p, i);
		counts[i] = index_count(&p->ix, ids->v[i]);
	}
	index_unlock(p);
	return 0;
}

/* How much of this somebody has. */
int history_present(struct posture *p, const struct moment *m, const struct ids *ids,
		    const struct among *among, uint64_t *n)
{
	uint64_t *counts = calloc(ids->n + 1, sizeof(*counts));
	int err = counts ? count_software(p, m, ids, among, counts, NULL) : ST_ENOMEM;

	*n = 0;
	for (size_t i = 0; i < ids->n && !err; i++)
		*n += counts[i] != 0;
	free(counts);
	return err;
}

int query_software(struct posture *p, const struct software_query *q,
		   int (*fn)(void *ctx, const struct software_row *row), void *ctx)
{
	struct ids ids = { 0 }, unordered = { 0 };
	struct doubts doubts = { 0 };
	uint64_t *counts = NULL;
	struct moment m;
	int err = moment_of(p, q->when, &m);

	if (!err)
		err = history_wanted(p, q, &ids, &unordered);
	if (!err && !(counts = calloc(ids.n + 1, sizeof(*counts))))
		err = ST_ENOMEM;
	if (!err)
		err = count_software(p, &m, &ids, q->among, counts, &doubts);
	doubts_settle(&doubts);
	if (!err && q->fresh)
		err = history_freshness(p, &m, q->among, &doubts, q->since, q->fresh);
	if (!err)
		err = emit_software(p, &ids, &(struct software_numbers){ .endpoints = counts },
				    fn, ctx);
	if (!err && q->unordered)
		err = history_present(p, &m, &unordered, q->among, q->unordered);
	free(counts);
	doubts_free(&doubts);
	ids_free(&unordered);
	ids_free(&ids);
	return err;
}

int query_identifier(struct posture *p, struct span identifier,
		     int (*fn)(void *ctx, const struct software_row *row), void *ctx)
{
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

/* How often an endpoint has each of ids, which it had a moment ago. */
static int count_instances(struct posture *p, uint32_t endpoint, const struct ids *ids,
			   uint32_t **out)
{
	uint32_t *v = calloc(ids->n + 1, sizeof(*v));
	const struct endpoint *e;

	if (!(*out = v))
		return ST_ENOMEM;
	index_read_lock(p);
	e = index_endpoint(&p->ix, endpoint);
	for (size_t i = 0; i < ids->n; i++) {
		int32_t n = ledger_count(&e->ledger, ids->v[i], true);

		v[i] = n > 0 ? (uint32_t)n : 1;
	}
	index_unlock(p);
	return 0;
}

int query_inventory(struct posture *p, struct when when, uint32_t endpoint,
		    int (*fn)(void *ctx, const struct software_row *row), void *ctx)
{
	struct software_numbers numbers = { 0 };
	struct bitmap *b = NULL;
	struct ids ids = { 0 };
	uint32_t *instances = NULL;
	struct moment m;
	int err = moment_of(p, when, &m);

	if (err < 0 || (err = history_software(p, &m, endpoint, &b)) < 0)
		return err;
	if ((err = ids_reserve(&ids, bitmap_count(b) + 1)) == 0) {
		ids.n = bitmap_count(b);
		bitmap_members(b, ids.v);
		if (!m.past)
			err = count_instances(p, endpoint, &ids, &instances);
		numbers.instances = instances;
	}
	if (!err)
		err = emit_software(p, &ids, &numbers, fn, ctx);
	free(instances);
	ids_free(&ids);
	bitmap_free(b);
	return err;
}

int query_software_endpoints(struct posture *p, struct when when, uint32_t software,
			     const struct among *among,
			     int (*fn)(void *ctx, const struct endpoint_row *row), void *ctx)
{
	struct ids which = { &software, 1, 0 }, ids = { 0 };
	struct doubts doubts = { 0 };
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
	doubts_settle(&doubts);
	if (among)
		bitmap_and(who[0], among_endpoints(among));
	err = index_in_order(&p->ix, who[0], &ids);
	bitmap_free(who[0]);
	free(who);
	if (!err)
		err = emit_brief(p, &m, &ids, &doubts, fn, ctx);
out:
	doubts_free(&doubts);
	ids_free(&ids);
	return err;
}

/* --- facts and results ------------------------------------------------------------------- */

int query_facts(struct posture *p, struct when when, uint32_t endpoint,
		int (*fn)(void *ctx, const struct fact_row *row), void *ctx)
{
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

int query_results(struct posture *p, struct when when, uint32_t endpoint,
		  int (*fn)(void *ctx, const struct result_row *row), void *ctx)
{
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
