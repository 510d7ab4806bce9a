/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens a TCP connection: resolves a name without blocking the loop and tries its addresses
 * one after the other. */
#ifndef STANCE_NET_DIALLER_H
#define STANCE_NET_DIALLER_H

#include "net/net_loop.h"

struct dialler;

struct dialler_conf {
	const char *host; /* name or numeric address */
	uint16_t port;
	uint32_t timeout_s;            /* for the lookup, and for all addresses together */
	const struct sockaddr *source; /* local address, borrowed until done; NULL: any */
};

/* done(ctx, fd, err, reason) is called exactly once, never inside dialler_open. fd >= 0:
 * connected and non-blocking; the callee owns it. Otherwise err is ST_E... and reason has the
 * address and its error. The dialler is freed when done is called. */
int dialler_open(struct net_loop *loop, const struct dialler_conf *conf,
		 void (*done)(void *ctx, int fd, int err, const char *reason), void *ctx,
		 struct dialler **d);

/* Cancels: `done` is not called. Not to be called after `done`. d may be NULL. */
void dialler_close(struct dialler *d);

#endif
