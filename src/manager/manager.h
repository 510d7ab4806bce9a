/* SPDX-License-Identifier: BSD-2-Clause */
/* The manager as a whole: validators, posture, admin socket and workers. Main thread. */
#ifndef STANCE_MANAGER_MANAGER_H
#define STANCE_MANAGER_MANAGER_H

#include "manager/worker.h"

struct manager {
	struct manager_conf conf;
	struct manager_shared shared; /* used by all workers */
	struct worker *workers;
	unsigned n_workers;
	struct admin_server *admin;
	struct groups *groups; /* of endpoints, for queries */
	bool pid_written, locked;
	int lock; /* descriptor of the lock of the pid file, if locked */
};

/* Starts the manager with c. Takes c, also on failure.
 * 0, or ST_E... with e filled and everything closed again. */
int manager_open(struct manager *d, struct manager_conf *c, struct conf_error *e);

/* Reloads the configuration file, the certificates and the password file. On failure logs the
 * error and keeps the old configuration. */
int manager_reload(struct manager *d);

/* Ends all sessions, commits all reports and closes everything. */
void manager_close(struct manager *d);

/* Checks the certificates, the password file and the settings of validators and repository
 * plugin without starting them. 0, or ST_E... with e filled. */
int manager_check(const struct manager_conf *c, struct conf_error *e);

#endif
