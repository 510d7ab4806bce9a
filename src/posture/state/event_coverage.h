/* SPDX-License-Identifier: BSD-2-Clause */
/* Which events of an endpoint are committed, and how often software is installed there when it
 * is not once or not at all. Inside posture only.
 *
 * Instances are counted as a sum: what a gap hides may come later, so that a deletion may be
 * applied before the creation it belongs to, and the sum is right in the end. */
#ifndef STANCE_POSTURE_STATE_EVENT_COVERAGE_H
#define STANCE_POSTURE_STATE_EVENT_COVERAGE_H

#include "posture/repository.h"

/* Zero-initialise; ledger_free when done. */
struct ledger {
	uint32_t contiguous;             /* every EID up to here is committed */
	uint32_t highest;                /* the endpoint has told of it */
	bool followed;                   /* events were committed in this epoch */
	int64_t inventory_at;            /* it shows that moment */
	struct repository_range *ranges; /* beyond a gap, ascending, apart from each other */
	struct repository_instances *instances; /* by software */
	uint32_t n_ranges, n_instances, cap_instances;
};

void ledger_free(struct ledger *l);

/* 0 or ST_ENOMEM. to is overwritten. */
int ledger_copy(struct ledger *to, const struct ledger *from);
bool ledger_equal(const struct ledger *a, const struct ledger *b);

static inline bool ledger_has_gap(const struct ledger *l)
{
	return l->contiguous < l->highest;
}

/* An inventory has come: everything up to last_eid is in it, and nothing else is known.
 * at: the moment it shows. */
void ledger_restart(struct ledger *l, uint32_t last_eid, int64_t at);

bool ledger_has(const struct ledger *l, uint32_t eid);

/* The event eid, which was not there, is committed: 1; 0 when it would begin another range and
 * there are max already; ST_ENOMEM. */
int ledger_add(struct ledger *l, uint32_t eid, uint32_t max);

/* How often software is there; present: whether the endpoint's set has it. */
int32_t ledger_count(const struct ledger *l, uint32_t software, bool present);

/* Sets it. 0 or ST_ENOMEM. */
int ledger_set_count(struct ledger *l, uint32_t software, int32_t count);

/* No gap hides anything any more: what is there less than never is not there. */
void ledger_settle(struct ledger *l);

/* From the repository, on top of l->contiguous. 0, ST_ENOMEM, or ST_EDB when it does not fit
 * together. */
int ledger_load(struct ledger *l, const struct repository_event_coverage *row);

size_t ledger_octets(const struct ledger *l);

#endif
