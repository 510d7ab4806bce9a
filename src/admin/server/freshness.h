/* SPDX-License-Identifier: BSD-2-Clause */
/* How far an answer about the software of endpoints can be trusted. */
#ifndef STANCE_ADMIN_SERVER_FRESHNESS_H
#define STANCE_ADMIN_SERVER_FRESHNESS_H

#include "admin/server/response.h"
#include "posture/query.h"

struct question;

/* Freshness of a set of endpoints. Zeroed: the empty set. */
struct answer_freshness {
	size_t endpoints, stale;
	int64_t complete_through; /* the earliest of them; 0: one was never complete */
	char worst[256];          /* name of the endpoint with that value */
};

/* True if the endpoint never reported its software, if events are missing, or if
 * complete_through is older than stale_after. */
bool freshness_is_stale(const struct question *question, const struct endpoint_row *row);

void freshness_add(struct answer_freshness *f, const struct question *question,
		   const struct endpoint_row *row);

/* Converts the result of a query. */
void freshness_from_query(const struct freshness *all, struct answer_freshness *f);

/* Sets the end of an answer about software, and returns 0:
 *   an endpoint is stale        ADMIN_STALE
 *   else if no is not NULL      ADMIN_NO with no as its text (without a full stop)
 *   else                        by the number of rows */
int freshness_end(struct response *response, const struct answer_freshness *f, const char *no);

#endif
