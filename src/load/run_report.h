/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run has found out. It holds no pointers: processes that simulate a part of the fleet
 * each fill one in shared memory, and these are put together. */
#ifndef STANCE_LOAD_RUN_REPORT_H
#define STANCE_LOAD_RUN_REPORT_H

#include "load/measure.h"

/* Why there was an assessment, and what its time is counted from. */
enum load_endpoint_kind {
	SIM_FIRST,  /* after connecting; from before the connection was opened */
	SIM_AGAIN,  /* we asked for another one; from then on */
	SIM_ASKED,  /* the manager asked (SRETRY); from when that was read */
	SIM_CHANGE, /* software changed; from when the (oldest) change happened */
	SIM_N_KINDS
};

/* The time until everybody has been assessed, and what follows. */
enum fleet_phase { FLEET_ARRIVING, FLEET_STAYING, FLEET_N_PHASES };

struct run_report_span {
	bool begun, ended;
	int64_t from, to; /* monotonic us */
	struct usage own_from, own_to, manager_from, manager_to;
	uint64_t assessments;
	uint64_t events; /* of software, of which the manager has said that they are stored */
};

/* They were all there, some were lost, and all are back. */
struct run_report_recovery {
	uint32_t lost;
	int64_t from, to; /* the first loss, the last one's result; to is 0 while it lasts */
};

struct run_report_error {
	int err;
	uint64_t n;
	char example[160];
};

/* One way of meaning harm (stance_load_hostile.h). */
struct run_report_misdeed {
	uint64_t opened;      /* connections that were tried */
	uint64_t refused;     /* of them, those that did not get to where they misbehave */
	uint64_t ended;       /* by the manager, afterwards */
	uint64_t held;        /* those that were not */
	struct latency lived; /* from the connection's beginning to its end by the manager */
};

/* What the manager knows of the endpoints when all is over. */
struct run_report_verify {
	uint64_t endpoints;      /* there were; 0: nobody has looked */
	uint64_t known;          /* to the manager */
	uint64_t complete;       /* it says that it knows all their software */
	uint64_t current;        /* and that up to the last event */
	uint64_t compared, same; /* piece by piece */
	int err;                 /* why it could not be told */
	char example[320];       /* of what is wrong; may be empty */
};

#define REPORT_MISDEEDS 24
#define REPORT_RECOVERIES 64
#define REPORT_ERRORS 20 /* as many as there are kinds of them */

struct run_report {
	bool complete;
	double tls_baseline_ms; /* of a bare handshake, the manager's side; 0: not measured */
	struct run_report_span spans[FLEET_N_PHASES];
	struct latency connect, assessed[SIM_N_KINDS];
	struct latency visible; /* from a change until who follows at the manager sees it */
	uint64_t invisible;     /* changes that were not seen */
	struct run_report_verify verify;
	uint64_t events, lost, failed;
	struct run_report_misdeed misdeeds[REPORT_MISDEEDS];
	struct run_report_recovery recoveries[REPORT_RECOVERIES];
	uint32_t n_recoveries;
	struct run_report_error errors[REPORT_ERRORS];
	uint32_t n_errors;
};

/* One more error of this kind; the first reason is kept as an example. */
void run_report_error(struct run_report *r, int err, const char *reason);

/* Whether the manager knows everything; true when nobody has looked. */
bool run_report_verified(const struct run_report *r);

/* What other has found out too. What several processes see of the manager counts once. */
void run_report_merge(struct run_report *r, const struct run_report *other);

#endif
