/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* qsort_r */
#include "posture/state/ordered_ids.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK 256

struct ordered_ids_chunk {
	uint32_t n;
	struct ordered_id v[CHUNK];
};

void ordered_ids_free(struct ordered_ids *o)
{
	for (size_t i = 0; i < o->n; i++)
		free(o->v[i]);
	free(o->v);
	o->v = NULL;
	o->n = o->cap = o->count = 0;
}

static int entry_cmp(const struct ordered_ids *o, const struct ordered_id *a,
		     const struct ordered_id *b)
{
	int c = (a->key > b->key) - (a->key < b->key);

	if (!c && o->tie && a->id != b->id)
		c = o->tie(a->id, b->id, o->ctx);
	return c ? c : (a->id > b->id) - (a->id < b->id);
}

static int sort_cmp(const void *a, const void *b, void *o)
{
	return entry_cmp(o, a, b);
}

/* The chunk that holds e, if any does: the last whose first entry is not behind it. */
static size_t chunk_of(const struct ordered_ids *o, const struct ordered_id *e)
{
	size_t lo = 0, hi = o->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (entry_cmp(o, &o->v[mid]->v[0], e) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? lo - 1 : 0;
}

/* Where e is in the chunk, or would be. */
static uint32_t place_of(const struct ordered_ids *o, const struct ordered_ids_chunk *c,
			 const struct ordered_id *e)
{
	uint32_t lo = 0, hi = c->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (entry_cmp(o, &c->v[mid], e) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* A new chunk in the directory's place at; NULL when out of memory. */
static struct ordered_ids_chunk *chunk_new(struct ordered_ids *o, size_t at)
{
	struct ordered_ids_chunk *c, **v;

	if (o->n == o->cap) {
		size_t cap = o->cap ? o->cap * 2 : 16;

		if (!(v = reallocarray(o->v, cap, sizeof(*v))))
			return NULL;
		o->v = v;
		o->cap = cap;
	}
	if (!(c = malloc(sizeof(*c))))
		return NULL;
	c->n = 0;
	memmove(o->v + at + 1, o->v + at, (o->n++ - at) * sizeof(*o->v));
	return o->v[at] = c;
}

static void chunk_drop(struct ordered_ids *o, size_t at)
{
	free(o->v[at]);
	memmove(o->v + at, o->v + at + 1, (--o->n - at) * sizeof(*o->v));
}

int ordered_ids_build(struct ordered_ids *o, struct ordered_id *entries, size_t n)
{
	struct ordered_ids_chunk *c;

	ordered_ids_free(o);
	if (n)
		qsort_r(entries, n, sizeof(*entries), sort_cmp, o);
	for (size_t i = 0; i < n; i += c->n) {
		if (!(c = chunk_new(o, o->n)))
			return ST_ENOMEM;
		c->n = n - i < CHUNK ? (uint32_t)(n - i) : CHUNK;
		memcpy(c->v, entries + i, c->n * sizeof(*c->v));
		o->count += c->n;
	}
	return 0;
}

/* Makes room in the full chunk at: half of it moves, or nothing when what comes is the last of
 * all, so that what comes in order fills its chunks. */
static int chunk_split(struct ordered_ids *o, size_t at, bool last)
{
	struct ordered_ids_chunk *c = o->v[at], *more = chunk_new(o, at + 1);
	uint32_t keep = last ? CHUNK : CHUNK / 2;

	if (!more)
		return ST_ENOMEM;
	more->n = c->n - keep;
	memcpy(more->v, c->v + keep, more->n * sizeof(*c->v));
	c->n = keep;
	return 0;
}

int ordered_ids_put(struct ordered_ids *o, struct ordered_id e)
{
	size_t at;
	struct ordered_ids_chunk *c;
	uint32_t place;

	if (!o->n && !chunk_new(o, 0))
		return ST_ENOMEM;
	at = o->count ? chunk_of(o, &e)
		      : 0; /* a new chunk has no first entry to compare with */
	place = place_of(o, o->v[at], &e);
	if (o->v[at]->n == CHUNK) {
		if (chunk_split(o, at, at == o->n - 1 && place == CHUNK) < 0)
			return ST_ENOMEM;
		if (place >= o->v[at]->n)
			place -= o->v[at++]->n;
	}
	c = o->v[at];
	memmove(c->v + place + 1, c->v + place, (c->n++ - place) * sizeof(*c->v));
	c->v[place] = e;
	o->count++;
	return 0;
}

/* Chunks that have become small are joined: nobody shall make the directory long. */
static void chunk_join(struct ordered_ids *o, size_t at)
{
	struct ordered_ids_chunk *c = o->v[at], *next;

	if (!c->n) {
		chunk_drop(o, at);
		return;
	}
	if (at + 1 == o->n || c->n + o->v[at + 1]->n > CHUNK / 2)
		return;
	next = o->v[at + 1];
	memcpy(c->v + c->n, next->v, next->n * sizeof(*c->v));
	c->n += next->n;
	chunk_drop(o, at + 1);
}

bool ordered_ids_take(struct ordered_ids *o, struct ordered_id e)
{
	size_t at = chunk_of(o, &e);
	struct ordered_ids_chunk *c;
	uint32_t place;

	if (!o->n)
		return false;
	c = o->v[at];
	place = place_of(o, c, &e);
	if (place == c->n || c->v[place].key != e.key || c->v[place].id != e.id)
		return false;
	memmove(c->v + place, c->v + place + 1, (--c->n - place) * sizeof(*c->v));
	o->count--;
	chunk_join(o, at);
	if (at)
		chunk_join(o, at - 1);
	return true;
}

size_t ordered_ids_below(const struct ordered_ids *o, uint64_t key)
{
	size_t sum = 0, i = 0;

	for (; i < o->n && o->v[i]->v[o->v[i]->n - 1].key < key; i++)
		sum += o->v[i]->n;
	for (uint32_t k = 0; i < o->n && k < o->v[i]->n && o->v[i]->v[k].key < key; k++)
		sum++;
	return sum;
}

bool ordered_ids_first(const struct ordered_ids *o, struct ordered_id *e)
{
	if (!o->n)
		return false;
	*e = o->v[0]->v[0];
	return true;
}

void ordered_ids_walk(const struct ordered_ids *o,
		      bool (*before)(const struct ordered_id *e, void *ctx),
		      bool (*fn)(const struct ordered_id *e, void *ctx), void *ctx)
{
	size_t lo = 0, hi = o->n;

	while (lo < hi) { /* the first chunk whose last entry is wanted */
		size_t mid = lo + (hi - lo) / 2;

		if (before(&o->v[mid]->v[o->v[mid]->n - 1], ctx))
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < o->n; lo++)
		for (uint32_t i = 0; i < o->v[lo]->n; i++)
			if (!before(&o->v[lo]->v[i], ctx) && !fn(&o->v[lo]->v[i], ctx))
				return;
}

void ordered_ids_ids(const struct ordered_ids *o, uint32_t *out)
{
	for (size_t i = 0; i < o->n; i++)
		for (uint32_t k = 0; k < o->v[i]->n; k++)
			*out++ = o->v[i]->v[k].id;
}

size_t ordered_ids_octets(const struct ordered_ids *o)
{
	return o->cap * sizeof(*o->v) + o->n * sizeof(struct ordered_ids_chunk);
}
