/* SPDX-License-Identifier: BSD-2-Clause */
/* What the connections of one loop thread share: the libuv loop, two buffers, the queue of
 * handshakes, and a second epoll set for paused sockets, which reports when their peer has
 * gone. An idle connection owns no buffer: memory grows with traffic, not with the number of
 * sessions. */
#ifndef STANCE_NET_NET_LOOP_H
#define STANCE_NET_NET_LOOP_H

#include "net/handshake_queue.h"

#include <stdint.h>
#include <uv.h>

#define NET_RX_OCTETS (64 * 1024)
#define NET_PLAIN_OCTETS (16 * 1024) /* one TLS record */

struct net_loop {
	uv_loop_t uv;
	uint8_t *rx;             /* one read from a socket */
	uint8_t *plain;          /* one TLS record */
	int hangups;             /* epoll: watched sockets */
	uv_poll_t poll;          /* of hangups */
	void (*hung)(void *who); /* set by stream.c */
	struct handshake_queue hellos;
};

/* 0, or ST_ENOMEM / ST_EIO with nothing left behind. */
int net_loop_init(struct net_loop *l);

/* Calls hung(who) once, on the loop, when the peer of fd has sent its last octet or has gone.
 * net_loop_unwatch ends that, and is called before fd is closed. All sockets of a loop have
 * the same function. 0, or ST_EIO: fd is not watched. */
int net_loop_watch(struct net_loop *l, int fd, void (*hung)(void *who), void *who);
void net_loop_unwatch(struct net_loop *l, int fd);

/* Closes the loop. Every handle is closed and its callback has run; otherwise ST_EBUSY, and
 * nothing is freed (an error of the program). */
int net_loop_reset(struct net_loop *l);

#endif
