/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/peer.h"

#include "base/err.h"
#include "host/language.h"

#include <stdlib.h>

/* --- life -------------------------------------------------------------------------------- */

static int copy_info(struct peer *p, const struct peer_info *info)
{
	const char *transport = info->transport ? info->transport : "IF-T for TLS";
	const char *version = info->transport_version ? info->transport_version : "2.0";

	p->log = info->log;
	p->limits = info->limits;
	p->ar_identities = arena_copy(&p->keep, info->ar_identities);
	p->tls_unique = arena_copy(&p->keep, info->tls_unique);
	p->transport = arena_str(&p->keep, span_str(transport));
	p->transport_version = arena_str(&p->keep, span_str(version));
	if (!p->transport || !p->transport_version)
		return ST_ENOMEM;
	if ((info->ar_identities.n && !p->ar_identities.p) ||
	    (info->tls_unique.n && !p->tls_unique.p))
		return ST_ENOMEM;
	return 0;
}

int peer_init(struct peer *p, struct module_host *host, const struct peer_info *info,
	      const struct peer_ops *ops, void *ctx)
{
	bool server = host->kind == TNC_KIND_IMV;
	int err;

	p->host = host;
	p->ops = *ops;
	p->ctx = ctx;
	p->can_retry = !server || info->full_duplex;
	p->cfg = (struct pb_config){ .server = server,
				     .full_duplex = info->full_duplex,
				     .lax_retry = info->lax_retry,
				     .limits = info->limits };
	pthread_mutex_init(&p->lock, NULL);
	pb_session_init(&p->pb, &p->cfg);
	p->max_message = pb_session_max_pa(&p->pb);
	err = copy_info(p, info);
	if (!err && server)
		err = verdicts_init(&p->verdicts, host->n);
	if (!err && info->language)
		peer_set_language(p, span_str(info->language));
	if (!err)
		err = peer_table_add(&host->peers, p);
	if (err) {
		p->host = NULL;
		peer_reset(p);
	}
	return err;
}

void peer_reset(struct peer *p)
{
	if (p->host)
		peer_table_remove(&p->host->peers, p);
	pb_session_reset(&p->pb);
	verdicts_free(&p->verdicts);
	wr_reset(&p->language);
	wr_reset(&p->out);
	arena_reset(&p->keep);
	pthread_mutex_destroy(&p->lock);
}

bool peer_abandon(struct peer *p)
{
	bool inside;

	pthread_mutex_lock(&p->lock);
	p->ops.wake = NULL;
	p->active = p->can_retry = false;
	inside = p->depth > 0;
	pthread_mutex_unlock(&p->lock);
	p->ended = true;
	p->closing = inside;
	return inside;
}

void peer_enter(struct peer *p)
{
	pthread_mutex_lock(&p->lock);
	p->depth++;
	pthread_mutex_unlock(&p->lock);
}

bool peer_leave(struct peer *p)
{
	bool outermost;

	pthread_mutex_lock(&p->lock);
	outermost = --p->depth == 0;
	pthread_mutex_unlock(&p->lock);
	return outermost && p->closing;
}

/* --- telling modules --------------------------------------------------------------------- */

void peer_tell(struct peer *p, TNC_ConnectionState state)
{
	for (size_t i = 0; i < p->host->n; i++)
		module_notify(p->host->modules[i], p->log, p->id, state);
}

void peer_start(struct peer *p)
{
	pthread_mutex_lock(&p->lock);
	p->active = true;
	p->waiting = false;
	p->retry_wanted = false;
	verdicts_clear(&p->verdicts);
	pthread_mutex_unlock(&p->lock);
	p->flooded = false;
	peer_tell(p, TNC_CONNECTION_STATE_HANDSHAKE);
}

void peer_stop(struct peer *p, TNC_ConnectionState state)
{
	pthread_mutex_lock(&p->lock);
	p->active = false;
	p->waiting = false;
	pthread_mutex_unlock(&p->lock);
	peer_tell(p, state);
}

/* From now on m may send, on this thread; NULL: nobody. */
static void allow(struct peer *p, struct module *m)
{
	pthread_mutex_lock(&p->lock);
	p->sender = m;
	p->thread = pthread_self();
	pthread_mutex_unlock(&p->lock);
}

void peer_begin_handshake(struct peer *p)
{
	for (size_t i = 0; i < p->host->n; i++) {
		allow(p, p->host->modules[i]);
		module_begin(p->host->modules[i], p->log, p->id);
	}
	allow(p, NULL);
}

void peer_deliver(struct peer *p, const struct pb_pa *pa, bool may_send)
{
	for (size_t i = 0; i < p->host->n; i++) {
		struct module *m = p->host->modules[i];

		if (!module_wants(m, pa))
			continue;
		allow(p, may_send ? m : NULL);
		module_receive(m, p->log, p->id, pa);
	}
	allow(p, NULL);
}

void peer_batch_ending(struct peer *p, bool may_send)
{
	for (size_t i = 0; i < p->host->n; i++) {
		allow(p, may_send ? p->host->modules[i] : NULL);
		module_batch_ending(p->host->modules[i], p->log, p->id);
	}
	allow(p, NULL);
}

TNC_Result peer_solicit(struct peer *p, struct module *m)
{
	TNC_Result r;

	allow(p, m);
	r = module_solicit(m, p->log, p->id);
	allow(p, NULL);
	return r;
}

void peer_set_language(struct peer *p, struct span value)
{
	pthread_mutex_lock(&p->lock);
	wr_truncate(&p->language, 0);
	wr_bytes(&p->language, value);
	pthread_mutex_unlock(&p->lock);
}

bool peer_take_retry(struct peer *p)
{
	bool wanted;

	pthread_mutex_lock(&p->lock);
	wanted = p->retry_wanted;
	p->retry_wanted = false;
	if (!wanted && p->retries <= PEER_RETRIES_MAX)
		p->retries = 0; /* an assessment after which nobody wanted another */
	pthread_mutex_unlock(&p->lock);
	return wanted;
}

bool peer_pass_retry(struct peer *p)
{
	bool later;

	pthread_mutex_lock(&p->lock);
	later = p->retry_wanted && p->ops.wake;
	if (later)
		p->ops.wake(p->ctx);
	pthread_mutex_unlock(&p->lock);
	return !later && peer_take_retry(p);
}

void peer_forget_retries(struct peer *p)
{
	pthread_mutex_lock(&p->lock);
	p->retries = 0;
	pthread_mutex_unlock(&p->lock);
}

/* --- batches ----------------------------------------------------------------------------- */

/* Tells the owner, once, that nothing more will come or go. */
static void over(struct peer *p, int err, const char *err_msg)
{
	bool active;

	if (p->ended)
		return;
	p->ended = true;
	pthread_mutex_lock(&p->lock);
	active = p->active;
	p->active = p->waiting = p->can_retry = p->retry_wanted = false;
	pthread_mutex_unlock(&p->lock);
	if (err)
		log_warn(p->log, "session ended: reason=\"%s\" error=\"%s\" connection=%lu%s",
			 err_msg, st_strerror(err), p->id,
			 active ? " assessment=unfinished" : "");
	if (p->ops.closed)
		p->ops.closed(p->ctx, err, err_msg);
}

static void carry(struct peer *p)
{
	struct span batch = wr_span(&p->out);

	if (batch.n && !p->out.err && !p->ended)
		p->ops.send(p->ctx, batch);
	wr_reset(&p->out); /* a session that is idle keeps no buffer */
}

int peer_send(struct peer *p, enum pb_type type)
{
	int sent;

	if (p->ended)
		return ST_ECLOSED;
	sent = pb_session_send(&p->pb, type, &p->out);
	if (sent < 0) {
		wr_truncate(&p->out, 0);
		peer_fail(p, sent, "a batch could not be built");
		return sent;
	}
	log_debug(p->log, "batch sent: type=%s octets=%zu state=%s",
		  pb_type_name((unsigned)sent), p->out.len, pb_state_name(p->pb.state));
	carry(p);
	return sent;
}

void peer_fail(struct peer *p, int err, const char *err_msg)
{
	static const struct pb_error local = { .fatal = true, .code = PB_E_LOCAL };

	if (p->ended)
		return;
	if (pb_session_fail(&p->pb, &local, &p->out) >= 0)
		carry(p);
	over(p, err, err_msg);
}

void peer_end(struct peer *p)
{
	if (p->ended)
		return;
	if (pb_session_send(&p->pb, PB_CLOSE, &p->out) >= 0)
		carry(p);
	over(p, 0, "closed by us");
}

void peer_log_error(struct peer *p, const struct pb_error *e)
{
	log_warn(p->log,
		 "peer reports an error: error=\"%s\" vendor=%06x code=%u fatal=%d offset=%u",
		 pb_error_name(e->vendor, e->code), e->vendor, e->code, e->fatal, e->offset);
}

/* The peer's CLOSE: orderly unless it brought a fatal error. */
static void closed(struct peer *p)
{
	struct pb_msg m;
	bool fatal = false;

	while (pb_session_next(&p->pb, &m)) {
		if (m.rule && m.vendor == PEN_IETF && m.type == PB_MSG_ERROR) {
			peer_log_error(p, &m.error);
			fatal |= m.error.fatal;
		}
	}
	if (fatal)
		over(p, ST_ESTATE, "the peer gave up");
	else
		over(p, 0, "closed by the peer");
}

bool peer_input(struct peer *p, struct span batch, bool *ignored)
{
	int ev;

	*ignored = false;
	if (p->ended)
		return false;
	ev = pb_session_receive(&p->pb, batch, &p->out);
	switch (ev) {
	case PB_ACCEPTED:
		log_debug(p->log, "batch received: type=%s octets=%zu state=%s",
			  pb_type_name(p->pb.received), batch.n, pb_state_name(p->pb.state));
		return true;
	case PB_IGNORED:
		log_debug(p->log, "retry crossed ours: type=%s", pb_type_name(p->pb.received));
		*ignored = true;
		return false;
	case PB_CLOSED:
		closed(p);
		return false;
	case PB_REFUSED:
		log_warn(p->log, "batch refused: answer=\"%s\" at=%zu",
			 pb_error_name(p->pb.fatal.vendor, p->pb.fatal.code), p->pb.err_at);
		carry(p);
		over(p, p->pb.err ? p->pb.err : ST_EVALUE, "the peer broke PB-TNC");
		return false;
	default:
		peer_fail(p, ev, "a batch could not be processed");
		return false;
	}
}

/* --- for module functions ---------------------------------------------------------------- */

TNC_Result peer_put(struct peer *p, struct module *m, const struct pb_pa *pa)
{
	struct pb_msg msg = { .vendor = PEN_IETF, .type = PB_MSG_PA, .pa = *pa };
	size_t queued;

	if (p->sender != m || !pthread_equal(p->thread, pthread_self()))
		return TNC_RESULT_ILLEGAL_OPERATION;
	if (p->pb.rounds >= p->limits->rounds)
		return TNC_RESULT_EXCEEDED_MAX_ROUND_TRIPS;
	if (pa->body.n > p->max_message)
		return TNC_RESULT_EXCEEDED_MAX_MESSAGE_SIZE;
	queued = pb_session_pending(&p->pb);
	if (p->limits->output && queued + pa->body.n > p->limits->output) {
		if (!p->flooded)
			log_warn(p->log,
				 "module cut off: it sends too much at once, queued=%zu %s",
				 queued, m->log.ctx);
		p->flooded = true;
		return TNC_RESULT_ILLEGAL_OPERATION;
	}
	switch (pb_session_put(&p->pb, &msg)) {
	case 0:
		return TNC_RESULT_SUCCESS;
	case ST_ELIMIT:
		return TNC_RESULT_EXCEEDED_MAX_MESSAGE_SIZE;
	default:
		return TNC_RESULT_OTHER;
	}
}

TNC_Result peer_want_retry(struct peer *p, struct module *m, TNC_RetryReason reason)
{
	if (!p->can_retry)
		return TNC_RESULT_CANT_RETRY;
	if (p->retry_wanted)
		return TNC_RESULT_SUCCESS;
	if (!p->active && !p->depth) {
		p->retries = 0;
	} else if (p->retries >= PEER_RETRIES_MAX) {
		if (p->retries++ == PEER_RETRIES_MAX)
			log_warn(p->log,
				 "module asks for a retry in every assessment: no more %s",
				 m->log.ctx);
		return TNC_RESULT_WONT_RETRY;
	}
	p->retries++;
	p->retry_wanted = true;
	log_info(p->log, "retry wanted: reason=%lu %s", reason, m->log.ctx);
	if (p->ops.wake)
		p->ops.wake(p->ctx);
	return TNC_RESULT_SUCCESS;
}

TNC_Result peer_recommend(struct peer *p, struct module *m, const struct recommendation *r)
{
	struct host_verdict *v = &p->verdicts.v[m->index];

	if (!p->active)
		return TNC_RESULT_ILLEGAL_OPERATION;
	v->given = true;
	v->recommendation = *r;
	if (p->waiting && p->ops.wake)
		p->ops.wake(p->ctx);
	return TNC_RESULT_SUCCESS;
}

TNC_Result peer_set_reason(struct peer *p, struct module *m, TNC_AttributeID a, struct span v)
{
	struct reasons *r = &p->verdicts.v[m->index].reasons;
	int err;

	if (a != TNC_ATTRIBUTEID_REASON_STRING && a != TNC_ATTRIBUTEID_REASON_LANGUAGE)
		return TNC_RESULT_INVALID_PARAMETER;
	if (!p->active)
		return TNC_RESULT_ILLEGAL_OPERATION;
	err = a == TNC_ATTRIBUTEID_REASON_STRING ? reasons_set_text(r, v)
						 : reasons_set_language(r, v);
	if (err == ST_EVALUE)
		return TNC_RESULT_INVALID_PARAMETER;
	return err ? TNC_RESULT_OTHER : TNC_RESULT_SUCCESS;
}
