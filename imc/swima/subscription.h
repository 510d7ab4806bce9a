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

struct subscription {
	struct subscription *next;
	uint32_t validator; /* Posture Validator Identifier */
	uint32_t id;        /* Request ID of the request that made it */
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

/* Appends the value of a Subscription Status Response for validator. Returns w->err or
 * ST_ENOMEM. */
int subscriptions_encode(const struct subscriptions *s, uint32_t validator, struct wr *w);

/* The connection is gone. */
void subscriptions_reset(struct subscriptions *s);

#endif
