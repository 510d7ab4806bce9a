/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "manager/session.h"
#include "base/container_of.h"
#include "base/clock.h"
#include "base/err.h"
#include "manager/assessment.h"
#include "manager/session_state.h"
#include "net/peer_id.h"
#include "posture/report.h"

#include <stdlib.h>
#include <string.h>

/* Result of a commit, on its way to the session's thread. */
struct stored_result {
	struct loop_message message;
	struct session *session;
	int err;
};

/* --- life ----------------------------------------------------------------------------- */

static void session_on_timer_closed(uv_handle_t *h)
{
	session_unref(h->data);
}

static void session_drop_peer(struct session *s)
{
	struct imv_peer *peer = s->peer;

	s->peer = NULL;
	imv_peer_close(peer);
}

/* True: an assessment is running in which the manager has to act next, or the endpoint waits
 * for a slot. */
static bool session_manager_busy(const struct session *s)
{
	return s->peer && imv_peer_busy(s->peer) &&
	       (s->state == ASSESSMENT_QUEUED || !imv_peer_listens(s->peer));
}

/* A session that ended before its first assessment counts against its address, unless the
 * manager caused the end. */
static void session_update_penalty(struct session *s, int err)
{
	struct worker *w = s->worker;
	const struct sockaddr *from = (struct sockaddr *)&s->from;
	char address[PEER_ADDRESS];

	if (s->assessed || s->no_penalty || w->stopping ||
	    !w->limits.penalized_handshakes_per_second || err == ST_ENOMEM ||
	    err == ST_ELIMIT || session_manager_busy(s) || !pt_conn_served(s->conn))
		return;
	if (!address_penalty_failed(w->manager->penalty, from, clock_mono_us()))
		return;
	(void)peer_id_address(from, address);
	log_warn(NULL,
		 "address penalized: peer=%s reason=\"its sessions fail before their first "
		 "assessment; its handshakes are delayed\"",
		 address);
}

static void session_on_closed(void *ctx, int err, const char *reason)
{
	struct session *s = ctx;

	(void)reason; /* the connection has logged it */
	session_update_penalty(s, err);
	s->conn = NULL;
	password_check_cancel(s->password_check);
	s->password_check = NULL;
	assessment_end(s);
	session_drop_peer(s);
	if (!s->ready)
		atomic_fetch_add(&s->worker->manager->refused, 1);
	connection_limit_leave(s->worker->manager->connections, (struct sockaddr *)&s->from);
	*s->back = s->next;
	if (s->next)
		s->next->back = s->back;
	uv_close((uv_handle_t *)&s->deadline, session_on_timer_closed);
	uv_close((uv_handle_t *)&s->rate_timer, session_on_timer_closed);
}

/* --- an assessment -------------------------------------------------------------------- */

static void session_on_send(void *ctx, struct span batch)
{
	struct session *s = ctx;

	if (s->conn)
		(void)pt_conn_send(s->conn, batch); /* a failure closes the connection */
}

static enum verdict verdict_of(TNC_IMV_Evaluation_Result evaluation)
{
	return evaluation < VERDICT_N ? (enum verdict)evaluation : VERDICT_UNKNOWN;
}

static void session_on_result(void *ctx, const struct recommendation *r)
{
	struct session *s = ctx;
	enum access access = (enum access)recommend_access(r->action);
	struct report *report = report_new(s->worker->manager->posture, &s->identity);

	s->no_penalty = true; /* a later failure is not the endpoint's */
	s->verdict = verdict_of(r->evaluation);
	s->access = access;
	s->report_err = report ? report_assessment(report, s->verdict, access) : ST_ENOMEM;
	if (report)
		s->report_err = report_submit(report, NULL, NULL);
	s->evaluation = r->evaluation;
	uv_timer_stop(&s->deadline);
}

/* The first stored assessment clears the address. */
static void session_assessed(struct session *s)
{
	if (s->assessed)
		return;
	s->assessed = true;
	address_penalty_succeeded(s->worker->manager->penalty, (struct sockaddr *)&s->from,
				  clock_mono_us());
	worker_session_assessed(s->worker);
}

/* After the commit: a result that was not stored counts as lost. */
static void session_log(struct session *s, int err)
{
	enum log_level level = err ? LOG_L_ERROR : LOG_L_INFO;

	atomic_fetch_add(err ? &s->worker->manager->lost : &s->worker->manager->assessments,
			 1);
	log_write(level, s->conn ? s->log : NULL,
		  "assessment%s: endpoint=%s result=\"%s\" access=%s ms=%lld%s%s",
		  err ? " lost" : "", s->identity.name,
		  recommend_evaluation_name(s->evaluation), access_name(s->access),
		  (long long)(clock_mono_us() - s->started_at) / 1000, err ? " error=" : "",
		  err ? st_strerror(err) : "");
}

static void session_on_stored(struct loop_message *message)
{
	struct stored_result *a = (struct stored_result *)message;
	struct session *s = a->session;

	session_log(s, a->err);
	if (!a->err)
		session_assessed(s);
	if (s->peer)
		assessment_stored(s, a->err);
	session_unref(s);
	free(a);
}

/* Posture's writer thread. */
static void session_on_committed(void *ctx, int err)
{
	struct stored_result *a = ctx;

	a->err = err;
	loop_queue_send(&a->session->worker->loop_queue, &a->message);
}

static void session_on_settle(void *ctx)
{
	struct session *s = ctx;
	struct posture *posture = s->worker->manager->posture;
	struct stored_result *a;
	uint64_t since = s->posture_mark;
	int err = s->report_err;

	if (err || !(a = calloc(1, sizeof(*a)))) {
		err = err ? err : ST_ENOMEM;
		session_log(s, err);
		imv_peer_settled(s->peer, err);
		return;
	}
	a->message.handler = session_on_stored;
	a->session = s;
	s->posture_mark = posture_mark(posture);
	session_ref(s);
	err = posture_barrier(posture, s->identity.key, since, session_on_committed, a);
	if (err) {
		atomic_fetch_sub(&s->refs, 1);
		free(a);
		session_log(s, err);
		imv_peer_settled(s->peer, err);
	}
}

static void session_on_wake_message(struct loop_message *message)
{
	struct session *s = container_of(message, struct session, wake_message);

	atomic_store(&s->wake_pending, false);
	if (s->peer)
		assessment_wake(s);
	session_unref(s);
}

/* Any thread, while the peer is open, and so the session is there. */
static void session_on_wake(void *ctx)
{
	struct session *s = ctx;

	if (atomic_exchange(&s->wake_pending, true))
		return;
	session_ref(s);
	loop_queue_send(&s->worker->loop_queue, &s->wake_message);
}

static void session_on_peer_closed(void *ctx, int err, const char *err_msg)
{
	session_fail(ctx, err, err_msg);
}

static const struct imv_peer_ops peer_ops = {
	.send = session_on_send,
	.result = session_on_result,
	.settle = session_on_settle,
	.wake = session_on_wake,
	.closed = session_on_peer_closed,
};

/* --- the transport -------------------------------------------------------------------- */

static void session_on_ready(void *ctx, const struct pt_conn_info *info)
{
	struct session *s = ctx;
	struct worker *w = s->worker;
	const struct peer_info peer = {
		.log = info->log,
		.limits = &w->limits,
		.ar_identities = info->ar_identities,
		.tls_unique = info->binding,
		.language = w->manager->language,
		.full_duplex = true,
		.lax_retry = w->manager->lax_retry,
	};
	int err = identity_from_ar(info->ar_identities, &s->identity);

	s->log = info->log;
	s->posture_mark = posture_mark(w->manager->posture);
	s->no_penalty = !err; /* a failure below is not the endpoint's */
	if (!err)
		err = imv_peer_open(w->manager->host, &peer, &peer_ops, s, &s->peer);
	if (!err)
		err = session_registry_add(w->manager->registry, &s->registration,
					   &s->identity);
	if (err) {
		session_fail(s, err, "the session could not be set up");
		return;
	}
	s->no_penalty = false;
	s->ready = true;
	log_debug(info->log, "ready: endpoint=%s tls=%s resumed=%s user=%s", s->identity.name,
		  info->tls, info->resumed ? "yes" : "no", info->user ? info->user : "");
	assessment_ready(s);
}

static void session_on_batch(void *ctx, struct span batch)
{
	struct session *s = ctx;

	if (s->peer)
		assessment_batch(s, batch);
}

static void session_on_verified(void *ctx, int err)
{
	struct session *s = ctx;

	s->password_check = NULL;
	pt_conn_verified(s->conn, err);
}

static int session_on_verify(void *ctx, struct span user, struct span password)
{
	struct session *s = ctx;
	struct worker *w = s->worker;
	int err;

	if (!w->users)
		return ST_EAUTH;
	err = password_check_start(&w->loop.uv, w->users, user, password, session_on_verified,
				   s, &s->password_check);
	return err ? err : SASL_LATER;
}

static const struct pt_conn_ops conn_ops = {
	.ready = session_on_ready,
	.batch = session_on_batch,
	.verify = session_on_verify,
	.closed = session_on_closed,
};

static void session_from(struct session *s, const struct sockaddr *from)
{
	memcpy(&s->from, from,
	       from->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					   : sizeof(struct sockaddr_in));
}

static void session_open(struct worker *w, int fd, const struct sockaddr *from)
{
	struct session *s = calloc(1, sizeof(*s));
	int err = s ? pt_conn_open(&w->loop, &w->conn, fd, &conn_ops, s, &s->conn) : ST_ENOMEM;

	atomic_fetch_add(&w->manager->accepted, 1);
	if (err) {
		log_error(NULL, "connection refused: error=\"%s\"", st_strerror(err));
		connection_limit_leave(w->manager->connections, from);
		free(s);
		return;
	}
	s->worker = w;
	s->wake_message.handler = session_on_wake_message;
	assessment_init(s);
	atomic_init(&s->refs, 2); /* its timers */
	session_from(s, from);
	uv_timer_init(&w->loop.uv, &s->deadline);
	s->deadline.data = s;
	uv_timer_init(&w->loop.uv, &s->rate_timer);
	s->rate_timer.data = s;
	s->next = w->sessions;
	s->back = &w->sessions;
	if (s->next)
		s->next->back = &s->next;
	w->sessions = s;
	if (++w->n_sessions > w->sessions_max)
		w->sessions_max = w->n_sessions;
}

static void session_end_all(struct worker *w)
{
	struct session *next;

	for (struct session *s = w->sessions; s; s = next) {
		next = s->next;
		if (s->peer)
			imv_peer_end(s->peer);
		if (s->conn)
			pt_conn_close(s->conn, 0, "the manager is stopping");
	}
}

static void session_abort_all(struct worker *w)
{
	struct session *next;

	for (struct session *s = w->sessions; s; s = next) {
		next = s->next;
		if (s->conn)
			pt_conn_abort(s->conn, ST_ETIMEOUT, "the manager is stopping");
	}
}

const struct worker_session_ops session_ops = {
	.open = session_open,
	.end_all = session_end_all,
	.abort_all = session_abort_all,
};
