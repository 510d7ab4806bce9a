/* SPDX-License-Identifier: BSD-2-Clause */
/* A set of endpoints that narrows a question: a group, a platform. */
#ifndef STANCE_POSTURE_ENDPOINT_FILTER_H
#define STANCE_POSTURE_ENDPOINT_FILTER_H

#include "base/api.h"
#include "base/span.h"

ST_API_BEGIN

struct endpoint_filter;
struct posture;

/* Makes the filter of all endpoints for which has() returns true. Arguments of has(): the
 * endpoint's identity key, its name, and its platform now (empty: unknown). has() is called
 * with a lock held: it is quick and does not call posture. Returns 0, ST_ENOMEM, or what the
 * function of query_watch returned. Caller: endpoint_filter_free. */
int endpoint_filter_new(struct posture *p,
			bool (*has)(void *ctx, struct span key, struct span name,
				    struct span platform),
			void *ctx, struct endpoint_filter **filter);
void endpoint_filter_free(struct endpoint_filter *filter);

/* True when the endpoint is in the filter. filter NULL contains every endpoint. */
bool endpoint_filter_has(const struct endpoint_filter *filter, uint32_t endpoint);

/* Number of present endpoints in the filter, which is not NULL. */
uint64_t endpoint_filter_count(const struct endpoint_filter *filter);

ST_API_END

#endif
