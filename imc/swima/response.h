/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds the response to a SWIMA Request from the collection. */
#ifndef STANCE_IMC_SWIMA_RESPONSE_H
#define STANCE_IMC_SWIMA_RESPONSE_H

#include "collection.h"

/* Parameters of a response that are not in the request. */
struct response_params {
	uint8_t flags;      /* SWIMA_FULFILLMENT for a subscription; 0 for a direct response */
	uint32_t from;      /* EID of the first event */
	uint32_t consulted; /* set by response_write: Last Consulted EID */
};

/* Appends the complete attribute that responds to q: an inventory of all or of the requested
 * software, by identifier or with records; or as many events as fit. Consumes q->ids. On
 * failure the content of w is not usable. Returns 0, or:
 *
 *     ST_ELIMIT    an inventory or a single event does not fit into w->max octets
 *     ST_EBUSY     the software changes meanwhile: refresh and begin again
 *     other ST_E   the response cannot be built */
int response_write(struct wr *w, struct collection *c, struct swima_request *q,
		   struct response_params *params);

/* Whether one of the events from EID `from` on matches the targeted request q: 1, 0 or ST_E...
 * Consumes q->ids. */
int response_concerns(struct collection *c, struct swima_request *q, uint32_t from);

#endif
