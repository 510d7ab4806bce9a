/* SPDX-License-Identifier: BSD-2-Clause */
/* How long it takes from a change on an endpoint until somebody who follows the changes at the
 * manager sees it. One endpoint changes something now and then; a thread of its own reads what
 * the manager tells its administrator. */
#ifndef STANCE_LOAD_LATENCY_PROBE_H
#define STANCE_LOAD_LATENCY_PROBE_H

#include "load/endpoint.h"

struct probe;

/* Follows the changes of the endpoint called name, which the manager has to know. ST_EIO: errno;
 * ST_ENOMEM. */
int probe_open(struct sim *s, const char *socket, const char *name, struct probe **p);

/* Changes package k, if nothing else is under way. */
void probe_fire(struct probe *p, uint32_t k);

/* Ends it and adds what was seen to *visible; *missed: changes that were not seen. NULL is
 * fine. */
void probe_close(struct probe *p, struct latency *visible, uint64_t *missed);

#endif
