/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints of which nobody knows what they had at a moment: an inventory after it showed what
 * had come about at some time since they were last known completely, before it. Inside posture
 * only. */
#ifndef STANCE_POSTURE_QUERY_UNCERTAINTY_H
#define STANCE_POSTURE_QUERY_UNCERTAINTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct change;
struct moment;

struct uncertain_endpoint {
	uint32_t endpoint;
	int64_t after; /* its software was known completely up to here */
};

/* Zero-initialise; doubts_free when done. */
struct uncertainty {
	struct uncertain_endpoint *v;
	size_t n, cap;
	size_t sorted; /* so many are in order, each endpoint once */
};

void uncertainty_free(struct uncertainty *d);

/* 0 or ST_ENOMEM. d may be NULL: nobody wants to know. */
int uncertainty_add(struct uncertainty *d, uint32_t endpoint, int64_t after);

/* Of each endpoint the least counts. To be called before one looks. */
void uncertainty_settle(struct uncertainty *d);

/* How far the software of an endpoint that is complete up to `through` is known with these. */
int64_t uncertainty_complete_through(const struct uncertainty *d, uint32_t endpoint,
				     int64_t through);

#endif
