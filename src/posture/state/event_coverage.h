/* SPDX-License-Identifier: BSD-2-Clause */
/* Which events of an endpoint's ledger (RFC 8412, 3.7) are committed, and how often software
 * is installed when that is neither once nor never. Private to src/posture.
 *
 * Instances are a sum of creations and deletions. With a gap in the events a deletion can be
 * applied before its creation; the sum is then negative until the gap is filled. */
#ifndef STANCE_POSTURE_STATE_EVENT_COVERAGE_H
#define STANCE_POSTURE_STATE_EVENT_COVERAGE_H

#include "posture/repository.h"

/* Zero-initialise; event_coverage_free when done. */
struct event_coverage {
	uint32_t contiguous;             /* all events up to this EID are committed */
	uint32_t highest;                /* highest EID that the endpoint reported */
	bool followed;                   /* events were committed in this epoch */
	int64_t inventory_at;            /* moment of the last inventory */
	struct repository_range *ranges; /* committed after a gap; ascending, disjoint */
	struct repository_instances *instances; /* by software */
	uint32_t n_ranges, n_instances, cap_instances;
};

void event_coverage_free(struct event_coverage *l);

/* Overwrites to. 0 or ST_ENOMEM. */
int event_coverage_copy(struct event_coverage *to, const struct event_coverage *from);
bool event_coverage_equal(const struct event_coverage *a, const struct event_coverage *b);

static inline bool event_coverage_has_gap(const struct event_coverage *l)
{
	return l->contiguous < l->highest;
}

/* An inventory arrived that contains all events up to last_eid; coverage starts from there.
 * at: the moment of the inventory. */
void event_coverage_restart(struct event_coverage *l, uint32_t last_eid, int64_t at);

bool event_coverage_has(const struct event_coverage *l, uint32_t eid);

/* Adds event eid, which was not covered. Returns 1; 0 when that would make more than max
 * ranges; ST_ENOMEM. */
int event_coverage_add(struct event_coverage *l, uint32_t eid, uint32_t max);

/* How often the software is installed. present: the endpoint's set contains it. */
int32_t event_coverage_count(const struct event_coverage *l, uint32_t software, bool present);

/* 0 or ST_ENOMEM. */
int event_coverage_set_count(struct event_coverage *l, uint32_t software, int32_t count);

/* The last gap is filled: negative counts become 0. */
void event_coverage_settle(struct event_coverage *l);

/* Loads a row of the repository; l->contiguous is set. 0, ST_ENOMEM, or ST_EDB when they are
 * inconsistent. */
int event_coverage_load(struct event_coverage *l, const struct repository_event_coverage *row);

size_t event_coverage_octets(const struct event_coverage *l);

#endif
