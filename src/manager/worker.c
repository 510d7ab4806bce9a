/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "manager/worker.h"
#include "base/container_of.h"
#include "base/err.h"
#include "manager/session.h"
#include "manager/heap_trim.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct reload {
	struct loop_message letter;
	struct worker *worker;
	struct limits limits;
	struct pt_conn_conf conn;
	struct password_file *users;
};

/* --- the end -------------------------------------------------------------------------- */

/* The loop ends when nothing is open on it any more. */
static void worker_finish(struct worker *w)
{
	if (!w->stopping || w->alive || uv_is_closing((uv_handle_t *)&w->grace))
		return;
	uv_close((uv_handle_t *)&w->grace, NULL);
	loop_queue_close(&w->mailbox);
}

/* So many sessions have gone that what they held is worth being given back to the system. Each
 * time half of them must have gone since, so it costs each of them next to nothing. */
#define WORTH_GIVING_BACK 256

static void worker_give_back(struct worker *w)
{
	if (w->stopping || w->most < WORTH_GIVING_BACK || w->alive * 2 > w->most)
		return;
	w->most = w->trimmed = w->alive;
	heap_trim_request(w->manager->trim);
}

/* What an assessment needs for a moment, inventories above all, leaves holes between what lasts.
 * As a fleet arrives they are given back each time it has grown by an eighth, so that this, too,
 * costs each session next to nothing, and one that only comes and goes nothing. */
void worker_session_settled(struct worker *w)
{
	if (w->alive < w->trimmed + w->trimmed / 8 + WORTH_GIVING_BACK)
		return;
	w->trimmed = w->alive;
	heap_trim_request(w->manager->trim);
}

void worker_session_gone(struct worker *w)
{
	w->alive--;
	worker_give_back(w);
	worker_finish(w);
}

static void worker_on_grace(uv_timer_t *timer)
{
	struct worker *w = timer->data;
	struct session *next;

	for (struct session *s = w->sessions; s; s = next) {
		next = session_next(s);
		session_abort(s);
	}
}

static void worker_close_listeners(struct worker *w)
{
	for (size_t i = 0; i < w->n_listeners; i++)
		listener_close(w->listeners[i]);
	w->n_listeners = 0;
}

static void worker_stop_open(struct loop_message *l)
{
	struct worker *w = container_of(l, struct worker, stop);
	struct session *next;

	w->stopping = true;
	worker_close_listeners(w);
	for (struct session *s = w->sessions; s; s = next) {
		next = session_next(s);
		session_end(s);
	}
	uv_timer_start(&w->grace, worker_on_grace, (uint64_t)w->limits.close_s * 1000, 0);
	worker_finish(w);
}

void worker_stop(struct worker *w)
{
	w->stop.open = worker_stop_open;
	loop_queue_send(&w->mailbox, &w->stop);
}

void worker_close(struct worker *w)
{
	if (w->started) {
		uv_thread_join(&w->thread);
	} else {
		w->stopping = true;
		worker_close_listeners(w);
		worker_finish(w);
		uv_run(&w->loop.uv, UV_RUN_DEFAULT);
	}
	(void)net_loop_reset(&w->loop);
	tls_ctx_free(w->conn.tls);
	password_file_free(w->users);
	free(w->listeners);
	memset(w, 0, sizeof(*w));
}

/* --- the configuration ---------------------------------------------------------------- */

static void conn_conf(struct worker *w, const struct manager_conf *c, struct tls_ctx *tls,
		      struct pt_conn_conf *out)
{
	*out = (struct pt_conn_conf){
		.limits = &w->limits,
		.memory = w->manager->memory,
		.penalty = w->manager->penalty,
		.tls = tls_ctx_ref(tls),
		.tuned = true,
		.mechs = c->sasl_mechs,
		.auth = PT_AUTH_ONE,
		.sasl_instead = c->sasl_instead,
		.sasl_result_8bit = c->sasl_result_8bit,
	};
}

/* Its share of the handshakes with those in doubt, who are spread over all loops. */
static void worker_pace(struct worker *w)
{
	uint32_t rate = w->limits.penalized_handshakes_per_second;

	handshake_queue_set_interval(&w->loop.hellos, rate ? 1000 * w->threads / rate + 1 : 0);
}

/* Sessions that are there go by the new limits too: they look at ours. */
static void worker_reload_open(struct loop_message *l)
{
	struct reload *r = (struct reload *)l;
	struct worker *w = r->worker;

	tls_ctx_free(w->conn.tls);
	password_file_free(w->users);
	w->limits = r->limits;
	w->conn = r->conn;
	w->users = r->users;
	worker_pace(w);
	for (size_t i = 0; i < w->n_listeners; i++)
		listener_tune(w->listeners[i], w->limits.assessment_s);
	free(r);
}

int worker_reload(struct worker *w, const struct manager_conf *c, struct tls_ctx *tls,
		  struct password_file *users)
{
	struct reload *r = calloc(1, sizeof(*r));

	if (!r)
		return ST_ENOMEM;
	r->letter.open = worker_reload_open;
	r->worker = w;
	r->limits = c->limits;
	r->users = password_file_ref(users);
	conn_conf(w, c, tls, &r->conn);
	loop_queue_send(&w->mailbox, &r->letter);
	return 0;
}

/* --- the beginning -------------------------------------------------------------------- */

static void worker_on_accepted(void *ctx, int fd, const struct sockaddr *from)
{
	session_open(ctx, fd, from);
}

static int worker_listen(struct worker *w, const char *address, struct manager_conf *c,
			 struct conf_error *e)
{
	const struct listener_conf conf = {
		.address = address,
		.port = c->port,
		.stall_s = c->limits.assessment_s,
		.connections = w->manager->connections,
	};
	int err = listener_open(&w->loop, &conf, worker_on_accepted, w,
				&w->listeners[w->n_listeners]);

	if (err)
		return settings_fail(e, c->file, "cannot listen on %s port %u: %s",
				     address ? address : "any address", c->port,
				     err == ST_EIO ? strerror(errno) : st_strerror(err));
	c->port = listener_port(w->listeners[w->n_listeners++]);
	return 0;
}

static int worker_listen_all(struct worker *w, struct manager_conf *c, struct conf_error *e)
{
	size_t n = c->n_addresses ? c->n_addresses : 1;
	int err = 0;

	if (!(w->listeners = calloc(n, sizeof(struct listener *))))
		return ST_ENOMEM;
	for (size_t i = 0; !err && i < n; i++)
		err = worker_listen(w, c->n_addresses ? c->addresses[i] : NULL, c, e);
	return err;
}

int worker_open(struct worker *w, struct manager_shared *m, struct manager_conf *c,
		struct tls_ctx *tls, struct password_file *users, struct conf_error *e)
{
	int err;

	memset(w, 0, sizeof(*w));
	w->manager = m;
	if ((err = net_loop_init(&w->loop)) < 0)
		return err;
	if ((err = loop_queue_open(&w->mailbox, &w->loop.uv)) < 0) {
		(void)net_loop_reset(&w->loop);
		return err;
	}
	uv_timer_init(&w->loop.uv, &w->grace);
	w->grace.data = w;
	w->limits = c->limits;
	w->users = password_file_ref(users);
	w->threads = c->threads;
	worker_pace(w);
	conn_conf(w, c, tls, &w->conn);
	if ((err = worker_listen_all(w, c, e)) < 0)
		worker_close(w);
	return err;
}

static void worker_main(void *ctx)
{
	struct worker *w = ctx;

	uv_run(&w->loop.uv, UV_RUN_DEFAULT);
}

int worker_start(struct worker *w)
{
	if (uv_thread_create(&w->thread, worker_main, w) < 0)
		return ST_EIO;
	w->started = true;
	return 0;
}
