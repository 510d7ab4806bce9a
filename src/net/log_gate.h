/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits a kind of log line to one a second. */
#ifndef STANCE_NET_LOG_GATE_H
#define STANCE_NET_LOG_GATE_H

#include "base/clock.h"

#include <stdbool.h>

/* Zero-initialise; one thread. */
struct log_gate {
	int64_t next;   /* monotonic us from which on a line may pass */
	unsigned muted; /* lines suppressed since the last one */
};

/* True: write the line; *muted is the number of lines suppressed before it. */
static inline bool log_gate_pass(struct log_gate *g, int64_t now, unsigned *muted)
{
	if (now < g->next) {
		g->muted++;
		return false;
	}
	*muted = g->muted;
	g->muted = 0;
	g->next = now + CLOCK_SEC;
	return true;
}

#endif
