/* SPDX-License-Identifier: BSD-2-Clause */
/* The inside of an endpoint filter. Private to src/posture/query. */
#ifndef STANCE_POSTURE_QUERY_ENDPOINT_FILTER_BITMAP_H
#define STANCE_POSTURE_QUERY_ENDPOINT_FILTER_BITMAP_H

#include "posture/endpoint_filter.h"
#include "posture/state/id_list.h"

struct bitmap;

struct endpoint_filter {
	struct bitmap *endpoints;
	uint64_t present; /* of them, not forgotten */
};

/* NULL: the filter contains every endpoint. */
static inline const struct bitmap *endpoint_filter_bitmap(const struct endpoint_filter *a)
{
	return a ? a->endpoints : NULL;
}

/* Removes the ids that are not in the filter. */
static inline void endpoint_filter_narrow(const struct endpoint_filter *a, struct id_list *ids)
{
	size_t keep = 0;

	for (size_t i = 0; i < ids->n; i++)
		if (endpoint_filter_has(a, ids->v[i]))
			ids->v[keep++] = ids->v[i];
	ids->n = keep;
}

#endif
