/* SPDX-License-Identifier: BSD-2-Clause */
/* Accepts connections on one address for one loop. Each loop thread opens its own socket on
 * the same address (SO_REUSEPORT), and the kernel distributes the peers. When descriptors run
 * out, a reserved one is used to accept and close the connection, and accepting continues. */
#ifndef STANCE_NET_LISTENER_H
#define STANCE_NET_LISTENER_H

#include "net/connection_limit.h"
#include "net/net_loop.h"

#include <stdbool.h>

struct listener;

struct listener_conf {
	const char *address;                  /* numeric; NULL: every address, both families */
	uint16_t port;                        /* 0: a free one (see listener_port) */
	int backlog;                          /* 0: the maximum of the kernel */
	uint32_t stall_s;                     /* of accepted sockets (stream_tune) */
	struct connection_limit *connections; /* borrowed until closed */
};

/* Calls accepted(ctx, fd, from) for each admitted peer. fd is connected and non-blocking; the
 * callee owns it and calls connection_limit_leave(conf->connections, from) at the end of the
 * session. ST_EIO with errno when the address cannot be bound. */
int listener_open(struct net_loop *loop, const struct listener_conf *conf,
		  void (*accepted)(void *ctx, int fd, const struct sockaddr *from), void *ctx,
		  struct listener **l);

/* True for a numeric address. */
bool listener_address(const char *address);

/* ST_EBUSY when another socket listens there, else 0. Called before the first listener is
 * opened: with SO_REUSEPORT another process of the same user would share the port. 0 does not
 * promise that the address can be bound. */
int listener_probe(const char *address, uint16_t port);

/* Changes stall_s for later connections. */
void listener_tune(struct listener *l, uint32_t stall_s);

/* The port it listens on. */
uint16_t listener_port(const struct listener *l);

/* Stops accepting at once; freed when the loop has run. l may be NULL. */
void listener_close(struct listener *l);

#endif
