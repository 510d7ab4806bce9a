/* SPDX-License-Identifier: BSD-2-Clause */
/* Delivery of subscriptions (RFC 8412, 3.8): sends each subscriber the changes since the last
 * delivery. */
#ifndef STANCE_IMC_SWIMA_SUBSCRIPTION_DELIVERY_H
#define STANCE_IMC_SWIMA_SUBSCRIPTION_DELIVERY_H

#include "collection.h"
#include "subscription.h"

#include "kit/imc.h"

/* True: a delivery is pending. Marks targeted subscriptions as up to date if the new events do
 * not match them. */
bool delivery_pending(struct subscriptions *s, struct collection *c);

/* Sends the pending deliveries, in attributes of at most max octets. Call in begin or ending.
 * True: something was sent.
 *
 * - What does not fit into one batch is sent in the next one.
 * - A subscription whose software changes meanwhile waits.
 * - A subscription that cannot be fulfilled ends with a Subscription Fulfillment Error. */
bool delivery_send(struct imc *imc, struct subscriptions *s, struct collection *c,
		   uint32_t max);

/* Sets the position of a subscription created by q, whose direct response has this Last
 * Consulted EID, and its confirmed position, which is the one before that response. */
void delivery_begin(struct subscription *p, const struct collection *c,
		    const struct swima_request *q, uint32_t consulted);

#endif
