/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "net/listener.h"

#include "base/err.h"
#include "base/log.h"
#include "net/log_gate.h"
#include "net/peer_id.h"
#include "net/stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ACCEPTS_PER_TURN 64 /* then existing sessions continue */

struct listener {
	uv_poll_t poll;
	int fd, reserve; /* reserve: closed when descriptors run out */
	uint16_t port;
	struct connection_limit *connections;
	void (*accepted)(void *ctx, int fd, const struct sockaddr *from);
	void *ctx;
	struct log_gate full, turned_away;
};

static int reserve_open(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Descriptors have run out: with the reserved one the connection is accepted and closed, so
 * that the peer notices and the socket does not stay readable. */
static void listener_refuse_one(struct listener *l, int err)
{
	unsigned muted;
	int fd;

	if (l->reserve >= 0)
		close(l->reserve);
	if ((fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		close(fd);
	l->reserve = reserve_open();
	if (log_gate_pass(&l->full, clock_mono_us(), &muted))
		log_error(NULL, "connection refused: error=\"%s\" more=%u", strerror(err),
			  muted);
}

static void listener_admit(struct listener *l, int fd, const struct sockaddr *from)
{
	char address[PEER_ADDRESS];
	const char *err_msg;
	unsigned muted;

	if (connection_limit_enter(l->connections, from, &err_msg) == 0) {
		l->accepted(l->ctx, fd, from);
		return;
	}
	close(fd);
	if (!log_gate_pass(&l->turned_away, clock_mono_us(), &muted))
		return;
	(void)peer_id_address(from, address);
	log_warn(NULL, "connection refused: peer=%s reason=\"%s\" more=%u", address, err_msg,
		 muted);
}

static void listener_on_readable(uv_poll_t *poll, int status, int events)
{
	struct listener *l = poll->data;
	struct sockaddr_storage from;
	socklen_t n;
	int fd;

	(void)events;
	for (int i = 0; status == 0 && i < ACCEPTS_PER_TURN && l->accepted; i++) {
		n = sizeof(from);
		fd = accept4(l->fd, (struct sockaddr *)&from, &n,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0)
			listener_admit(l, fd, (struct sockaddr *)&from);
		else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
			 errno == ENOBUFS)
			listener_refuse_one(l, errno);
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			return;
		/* otherwise the peer has gone, or its network reported an error */
	}
}

static int socket_address(const char *address, uint16_t port, struct sockaddr_storage *out,
			  socklen_t *n)
{
	struct sockaddr_in6 *in6 = (void *)out;
	struct sockaddr_in *in4 = (void *)out;

	memset(out, 0, sizeof(*out));
	if (address && inet_pton(AF_INET, address, &in4->sin_addr) == 1) {
		in4->sin_family = AF_INET;
		in4->sin_port = htons(port);
		*n = sizeof(*in4);
		return 0;
	}
	if (address && inet_pton(AF_INET6, address, &in6->sin6_addr) != 1) {
		errno = EINVAL;
		return ST_EIO;
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	*n = sizeof(*in6);
	return 0;
}

bool listener_address(const char *address)
{
	struct sockaddr_storage at;
	socklen_t n;

	return socket_address(address, 0, &at, &n) == 0;
}

/* A bound socket, or negative with errno. share: SO_REUSEPORT, which all sockets of the port
 * need. */
static int socket_bind(const char *address, uint16_t port, bool share)
{
	struct sockaddr_storage at;
	socklen_t n;
	int fd, on = 1, off = 0, saved;

	if (socket_address(address, port, &at, &n) < 0)
		return -1;
	fd = socket(at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (at.ss_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, address ? &on : &off,
				 sizeof(on));
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    (!share || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0) &&
	    bind(fd, (struct sockaddr *)&at, n) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* NULL: every address, of both families if the system has both. */
static int socket_bind_any(const char *address, uint16_t port, bool share)
{
	int fd = socket_bind(address, port, share);

	if (fd < 0 && !address && errno == EAFNOSUPPORT)
		fd = socket_bind("0.0.0.0", port, share);
	return fd;
}

static int socket_listen_any(const char *address, uint16_t port, int backlog)
{
	int fd = socket_bind_any(address, port, true), saved;

	if (fd < 0 || listen(fd, backlog > 0 ? backlog : SOMAXCONN) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* Binds without listening: a peer that connects at this moment would be accepted and
 * dropped. */
int listener_probe(const char *address, uint16_t port)
{
	int fd = port ? socket_bind_any(address, port, false) : -1;

	if (fd < 0)
		return port && errno == EADDRINUSE ? ST_EBUSY : 0;
	close(fd);
	return 0;
}

static uint16_t socket_port(int fd)
{
	struct sockaddr_storage at = { 0 };
	socklen_t n = sizeof(at);

	(void)getsockname(fd, (struct sockaddr *)&at, &n);
	return peer_id_port((struct sockaddr *)&at);
}

static void listener_free(struct listener *l)
{
	if (l->fd >= 0)
		close(l->fd);
	if (l->reserve >= 0)
		close(l->reserve);
	free(l);
}

int listener_open(struct net_loop *loop, const struct listener_conf *conf,
		  void (*accepted)(void *ctx, int fd, const struct sockaddr *from), void *ctx,
		  struct listener **out)
{
	struct listener *l = calloc(1, sizeof(*l));

	*out = NULL;
	if (!l)
		return ST_ENOMEM;
	l->connections = conf->connections;
	l->accepted = accepted;
	l->ctx = ctx;
	l->reserve = reserve_open();
	l->fd = socket_listen_any(conf->address, conf->port, conf->backlog);
	if (l->fd < 0 || l->reserve < 0 || uv_poll_init(&loop->uv, &l->poll, l->fd) < 0) {
		listener_free(l);
		return ST_EIO;
	}
	l->poll.data = l;
	l->port = socket_port(l->fd);
	stream_tune(l->fd, conf->stall_s);
	uv_poll_start(&l->poll, UV_READABLE, listener_on_readable);
	*out = l;
	return 0;
}

void listener_tune(struct listener *l, uint32_t stall_s)
{
	stream_tune(l->fd, stall_s);
}

uint16_t listener_port(const struct listener *l)
{
	return l->port;
}

static void listener_on_closed(uv_handle_t *h)
{
	listener_free(h->data);
}

void listener_close(struct listener *l)
{
	if (!l)
		return;
	l->accepted = NULL;
	uv_close((uv_handle_t *)&l->poll, listener_on_closed);
}
