/* SPDX-License-Identifier: BSD-2-Clause */
/* What stance-load is told on its command line. */
#ifndef STANCE_LOAD_LOAD_CONF_H
#define STANCE_LOAD_LOAD_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What keeps the manager busy once everybody is there. */
enum load_work {
	LOAD_HOLD,     /* nothing, besides changes when there is a rate of them */
	LOAD_REASSESS, /* endpoints ask for assessments over their open connections */
	LOAD_RECONNECT /* connect, be assessed, leave; a number of them at a time */
};

struct load_mode {
	const char *name, *help;
	enum load_work work;
	double connect_rate; /* unless told; 0: all at once */
	double changes;      /* events per second, unless told */
	uint64_t hostile;    /* peers that mean harm, unless told */
};

struct load_conf {
	const struct load_mode *mode;
	const char *host, *port; /* of the manager */
	const char *name;        /* in its certificate */
	const char *ca, *ca_key, *certificates, *cache, *domain;
	const char *image; /* "dpkg", or a number of invented packages */
	uint64_t endpoints, sources, drift, packages, concurrency;
	uint64_t manager_pid, seed, burst, processes;
	const char *socket;         /* the manager's, for its administrator */
	int64_t hostile;            /* negative: as the mode has it */
	const char *hostile_manner; /* silent, slow, malformed, by commas; NULL: all */
	double hostile_rate, hostile_interval_s;
	int64_t verify; /* endpoints that are looked at piece by piece; negative: nothing is */
	double latency_probe_s;
	double time_s, timeout_s, back_off_s;
	double connect_rate, changes, churn; /* negative: as the mode has it */
	bool no_os, no_software, resume, json, verbose, allow_remote;
};

/* Whether to go on; otherwise *status is the exit status. What is borrowed lives in argv. */
bool load_conf_read(struct load_conf *c, int argc, char **argv, int *status);

#endif
