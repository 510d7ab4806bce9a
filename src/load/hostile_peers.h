/* SPDX-License-Identifier: BSD-2-Clause */
/* Peers that mean harm: each behaves until a certain moment and then says nothing more, says
 * the rest octet by octet, or says something that is wrong; and comes back when it was thrown
 * out. */
#ifndef STANCE_LOAD_HOSTILE_PEERS_H
#define STANCE_LOAD_HOSTILE_PEERS_H

#include "load/endpoint.h"

struct hostile_conf {
	uint32_t n, first;  /* endpoints first to first + n - 1, by their certificates */
	double rate;        /* connections a second */
	double interval_s;  /* between two octets of a slow one */
	uint32_t sources;   /* loopback addresses they come from; 0: as it comes */
	const char *manner; /* silent, slow, malformed, by commas; NULL: all of these */
};

struct hostile;

/* All of them; none connects yet. env, pki and report are borrowed. ST_ENOENT: nobody has that
 * manner. */
int hostile_open(const struct load_endpoint_env *env, const struct load_pki *pki,
		 const struct hostile_conf *conf, struct run_report *report,
		 struct hostile **h);

/* What there is to do after `seconds` more. */
void hostile_tick(struct hostile *h, double seconds);

/* Each of them has once been where it misbehaves. */
bool hostile_arrived(const struct hostile *h);

/* They leave; true: nobody is left. */
bool hostile_stop(struct hostile *h);

/* Only when nobody is left. NULL is fine. */
void hostile_close(struct hostile *h);

/* "connected, silent"; NULL beyond the last. */
const char *hostile_name(unsigned misdeed);

#endif
