/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds the response to a SWIMA Request from the collection. */
#ifndef STANCE_IMC_SWIMA_RESPONSE_H
#define STANCE_IMC_SWIMA_RESPONSE_H

#include "collection.h"

/* Parameters of a response that are not in the request. */
struct answer {
	uint8_t flags;      /* SWIMA_FULFILLMENT for a subscription; 0 for a direct response */
	uint32_t from;      /* EID of the first event */
	uint32_t consulted; /* set by answer_write: Last Consulted EID */
};

/* Appends the whole attribute that answers q: an inventory of all or of the wanted software,
 * by identifier or with records; or events, as many as fit. Uses q->ids up. 0; ST_ELIMIT: an
 * inventory or a single event is longer than w->max allows; ST_EBUSY: something is changing,
 * refresh and begin again; other ST_E...: cannot be answered. w is to be dropped after a
 * failure. */
int answer_write(struct wr *w, struct collection *c, struct swima_request *q,
		 struct answer *how);

/* Whether the targeted request q is about one of the events from EID `from` on: 1, 0 or
 * ST_E... Uses q->ids up. */
int answer_concerns(struct collection *c, struct swima_request *q, uint32_t from);

#endif
