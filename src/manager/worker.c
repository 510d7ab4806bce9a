/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "manager/worker.h"
#include "base/container_of.h"
#include "base/err.h"
#include "manager/heap_trim.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct reload {
	struct loop_message message;
	struct worker *worker;
	struct limits limits;
	struct pt_conn_conf conn;
	struct password_file *users;
};

/* --- stopping ------------------------------------------------------------------------- */

/* The loop ends when all of its handles are closed. */
static void worker_finish(struct worker *w)
{
	if (!w->stopping || w->n_sessions || uv_is_closing((uv_handle_t *)&w->grace))
		return;
	uv_close((uv_handle_t *)&w->grace, NULL);
	loop_queue_close(&w->loop_queue);
}

/* Sessions that justify a trim. A trim needs the end of half of the sessions since the last
 * one, so its cost for each session is small. */
#define TRIM_SESSIONS_MIN 256

static void worker_trim_heap(struct worker *w)
{
	if (w->stopping || w->sessions_max < TRIM_SESSIONS_MIN ||
	    w->n_sessions * 2 > w->sessions_max)
		return;
	w->sessions_max = w->sessions_at_trim = w->n_sessions;
	heap_trim_request(w->manager->heap_trim);
}

/* Temporary memory of assessments (inventories above all) leaves holes between the memory of
 * sessions. While a fleet connects, the heap is trimmed each time the number of sessions has
 * grown by an eighth, so its cost for each session is small. */
void worker_session_assessed(struct worker *w)
{
	if (w->n_sessions < w->sessions_at_trim + w->sessions_at_trim / 8 + TRIM_SESSIONS_MIN)
		return;
	w->sessions_at_trim = w->n_sessions;
	heap_trim_request(w->manager->heap_trim);
}

void worker_session_gone(struct worker *w)
{
	w->n_sessions--;
	worker_trim_heap(w);
	worker_finish(w);
}

static void worker_on_grace(uv_timer_t *timer)
{
	struct worker *w = timer->data;

	w->manager->session_ops->abort_all(w);
}

static void worker_close_listeners(struct worker *w)
{
	for (size_t i = 0; i < w->n_listeners; i++)
		listener_close(w->listeners[i]);
	w->n_listeners = 0;
}

static void worker_on_stop_message(struct loop_message *message)
{
	struct worker *w = container_of(message, struct worker, stop_message);

	w->stopping = true;
	worker_close_listeners(w);
	w->manager->session_ops->end_all(w);
	uv_timer_start(&w->grace, worker_on_grace, (uint64_t)w->limits.close_s * 1000, 0);
	worker_finish(w);
}

void worker_stop(struct worker *w)
{
	w->stop_message.handler = worker_on_stop_message;
	loop_queue_send(&w->loop_queue, &w->stop_message);
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

/* Each worker has an equal share of the handshakes with penalized addresses. */
static void worker_set_handshake_rate(struct worker *w)
{
	uint32_t rate = w->limits.penalized_handshakes_per_second;

	handshake_queue_set_interval(&w->loop.hellos, rate ? 1000 * w->threads / rate + 1 : 0);
}

/* Existing sessions use the new limits too: they read w->limits. */
static void worker_on_reload_message(struct loop_message *message)
{
	struct reload *r = (struct reload *)message;
	struct worker *w = r->worker;

	tls_ctx_free(w->conn.tls);
	password_file_free(w->users);
	w->limits = r->limits;
	w->conn = r->conn;
	w->users = r->users;
	worker_set_handshake_rate(w);
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
	r->message.handler = worker_on_reload_message;
	r->worker = w;
	r->limits = c->limits;
	r->users = password_file_ref(users);
	conn_conf(w, c, tls, &r->conn);
	loop_queue_send(&w->loop_queue, &r->message);
	return 0;
}

/* --- starting ------------------------------------------------------------------------- */

static void worker_on_accepted(void *ctx, int fd, const struct sockaddr *from)
{
	struct worker *w = ctx;

	w->manager->session_ops->open(w, fd, from);
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
	if ((err = loop_queue_open(&w->loop_queue, &w->loop.uv)) < 0) {
		(void)net_loop_reset(&w->loop);
		return err;
	}
	uv_timer_init(&w->loop.uv, &w->grace);
	w->grace.data = w;
	w->limits = c->limits;
	w->users = password_file_ref(users);
	w->threads = c->threads;
	worker_set_handshake_rate(w);
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
