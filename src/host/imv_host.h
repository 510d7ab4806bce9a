/* SPDX-License-Identifier: BSD-2-Clause */
/* The TNC server: loads validators (IMV) from tnc_config and offers them the whole IF-IMV 1.4
 * binding. One host serves any number of peers (imv_peer.h) on any number of threads: a
 * validator is called by several threads at once for different peers, never for the same.
 *
 * A module that breaks its contract is refused at load time, or contained later, with one log
 * line: the others and the process go on. */
#ifndef STANCE_HOST_IMV_HOST_H
#define STANCE_HOST_IMV_HOST_H

#include "host/peer_info.h"
#include "host/recommend.h"

struct imv_host;

struct imv_host_conf {
	const char *tnc_config; /* path; a missing file means no modules; NULL: likewise */
	enum recommend_policy policy;
};

/* Loads and initialises every IMV of c->tnc_config that can be (the log tells about the
 * others). 0, ST_EDENIED or ST_EIO for the file itself, ST_ENOMEM. Keeps nothing of c. */
int imv_host_open(const struct imv_host_conf *c, struct imv_host **host);

/* Terminates and unloads the modules. Every peer must have been closed. */
void imv_host_close(struct imv_host *host);

/* Has validators that can read their settings again; what is wrong is logged, and leaves that
 * one as it is. How many of them judge otherwise than before: what was decided before may not
 * be right any more. One call at a time. */
size_t imv_host_reload(struct imv_host *host);

/* How many modules were loaded; which one is number i. */
size_t imv_host_count(const struct imv_host *host);
bool imv_host_module(const struct imv_host *host, size_t i, struct host_module *m);

#endif
