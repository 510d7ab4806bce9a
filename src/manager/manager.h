/* SPDX-License-Identifier: BSD-2-Clause */
/* The manager as a whole: validators, posture, admin socket, workers. Main thread. */
#ifndef STANCE_MANAGER_MANAGER_H
#define STANCE_MANAGER_MANAGER_H

#include "manager/worker.h"

struct manager {
	struct manager_conf conf;
	struct manager_shared manager;
	struct worker *workers;
	unsigned n_workers;
	struct admin_server *admin;
	struct groups *groups;      /* of endpoints, for the administrator's questions */
	struct tls_cache *sessions; /* of TLS, to be resumed */
	bool pid_written, locked;
	int lock; /* while locked: nobody else runs with our pid file */
};

/* Starts everything that c says (d takes c). On failure e says why, and nothing is left. */
int manager_open(struct manager *d, struct manager_conf *c, struct conf_error *e);

/* Reads the configuration file, certificates and users again. What is wrong leaves everything
 * as it is and is logged. */
int manager_reload(struct manager *d);

/* Sessions get their end, the posture is committed, everything is closed. */
void manager_close(struct manager *d);

/* Loads everything that c names and lets it go again: whether it would start. */
int manager_check(const struct manager_conf *c, struct conf_error *e);

#endif
