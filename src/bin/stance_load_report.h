/* What a run has found out. It holds no pointers: processes that simulate a part of the fleet
 * each fill one in shared memory, and these are put together. */
#ifndef STANCE_BIN_STANCE_LOAD_REPORT_H
#define STANCE_BIN_STANCE_LOAD_REPORT_H

#include "bin/stance_load_measure.h"

/* Why there was an assessment, and what its time is counted from. */
enum sim_kind {
	SIM_FIRST,  /* after connecting; from before the connection was opened */
	SIM_AGAIN,  /* we asked for another one; from then on */
	SIM_ASKED,  /* the manager asked (SRETRY); from when that was read */
	SIM_CHANGE, /* software changed; from when the (oldest) change happened */
	SIM_N_KINDS
};

/* The time until everybody has been assessed, and what follows. */
enum fleet_phase { FLEET_ARRIVING, FLEET_STAYING, FLEET_N_PHASES };

struct report_span {
	bool begun, ended;
	int64_t from, to; /* monotonic us */
	struct usage own_from, own_to, manager_from, manager_to;
	uint64_t assessments;
	uint64_t events; /* of software, of which the manager has said that they are stored */
};

/* They were all there, some were lost, and all are back. */
struct report_recovery {
	uint32_t lost;
	int64_t from, to; /* the first loss, the last one's result; to is 0 while it lasts */
};

struct report_error {
	int err;
	uint64_t n;
	char example[160];
};

#define REPORT_RECOVERIES 64
#define REPORT_ERRORS 20 /* as many as there are kinds of them */

struct report {
	bool complete;
	struct report_span spans[FLEET_N_PHASES];
	struct latency connect, assessed[SIM_N_KINDS];
	uint64_t events, lost, failed;
	struct report_recovery recoveries[REPORT_RECOVERIES];
	uint32_t n_recoveries;
	struct report_error errors[REPORT_ERRORS];
	uint32_t n_errors;
};

/* One more error of this kind; the first reason is kept as an example. */
void report_error(struct report *r, int err, const char *reason);

/* What other has found out too. What several processes see of the manager counts once. */
void report_merge(struct report *r, const struct report *other);

#endif
