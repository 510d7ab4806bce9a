/* SPDX-License-Identifier: BSD-2-Clause */
/* A connected TCP socket on a loop: what came is handed on at once, what goes out is written
 * at once or queued, with one buffer in flight. Nothing is allocated while it is idle. */
#ifndef STANCE_NET_STREAM_H
#define STANCE_NET_STREAM_H

#include "base/wr.h"
#include "net/net_loop.h"

struct stream_ops {
	void (*data)(void *ctx, struct span in); /* borrowed during the call */
	void (*drained)(void *ctx);              /* a buffer in flight has gone out */
	void (*end)(void *ctx, int err); /* 0: the peer sends no more; ST_EIO: errno-like
						    text by stream_error */
	void (*closed)(void *ctx);       /* after stream_close, the last one */
};

struct stream {
	uv_tcp_t tcp;
	struct net_loop *loop;
	const struct stream_ops *ops;
	void *ctx;
	size_t in_flight; /* octets handed to the loop and not yet written */
	int uv_err;
	bool paused, ended, fin;
};

/* Sets what all of ours have on a socket, or on one that listens, from which accepted ones have
 * it then: keepalive, no delay; a peer that acknowledges nothing for stall_s seconds is given
 * up. */
void stream_tune(int fd, uint32_t stall_s);

/* Takes fd, which is connected and non-blocking. On failure fd is closed, and the owner must still call
 * stream_close and wait for `closed`. */
int stream_open(struct stream *s, struct net_loop *loop, int fd, const struct stream_ops *ops,
		void *ctx);

/* Sends what `out` holds: all of it is taken (out is empty then), or none when an earlier
 * buffer is still in flight (call again when drained). 0, ST_EIO, ST_ENOMEM. */
int stream_send(struct stream *s, struct wr *out);

/* No more will be sent (FIN), once what is in flight has gone. */
void stream_shutdown(struct stream *s);

/* Paused, nothing is read; `end` comes all the same when the peer has gone, whatever it has sent
 * before. */
void stream_pause(struct stream *s, bool pause);
void stream_close(struct stream *s);

/* The operating system's last complaint. */
const char *stream_error(const struct stream *s);

#endif
