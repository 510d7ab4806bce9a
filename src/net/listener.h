/* SPDX-License-Identifier: BSD-2-Clause */
/* Accepts connections on one address for one loop. Each loop thread opens its own socket on
 * the same address (SO_REUSEPORT), so the kernel spreads the peers. When descriptors run out
 * the peer is refused, with a descriptor kept in reserve for it, and accepting goes on. */
#ifndef STANCE_NET_LISTENER_H
#define STANCE_NET_LISTENER_H

#include "net/connection_limit.h"
#include "net/net_loop.h"

#include <stdbool.h>

struct listener;

struct listener_conf {
	const char *address;                  /* numeric; NULL: every address, both families */
	uint16_t port;                        /* 0: a free one (see listener_port) */
	int backlog;                          /* 0: as many as the kernel allows */
	uint32_t stall_s;                     /* of accepted sockets (stream_tune) */
	struct connection_limit *connections; /* borrowed until closed */
};

/* Calls accepted(ctx, fd, from) for each peer that is let in: fd is connected, non-blocking
 * and now the callee's, who calls admission_leave(conf->admission, from) when the session is
 * over. ST_EIO with errno when the address cannot be had. */
int listener_open(struct net_loop *loop, const struct listener_conf *conf,
		  void (*accepted)(void *ctx, int fd, const struct sockaddr *from), void *ctx,
		  struct listener **l);

/* Whether that can be an address to listen on: it is numeric. */
bool listener_address(const char *address);

/* ST_EBUSY when somebody listens there already. To be asked before the first listener is opened:
 * the sockets of another process of the same user would share the port with ours, and each
 * peer would come to either. 0 otherwise; that it can be had is not promised. */
int listener_probe(const char *address, uint16_t port);

/* Another stall_s for those who come from now on. */
void listener_tune(struct listener *l, uint32_t stall_s);

/* The port it listens on. */
uint16_t listener_port(const struct listener *l);

/* Stops accepting at once; freed when the loop has run. NULL is fine. */
void listener_close(struct listener *l);

#endif
