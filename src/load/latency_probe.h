/* SPDX-License-Identifier: BSD-2-Clause */
/* Measures the time from a change on an endpoint until a client that follows the changes at the
 * manager has read it. One endpoint changes software now and then; a thread follows the changes
 * through the manager's admin socket. */
#ifndef STANCE_LOAD_LATENCY_PROBE_H
#define STANCE_LOAD_LATENCY_PROBE_H

#include "load/endpoint.h"

struct latency_probe;

/* Follows the changes of the endpoint called name, which the manager has to know. ST_EIO:
 * errno; ST_ENOMEM. */
int latency_probe_open(struct load_endpoint *s, const char *socket, const char *name,
		       struct latency_probe **p);

/* Changes package k, if nothing else is under way. */
void latency_probe_fire(struct latency_probe *p, uint32_t k);

/* Ends it and adds what was seen to *visible; *missed: changes that were not seen. NULL is
 * fine. */
void latency_probe_close(struct latency_probe *p, struct latency *visible, uint64_t *missed);

#endif
