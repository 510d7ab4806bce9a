/* SPDX-License-Identifier: BSD-2-Clause */
/* One session with the real scheduling, queue, loop queue and event loop. The peer, the
 * connection and the registry are simulated: they record calls. */
#ifndef STANCE_TESTING_UNIT_MANAGER_ASSESSMENT_LAB_H
#define STANCE_TESTING_UNIT_MANAGER_ASSESSMENT_LAB_H

#include "unit.h"
#include "manager/assessment.h"
#include "manager/session_state.h"

struct lab_conn {
	bool paused, aborted;
	int over; /* err of session_fail; 1: not called */
};

struct lab_peer {
	bool busy, listens, sending; /* sending: busy after imv_peer_settled, too */
	unsigned received, retried, woken, deadlines, settled;
	uint64_t begun;
	int retry_err;
};

struct lab_registry {
	bool wanted;
	unsigned begun, done, refused, removed, time_slots;
	int64_t due;
};

/* The session s, and another session's slot. */
extern struct manager_shared manager;
extern struct worker worker;
extern struct session *s;
extern struct lab_conn conn;
extern struct lab_peer peer;
extern struct lab_registry registry;
extern struct assessment_slot other;
extern bool other_in;

int assessment_lab_setup(void **state);
int assessment_lab_teardown(void **state);

/* Runs the loop for at least ms milliseconds. */
void run_for(uint64_t ms);

/* The result of the current assessment was stored. */
void settle(void);

#endif
