/* What all connections of one loop thread share: the libuv loop and two buffers. A
 * connection that is idle owns no buffer of its own, so memory grows with traffic and not
 * with the number of sessions. */
#ifndef STANCE_NET_NET_LOOP_H
#define STANCE_NET_NET_LOOP_H

#include <stdint.h>
#include <uv.h>

#define NET_RX_OCTETS (64 * 1024)
#define NET_PLAIN_OCTETS (16 * 1024) /* one TLS record */

struct net_loop {
	uv_loop_t uv;
	uint8_t *rx;    /* what one read from a socket gives */
	uint8_t *plain; /* what one TLS record holds */
};

/* 0, or ST_ENOMEM / ST_EIO with nothing left behind. */
int net_loop_init(struct net_loop *l);

/* Closes the loop. Every handle must have been closed and its close callback have run:
 * ST_EBUSY, and nothing is freed, when one is still there (our own mistake). */
int net_loop_reset(struct net_loop *l);

#endif
