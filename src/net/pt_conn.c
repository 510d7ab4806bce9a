/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/pt_conn.h"

#include "base/container_of.h"
#include "base/clock.h"
#include "net/peer_id.h"
#include "net/stream.h"

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum conn_phase {
	CONN_HANDSHAKE,   /* TLS */
	CONN_NEGOTIATION, /* PT-TLS version and SASL */
	CONN_DATA,
	CONN_FLUSH,  /* over; queued octets are still sent */
	CONN_LINGER, /* our end was sent; waits for that of the peer */
	CONN_CLOSED  /* handles are being closed */
};

static const char *const phase_names[] = { "handshake", "negotiation", "data",
					   "flush",     "linger",      "closed" };

struct pt_conn {
	struct stream stream;
	uv_timer_t timer; /* the deadline of the phase */
	struct net_loop *loop;
	const struct pt_conn_conf *conf;
	const struct pt_conn_ops *ops; /* NULL: detached */
	void *ctx;
	struct tls_ctx *tls_ctx;
	struct tls *tls; /* NULL: server, before the handshake is started */
	struct handshake_waiter waiter;
	struct wr unheard; /* octets received while waiting for the handshake */
	struct pt_config pt_config;
	struct pt_session pt;
	enum conn_phase phase;
	unsigned handles;  /* still to be closed */
	unsigned inside;   /* nested calls from the socket: output waits until they return */
	uint64_t heard_ms; /* loop time of the last octets in Data Transport */
	uint64_t number;
	struct sockaddr_in6 from; /* or sockaddr_in, which is smaller */
	char remote[PEER_ADDRESS];
	uint16_t remote_port;
	struct log log;
	struct log_limit log_limit;
	struct budget *memory; /* or NULL */
	size_t charged;        /* octets charged to memory */
	int err;
	char *reason; /* of the end, for ops->closed; NULL: none, or out of memory */
};

/* --- the end -------------------------------------------------------------------------- */

static void conn_gone(struct pt_conn *c)
{
	if (--c->handles)
		return;
	if (c->ops)
		c->ops->closed(c->ctx, c->err, c->reason ? c->reason : st_strerror(c->err));
	pt_session_reset(&c->pt);
	wr_reset(&c->unheard);
	tls_free(c->tls);
	tls_ctx_free(c->tls_ctx);
	(void)budget_charge(c->memory, &c->charged, 0);
	free(c->reason);
	free(c);
}

static void conn_on_timer_closed(uv_handle_t *h)
{
	conn_gone(h->data);
}

static void conn_on_stream_closed(void *ctx)
{
	conn_gone(ctx);
}

static void conn_teardown(struct pt_conn *c)
{
	if (c->phase == CONN_CLOSED)
		return;
	c->phase = CONN_CLOSED;
	uv_close((uv_handle_t *)&c->timer, conn_on_timer_closed);
	stream_close(&c->stream);
}

/* The log line of the end. Orderly ends and network failures are not warnings. */
static void conn_log_end(const struct pt_conn *c, const char *reason)
{
	enum log_level level = LOG_L_WARN;

	if (!c->err || (c->err == ST_ECLOSED && c->phase == CONN_DATA))
		level = LOG_L_INFO;
	else if (c->err == ST_ENOMEM)
		level = LOG_L_ERROR;
	log_write(level, &c->log, "session over: phase=%s error=\"%s\" reason=\"%s\"",
		  phase_names[c->phase], c->err ? st_strerror(c->err) : "none", reason);
}

/* False when the connection is already ending. */
static bool conn_decide(struct pt_conn *c, int err, const char *reason)
{
	if (c->phase >= CONN_FLUSH)
		return false;
	if (!reason)
		reason = err ? st_strerror(err) : "done";
	c->err = err;
	c->reason = strdup(reason);
	handshake_queue_leave(&c->loop->hellos, &c->waiter);
	conn_log_end(c, reason);
	return true;
}

static void conn_abort(struct pt_conn *c, int err, const char *reason)
{
	(void)conn_decide(c, err, reason);
	conn_teardown(c);
}

static void conn_deadline(struct pt_conn *c, uint32_t seconds);
static void conn_flush(struct pt_conn *c);

/* Queued octets, such as a PT-TLS Error, are still sent. */
static void conn_end(struct pt_conn *c, int err, const char *reason)
{
	if (!conn_decide(c, err, reason))
		return;
	if (c->tls)
		tls_shutdown(c->tls);
	c->phase = CONN_FLUSH;
	conn_deadline(c, c->conf->limits->close_s);
	stream_pause(&c->stream, false);
	if (!c->inside)
		conn_flush(c);
}

/* --- deadlines ------------------------------------------------------------------------ */

static void conn_on_timer(uv_timer_t *timer)
{
	struct pt_conn *c = timer->data;
	uint64_t idle = (uint64_t)c->conf->limits->idle_s * 1000, quiet;

	switch (c->phase) {
	case CONN_HANDSHAKE:
		conn_abort(c, ST_ETIMEOUT, "no TLS handshake within its deadline");
		break;
	case CONN_NEGOTIATION:
		conn_end(c, ST_ETIMEOUT, "no PT-TLS negotiation within its deadline");
		break;
	case CONN_DATA:
		/* receiving updates heard_ms only; the timer checks it when it fires */
		quiet = uv_now(&c->loop->uv) - c->heard_ms;
		if (idle && quiet >= idle)
			conn_end(c, ST_ETIMEOUT, "idle");
		else if (idle)
			uv_timer_start(timer, conn_on_timer, idle - quiet, 0);
		break;
	default:
		conn_teardown(c);
	}
}

/* 0: no deadline. */
static void conn_deadline(struct pt_conn *c, uint32_t seconds)
{
	if (seconds)
		uv_timer_start(&c->timer, conn_on_timer, (uint64_t)seconds * 1000, 0);
	else
		uv_timer_stop(&c->timer);
}

/* --- memory --------------------------------------------------------------------------- */

/* Charges the buffers to the budget; call after they changed. Beyond it the connection ends. */
static void conn_account(struct pt_conn *c)
{
	size_t now = c->pt.in.cap + c->unheard.cap + c->stream.in_flight;

	if (c->tls)
		now += tls_output(c->tls)->cap;
	if (c->phase != CONN_CLOSED && budget_charge(c->memory, &c->charged, now) < 0)
		conn_abort(c, ST_ELIMIT, "the memory limit of all sessions is reached");
}

/* --- sending -------------------------------------------------------------------------- */

static void conn_flush(struct pt_conn *c)
{
	int err;

	if (c->phase == CONN_CLOSED)
		return;
	err = c->tls ? stream_send(&c->stream, tls_output(c->tls)) : 0;
	if (err < 0) {
		conn_abort(c, err == ST_EIO ? ST_ECLOSED : err, stream_error(&c->stream));
	} else if (c->phase == CONN_FLUSH && !pt_conn_queued(c)) {
		c->phase = CONN_LINGER;
		stream_shutdown(&c->stream);
		if (c->stream.ended)
			conn_teardown(c);
	}
	conn_account(c);
}

size_t pt_conn_queued(const struct pt_conn *c)
{
	return (c->tls ? tls_output(c->tls)->len : 0) + c->stream.in_flight;
}

bool pt_conn_served(const struct pt_conn *c)
{
	return c->tls != NULL;
}

/* Encrypts the PT-TLS messages in out, which is empty afterwards. */
static void conn_encrypt(struct pt_conn *c, struct wr *out)
{
	int err = out->err;

	if (!err && out->len)
		err = tls_write(c->tls, wr_span(out));
	wr_reset(out);
	if (err < 0)
		conn_abort(c, err, tls_reason(c->tls));
}

int pt_conn_send(struct pt_conn *c, struct span batch)
{
	struct wr out = { 0 };
	int err;

	if (c->phase != CONN_DATA)
		return ST_ESTATE;
	if (pt_conn_queued(c) + batch.n > c->conf->limits->output) {
		conn_abort(c, ST_ELIMIT, "the peer reads too slowly");
		return ST_ELIMIT;
	}
	if ((err = pt_session_send_batch(&c->pt, batch, &out)) < 0) {
		wr_reset(&out);
		return err;
	}
	conn_encrypt(c, &out);
	conn_account(c);
	if (!c->inside)
		conn_flush(c);
	return c->phase == CONN_DATA ? 0 : ST_ECLOSED;
}

/* --- receiving ------------------------------------------------------------------------ */

static void conn_tell_ready(struct pt_conn *c, const struct sockaddr *from)
{
	uint8_t binding[TLS_BINDING_OCTETS];
	struct span user = pt_session_user(&c->pt);
	struct peer_ids ids = { 0 };
	struct pt_conn_info info = {
		.remote = c->remote,
		.remote_port = c->remote_port,
		.user = user.n ? (const char *)user.p : NULL,
		.binding = span_of(binding, tls_binding(c->tls, binding)),
		.tls = tls_version(c->tls),
		.resumed = tls_resumed(c->tls),
		.session = c->number,
		.log = &c->log,
	};
	int err = 0;

	peer_ids_begin(&ids);
	if (tls_peer(c->tls))
		err = peer_ids_add_cert(&ids, tls_peer(c->tls));
	if (!err && user.n)
		err = peer_ids_add(&ids, AR_ID_USER, AR_SUBJECT_USER, AR_AUTH_PASSWORD, user);
	if (!err)
		err = peer_ids_add_address(&ids, from);
	info.ar_identities = wr_span(&ids.out);
	if (err)
		conn_end(c, ST_EAUTH, "the certificate contains no usable name");
	else if (c->ops)
		c->ops->ready(c->ctx, &info);
	wr_reset(&ids.out);
}

static void conn_ready(struct pt_conn *c)
{
	c->phase = CONN_DATA;
	c->heard_ms = uv_now(&c->loop->uv);
	conn_deadline(c, c->conf->limits->idle_s);
	conn_tell_ready(c, (struct sockaddr *)&c->from);
}

/* The PT-TLS session has ended; its Error, if any, is in the output. */
static void conn_session_over(struct pt_conn *c)
{
	const struct pt_failure *failure = &c->pt.failure;
	char reason[160];

	(void)snprintf(reason, sizeof(reason), "PT-TLS error %s: %s (%s)",
		       failure->received ? "received" : "sent",
		       pt_error_name(failure->vendor, failure->code),
		       st_strerror(failure->err));
	conn_end(c, failure->err ? failure->err : ST_ECLOSED, reason);
}

/* False when the session delivers nothing more. */
static bool conn_event(struct pt_conn *c, int ev, struct wr *out)
{
	conn_encrypt(c, out);
	if (ev == PT_NEED_MORE || c->phase >= CONN_FLUSH)
		return false;
	if (ev == PT_READY)
		conn_ready(c);
	else if (ev == PT_BATCH && c->ops)
		c->ops->batch(c->ctx, c->pt.batch);
	else if (ev == PT_CLOSE)
		conn_session_over(c);
	else if (ev < 0)
		conn_abort(c, ev, NULL);
	return c->phase < CONN_FLUSH;
}

static void conn_plain(struct pt_conn *c, struct span in)
{
	struct wr out = { 0 };

	c->heard_ms = uv_now(&c->loop->uv);
	while (conn_event(c, pt_session_input(&c->pt, &in, &out), &out))
		;
	conn_account(c);
}

void pt_conn_verified(struct pt_conn *c, int err)
{
	struct wr out = { 0 };

	if (c->phase != CONN_NEGOTIATION)
		return;
	c->inside++;
	(void)conn_event(c, pt_session_verified(&c->pt, err, &out), &out);
	c->inside--;
	conn_flush(c);
}

static void conn_established(struct pt_conn *c)
{
	bool known = tls_peer(c->tls) != NULL;
	struct wr out = { 0 };

	c->phase = CONN_NEGOTIATION;
	conn_deadline(c, c->conf->limits->negotiation_s);
	c->pt_config.sasl.external = known;
	if (known && c->conf->sasl_instead && c->pt_config.server)
		c->pt_config.mechs = 0;
	if (pt_session_start(&c->pt, &out) < 0)
		out.err = out.err ? out.err : ST_ENOMEM;
	conn_encrypt(c, &out);
}

/* close_notify. An orderly end in Data Transport and between messages. */
static void conn_on_notify(struct pt_conn *c)
{
	if (c->phase == CONN_DATA && !c->pt.in.len && !c->pt.skip)
		conn_end(c, 0, "closed by the peer");
	else
		conn_end(c, ST_ECLOSED, "closed by the peer in the middle of the session");
}

static void conn_read(struct pt_conn *c, struct span in)
{
	int n = 1;

	c->inside++;
	while (n > 0 && c->phase < CONN_FLUSH) {
		n = tls_read(c->tls, &in, c->loop->plain, NET_PLAIN_OCTETS);
		if (c->phase == CONN_HANDSHAKE && tls_established(c->tls))
			conn_established(c);
		if (n > 0 && c->phase < CONN_FLUSH)
			conn_plain(c, span_of(c->loop->plain, (size_t)n));
		else if (n == ST_ECLOSED)
			conn_on_notify(c);
		else if (n < 0)
			conn_end(c, n, tls_reason(c->tls));
	}
	c->inside--;
	conn_flush(c);
}

/* TLS state is allocated with the first octets of the peer. */
static void conn_hear(struct pt_conn *c, struct span in)
{
	int err = tls_open(c->tls_ctx, &c->tls);

	if (err)
		conn_abort(c, err, NULL);
	else
		conn_read(c, in);
}

static void conn_on_turn(struct handshake_waiter *h)
{
	struct pt_conn *c = container_of(h, struct pt_conn, waiter);
	struct wr unheard = c->unheard;

	c->unheard = (struct wr){ 0 };
	conn_deadline(c, c->conf->limits->handshake_s);
	stream_pause(&c->stream, false);
	conn_hear(c, wr_span(&unheard));
	wr_reset(&unheard);
}

/* The handshake is queued; its deadline does not run yet. */
static void conn_wait(struct pt_conn *c, struct span in)
{
	wr_bytes(&c->unheard, in);
	if (c->unheard.err) {
		conn_abort(c, c->unheard.err, NULL);
		return;
	}
	stream_pause(&c->stream, true);
	conn_deadline(c, c->conf->limits->waiting_s);
	conn_account(c);
}

static void conn_on_data(void *ctx, struct span in)
{
	struct pt_conn *c = ctx;

	if (c->tls || c->phase >= CONN_FLUSH) {
		conn_read(c, in);
		return;
	}
	c->waiter.penalty_class = address_penalty_class(
		c->conf->penalty, (struct sockaddr *)&c->from, clock_mono_us());
	if (handshake_queue_enter(&c->loop->hellos, &c->waiter))
		conn_hear(c, in);
	else
		conn_wait(c, in);
}

static void conn_on_end(void *ctx, int err)
{
	struct pt_conn *c = ctx;

	if (c->phase == CONN_FLUSH && !err)
		return; /* the peer may still read: conn_flush ends the connection */
	if (c->phase >= CONN_FLUSH)
		conn_teardown(c);
	else if (err)
		conn_abort(c, err == ST_EIO ? ST_ECLOSED : err, stream_error(&c->stream));
	else
		conn_abort(c, ST_ECLOSED,
			   c->stream.paused ? "the peer disconnected while it was waiting"
					    : "the peer disconnected without closing TLS");
}

static void conn_on_drained(void *ctx)
{
	conn_flush(ctx);
}

static const struct stream_ops conn_stream_ops = {
	.data = conn_on_data,
	.drained = conn_on_drained,
	.end = conn_on_end,
	.closed = conn_on_stream_closed,
};

/* --- SASL ----------------------------------------------------------------------------- */

static int conn_verify(void *ctx, struct span user, struct span password)
{
	struct pt_conn *c = ctx;

	return c->ops && c->ops->verify ? c->ops->verify(c->ctx, user, password) : ST_EAUTH;
}

/* Refuses to send the same credentials a second time. */
static int conn_credentials(void *ctx, unsigned attempt, struct span *user,
			    struct span *password)
{
	const struct pt_conn *c = ctx;

	if (attempt || !c->conf->user || !c->conf->password)
		return ST_ENOENT;
	*user = span_str(c->conf->user);
	*password = span_str(c->conf->password);
	return 0;
}

/* --- opening -------------------------------------------------------------------------- */

static void conn_init_session(struct pt_conn *c)
{
	bool server = tls_ctx_is_server(c->conf->tls);

	c->pt_config = (struct pt_config){
		.initiator = !server,
		.server = server,
		.limits = c->conf->limits,
		.mechs = c->conf->mechs,
		.auth = c->conf->auth,
		.sasl_result_8bit = c->conf->sasl_result_8bit,
		.sasl = { .ctx = c, .verify = conn_verify, .credentials = conn_credentials },
	};
	pt_session_init(&c->pt, &c->pt_config);
}

static void conn_init_name(struct pt_conn *c, int fd)
{
	static atomic_uint_fast64_t counter;
	socklen_t n = sizeof(c->from);

	(void)getpeername(fd, (struct sockaddr *)&c->from, &n);
	(void)peer_id_address((struct sockaddr *)&c->from, c->remote);
	c->remote_port = peer_id_port((struct sockaddr *)&c->from);
	c->number = atomic_fetch_add(&counter, 1) + 1;
	c->log.limit = &c->log_limit;
	log_name(&c->log, "peer=%s port=%u session=%llu", c->remote, c->remote_port,
		 (unsigned long long)c->number);
}

/* A client sends first. */
static int conn_begin(struct pt_conn *c)
{
	struct span none = { 0 };
	int err = tls_open(c->tls_ctx, &c->tls);

	if (!err && c->conf->certificate)
		err = tls_show(c->tls, c->conf->certificate, c->conf->key);
	if (err)
		return err;
	tls_remember(c->tls, c->conf->resume);
	err = tls_read(c->tls, &none, c->loop->plain, NET_PLAIN_OCTETS);
	return err < 0 ? err : stream_send(&c->stream, tls_output(c->tls));
}

int pt_conn_open(struct net_loop *loop, const struct pt_conn_conf *conf, int fd,
		 const struct pt_conn_ops *ops, void *ctx, struct pt_conn **out)
{
	struct pt_conn *c = calloc(1, sizeof(*c));
	int err;

	*out = NULL;
	if (!c) {
		close(fd);
		return ST_ENOMEM;
	}
	c->loop = loop;
	c->conf = conf;
	c->memory = conf->memory;
	c->tls_ctx = tls_ctx_ref(conf->tls);
	c->ctx = ctx;
	c->waiter.turn = conn_on_turn;
	c->handles = 2;
	conn_init_session(c);
	conn_init_name(c, fd);
	if (!conf->tuned)
		stream_tune(fd, conf->limits->assessment_s);
	uv_timer_init(&loop->uv, &c->timer);
	c->timer.data = c;
	err = stream_open(&c->stream, loop, fd, &conn_stream_ops, c);
	if (!err && !tls_ctx_is_server(conf->tls))
		err = conn_begin(c);
	if (err) {
		conn_teardown(c); /* ops is unset: no callback */
		return err;
	}
	c->ops = ops;
	conn_deadline(c, conf->limits->handshake_s);
	*out = c;
	return 0;
}

void pt_conn_close(struct pt_conn *c, int err, const char *reason)
{
	conn_end(c, err, reason);
}

void pt_conn_abort(struct pt_conn *c, int err, const char *reason)
{
	conn_abort(c, err, reason);
}

void pt_conn_detach(struct pt_conn *c)
{
	c->ops = NULL;
	conn_end(c, 0, NULL);
}

void pt_conn_pause(struct pt_conn *c, bool pause)
{
	if (c->phase < CONN_FLUSH)
		stream_pause(&c->stream, pause);
}
