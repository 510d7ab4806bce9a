/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/endpoint_filter.h"
#include "posture/query/endpoint_filter_bitmap.h"
#include "posture/query_watch.h"
#include "posture/state/bitmap.h"
#include "posture/posture_read.h"
#include "posture/query/history.h"
#include "posture/journal_page.h"
#include "base/err.h"

#include <stdlib.h>

#define CHUNK 4096 /* endpoints read under one lock */

static void among_add(struct endpoint_filter *a, const struct endpoint *e,
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

int endpoint_filter_new(struct posture *posture,
			bool (*has)(void *ctx, struct span key, struct span name,
				    struct span platform),
			void *ctx, struct endpoint_filter **out)
{
	struct posture_read *p = posture_read(posture);
	struct endpoint_filter *a = calloc(1, sizeof(*a));
	uint32_t id = 0, n;
	int err = 0;

	if (!a || !(a->endpoints = bitmap_new()))
		err = ST_ENOMEM;
	do {
		if (err || (err = query_interrupted()) != 0)
			break;
		index_read_lock(p);
		n = p->ix.n_endpoints;
		for (uint32_t end = n - id > CHUNK ? id + CHUNK : n; id < end; id++)
			among_add(a, index_endpoint(&p->ix, id + 1), has, ctx);
		index_unlock(p);
	} while (id < n);
	if (err) {
		endpoint_filter_free(a);
		a = NULL;
	}
	*out = a;
	return err;
}

void endpoint_filter_free(struct endpoint_filter *a)
{
	if (a)
		bitmap_free(a->endpoints);
	free(a);
}

bool endpoint_filter_has(const struct endpoint_filter *a, uint32_t endpoint)
{
	return !a || bitmap_has(a->endpoints, endpoint);
}

uint64_t endpoint_filter_count(const struct endpoint_filter *a)
{
	return a->present;
}
