/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "agent/link.h"
#include "base/clock.h"
#include "base/err.h"
#include "daemon/rate_limit.h"
#include "net/dialler.h"
#include "net/pt_conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct link {
	struct net_loop *loop;
	struct imc_host *host;
	const struct agent_conf *conf;
	struct pt_conn_conf conn_conf;
	const struct link_ops *ops;
	void *ctx;
	struct dialler *dialler;
	struct pt_conn *conn;
	struct imc_peer *peer;
	uv_timer_t deadline; /* of an assessment; stopped between assessments */
	uv_async_t wake;     /* a collector requests an assessment; from any thread */
	struct rate_limit *rate_limit; /* of assessments that the manager begins */
	uv_timer_t rate_timer;         /* until the manager is read from again */
	unsigned handles;
	bool reached, closing;
	bool awaiting_response; /* no response in this assessment yet */
	int err;
	char err_msg[256];
};

/* --- closing -------------------------------------------------------------------------- */

static void link_on_handle_closed(uv_handle_t *h)
{
	struct link *l = h->data;

	if (--l->handles)
		return;
	l->ops->closed(l->ctx, l->err, l->err_msg, l->reached);
	rate_limit_close(l->rate_limit);
	free(l);
}

static void link_end(struct link *l, int err, const char *err_msg)
{
	if (l->closing)
		return;
	l->closing = true;
	l->err = err;
	(void)snprintf(l->err_msg, sizeof(l->err_msg), "%s", err_msg);
	dialler_close(l->dialler);
	l->dialler = NULL;
	imc_peer_close(l->peer); /* after this no collector wakes us */
	l->peer = NULL;
	uv_close((uv_handle_t *)&l->deadline, link_on_handle_closed);
	uv_close((uv_handle_t *)&l->rate_timer, link_on_handle_closed);
	uv_close((uv_handle_t *)&l->wake, link_on_handle_closed);
}

static void link_on_conn_closed(void *ctx, int err, const char *reason)
{
	struct link *l = ctx;

	l->conn = NULL;
	link_end(l, err, reason);
}

void link_close(struct link *l)
{
	if (l->peer)
		imc_peer_end(l->peer);
	if (l->conn)
		pt_conn_close(l->conn, 0, NULL);
	else
		link_end(l, 0, "done");
}

/* --- assessments ---------------------------------------------------------------------- */

static void link_on_deadline(uv_timer_t *timer)
{
	struct link *l = timer->data;

	if (l->conn)
		pt_conn_close(l->conn, ST_ETIMEOUT, "no result within assessment_s");
}

static void link_set_deadline(struct link *l, uint32_t seconds)
{
	uv_timer_start(&l->deadline, link_on_deadline, (uint64_t)seconds * 1000, 0);
}

/* The deadline runs during an assessment. It is longer until the manager's first response: the
 * agent may have to wait for an assessment slot. */
static void link_update_deadline(struct link *l)
{
	const struct limits *limits = &l->conf->limits;
	bool busy = l->peer && imc_peer_busy(l->peer);
	bool running = uv_is_active((uv_handle_t *)&l->deadline);

	if (l->closing || busy == running)
		return;
	l->awaiting_response = busy;
	if (busy)
		link_set_deadline(l, limits->waiting_s + limits->assessment_s);
	else
		uv_timer_stop(&l->deadline);
}

/* The manager has sent a batch. */
static void link_response(struct link *l)
{
	if (l->awaiting_response && uv_is_active((uv_handle_t *)&l->deadline))
		link_set_deadline(l, l->conf->limits.assessment_s);
	l->awaiting_response = false;
}

/* --- the rate limit ------------------------------------------------------------------- */

static void link_apply_rate(struct link *l);

static void link_on_rate_timer(uv_timer_t *timer)
{
	link_apply_rate(timer->data);
}

/* A manager over its rate limit is not read from until the next assessment is allowed. */
static void link_apply_rate(struct link *l)
{
	int64_t wait = rate_limit_wait(l->rate_limit, "", clock_mono_us());

	if (!l->conn || l->closing)
		return;
	pt_conn_pause(l->conn, wait > 0);
	if (wait > 0)
		uv_timer_start(&l->rate_timer, link_on_rate_timer, (uint64_t)wait / 1000 + 1,
			       0);
}

/* After the peer has received a batch. before: number of assessments begun before it. */
static void link_charge_rate(struct link *l, uint64_t before)
{
	uint64_t begun = l->peer ? imc_peer_begun(l->peer) : before;

	if (begun == before)
		return;
	for (; before < begun; before++)
		rate_limit_charge(l->rate_limit, "", clock_mono_us());
	link_apply_rate(l);
}

/* --- events of the peer --------------------------------------------------------------- */

static void link_on_send(void *ctx, struct span batch)
{
	struct link *l = ctx;

	if (l->conn)
		(void)pt_conn_send(l->conn, batch);
}

static void link_on_result(void *ctx, const struct imc_result *r)
{
	struct link *l = ctx;

	l->ops->result(l->ctx, r);
}

static void link_on_wake(void *ctx)
{
	struct link *l = ctx;

	(void)uv_async_send(&l->wake);
}

static void link_on_peer_closed(void *ctx, int err, const char *err_msg)
{
	struct link *l = ctx;

	if (l->conn)
		pt_conn_close(l->conn, err, err_msg);
}

static const struct imc_peer_ops peer_ops = {
	.send = link_on_send,
	.result = link_on_result,
	.wake = link_on_wake,
	.closed = link_on_peer_closed,
};

static void link_on_awake(uv_async_t *async)
{
	struct link *l = async->data;

	if (!l->peer)
		return;
	imc_peer_wake(l->peer);
	link_update_deadline(l);
}

int link_assess(struct link *l)
{
	int err = l->peer ? imc_peer_retry(l->peer) : ST_ESTATE;

	link_update_deadline(l);
	return err;
}

/* --- the transport -------------------------------------------------------------------- */

static void link_on_ready(void *ctx, const struct pt_conn_info *info)
{
	struct link *l = ctx;
	const struct peer_info peer = {
		.log = info->log,
		.limits = &l->conf->limits,
		.tls_unique = info->binding,
		.language = l->conf->language,
		.full_duplex = true,
		.lax_retry = l->conf->lax_retry,
	};
	int err = imc_peer_open(l->host, &peer, &peer_ops, l, &l->peer);

	if (!err)
		err = imc_peer_begin(l->peer);
	if (err)
		pt_conn_close(l->conn, err, "the collectors could not begin an assessment");
	link_update_deadline(l);
}

static void link_on_batch(void *ctx, struct span batch)
{
	struct link *l = ctx;
	uint64_t before = l->peer ? imc_peer_begun(l->peer) : 0;

	link_response(l);
	if (l->peer)
		imc_peer_receive(l->peer, batch);
	link_charge_rate(l, before);
	link_update_deadline(l);
}

static const struct pt_conn_ops conn_ops = {
	.ready = link_on_ready,
	.batch = link_on_batch,
	.closed = link_on_conn_closed,
};

static void link_on_dialled(void *ctx, int fd, int err, const char *reason)
{
	struct link *l = ctx;

	l->dialler = NULL;
	if (fd < 0) {
		log_warn(
			NULL,
			"connection to the manager failed: server=%s address=%s reason=\"%s\"",
			l->conf->server, l->conf->address, reason);
		link_end(l, err, reason);
		return;
	}
	l->reached = true;
	err = pt_conn_open(l->loop, &l->conn_conf, fd, &conn_ops, l, &l->conn);
	if (err) {
		log_error(NULL, "connection failed: error=\"%s\"", st_strerror(err));
		link_end(l, err, st_strerror(err));
	}
}

static int link_init(struct link *l, const struct agent_conf *conf, struct tls_ctx *tls,
		     struct tls_memory *resume)
{
	const struct dialler_conf dial = {
		.host = conf->address,
		.port = conf->port,
		.timeout_s = conf->connect_s,
	};

	l->conn_conf = (struct pt_conn_conf){
		.tls = tls,
		.resume = conf->tls_resumption ? resume : NULL,
		.limits = &conf->limits,
		.mechs =
			SASL_BIT(SASL_EXTERNAL) | (conf->sasl_user ? SASL_BIT(SASL_PLAIN) : 0),
		.user = conf->sasl_user,
		.password = conf->sasl_password,
	};
	return dialler_open(l->loop, &dial, link_on_dialled, l, &l->dialler);
}

int link_open(struct net_loop *loop, struct imc_host *host, const struct agent_conf *conf,
	      struct tls_ctx *tls, struct tls_memory *resume, const struct link_ops *ops,
	      void *ctx, struct link **out)
{
	struct link *l = calloc(1, sizeof(*l));

	*out = NULL;
	if (!l)
		return ST_ENOMEM;
	l->loop = loop;
	l->host = host;
	l->conf = conf;
	l->ops = ops;
	l->ctx = ctx;
	if (rate_limit_open(conf->limits.assessments_per_minute, &l->rate_limit) < 0 ||
	    link_init(l, conf, tls, resume) < 0 ||
	    uv_async_init(&loop->uv, &l->wake, link_on_awake) < 0) {
		dialler_close(l->dialler);
		rate_limit_close(l->rate_limit);
		free(l);
		return ST_ENOMEM;
	}
	uv_timer_init(&loop->uv, &l->deadline);
	uv_timer_init(&loop->uv, &l->rate_timer);
	l->deadline.data = l->rate_timer.data = l->wake.data = l;
	l->handles = 3;
	*out = l;
	return 0;
}
