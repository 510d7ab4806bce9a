/* SPDX-License-Identifier: BSD-2-Clause */
/* What events have said on one connection that the posture may not have committed yet: only
 * for the rules, who judge what is installed now. */
#ifndef STANCE_IMV_SWIMA_PENDING_EVENTS_H
#define STANCE_IMV_SWIMA_PENDING_EVENTS_H

#include "base/arena.h"
#include "base/span.h"

struct pending_event {
	uint32_t eid;
	uint32_t answer; /* which answer it came in */
	uint32_t at;     /* and where */
	int by;          /* instances: 1, -1, or 0: another record */
	struct span identifier;
};

/* Software that is there more or less often than the posture says. */
struct pending_item {
	struct span identifier;
	int by;
	bool there; /* the posture has it */
};

/* What a record said about software, before the posture knows it or says so again. */
struct pending_name {
	struct span identifier, name, version;
	size_t at; /* which one it was: the last word on an identifier counts */
};

/* Zero-initialise; pending_events_reset when done. */
struct pending_events {
	struct arena arena;
	struct pending_event *events;
	size_t n_events, cap_events;
	struct pending_item *items; /* by identifier; made by pending_events_sum */
	size_t n_items;
	struct pending_name *names; /* by identifier, after pending_events_sum */
	size_t n_names, cap_names;
	uint32_t newest; /* highest EID in it */
};

void pending_events_reset(struct pending_events *n);

/* An event; the identifier is copied. 0 or ST_ENOMEM. */
int pending_events_add(struct pending_events *n, uint32_t eid, uint32_t answer,
		       struct span identifier, int by);

/* A record's name and version, copied. 0 or ST_ENOMEM. */
int pending_events_describe(struct pending_events *n, struct span identifier, struct span name,
			    struct span version);

/* Sums up the events above `committed`, each EID as it was told first. 0 or ST_ENOMEM. Items
 * made before are forgotten. */
int pending_events_sum(struct pending_events *n, uint32_t committed);

/* The item or the name of identifier, or NULL. After pending_events_sum. */
struct pending_item *pending_events_find(const struct pending_events *n,
					 struct span identifier);
const struct pending_name *pending_events_name(const struct pending_events *n,
					       struct span identifier);

#endif
