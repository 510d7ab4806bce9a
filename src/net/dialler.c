/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/dialler.h"

#include "base/err.h"
#include "net/peer_id.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Handles close asynchronously; the dialler is freed with the last of them. */
struct dialler {
	struct net_loop *loop;
	uv_getaddrinfo_t lookup;
	uv_timer_t timer; /* of the lookup, then of each address */
	uint64_t timeout_ms, share_ms;
	uv_poll_t poll; /* of fd */
	const struct sockaddr *source;
	struct addrinfo *all;      /* addresses of the name */
	const struct addrinfo *at; /* the address being tried */
	int fd;
	unsigned users; /* handles and requests that still point here */
	void (*done)(void *ctx, int fd, int err,
		     const char *reason); /* NULL: already called */
	void *ctx;
	int err;
	char reason[160];
};

static void dialler_next(struct dialler *d);
static void dialler_on_timer(uv_timer_t *timer);

static void dialler_release(struct dialler *d)
{
	if (--d->users)
		return;
	uv_freeaddrinfo(d->all);
	free(d);
}

static void dialler_on_handle_closed(uv_handle_t *h)
{
	dialler_release(h->data);
}

/* The poll handle is used for the next address once it is closed. */
static void dialler_on_attempt_closed(uv_handle_t *h)
{
	struct dialler *d = h->data;

	if (d->done)
		dialler_next(d);
	dialler_release(d);
}

static void dialler_drop_socket(struct dialler *d)
{
	if (d->fd < 0)
		return;
	uv_close((uv_handle_t *)&d->poll, dialler_on_attempt_closed);
	close(d->fd);
	d->fd = -1;
}

static void dialler_end(struct dialler *d, int fd, int err)
{
	void (*done)(void *, int, int, const char *) = d->done;

	if (!done)
		return;
	d->done = NULL;
	uv_cancel((uv_req_t *)&d->lookup);
	uv_close((uv_handle_t *)&d->timer, dialler_on_handle_closed);
	d->users++;
	done(d->ctx, fd, err, fd >= 0 ? "" : d->reason);
	dialler_release(d);
}

/* The address being tried failed; the last error is the one reported. */
static void dialler_blame(struct dialler *d, int os_err)
{
	char address[PEER_ADDRESS];

	(void)peer_id_address(d->at->ai_addr, address);
	(void)snprintf(d->reason, sizeof(d->reason), "%s port %u: %s", address,
		       peer_id_port(d->at->ai_addr), strerror(os_err));
	d->err = os_err == ETIMEDOUT ? ST_ETIMEOUT : ST_EIO;
	d->at = d->at->ai_next;
}

static void dialler_on_writable(uv_poll_t *poll, int status, int events)
{
	struct dialler *d = poll->data;
	int os_err = 0, fd = d->fd;
	socklen_t n = sizeof(os_err);

	(void)events;
	/* libuv reports every error of the socket as EBADF; SO_ERROR has the real one */
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &os_err, &n) < 0)
		os_err = errno;
	if (status < 0 && !os_err)
		os_err = -status;
	if (os_err) {
		dialler_blame(d, os_err);
		dialler_drop_socket(d);
		return;
	}
	uv_poll_stop(&d->poll);
	uv_close((uv_handle_t *)&d->poll, dialler_on_handle_closed);
	d->fd = -1;
	dialler_end(d, fd, 0);
}

/* Binds to the local address without reserving a port. */
static int dialler_bind(const struct dialler *d)
{
	int on = 1;

	if (!d->source)
		return 0;
	(void)setsockopt(d->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	return bind(d->fd, d->source,
		    d->source->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
						     : sizeof(struct sockaddr_in));
}

/* 0, or errno. */
static int dialler_connect(struct dialler *d)
{
	const struct addrinfo *a = d->at;
	int saved;

	d->fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (d->fd < 0)
		return errno;
	if (dialler_bind(d) == 0 &&
	    (connect(d->fd, a->ai_addr, a->ai_addrlen) == 0 || errno == EINPROGRESS) &&
	    uv_poll_init(&d->loop->uv, &d->poll, d->fd) == 0) {
		d->poll.data = d;
		d->users++;
		uv_poll_start(&d->poll, UV_WRITABLE, dialler_on_writable);
		return 0;
	}
	saved = errno;
	close(d->fd);
	d->fd = -1;
	return saved;
}

static void dialler_next(struct dialler *d)
{
	int os_err;

	while (d->at) {
		uv_timer_start(&d->timer, dialler_on_timer, d->share_ms, 0);
		if ((os_err = dialler_connect(d)) == 0)
			return;
		dialler_blame(d, os_err);
	}
	dialler_end(d, -1, d->err);
}

static void dialler_on_timer(uv_timer_t *timer)
{
	struct dialler *d = timer->data;

	if (d->fd >= 0) {
		dialler_blame(d, ETIMEDOUT);
		dialler_drop_socket(d);
		return;
	}
	(void)snprintf(d->reason, sizeof(d->reason), "name lookup: no answer in time");
	dialler_end(d, -1, ST_ETIMEOUT);
}

/* Divides the time, so that a dead address leaves some to the next ones. */
static void dialler_share_time(struct dialler *d)
{
	uint64_t n = 1;

	for (const struct addrinfo *a = d->all; a && a->ai_next; a = a->ai_next)
		n++;
	d->share_ms = d->timeout_ms / n;
}

static void dialler_on_lookup(uv_getaddrinfo_t *req, int status, struct addrinfo *all)
{
	struct dialler *d = req->data;

	d->all = all;
	d->at = all;
	if (d->done && status < 0) {
		(void)snprintf(d->reason, sizeof(d->reason), "name lookup: %s",
			       uv_strerror(status));
		dialler_end(d, -1, ST_ENOENT);
	} else if (d->done) {
		dialler_share_time(d);
		dialler_next(d);
	}
	dialler_release(d);
}

int dialler_open(struct net_loop *loop, const struct dialler_conf *conf,
		 void (*done)(void *ctx, int fd, int err, const char *reason), void *ctx,
		 struct dialler **out)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct dialler *d = calloc(1, sizeof(*d));
	char port[8];

	*out = NULL;
	if (!d)
		return ST_ENOMEM;
	d->loop = loop;
	d->fd = -1;
	d->source = conf->source;
	d->done = done;
	d->ctx = ctx;
	d->lookup.data = d->timer.data = d;
	(void)snprintf(port, sizeof(port), "%u", conf->port);
	if (uv_getaddrinfo(&loop->uv, &d->lookup, dialler_on_lookup, conf->host, port,
			   &hints) < 0) {
		free(d);
		return ST_ENOMEM;
	}
	uv_timer_init(&loop->uv, &d->timer);
	d->timeout_ms = (uint64_t)conf->timeout_s * 1000;
	uv_timer_start(&d->timer, dialler_on_timer, d->timeout_ms, 0);
	d->users = 2;
	*out = d;
	return 0;
}

void dialler_close(struct dialler *d)
{
	if (!d)
		return;
	d->done = NULL;
	dialler_drop_socket(d);
	uv_cancel((uv_req_t *)&d->lookup);
	uv_close((uv_handle_t *)&d->timer, dialler_on_handle_closed);
}
