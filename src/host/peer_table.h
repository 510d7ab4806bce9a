/* SPDX-License-Identifier: BSD-2-Clause */
/* The connections of a host, by the connection identifier that modules know. Any thread. */
#ifndef STANCE_HOST_PEER_TABLE_H
#define STANCE_HOST_PEER_TABLE_H

#include "tncif/tncif.h"

#include <pthread.h>
#include <stdint.h>

struct peer;

struct peer_table {
	pthread_mutex_t lock;
	struct peer *peers;
	uint32_t next_conn;
};

/* t is zeroed. Reset: no peers are left. */
void peer_table_init(struct peer_table *t);
void peer_table_reset(struct peer_table *t);

/* Gives p an identifier and makes it known to modules. 0 or ST_ENOMEM. */
int peer_table_add(struct peer_table *t, struct peer *p);

/* When it returns, no module function works on p. */
void peer_table_remove(struct peer_table *t, struct peer *p);

/* Finds a connection and takes its lock (peer->lock). NULL: there is none. */
struct peer *peer_table_lock(struct peer_table *t, TNC_ConnectionID conn);

#endif
