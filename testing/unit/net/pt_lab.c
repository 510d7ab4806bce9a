/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pt_lab.h"

#include <stdio.h>

struct net_loop loop;
struct limits limits;
struct pt_conn_conf server_conf, client_conf;

static void on_ready(void *ctx, const struct pt_conn_info *info)
{
	struct side *s = ctx;

	s->ready = true;
	s->ids = info->ar_identities.p[3];
	s->binding = info->binding.n;
	assert_string_equal(info->remote, "127.0.0.1");
	assert_non_null(strstr(info->log->ctx, "peer=127.0.0.1"));
	if (info->user)
		(void)snprintf(s->user, sizeof(s->user), "%s", info->user);
}

static void on_batch(void *ctx, struct span batch)
{
	struct side *s = ctx;

	assert_false(s->closed);
	s->batches++;
	s->octets += batch.n;
	if (s->echo)
		assert_int_equal(pt_conn_send(s->conn, batch), 0);
}

static int on_verify(void *ctx, struct span user, struct span password)
{
	(void)ctx;
	return span_eq(user, span_str("alice")) && span_eq(password, span_str("secret"))
		       ? 0
		       : ST_EAUTH;
}

static void on_closed(void *ctx, int err, const char *reason)
{
	struct side *s = ctx;

	assert_false(s->closed);
	s->closed = true;
	s->conn = NULL;
	s->err = err;
	(void)snprintf(s->reason, sizeof(s->reason), "%s", reason);
}

static const struct pt_conn_ops ops = {
	.ready = on_ready,
	.batch = on_batch,
	.verify = on_verify,
	.closed = on_closed,
};

int pt_lab_setup(void **state)
{
	const struct limits standard = LIMITS_DEFAULT;

	(void)state;
	limits = standard;
	limits.handshake_s = limits.negotiation_s = limits.close_s = 1;
	lab_log_clear();
	assert_int_equal(net_loop_init(&loop), 0);
	server_conf = (struct pt_conn_conf){
		.tls = lab_tls(true, "manager", NULL),
		.limits = &limits,
	};
	client_conf = (struct pt_conn_conf){
		.tls = lab_tls(false, "endpoint", "localhost"),
		.limits = &limits,
	};
	return 0;
}

int pt_lab_teardown(void **state)
{
	(void)state;
	tls_ctx_free(server_conf.tls);
	tls_ctx_free(client_conf.tls);
	while (uv_run(&loop.uv, UV_RUN_ONCE))
		;
	return net_loop_reset(&loop); /* nothing may be left open */
}

void open_side(struct side *s, const struct pt_conn_conf *conf, int fd)
{
	assert_int_equal(pt_conn_open(&loop, conf, fd, &ops, s, &s->conn), 0);
	assert_false(s->ready || s->closed);
}

void open_pair(struct side *server, struct side *client)
{
	int fd[2];

	lab_pair(fd);
	open_side(server, &server_conf, fd[0]);
	open_side(client, &client_conf, fd[1]);
}

void close_both(struct side *server, struct side *client)
{
	pt_conn_close(client->conn, 0, NULL);
	assert_false(client->closed);
	assert_true(lab_run_until(&loop, &server->closed, 3000));
	assert_true(lab_run_until(&loop, &client->closed, 3000));
	assert_int_equal(server->err, 0);
	assert_int_equal(client->err, 0);
}
