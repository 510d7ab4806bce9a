/* SPDX-License-Identifier: BSD-2-Clause */
/* What validators want to be told of, for one connection (RFC 8412, 3.8). Keyed by validator and
 * Subscription ID; gone with the connection. */
#ifndef STANCE_IMC_SWIMA_SUBSCRIPTION_H
#define STANCE_IMC_SWIMA_SUBSCRIPTION_H

#include "wire/swima.h"

/* What all connections of the process use and may use together. */
struct subscription_pool {
	size_t count, octets;
	size_t max_count, max_octets; /* max_count 0: nobody may subscribe */
};

/* Up to where a subscriber was told: the number of an event (collection_sequence), in an epoch.
 */
struct subscription_place {
	uint64_t told;
	uint32_t epoch;
};

struct subscription {
	struct subscription *next;
	uint32_t validator; /* Posture Validator Identifier */
	uint32_t id;        /* Request ID of the request that made it */
	struct subscription_place place;
	struct subscription_place before; /* before what has not surely arrived */
	size_t n;
	uint8_t raw[]; /* value of that request, as Subscription Status repeats it */
};

/* Zero-initialise with pool set. */
struct subscriptions {
	struct subscription_pool *pool;
	struct subscription *head;
};

bool subscriptions_has(const struct subscriptions *s, uint32_t validator, uint32_t id);

/* What request q of this validator asks for, made ready and not yet true: with SWIMA_SUBSCRIBE
 * *made is the subscription to be, else NULL. ST_EDENIED: the pool is used up, even after what
 * SWIMA_CLEAR gives back. */
int subscriptions_prepare(const struct subscriptions *s, uint32_t validator,
			  const struct swima_request *q, struct subscription **made);

/* Makes it true: clears, then takes made (may be NULL) over. Cannot fail. */
void subscriptions_commit(struct subscriptions *s, uint32_t validator,
			  const struct swima_request *q, struct subscription *made);

/* The request that made it, as it was decoded then. */
void subscription_request(const struct subscription *p, struct swima_request *q);

/* Ends the one at *at. */
void subscriptions_drop(struct subscriptions *s, struct subscription **at);

/* What was said up to here has arrived; or: what was said since the last time has not, and is
 * to be said again. */
void subscriptions_settle(struct subscriptions *s);
void subscriptions_revert(struct subscriptions *s);

/* Appends the value of a Subscription Status Response for validator. Returns w->err or
 * ST_ENOMEM. */
int subscriptions_encode(const struct subscriptions *s, uint32_t validator, struct wr *w);

/* The connection is gone. */
void subscriptions_reset(struct subscriptions *s);

#endif
