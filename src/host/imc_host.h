/* SPDX-License-Identifier: BSD-2-Clause */
/* The TNC client: loads collectors (IMC) from tnc_config and offers them the whole IF-IMC 1.3
 * binding. Any number of connections (imc_peer.h) on any number of threads; calls into one
 * collector are never concurrent, as the binding promises them.
 *
 * A module that breaks its contract is refused at load time, or contained later, with one log
 * line: the others and the process go on. */
#ifndef STANCE_HOST_IMC_HOST_H
#define STANCE_HOST_IMC_HOST_H

#include "host/peer_info.h"

struct imc_host;

struct imc_host_conf {
	const char *tnc_config; /* path; a missing file means no modules; NULL: likewise */
};

/* Loads and initialises every IMC of c->tnc_config that can be (the log tells about the
 * others). 0, ST_EDENIED or ST_EIO for the file itself, ST_ENOMEM. Keeps nothing of c. */
int imc_host_open(const struct imc_host_conf *c, struct imc_host **host);

/* Terminates and unloads the modules. Every peer must have been closed. */
void imc_host_close(struct imc_host *host);

/* How many modules were loaded; which one is number i. */
size_t imc_host_count(const struct imc_host *host);
bool imc_host_module(const struct imc_host *host, size_t i, struct host_module *m);

#endif
