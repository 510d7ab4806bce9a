/* SPDX-License-Identifier: BSD-2-Clause */
/* How many sessions there may be: in all, and from one address. One for the process, shared
 * by all loops. */
#ifndef STANCE_NET_CONNECTION_LIMIT_H
#define STANCE_NET_CONNECTION_LIMIT_H

#include <stdint.h>
#include <sys/socket.h>

struct admission;

int admission_open(struct admission **a);
void admission_close(struct admission *a);

/* New ceilings; sessions that are there stay. */
void admission_limit(struct admission *a, uint32_t sessions, uint32_t per_address);

/* Any thread. Counts one session from `from` (ports do not matter); ST_ELIMIT and *why when
 * there are too many. Who was let in calls admission_leave once. */
int admission_enter(struct admission *a, const struct sockaddr *from, const char **err_msg);
void admission_leave(struct admission *a, const struct sockaddr *from);

/* Sessions there are now. */
uint32_t admission_count(struct admission *a);

/* How many were not let in, ever. */
uint64_t admission_refused(struct admission *a);

#endif
