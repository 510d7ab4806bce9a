/* SPDX-License-Identifier: BSD-2-Clause */
/* The agent as a whole: connects to the manager, assesses at intervals, reconnects with
 * exponential back-off. Main thread. */
#ifndef STANCE_AGENT_AGENT_H
#define STANCE_AGENT_AGENT_H

#include "agent/agent_conf.h"

#include <stdbool.h>

enum agent_exit {
	AGENT_EXIT_ACCEPTED = 0, /* also an orderly stop */
	AGENT_EXIT_NOT_COMPLIANT = 1,
	AGENT_EXIT_USAGE = 2, /* also when the agent could not start */
	AGENT_EXIT_DENIED = 3,
	AGENT_EXIT_UNREACHABLE = 4
};

/* Runs until SIGTERM or SIGINT or, with once, until the result of one assessment, which it
 * prints to standard output. Takes conf. Returns an enum agent_exit. */
int agent_run(struct agent_conf *conf, bool once);

/* Checks the certificates and the settings of the collectors without starting them. 0, or
 * ST_E... with e filled. */
int agent_check(const struct agent_conf *conf, struct conf_error *e);

#endif
