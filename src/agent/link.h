/* SPDX-License-Identifier: BSD-2-Clause */
/* The agent's connection to its manager: connects, runs assessments and reports their results.
 * One thread. */
#ifndef STANCE_AGENT_LINK_H
#define STANCE_AGENT_LINK_H

#include "daemon/loop_queue.h"
#include "agent/agent_conf.h"
#include "host/imc_peer.h"
#include "net/net_loop.h"
#include "net/tls.h"

struct link;

struct link_ops {
	/* An assessment is done; the connection stays open. r is valid during the call. */
	void (*result)(void *ctx, const struct imc_result *r);
	/* The connection is closed or was never established. The link is freed when this
	 * returns. err: 0 after an orderly close. reached: a TCP connection was
	 * established. */
	void (*closed)(void *ctx, int err, const char *err_msg, bool reached);
};

/* Begins to connect. Borrows conf, tls, resume and host until `closed`. resume: the TLS
 * session of the previous connection, replaced by the one of this connection. ST_ENOMEM. */
int link_open(struct net_loop *loop, struct imc_host *host, const struct agent_conf *conf,
	      struct tls_ctx *tls, struct tls_memory *resume, const struct link_ops *ops,
	      void *ctx, struct link **l);

/* Begins another assessment on this connection. ST_ESTATE when the connection is not ready. */
int link_assess(struct link *l);

/* Closes the connection in order; `closed` follows. */
void link_close(struct link *l);

#endif
