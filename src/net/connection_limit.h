/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits the number of sessions: in all, and from one address. One for the process, shared by
 * all loops. */
#ifndef STANCE_NET_CONNECTION_LIMIT_H
#define STANCE_NET_CONNECTION_LIMIT_H

#include <stdint.h>
#include <sys/socket.h>

struct connection_limit;

int connection_limit_open(struct connection_limit **a);
void connection_limit_close(struct connection_limit *a);

/* Changes both limits; existing sessions stay. */
void connection_limit_set(struct connection_limit *a, uint32_t sessions, uint32_t per_address);

/* Counts a session from this address (its port does not matter). 0: call
 * connection_limit_leave at its end. ST_ELIMIT: refused, with the reason in *err_msg. Any
 * thread. */
int connection_limit_enter(struct connection_limit *a, const struct sockaddr *from,
			   const char **err_msg);
void connection_limit_leave(struct connection_limit *a, const struct sockaddr *from);

/* Present sessions. */
uint32_t connection_limit_count(struct connection_limit *a);

/* Refused sessions since the start. */
uint64_t connection_limit_refused(struct connection_limit *a);

#endif
