/* SPDX-License-Identifier: BSD-2-Clause */
#include "collector.h"

#include <stdlib.h>

#define HASH_NONFATAL_OOM 1
#include "base/table.h"

struct swima_wish {
	UT_hash_handle hh;
	size_t at;
};

static int swima_peer_grow(struct collector *p)
{
	size_t cap = p->cap ? p->cap * 2 : 256;
	struct span *wanted = realloc(p->wanted, cap * sizeof(*wanted));
	struct swima_chunk *sorted;
	bool *told;

	if (!wanted)
		return ST_ENOMEM;
	p->wanted = wanted;
	if (!(told = realloc(p->told, cap * sizeof(*told))))
		return ST_ENOMEM;
	p->told = told;
	if (!(sorted = realloc(p->sorted, cap * sizeof(*sorted))))
		return ST_ENOMEM;
	p->sorted = sorted;
	p->cap = cap;
	return 0;
}

/* wanted[at] is the last with this identifier. */
static int swima_peer_wish(struct collector *p, struct swima_wish *wish, size_t at)
{
	unsigned before = HASH_COUNT(p->wishes);

	if (!wish) {
		if (!(wish = arena_alloc(&p->arena, sizeof(*wish))))
			return ST_ENOMEM;
		HASH_ADD_KEYPTR(hh, p->wishes, p->wanted[at].p, p->wanted[at].n, wish);
		if (HASH_COUNT(p->wishes) == before)
			return ST_ENOMEM;
	}
	wish->at = at;
	return 0;
}

int collector_want(struct collector *p, struct span identifier, size_t max)
{
	struct swima_wish *wish;
	int err;

	HASH_FIND(hh, p->wishes, identifier.p, identifier.n, wish);
	if (wish && wish->at >= p->asked)
		return 0;
	if (p->n_wanted >= max)
		return ST_ELIMIT;
	if (p->n_wanted == p->cap && (err = swima_peer_grow(p)) < 0)
		return err;
	p->wanted[p->n_wanted] = arena_copy(&p->arena, identifier);
	if (!p->wanted[p->n_wanted].p)
		return ST_ENOMEM;
	if ((err = swima_peer_wish(p, wish, p->n_wanted)) < 0)
		return err;
	p->told[p->n_wanted++] = false;
	return 0;
}

static int chunk_cmp(const void *a, const void *b)
{
	const struct swima_chunk *x = a, *y = b;

	return span_cmp(x->identifier, y->identifier);
}

/* Answers come in any order, and may hold very much that nobody asked for. */
static void chunk_sort(struct collector *p)
{
	for (size_t i = p->from; i < p->asked; i++)
		p->sorted[i - p->from] = (struct swima_chunk){ p->wanted[i], i };
	if (p->asked > p->from)
		qsort(p->sorted, p->asked - p->from, sizeof(*p->sorted), chunk_cmp);
}

bool collector_next(struct collector *p, size_t octets)
{
	size_t used = 0;

	for (p->from = p->asked; p->asked < p->n_wanted; p->asked++) {
		size_t n = p->wanted[p->asked].n + 2;

		if (p->asked - p->from == p->chunk || n > octets - used)
			break;
		used += n;
	}
	chunk_sort(p);
	return p->asked > p->from;
}

void collector_shrink(struct collector *p)
{
	size_t n = p->asked - p->from;

	p->request_id = 0;
	if (n > 1) {
		p->chunk = n / 2;
		p->asked = p->from;
	}
}

bool collector_told(struct collector *p, struct span identifier)
{
	size_t lo = 0, hi = p->asked - p->from, n = hi;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (span_cmp(p->sorted[mid].identifier, identifier) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == n || !span_eq(p->sorted[lo].identifier, identifier) ||
	    p->told[p->sorted[lo].at])
		return false;
	/* twice in it when it was wanted again, and what was asked for first was too much */
	for (; lo < n && span_eq(p->sorted[lo].identifier, identifier); lo++)
		p->told[p->sorted[lo].at] = true;
	return true;
}

void collector_reset(struct collector *p)
{
	HASH_CLEAR(hh, p->wishes);
	arena_reset(&p->arena);
	free(p->wanted);
	free(p->told);
	free(p->sorted);
	*p = (struct collector){ 0 };
}

struct collector *collector_new(uint32_t collector, size_t chunk)
{
	struct collector *p = calloc(1, sizeof(*p));

	if (p) {
		p->collector = collector;
		p->chunk = chunk;
	}
	return p;
}

void collector_free(struct collector *p)
{
	if (p)
		collector_reset(p);
	free(p);
}
