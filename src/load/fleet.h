/* SPDX-License-Identifier: BSD-2-Clause */
/* All simulated endpoints of one process together: who connects when, what they do then, how
 * long it took. */
#ifndef STANCE_LOAD_FLEET_H
#define STANCE_LOAD_FLEET_H

#include "load/load_conf.h"
#include "load/processes.h"
#include "load/hostile_peers.h"
#include "load/latency_probe.h"

struct fleet {
	const struct load_conf *conf; /* of this part */
	const struct load_pki *pki;
	const struct package_image *image;
	struct processes *crew;
	struct run_report *report; /* ours in it */
	struct load_endpoint_env env;
	struct hostile *hostile; /* or NULL */
	uint32_t hostile_first;  /* what their numbers begin with */
	struct latency_probe
		*probe; /* or NULL; changes something on the first endpoint of all */
	int64_t probed;
	struct load_endpoint *sims;
	uint32_t n, first; /* endpoints first to first + n - 1 of all */
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
	bool arrived, stopping, interrupted;
	enum fleet_phase phase;
};

/* fleet->conf, pki, image, crew, report, first and env (without ops) are set. Issues the
 * certificates. */
int fleet_open(struct fleet *f);

/* Runs until it is over; f->report->complete says whether all went well. */
void fleet_run(struct fleet *f);
void fleet_close(struct fleet *f);

#endif
