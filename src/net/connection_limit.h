/* SPDX-License-Identifier: BSD-2-Clause */
/* How many sessions there may be: in all, and from one address. One for the process, shared
 * by all loops. */
#ifndef STANCE_NET_CONNECTION_LIMIT_H
#define STANCE_NET_CONNECTION_LIMIT_H

#include <stdint.h>
#include <sys/socket.h>

struct connection_limit;

int connection_limit_open(struct connection_limit **a);
void connection_limit_close(struct connection_limit *a);

/* New ceilings; sessions that are there stay. */
void connection_limit_set(struct connection_limit *a, uint32_t sessions, uint32_t per_address);

/* Any thread. Counts one session from `from` (ports do not matter); ST_ELIMIT and *why when
 * there are too many. Who was let in calls admission_leave once. */
int connection_limit_enter(struct connection_limit *a, const struct sockaddr *from,
			   const char **err_msg);
void connection_limit_leave(struct connection_limit *a, const struct sockaddr *from);

/* Sessions there are now. */
uint32_t connection_limit_count(struct connection_limit *a);

/* How many were not let in, ever. */
uint64_t connection_limit_refused(struct connection_limit *a);

#endif
