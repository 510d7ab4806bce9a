/* SPDX-License-Identifier: BSD-2-Clause */
/* How far an answer about the software of endpoints can be trusted. */
#ifndef STANCE_ADMIN_SERVER_FRESHNESS_H
#define STANCE_ADMIN_SERVER_FRESHNESS_H

#include "admin/server/response.h"
#include "posture/query.h"

struct question;

/* Of the endpoints that were added. Zeroed: of none. */
struct answer_freshness {
	size_t endpoints, stale;
	int64_t complete_through; /* the least of them; 0: one was never complete */
	char worst[256];          /* name of the endpoint with that value */
};

/* True when the endpoint's software was never reported, when events are missing, or when it is not
 * known completely for longer than the configuration allows (stale_after). */
bool freshness_is_stale(const struct question *question, const struct endpoint_row *row);

void freshness_add(struct answer_freshness *f, const struct question *question,
		   const struct endpoint_row *row);

/* From what a query filled. */
void freshness_from_query(const struct freshness *all, struct answer_freshness *f);

/* Sets the end of an answer about software: incomplete when something is stale; else ADMIN_NO with the
 * sentence `no` (without its full stop) if that is given; else as the rows say. Returns 0. */
int freshness_end(struct response *response, const struct answer_freshness *f, const char *no);

#endif
