/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints whose software at a moment is unknown. A later inventory showed an untimed change,
 * and the software was last known completely before the moment. Private to
 * src/posture/query. */
#ifndef STANCE_POSTURE_QUERY_UNCERTAINTY_H
#define STANCE_POSTURE_QUERY_UNCERTAINTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct change;
struct moment;

struct uncertain_endpoint {
	uint32_t endpoint;
	int64_t after; /* its software is known completely up to this time */
};

/* Zero-initialise; uncertainty_free when done. */
struct uncertainty {
	struct uncertain_endpoint *v;
	size_t n, cap;
	size_t sorted; /* the first so many are in order, each endpoint once */
};

void uncertainty_free(struct uncertainty *d);

/* Returns 0 or ST_ENOMEM. d NULL: does nothing. */
int uncertainty_add(struct uncertainty *d, uint32_t endpoint, int64_t after);

/* Sorts, and keeps the least `after` of each endpoint. Call it after the last uncertainty_add
 * and before uncertainty_complete_through. */
void uncertainty_settle(struct uncertainty *d);

/* The lesser of through and the `after` of the endpoint in d. d may be NULL. */
int64_t uncertainty_complete_through(const struct uncertainty *d, uint32_t endpoint,
				     int64_t through);

#endif
