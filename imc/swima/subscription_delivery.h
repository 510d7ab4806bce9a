/* SPDX-License-Identifier: BSD-2-Clause */
/* Delivery of subscriptions (RFC 8412, 3.8): sends each subscriber the changes since the last
 * delivery. */
#ifndef STANCE_IMC_SWIMA_SUBSCRIPTION_DELIVERY_H
#define STANCE_IMC_SWIMA_SUBSCRIPTION_DELIVERY_H

#include "collection.h"
#include "subscription.h"

#include "kit/imc.h"

/* Whether somebody is to be told something. Targeted subscriptions that what happened does not
 * concern are moved on. */
bool fulfil_owed(struct subscriptions *s, struct collection *c);

/* In begin or ending: sends what is owed, in attributes of at most max octets; what is too
 * much for one batch waits for the next. A subscription that cannot be fulfilled ends with
 * error 7; one for which something is changing right now waits. True: something was sent. */
bool fulfil_send(struct imc *imc, struct subscriptions *s, struct collection *c, uint32_t max);

/* Where a subscription made by q stands when its direct answer consulted this EID; and where
 * it stood before that answer. */
void fulfil_begin(struct subscription *p, const struct collection *c,
		  const struct swima_request *q, uint32_t consulted);

#endif
