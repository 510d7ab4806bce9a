/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/imv_peer.h"

#include "host/imv_host_int.h"
#include "host/language.h"
#include "host/peer.h"

#include <stdlib.h>

/* Where an assessment stands, as far as the PB-TNC state does not say it. */
enum stage {
	IDLE,
	WORKING,  /* messages go back and forth */
	WAITING,  /* all solicited, some answer later */
	SETTLING, /* decided; what was learnt is being stored */
	SENDING   /* the result waits behind messages that did not fit one batch */
};

struct imv_peer {
	struct peer base;
	struct imv_host *host;
	struct imv_peer_ops ops;
	const char *language; /* until the peer says otherwise */
	enum stage stage;
	uint64_t begun; /* assessments */
	struct recommendation result;
};

static void retry(struct imv_peer *v);

static void leave(struct imv_peer *v)
{
	if (!peer_leave(&v->base))
		return;
	peer_tell(&v->base, TNC_CONNECTION_STATE_DELETE);
	peer_reset(&v->base);
	free(v);
}

int imv_peer_open(struct imv_host *host, const struct peer_info *info,
		  const struct imv_peer_ops *ops, void *ctx, struct imv_peer **peer)
{
	const struct peer_ops base = { ops->send, ops->wake, ops->closed };
	struct imv_peer *v = calloc(1, sizeof(*v));
	struct peer_info filled = *info;
	int err;

	if (!v)
		return ST_ENOMEM;
	if (!filled.language)
		filled.language = "en";
	v->host = host;
	v->ops = *ops;
	if ((err = peer_init(&v->base, &host->modules, &filled, &base, ctx)) < 0)
		goto out;
	if (!(v->language = arena_str(&v->base.keep, span_str(filled.language)))) {
		err = ST_ENOMEM;
		peer_reset(&v->base);
		goto out;
	}
	peer_tell(&v->base, TNC_CONNECTION_STATE_CREATE);
	*peer = v;
	return 0;
out:
	free(v);
	return err;
}

void imv_peer_close(struct imv_peer *peer)
{
	if (!peer || peer_abandon(&peer->base))
		return;
	peer_enter(&peer->base);
	peer->base.closing = true;
	leave(peer);
}

bool imv_peer_busy(const struct imv_peer *peer)
{
	return peer->stage != IDLE;
}

bool imv_peer_listens(const struct imv_peer *peer)
{
	return (peer->stage == WORKING || peer->stage == SENDING) &&
	       peer->base.pb.state == PB_CLIENT;
}

uint64_t imv_peer_begun(const struct imv_peer *peer)
{
	return peer->begun;
}

/* A client that retries (lax_retry) while the result waits behind other messages wants a new
 * result in its place. */
static void start(struct imv_peer *v)
{
	if (v->stage == SENDING)
		pb_session_drop(&v->base.pb);
	v->stage = WORKING;
	v->begun++;
	peer_start(&v->base);
}

/* --- the result --------------------------------------------------------------------------- */

static int put_reasons(struct imv_peer *v)
{
	struct peer *p = &v->base;
	struct pb_msg msg = { .vendor = PEN_IETF, .type = PB_MSG_REASON };
	int err = 0;

	/* copied by the session, so the lock may go at the end */
	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; !err && i < p->verdicts.n; i++)
		if (reasons_best(&p->verdicts.v[i].reasons, wr_span(&p->language),
				 &msg.reason))
			err = pb_session_put(&p->pb, &msg);
	pthread_mutex_unlock(&p->lock);
	return err;
}

static int put_result(struct imv_peer *v)
{
	struct pb_msg assessment = { .vendor = PEN_IETF,
				     .type = PB_MSG_ASSESSMENT_RESULT,
				     .assessment = (uint32_t)v->result.evaluation };
	struct pb_msg access = { .vendor = PEN_IETF,
				 .type = PB_MSG_ACCESS_RECOMMENDATION,
				 .access = (uint16_t)recommend_access(v->result.action) };
	int err;

	if ((err = pb_session_put(&v->base.pb, &assessment)) < 0 ||
	    (err = pb_session_put(&v->base.pb, &access)) < 0)
		return err;
	return put_reasons(v);
}

/* Sends what is queued with the result at its end; again after each answer until it is out. */
static void send_result(struct imv_peer *v)
{
	int sent = peer_send(&v->base, PB_RESULT);

	if (sent < 0) {
		v->stage = IDLE;
		return;
	}
	if (sent != PB_RESULT) {
		v->stage = SENDING;
		return;
	}
	v->stage = IDLE;
	peer_stop(&v->base, recommend_state(recommend_access(v->result.action)));
	if (peer_pass_retry(&v->base))
		retry(v);
}

static void settled(struct imv_peer *v, int err)
{
	if (v->stage != SETTLING || v->base.ended)
		return;
	if (!err)
		err = put_result(v);
	if (err) {
		v->stage = IDLE;
		peer_fail(&v->base, err, "the result could not be stored");
		return;
	}
	send_result(v);
}

/* Everybody has spoken. */
static void finish(struct imv_peer *v)
{
	struct peer *p = &v->base;
	int err;

	pthread_mutex_lock(&p->lock);
	p->waiting = false;
	err = verdicts_sum(&p->verdicts, v->host->policy, &v->result);
	pthread_mutex_unlock(&p->lock);
	if (err) {
		peer_fail(p, err, "no result");
		return;
	}
	v->stage = SETTLING;
	log_debug(p->log, "assessment done: recommendation=\"%s\" evaluation=\"%s\" rounds=%u",
		  recommend_action_name(v->result.action),
		  recommend_evaluation_name(v->result.evaluation), p->pb.rounds);
	if (v->ops.result)
		v->ops.result(p->ctx, &v->result);
	if (p->ended)
		return;
	if (v->ops.settle)
		v->ops.settle(p->ctx);
	else
		settled(v, 0);
}

/* --- the exchange ------------------------------------------------------------------------- */

/* Whether module i has spoken, or never will. */
static bool given(struct imv_peer *v, size_t i)
{
	bool yes;

	pthread_mutex_lock(&v->base.lock);
	yes = v->base.verdicts.v[i].given;
	pthread_mutex_unlock(&v->base.lock);
	return yes || !module_running(v->host->modules.modules[i]);
}

static bool all_given(struct imv_peer *v)
{
	for (size_t i = 0; i < v->host->modules.n; i++)
		if (!given(v, i))
			return false;
	return true;
}

/* Asks those who have not recommended. One that returns an error has no recommendation. */
static void solicit(struct imv_peer *v)
{
	struct peer *p = &v->base;

	for (size_t i = 0; i < v->host->modules.n; i++) {
		struct module *m = v->host->modules.modules[i];
		TNC_Result r = TNC_RESULT_SUCCESS;

		if (given(v, i))
			continue;
		r = peer_solicit(p, m);
		pthread_mutex_lock(&p->lock);
		if (r != TNC_RESULT_SUCCESS)
			p->verdicts.v[i].given = true;
		pthread_mutex_unlock(&p->lock);
	}
}

/* All said: what may come later is waited for, with `wake` to tell of it. The flag is raised
 * before the last look, so that nothing falls between the two. */
static void wait_or_finish(struct imv_peer *v)
{
	pthread_mutex_lock(&v->base.lock);
	v->base.waiting = true;
	pthread_mutex_unlock(&v->base.lock);
	v->stage = WAITING;
	if (all_given(v))
		finish(v);
}

/* Our turn. `more`: the client said something, and may want to say more. */
static void answer(struct imv_peer *v, bool more)
{
	struct peer *p = &v->base;
	bool room = p->pb.rounds < p->limits->rounds;

	if (all_given(v)) {
		finish(v);
	} else if (room && (more || pb_session_pending(&p->pb))) {
		peer_send(p, PB_SDATA);
	} else {
		solicit(v);
		wait_or_finish(v);
	}
}

/* Hands out the messages of the batch: true when there were any for modules. */
static bool walk(struct imv_peer *v, bool may_send)
{
	struct peer *p = &v->base;
	struct span language;
	struct pb_msg m;
	bool any = false;

	while (pb_session_next(&p->pb, &m)) {
		if (!m.rule || m.vendor != PEN_IETF)
			continue;
		switch (m.type) {
		case PB_MSG_PA:
			any = true;
			peer_deliver(p, &m.pa, may_send);
			break;
		case PB_MSG_LANGUAGE:
			language = language_value(m.language);
			peer_set_language(p, language.n ? language : span_str(v->language));
			break;
		case PB_MSG_ERROR:
			peer_log_error(p, &m.error);
			break;
		}
	}
	peer_batch_ending(p, may_send);
	return any;
}

static void receive(struct imv_peer *v, struct span batch)
{
	bool crossed, again, any;

	if (!peer_input(&v->base, batch, &crossed)) {
		if (v->base.ended)
			v->stage = IDLE;
		return;
	}
	again = v->base.pb.received == PB_CRETRY;
	if (again || v->stage == IDLE)
		start(v);
	any = walk(v, v->stage == WORKING);
	if (v->stage == SENDING)
		send_result(v);
	else
		answer(v, any || again);
}

/* A retry of ours: the server speaks next, too. */
static void retry(struct imv_peer *v)
{
	if (v->stage != IDLE || !pb_session_may_send(&v->base.pb, PB_SRETRY) ||
	    peer_send(&v->base, PB_SRETRY) < 0)
		return;
	start(v);
	peer_begin_handshake(&v->base);
	peer_send(&v->base, PB_SDATA);
}

/* The deadline: who is silent now has no recommendation. */
static void give_up_waiting(struct imv_peer *v)
{
	struct peer *p = &v->base;

	for (size_t i = 0; i < v->host->modules.n; i++) {
		if (given(v, i))
			continue;
		log_warn(p->log, "module gave no recommendation in time: %s",
			 v->host->modules.modules[i]->log.ctx);
		pthread_mutex_lock(&p->lock);
		p->verdicts.v[i].given = true;
		pthread_mutex_unlock(&p->lock);
	}
	finish(v);
}

/* --- for the owner ------------------------------------------------------------------------ */

int imv_peer_begin(struct imv_peer *peer)
{
	struct peer *p = &peer->base;

	if (p->ended || p->pb.state != PB_INIT)
		return ST_ESTATE;
	peer_enter(p);
	start(peer);
	peer_begin_handshake(p);
	peer_send(p, PB_SDATA);
	leave(peer);
	return 0;
}

void imv_peer_receive(struct imv_peer *peer, struct span batch)
{
	peer_enter(&peer->base);
	receive(peer, batch);
	leave(peer);
}

void imv_peer_settled(struct imv_peer *peer, int err)
{
	peer_enter(&peer->base);
	settled(peer, err);
	leave(peer);
}

void imv_peer_wake(struct imv_peer *peer)
{
	peer_enter(&peer->base);
	if (!peer->base.ended && peer->stage == WAITING && all_given(peer))
		finish(peer);
	else if (!peer->base.ended && peer->stage == IDLE && peer_take_retry(&peer->base))
		retry(peer);
	leave(peer);
}

int imv_peer_retry(struct imv_peer *peer)
{
	struct peer *p = &peer->base;

	if (p->ended)
		return ST_ESTATE;
	if (peer->stage != IDLE)
		return 0;
	if (!pb_session_may_send(&p->pb, PB_SRETRY))
		return ST_ESTATE;
	peer_enter(p);
	peer_forget_retries(p);
	retry(peer);
	leave(peer);
	return 0;
}

void imv_peer_deadline(struct imv_peer *peer)
{
	if (peer->stage == IDLE || peer->base.ended)
		return;
	peer_enter(&peer->base);
	if (peer->stage == WAITING) {
		give_up_waiting(peer);
	} else {
		peer->stage = IDLE;
		peer_fail(&peer->base, ST_ETIMEOUT, "the assessment took too long");
	}
	leave(peer);
}

void imv_peer_end(struct imv_peer *peer)
{
	peer_enter(&peer->base);
	peer->stage = IDLE;
	peer_end(&peer->base);
	leave(peer);
}
