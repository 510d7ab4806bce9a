/* All simulated endpoints together: who connects when, what they do then, how long it took. */
#ifndef STANCE_BIN_STANCE_LOAD_FLEET_H
#define STANCE_BIN_STANCE_LOAD_FLEET_H

#include "bin/stance_load_conf.h"
#include "bin/stance_load_measure.h"
#include "bin/stance_load_sim.h"

/* The time until everybody has been assessed, and what follows. */
enum fleet_phase { FLEET_ARRIVING, FLEET_STAYING, FLEET_N_PHASES };

struct fleet_span {
	bool begun, ended;
	int64_t from, to; /* monotonic us */
	struct usage own_from, own_to, manager_from, manager_to;
	uint64_t assessments;
};

/* They were all there, some were lost, and all are back. */
struct fleet_recovery {
	uint32_t lost;
	int64_t from, to; /* the first loss, the last one's result; to is 0 while it lasts */
};

struct fleet_error {
	int err;
	uint64_t n;
	char example[160];
};

#define FLEET_RECOVERIES 64
#define FLEET_ERRORS 20 /* as many as there are kinds of them */

struct fleet {
	const struct load_conf *conf;
	const struct load_pki *pki;
	struct image image;
	struct sim_env env;
	struct sim *sims;
	uint32_t n;
	uint64_t random;

	uv_timer_t tick;
	uv_signal_t term, intr;
	int64_t began, ticked, given_up;
	double connect_credit, change_credit;
	uint32_t connected; /* started to connect, in the first phase */
	uint32_t next;      /* whose turn it is */
	uint32_t busy;      /* reassess, reconnect: at work */
	uint32_t present;   /* have a result on their present connection */
	uint32_t open;      /* are not away */
	bool stopping, interrupted, complete;

	/* results */
	struct fleet_span spans[FLEET_N_PHASES];
	enum fleet_phase phase;
	struct latency connect, assessed[SIM_N_KINDS];
	uint64_t events, lost, failed;
	struct fleet_recovery recoveries[FLEET_RECOVERIES];
	uint32_t n_recoveries;
	struct fleet_error errors[FLEET_ERRORS];
	uint32_t n_errors;
};

/* fleet->conf, pki, image and env (without ops) are set. Issues the certificates. */
int fleet_open(struct fleet *f);

/* Runs until it is over; f->complete says whether all went well. */
void fleet_run(struct fleet *f);
void fleet_close(struct fleet *f);

#endif
