/* SPDX-License-Identifier: BSD-2-Clause */
/* The subscriptions of one connection (RFC 8412, 3.8), identified by validator and
 * Subscription ID. They end with the connection. */
#ifndef STANCE_IMC_SWIMA_SUBSCRIPTION_H
#define STANCE_IMC_SWIMA_SUBSCRIPTION_H

#include "wire/swima.h"

/* Usage and limits of all connections of the process together. */
struct subscription_pool {
	size_t count, octets;
	size_t max_count, max_octets; /* max_count 0: no subscriptions */
};

/* How far a subscriber is up to date: the number of an event (collection_sequence) and the
 * epoch. */
struct subscription_position {
	uint64_t sent; /* last event sent */
	uint32_t epoch;
};

struct subscription {
	struct subscription *next;
	uint32_t validator; /* Posture Validator Identifier */
	uint32_t id;        /* Subscription ID: Request ID of the request that created it */
	struct subscription_position position;
	struct subscription_position confirmed; /* position before the unconfirmed messages */
	size_t n;
	uint8_t raw[]; /* value of that request, repeated in Subscription Status */
};

/* Zero-initialise with pool set. */
struct subscriptions {
	struct subscription_pool *pool;
	struct subscription *head;
};

bool subscriptions_has(const struct subscriptions *s, uint32_t validator, uint32_t id);

/* Prepares the change that request q of this validator asks for, without applying it. With
 * SWIMA_SUBSCRIBE *made is the new subscription, else NULL. 0; ST_ENOMEM; ST_EDENIED: the pool
 * is exhausted, even if SWIMA_CLEAR of this request is counted. */
int subscriptions_prepare(const struct subscriptions *s, uint32_t validator,
			  const struct swima_request *q, struct subscription **made);

/* Applies the change: clears, then takes ownership of made (may be NULL). Cannot fail. */
void subscriptions_commit(struct subscriptions *s, uint32_t validator,
			  const struct swima_request *q, struct subscription *made);

/* Decodes the request that created the subscription; *q borrows p. */
void subscription_request(const struct subscription *p, struct swima_request *q);

/* Ends the subscription at *at and frees it. */
void subscriptions_drop(struct subscriptions *s, struct subscription **at);

/* settle: the messages sent so far have arrived. revert: those sent since the last settle have
 * not, and are sent again. */
void subscriptions_settle(struct subscriptions *s);
void subscriptions_revert(struct subscriptions *s);

/* Appends the value of a Subscription Status Response for validator. Returns w->err or
 * ST_ENOMEM. */
int subscriptions_encode(const struct subscriptions *s, uint32_t validator, struct wr *w);

/* Ends all: the connection is closed. */
void subscriptions_reset(struct subscriptions *s);

#endif
