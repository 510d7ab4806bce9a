/* SPDX-License-Identifier: BSD-2-Clause */
/* A connected TCP socket on a loop. Received octets are passed on at once; sent octets are
 * written at once or queued, with one buffer in flight. An idle socket allocates nothing. */
#ifndef STANCE_NET_STREAM_H
#define STANCE_NET_STREAM_H

#include "base/wr.h"
#include "net/net_loop.h"

struct stream_ops {
	void (*data)(void *ctx, struct span in); /* borrowed during the call */
	void (*drained)(void *ctx);              /* the buffer in flight is written */
	void (*end)(void *ctx, int err);         /* 0: the peer sent its last octet; ST_EIO:
						    stream_error has the reason */
	void (*closed)(void *ctx);               /* after stream_close, the last one */
};

struct stream {
	uv_tcp_t tcp;
	struct net_loop *loop;
	const struct stream_ops *ops;
	void *ctx;
	size_t in_flight; /* octets passed to the loop and not yet written */
	int uv_err;
	bool paused, ended, fin;
};

/* Sets the options of a socket, or of a listening one, from which accepted sockets inherit
 * them: keepalive, no delay, and the end of the connection when the peer acknowledges nothing
 * for stall_s seconds. */
void stream_tune(int fd, uint32_t stall_s);

/* Takes ownership of fd, which is connected and non-blocking. On failure fd is closed, and the
 * caller still calls stream_close and waits for `closed`. */
int stream_open(struct stream *s, struct net_loop *loop, int fd, const struct stream_ops *ops,
		void *ctx);

/* Sends the content of out: takes all of it (out is then empty), or nothing while a buffer is
 * in flight (call again when drained). 0, ST_EIO, ST_ENOMEM. */
int stream_send(struct stream *s, struct wr *out);

/* Sends FIN after the buffer in flight. */
void stream_shutdown(struct stream *s);

/* A paused stream does not read, but `end` is called when the peer has gone, even if unread
 * octets are left. */
void stream_pause(struct stream *s, bool pause);
void stream_close(struct stream *s);

/* The last error of the operating system. */
const char *stream_error(const struct stream *s);

#endif
