/* SPDX-License-Identifier: BSD-2-Clause */
/* The software collector of a simulated endpoint (RFC 8412): answers requests from what it is
 * said to have installed, keeps subscriptions, and says what it owes them. */
#ifndef STANCE_LOAD_ENDPOINT_SWIMA_H
#define STANCE_LOAD_ENDPOINT_SWIMA_H

#include "base/limits.h"
#include "load/endpoint_software.h"
#include "proto/pa_reasm.h"

#define LOAD_SUBSCRIPTIONS 8

struct load_subscription {
	uint32_t validator;
	uint32_t id;
	uint8_t flags;
	bool events;    /* wants events, else inventories */
	uint32_t acked; /* highest EID of which it is certain that it was received */
	uint32_t sent;  /* highest EID that went out; not before acked */
	struct wr raw;  /* the request that established it */
};

/* Of one connection. Zero-initialise, then set software and limits. */
struct load_swima {
	const struct endpoint_software *software;
	const struct limits *limits;
	struct load_subscription subscriptions[LOAD_SUBSCRIPTIONS];
	uint32_t n;
	struct pa_reasm *segments; /* once the validator offers a contract */
};

/* The connection is over. */
void load_swima_reset(struct load_swima *s);

/* Appends the attributes that answer a validator's message; none when it asks for nothing.
 * 0, or ST_E... when the message is wrong or there is no memory. */
int load_swima_receive(struct load_swima *s, uint32_t validator, struct span message,
		       struct wr *w);

/* Appends what subscription i is owed, if anything, and takes it as sent. */
int load_swima_fulfil(struct load_swima *s, uint32_t i, struct wr *w);

/* What was sent has arrived, or has not. */
void load_swima_settle(struct load_swima *s, bool arrived);

#endif
