/* SPDX-License-Identifier: BSD-2-Clause */
/* What all connections of one loop thread share: the libuv loop and two buffers. A
 * connection that is idle owns no buffer of its own, so memory grows with traffic and not
 * with the number of sessions. And a second set of sockets: those that are not read from, whose
 * other end may go all the same; and the queue of those who have said hello. */
#ifndef STANCE_NET_NET_LOOP_H
#define STANCE_NET_NET_LOOP_H

#include "net/handshake_queue.h"

#include <stdint.h>
#include <uv.h>

#define NET_RX_OCTETS (64 * 1024)
#define NET_PLAIN_OCTETS (16 * 1024) /* one TLS record */

struct net_loop {
	uv_loop_t uv;
	uint8_t *rx;             /* what one read from a socket gives */
	uint8_t *plain;          /* what one TLS record holds */
	int hangups;             /* epoll: sockets that are watched */
	uv_poll_t poll;          /* of hangups */
	void (*hung)(void *who); /* stream.c's */
	struct handshake_queue hellos;
};

/* 0, or ST_ENOMEM / ST_EIO with nothing left behind. */
int net_loop_init(struct net_loop *l);

/* From now on hung(who) is called, once, on the loop, when the other end of fd has sent its last
 * octet or is gone; until net_loop_unwatch, which comes before fd is closed. One loop has one
 * function. 0, or ST_EIO: it is not watched. */
int net_loop_watch(struct net_loop *l, int fd, void (*hung)(void *who), void *who);
void net_loop_unwatch(struct net_loop *l, int fd);

/* Closes the loop. Every handle must have been closed and its close callback have run:
 * ST_EBUSY, and nothing is freed, when one is still there (our own mistake). */
int net_loop_reset(struct net_loop *l);

#endif
