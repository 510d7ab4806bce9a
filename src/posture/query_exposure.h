/* SPDX-License-Identifier: BSD-2-Clause */
/* From when to when endpoints had software. The rules of query.h apply. */
#ifndef STANCE_POSTURE_QUERY_EXPOSURE_H
#define STANCE_POSTURE_QUERY_EXPOSURE_H

#include "base/api.h"
#include "posture/query_types.h"

ST_API_BEGIN

struct posture;

struct exposure_query {
	/* software.when.as_of: the moment of complete_through and freshness.
	 * software.unordered counts software on any endpoint, installed now or not. */
	struct software_query software;
	int64_t from, to; /* windows that overlap this interval; 0: no bound */
};

/* A window in which an endpoint had a software, on both clocks. */
struct exposure_row {
	const struct endpoint_row *endpoint; /* id, key, name, has_inventory, has_gap and
						complete_through as known now */
	const struct software_row *software; /* without endpoints and instances */
	int64_t since, until;             /* it took effect, it ended; until 0: it has not */
	int64_t since_known, until_known; /* when the manager committed that */
	bool earlier; /* the endpoint's first inventory showed it: it may have been there before */

	/* An inventory showed the begin, or the end, without a time: it was after since_after
	 * (until_after) and no later than since (until). 0: never complete before. */
	bool since_untimed, until_untimed;
	int64_t since_after, until_after;
};

/* Windows by software (name, version, identifier), then by the endpoint's name, then by since.
 * A query with as_of finds the software on the endpoint at each moment of a window and at no
 * other. A window whose untimed begin may lie before `to` overlaps. What began before the
 * retained journal begins with it. */
int query_exposure(struct posture *p, const struct exposure_query *q,
		   int (*fn)(void *ctx, const struct exposure_row *row), void *ctx);

ST_API_END

#endif
