/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Keepalive: seconds until the first probe, seconds between probes, number of probes. */
#define KEEPALIVE_IDLE 300
#define KEEPALIVE_INTERVAL 30
#define KEEPALIVE_PROBES 4

struct stream_write {
	uv_write_t req;
	struct stream *stream;
	struct wr buf;
};

void stream_tune(int fd, uint32_t stall_s)
{
	const struct {
		int level, name, value;
	} options[] = {
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE },
		{ IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL },
		{ IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES },
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT,
		  (int)(stall_s < 86400 ? stall_s : 86400) * 1000 },
	};

	/* failures are ignored: each option is an improvement, not a requirement */
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		(void)setsockopt(fd, options[i].level, options[i].name, &options[i].value,
				 sizeof(options[i].value));
}

static int stream_fail(struct stream *s, int uv_err)
{
	s->uv_err = uv_err;
	return uv_err == UV_ENOMEM ? ST_ENOMEM : ST_EIO;
}

static void stream_on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *buf)
{
	struct stream *s = h->data;

	(void)hint;
	*buf = uv_buf_init((char *)s->loop->rx, NET_RX_OCTETS);
}

static void stream_on_read(uv_stream_t *h, ssize_t n, const uv_buf_t *buf)
{
	struct stream *s = h->data;

	if (n > 0) {
		s->ops->data(s->ctx, span_of(buf->base, (size_t)n));
	} else if (n < 0 && !s->ended) {
		s->ended = true;
		uv_read_stop(h);
		s->ops->end(s->ctx, n == UV_EOF ? 0 : stream_fail(s, (int)n));
	}
}

int stream_open(struct stream *s, struct net_loop *loop, int fd, const struct stream_ops *ops,
		void *ctx)
{
	int rc;

	memset(s, 0, sizeof(*s));
	s->loop = loop;
	s->ops = ops;
	s->ctx = ctx;
	uv_tcp_init(&loop->uv, &s->tcp);
	s->tcp.data = s;
	if ((rc = uv_tcp_open(&s->tcp, fd)) < 0) {
		close(fd);
		return stream_fail(s, rc);
	}
	rc = uv_read_start((uv_stream_t *)&s->tcp, stream_on_alloc, stream_on_read);
	return rc < 0 ? stream_fail(s, rc) : 0;
}

static void stream_on_written(uv_write_t *req, int status)
{
	struct stream_write *w = req->data;
	struct stream *s = w->stream;

	s->in_flight = 0;
	wr_reset(&w->buf);
	free(w);
	if (status == UV_ECANCELED || uv_is_closing((uv_handle_t *)&s->tcp))
		return;
	if (status < 0 && !s->ended) {
		s->ended = true;
		s->ops->end(s->ctx, stream_fail(s, status));
	} else if (status == 0) {
		s->ops->drained(s->ctx);
	}
}

/* Moves the buffer, of which `sent` octets are written, into a request that frees it. */
static int stream_queue(struct stream *s, struct wr *out, size_t sent)
{
	struct stream_write *w = calloc(1, sizeof(*w));
	uv_buf_t buf;
	int rc;

	if (!w)
		return stream_fail(s, UV_ENOMEM);
	w->req.data = w;
	w->stream = s;
	w->buf = *out;
	*out = (struct wr){ .max = out->max };
	buf = uv_buf_init((char *)w->buf.p + sent, (unsigned)(w->buf.len - sent));
	s->in_flight = w->buf.len - sent;
	rc = uv_write(&w->req, (uv_stream_t *)&s->tcp, &buf, 1, stream_on_written);
	if (rc < 0) {
		s->in_flight = 0;
		wr_reset(&w->buf);
		free(w);
		return stream_fail(s, rc);
	}
	return 0;
}

int stream_send(struct stream *s, struct wr *out)
{
	uv_buf_t buf = uv_buf_init((char *)out->p, (unsigned)out->len);
	int n;

	if (!out->len || s->in_flight)
		return 0;
	n = uv_try_write((uv_stream_t *)&s->tcp, &buf, 1);
	if (n < 0 && n != UV_EAGAIN)
		return stream_fail(s, n);
	if (n > 0 && (size_t)n == out->len) {
		wr_reset(out);
		return 0;
	}
	return stream_queue(s, out, n > 0 ? (size_t)n : 0);
}

static void stream_on_shutdown(uv_shutdown_t *req, int status)
{
	(void)status;
	free(req);
}

void stream_shutdown(struct stream *s)
{
	uv_shutdown_t *req;

	if (s->fin || !(req = calloc(1, sizeof(*req))))
		return;
	s->fin = true;
	if (uv_shutdown(req, (uv_stream_t *)&s->tcp, stream_on_shutdown) < 0)
		free(req);
}

static int stream_fd(const struct stream *s)
{
	uv_os_fd_t fd;

	return uv_fileno((const uv_handle_t *)&s->tcp, &fd) < 0 ? -1 : fd;
}

static void stream_on_hung(void *who)
{
	struct stream *s = who;

	if (s->ended || !s->paused || uv_is_closing((uv_handle_t *)&s->tcp))
		return;
	s->ended = true;
	s->ops->end(s->ctx, 0);
}

void stream_pause(struct stream *s, bool pause)
{
	if (s->paused == pause || s->ended)
		return;
	s->paused = pause;
	if (pause) {
		uv_read_stop((uv_stream_t *)&s->tcp);
		(void)net_loop_watch(s->loop, stream_fd(s), stream_on_hung, s);
	} else {
		net_loop_unwatch(s->loop, stream_fd(s));
		uv_read_start((uv_stream_t *)&s->tcp, stream_on_alloc, stream_on_read);
	}
}

static void stream_on_closed(uv_handle_t *h)
{
	struct stream *s = h->data;

	s->ops->closed(s->ctx);
}

void stream_close(struct stream *s)
{
	if (s->paused)
		net_loop_unwatch(s->loop, stream_fd(s));
	if (!uv_is_closing((uv_handle_t *)&s->tcp))
		uv_close((uv_handle_t *)&s->tcp, stream_on_closed);
}

const char *stream_error(const struct stream *s)
{
	return uv_strerror(s->uv_err);
}
