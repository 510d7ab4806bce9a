/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/net_loop.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define HANGUPS_AT_ONCE 64

/* --- paused sockets ---------------------------------------------------------------------- */

static void net_loop_on_hangups(uv_poll_t *poll, int status, int events)
{
	struct net_loop *l = poll->data;
	struct epoll_event ready[HANGUPS_AT_ONCE];
	int n = epoll_wait(l->hangups, ready, HANGUPS_AT_ONCE, 0);

	(void)status, (void)events;
	for (int i = 0; i < n; i++)
		l->hung(ready[i].data.ptr);
}

int net_loop_watch(struct net_loop *l, int fd, void (*hung)(void *who), void *who)
{
	struct epoll_event e = { .events = EPOLLRDHUP | EPOLLONESHOT, .data.ptr = who };

	l->hung = hung;
	return epoll_ctl(l->hangups, EPOLL_CTL_ADD, fd, &e) < 0 ? ST_EIO : 0;
}

void net_loop_unwatch(struct net_loop *l, int fd)
{
	(void)epoll_ctl(l->hangups, EPOLL_CTL_DEL, fd, NULL);
}

/* The handle does not keep the loop running. */
static int net_loop_open_hangups(struct net_loop *l)
{
	if ((l->hangups = epoll_create1(EPOLL_CLOEXEC)) < 0)
		return ST_EIO;
	if (uv_poll_init(&l->uv, &l->poll, l->hangups) < 0) {
		close(l->hangups);
		return ST_EIO;
	}
	l->poll.data = l;
	uv_poll_start(&l->poll, UV_READABLE, net_loop_on_hangups);
	uv_unref((uv_handle_t *)&l->poll);
	return 0;
}

/* --- life -------------------------------------------------------------------------------- */

static void net_loop_free(struct net_loop *l)
{
	free(l->rx);
	free(l->plain);
	memset(l, 0, sizeof(*l));
}

int net_loop_init(struct net_loop *l)
{
	memset(l, 0, sizeof(*l));
	l->rx = malloc(NET_RX_OCTETS);
	l->plain = malloc(NET_PLAIN_OCTETS);
	if (!l->rx || !l->plain) {
		net_loop_free(l);
		return ST_ENOMEM;
	}
	if (uv_loop_init(&l->uv) < 0) {
		net_loop_free(l);
		return ST_EIO;
	}
	if (net_loop_open_hangups(l) < 0) {
		(void)uv_loop_close(&l->uv);
		net_loop_free(l);
		return ST_EIO;
	}
	handshake_queue_init(&l->hellos, &l->uv);
	l->uv.data = l;
	return 0;
}

static void net_loop_see(uv_handle_t *h, void *others)
{
	struct net_loop *l = h->loop->data;

	if (h != (uv_handle_t *)&l->poll && h != (uv_handle_t *)&l->hellos.idle &&
	    h != (uv_handle_t *)&l->hellos.timer)
		*(bool *)others = true;
}

int net_loop_reset(struct net_loop *l)
{
	bool others = false;

	uv_walk(&l->uv, net_loop_see, &others);
	if (others)
		return ST_EBUSY;
	uv_close((uv_handle_t *)&l->poll, NULL);
	handshake_queue_close(&l->hellos);
	uv_run(&l->uv, UV_RUN_DEFAULT);
	close(l->hangups);
	(void)uv_loop_close(&l->uv);
	net_loop_free(l);
	return 0;
}
