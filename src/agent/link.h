/* SPDX-License-Identifier: BSD-2-Clause */
/* The agent's one connection to its manager: dials, assesses, and tells how it went. One
 * thread. */
#ifndef STANCE_AGENT_LINK_H
#define STANCE_AGENT_LINK_H

#include "daemon/loop_queue.h"
#include "agent/agent_conf.h"
#include "host/imc_peer.h"
#include "net/net_loop.h"
#include "net/tls.h"

struct link;

struct link_ops {
	/* One assessment is done; the connection stays. */
	void (*result)(void *ctx, const struct imc_result *r);
	/* The link is over (or never came to be); err is 0 after an orderly end. It is freed
	 * when this returns. reached: there was a TCP connection. */
	void (*closed)(void *ctx, int err, const char *err_msg, bool reached);
};

/* Borrows conf, tls, resume and host until closed; resume is what the connection before has
 * left to be resumed with, and what this one leaves. ST_ENOMEM. */
int link_open(struct net_loop *loop, struct imc_host *host, const struct agent_conf *conf,
	      struct tls_ctx *tls, struct tls_memory *resume, const struct link_ops *ops,
	      void *ctx, struct link **l);

/* Another assessment on this connection. ST_ESTATE when it cannot be. */
int link_assess(struct link *l);

/* An orderly end; `closed` follows. */
void link_close(struct link *l);

#endif
