/* SPDX-License-Identifier: BSD-2-Clause */
/* How long it takes from a change on an endpoint until somebody who follows the changes at the
 * manager sees it. One endpoint changes something now and then; a thread of its own reads what
 * the manager tells its administrator. */
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
