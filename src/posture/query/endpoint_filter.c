/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/endpoint_filter.h"
#include "posture/state/bitmap.h"
#include "posture/core.h"
#include "posture/query/history.h"
#include "posture/query/journal_page.h"
#include "base/err.h"

#include <stdlib.h>

#define CHUNK 4096 /* endpoints that are looked at under one lock */

struct among {
	struct bitmap *endpoints;
	uint64_t present; /* of these are not forgotten */
};

static void among_add(struct among *a, const struct endpoint *e,
		      bool (*has)(void *ctx, struct span key, struct span name,
				  struct span platform),
		      void *ctx)
{
	struct span platform = { 0 };

	(void)endpoint_has_fact(e, span_str(FACT_PLATFORM), &platform);
	if (!has(ctx, endpoint_key(e), endpoint_name(e), platform))
		return;
	bitmap_add(a->endpoints, e->id);
	a->present += !e->forgotten_seq;
}

int among_new(struct posture *p,
	      bool (*has)(void *ctx, struct span key, struct span name, struct span platform),
	      void *ctx, struct among **out)
{
	struct among *a = calloc(1, sizeof(*a));
	uint32_t id = 0, n;
	int err = 0;

	if (!a || !(a->endpoints = bitmap_new()))
		err = ST_ENOMEM;
	do {
		if (err || (err = page_watch()) != 0)
			break;
		index_read_lock(p);
		n = p->ix.n_endpoints;
		for (uint32_t end = n - id > CHUNK ? id + CHUNK : n; id < end; id++)
			among_add(a, index_endpoint(&p->ix, id + 1), has, ctx);
		index_unlock(p);
	} while (id < n);
	if (err) {
		among_free(a);
		a = NULL;
	}
	*out = a;
	return err;
}

void among_free(struct among *a)
{
	if (a)
		bitmap_free(a->endpoints);
	free(a);
}

bool among_has(const struct among *a, uint32_t endpoint)
{
	return !a || bitmap_has(a->endpoints, endpoint);
}

uint64_t among_count(const struct among *a)
{
	return a->present;
}

const struct bitmap *among_endpoints(const struct among *a)
{
	return a ? a->endpoints : NULL;
}

void among_narrow(const struct among *a, struct ids *ids)
{
	size_t keep = 0;

	for (size_t i = 0; i < ids->n; i++)
		if (among_has(a, ids->v[i]))
			ids->v[keep++] = ids->v[i];
	ids->n = keep;
}
