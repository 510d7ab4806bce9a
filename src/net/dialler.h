/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens a TCP connection: resolves a name without blocking the loop and tries its addresses
 * one after the other until one answers. */
#ifndef STANCE_NET_DIALLER_H
#define STANCE_NET_DIALLER_H

#include "net/net_loop.h"

struct dialler;

struct dialler_conf {
	const char *host; /* name or numeric address */
	uint16_t port;
	uint32_t timeout_s;            /* for the lookup, and for all addresses together */
	const struct sockaddr *source; /* our end, borrowed until done; NULL: any */
};

/* done(ctx, fd, err, reason) is called exactly once, never from inside dialler_open.
 * fd >= 0: connected, non-blocking, now the callee's. Otherwise err is ST_E... and reason says
 * which address refused and why. The dialler is gone when done is called. */
int dialler_open(struct net_loop *loop, const struct dialler_conf *conf,
		 void (*done)(void *ctx, int fd, int err, const char *reason), void *ctx,
		 struct dialler **d);

/* Gives up: `done` will not be called. Not after it was called. NULL is fine. */
void dialler_close(struct dialler *d);

#endif
