/* SPDX-License-Identifier: BSD-2-Clause */
/* One simulated endpoint: it connects, is assessed, stays connected, tells what changes, and
 * is assessed again when it or the manager wants it. */
#ifndef STANCE_LOAD_ENDPOINT_H
#define STANCE_LOAD_ENDPOINT_H

#include "load/certificates.h"
#include "load/run_report.h"
#include "load/endpoint_software.h"
#include "load/endpoint_swima.h"
#include "net/dialler.h"
#include "net/pt_conn.h"
#include "proto/pb_session.h"

#include <netinet/in.h>

struct load_endpoint;

struct load_endpoint_ops {
	/* Data Transport has begun, us after connecting began. */
	void (*ready)(void *ctx, struct load_endpoint *s, int64_t us);
	/* A result has arrived; anything may be done to s. */
	void (*assessed)(void *ctx, struct load_endpoint *s, enum load_endpoint_kind kind,
			 int64_t us);
	/* It is not connected any more, or did not get that far; err is 0 when we had closed
	 * it. Anything may be done to s. */
	void (*gone)(void *ctx, struct load_endpoint *s, int err, const char *reason);
};

/* What all of them share; borrowed. */
struct load_endpoint_env {
	struct net_loop *loop;
	struct dialler_conf target; /* without source */
	struct limits limits;
	struct pb_config pb;
	struct tls_ctx *tls;
	bool os, software; /* what collectors they have */
	const struct load_endpoint_ops *ops;
	void *ctx;
};

enum load_endpoint_state {
	SIM_AWAY,    /* no connection, and none on its way */
	SIM_DIALS,   /* until Data Transport begins */
	SIM_WORKS,   /* an assessment is under way */
	SIM_HOLDS,   /* connected, nothing under way */
	SIM_CLOSING, /* its connection ends */
};

struct load_endpoint {
	const struct load_endpoint_env *env;
	uint32_t number;
	enum load_endpoint_state state;
	struct sockaddr_in source; /* sin_family 0: any */
	struct load_identity identity;
	struct pt_conn_conf conn_conf;
	struct tls_memory resume; /* filled only if tls is set up for it */
	struct dialler *dialler;
	struct pt_conn *conn;
	struct pb_session pb;
	struct endpoint_software installed;
	struct load_swima swima;
	uint32_t message;             /* identifier of our next PA-TNC message */
	enum load_endpoint_kind kind; /* of the assessment under way */
	int64_t began;                /* monotonic us */
	int64_t changed;              /* of the oldest change that was not told; 0: none */
	uint32_t stored;              /* the last event of which the manager has said so */
	bool retried;                 /* our retry may still cross one of the manager's */
	bool wants;                   /* another assessment once this one is over */

	/* the owner's */
	uv_timer_t timer;  /* when it comes back */
	uint32_t failures; /* since it was assessed */
	uint32_t counted;  /* of `stored` */
	bool here;         /* it has had a result on this connection */
	bool busy;         /* one of those that are at work now */
};

/* Takes the references in *identity. */
void load_endpoint_init(struct load_endpoint *s, const struct load_endpoint_env *env,
			uint32_t number, uint32_t epoch, const struct package_image *image,
			struct load_identity *identity);

/* Only when it is away. */
void load_endpoint_reset(struct load_endpoint *s);

/* Opens a connection; `gone` follows, perhaps from inside, when there will be none. Only when
 * it is away. */
void load_endpoint_connect(struct load_endpoint *s);

/* Asks for another assessment, now or after the one under way. Nothing when not connected. */
void load_endpoint_assess(struct load_endpoint *s);

/* Packages from k on are changed (software_change) until that has made this many events or one
 * more: the manager is told now, after the assessment that is under way, or when the endpoint
 * is back. Returns how many events that made, or ST_ENOMEM. */
int load_endpoint_change(struct load_endpoint *s, uint32_t k, bool remove, uint32_t events);

/* Says goodbye; `gone` follows, perhaps from inside. */
void load_endpoint_close(struct load_endpoint *s);

#endif
