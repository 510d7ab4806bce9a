/* SPDX-License-Identifier: BSD-2-Clause */
/* How far the software of endpoints is known. The rules of query.h apply. */
#ifndef STANCE_POSTURE_QUERY_FRESHNESS_H
#define STANCE_POSTURE_QUERY_FRESHNESS_H

#include "base/api.h"
#include "posture/query_types.h"

ST_API_BEGIN

struct posture;

struct freshness {
	uint64_t endpoints;
	uint64_t stale; /* endpoints with a gap, or not known completely up to `since` */
	int64_t complete_through; /* the least of all endpoints; 0: one was never complete */
	char worst[256];          /* name of the endpoint with that value, cut */
};

/* since: endpoints that are not known completely up to this moment are stale (microseconds).
 * Gaps count only in questions about the present.
 *
 * Cost: constant for all endpoints now; with as_of a look at each endpoint in memory, without
 * untimed changes; with known_at the journal since then is read. */
int query_freshness(struct posture *p, struct when when, const struct endpoint_filter *filter,
		    int64_t since, struct freshness *f);

ST_API_END

#endif
