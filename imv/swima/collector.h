/* SPDX-License-Identifier: BSD-2-Clause */
/* What one collector has told in one assessment. Usually there is one; when several answer,
 * the software of all of them is the software of the endpoint. */
#ifndef STANCE_IMV_SWIMA_COLLECTOR_H
#define STANCE_IMV_SWIMA_COLLECTOR_H

#include "base/arena.h"
#include "wire/swima.h"

#define SWIMA_MAX_COLLECTORS 8

struct swima_chunk {
	struct span identifier;
	size_t at; /* in wanted */
};

struct swima_wish;

struct collector {
	uint32_t collector; /* its Posture Collector Identifier */
	bool inventory;     /* it has told its inventory */

	/* Software that nobody knows the name of: asked for in chunks, in this order. */
	struct arena arena;
	struct span *wanted;
	bool *told;                 /* described since */
	struct swima_chunk *sorted; /* wanted[from .. asked), by identifier */
	size_t n_wanted, cap;
	struct swima_wish *wishes; /* table: the last of wanted with each identifier */
	size_t asked;              /* of wanted: the request under way ends here */
	size_t from;               /* and begins here */
	size_t chunk; /* how many the next request may name; halves when that is too many */
	uint32_t request_id; /* of the request under way, 0: none */
};

/* Remembers an identifier, copied, unless it is to be asked for already. One that has been
 * asked for is wanted again: it has changed since. 0, ST_ENOMEM or ST_ELIMIT (max are
 * remembered). */
int collector_want(struct collector *p, struct span identifier, size_t max);

/* The next request names wanted[from .. asked): sets both, at most chunk of them and octets on
 * the wire. False: nothing is left. */
bool collector_next(struct collector *p, size_t octets);

/* The request under way was too big to answer: the next one begins where it began, and is half
 * as big. A single identifier that is too big is passed over. */
void collector_shrink(struct collector *p);

/* An identifier of the request under way has been described. False: it is not one of them, or
 * has been told before. Takes little time, however large the request. */
bool collector_told(struct collector *p, struct span identifier);

/* chunk: how many identifiers a first request may name. NULL: no memory. */
struct collector *collector_new(uint32_t collector, size_t chunk);
void collector_free(struct collector *p); /* NULL is fine */

/* Of p, everything but p. */
void collector_reset(struct collector *p);

#endif
