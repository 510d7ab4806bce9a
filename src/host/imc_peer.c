/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/imc_peer.h"

#include "host/imc_host_int.h"
#include "host/language.h"
#include "host/peer.h"

#include <stdlib.h>

/* Reasons, and remediations, of one assessment that are kept: the rest nobody would read. */
#define TEXTS_MAX 256

struct imc_peer {
	struct peer base;
	struct imc_peer_ops ops;
	bool working;   /* an assessment is under way */
	bool asked;     /* our CRETRY has not been answered yet */
	bool language;  /* has been sent */
	uint64_t begun; /* assessments */

	/* what the server says, gathered over the batches of an assessment */
	struct arena texts;
	struct imc_result result;
	struct pb_reason *reasons;
	struct pb_remediation *remediations;
};

static void again(struct imc_peer *c);

static void forget_result(struct imc_peer *c)
{
	free(c->reasons);
	free(c->remediations);
	c->reasons = NULL;
	c->remediations = NULL;
	arena_reset(&c->texts);
	c->result = (struct imc_result){ .evaluation = PB_DONT_KNOW };
}

static void leave(struct imc_peer *c)
{
	if (!peer_leave(&c->base))
		return;
	peer_tell(&c->base, TNC_CONNECTION_STATE_DELETE);
	peer_reset(&c->base);
	forget_result(c);
	free(c);
}

int imc_peer_open(struct imc_host *host, const struct peer_info *info,
		  const struct imc_peer_ops *ops, void *ctx, struct imc_peer **peer)
{
	const struct peer_ops base = { ops->send, ops->wake, ops->closed };
	struct imc_peer *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return ST_ENOMEM;
	c->ops = *ops;
	c->texts.max = info->limits->batch;
	if ((err = peer_init(&c->base, &host->modules, info, &base, ctx)) < 0) {
		free(c);
		return err;
	}
	peer_tell(&c->base, TNC_CONNECTION_STATE_CREATE);
	*peer = c;
	return 0;
}

void imc_peer_close(struct imc_peer *peer)
{
	if (!peer || peer_abandon(&peer->base))
		return;
	peer_enter(&peer->base);
	peer->base.closing = true;
	leave(peer);
}

bool imc_peer_busy(const struct imc_peer *peer)
{
	return peer->working;
}

uint64_t imc_peer_begun(const struct imc_peer *peer)
{
	return peer->begun;
}

/* --- what the server says ----------------------------------------------------------------- */

/* Both arrays grow by one. */
static void keep_reason(struct imc_peer *c, const struct pb_reason *r)
{
	size_t n = c->result.n_reasons;
	struct pb_reason *grown;

	if (n == TEXTS_MAX || !(grown = realloc(c->reasons, (n + 1) * sizeof(*grown))))
		return;
	c->reasons = grown;
	grown[n] = (struct pb_reason){ arena_copy(&c->texts, r->text),
				       arena_copy(&c->texts, r->lang) };
	c->result.n_reasons += grown[n].text.p != NULL;
}

static void keep_remediation(struct imc_peer *c, const struct pb_remediation *r)
{
	size_t n = c->result.n_remediations;
	struct pb_remediation *grown;

	if (n == TEXTS_MAX || !(grown = realloc(c->remediations, (n + 1) * sizeof(*grown))))
		return;
	c->remediations = grown;
	grown[n] = *r;
	grown[n].text = arena_copy(&c->texts, r->text);
	grown[n].lang = arena_copy(&c->texts, r->lang);
	c->result.n_remediations += grown[n].text.p != NULL;
}

/* Those in a language we like first; the order is kept among equals. */
static void sort_reasons(struct imc_peer *c)
{
	struct span accept = wr_span(&c->base.language);

	for (size_t i = 1; i < c->result.n_reasons; i++) {
		struct pb_reason r = c->reasons[i];
		unsigned q = language_quality(accept, r.lang);
		size_t k = i;

		for (; k && language_quality(accept, c->reasons[k - 1].lang) < q; k--)
			c->reasons[k] = c->reasons[k - 1];
		c->reasons[k] = r;
	}
}

static void walk(struct imc_peer *c, bool may_send)
{
	struct peer *p = &c->base;
	struct pb_msg m;

	while (pb_session_next(&p->pb, &m)) {
		if (!m.rule || m.vendor != PEN_IETF)
			continue;
		switch (m.type) {
		case PB_MSG_PA:
			peer_deliver(p, &m.pa, may_send);
			break;
		case PB_MSG_ASSESSMENT_RESULT:
			c->result.evaluation = (enum pb_assessment)m.assessment;
			break;
		case PB_MSG_ACCESS_RECOMMENDATION:
			c->result.access = (enum pb_access)m.access;
			break;
		case PB_MSG_REMEDIATION:
			keep_remediation(c, &m.remediation);
			break;
		case PB_MSG_REASON:
			keep_reason(c, &m.reason);
			break;
		case PB_MSG_ERROR:
			peer_log_error(p, &m.error);
			break;
		}
	}
	peer_batch_ending(p, may_send);
}

/* What the modules are told; a server that recommends nothing is taken by its evaluation. */
static TNC_ConnectionState access_state(const struct imc_result *r)
{
	if (r->access)
		return recommend_state(r->access);
	return r->evaluation == PB_COMPLIANT ? TNC_CONNECTION_STATE_ACCESS_ALLOWED
					     : TNC_CONNECTION_STATE_ACCESS_NONE;
}

static void finish(struct imc_peer *c)
{
	struct peer *p = &c->base;

	c->working = false;
	sort_reasons(c);
	c->result.reasons = c->reasons;
	c->result.remediations = c->remediations;
	peer_stop(p, access_state(&c->result));
	pthread_mutex_lock(&p->lock);
	c->result.again = p->retry_wanted;
	pthread_mutex_unlock(&p->lock);
	if (c->ops.result)
		c->ops.result(p->ctx, &c->result);
	if (!p->ended && peer_take_retry(p))
		again(c);
}

/* --- the exchange ------------------------------------------------------------------------- */

static void put_language(struct imc_peer *c)
{
	struct pb_msg m = { .vendor = PEN_IETF, .type = PB_MSG_LANGUAGE };
	struct wr text = { 0 };

	if (c->language || !c->base.language.len)
		return;
	wr_str(&text, "Accept-Language: ");
	wr_bytes(&text, wr_span(&c->base.language));
	m.language = wr_span(&text);
	c->language = !text.err && pb_session_put(&c->base.pb, &m) >= 0;
	wr_reset(&text);
}

/* An assessment begins: the collectors say what they have to say. */
static void start(struct imc_peer *c)
{
	c->working = true;
	c->begun++;
	forget_result(c);
	peer_start(&c->base);
	put_language(c);
	peer_begin_handshake(&c->base);
}

/* A retry of ours carries the first messages. */
static void again(struct imc_peer *c)
{
	if (c->working || !pb_session_may_send(&c->base.pb, PB_CRETRY))
		return;
	start(c);
	c->asked = true;
	peer_send(&c->base, PB_CRETRY);
}

static void reply(struct imc_peer *c)
{
	struct peer *p = &c->base;

	/* the answer to this one would be over the limit */
	if (p->pb.rounds >= p->limits->rounds)
		peer_fail(p, ST_ELIMIT, "too many round trips");
	else
		peer_send(p, PB_CDATA);
}

static void receive(struct imc_peer *c, struct span batch)
{
	struct peer *p = &c->base;
	bool crossed;

	if (!peer_input(p, batch, &crossed)) {
		/* Both asked at once. The server has not looked into our CRETRY, so what was
		 * in it is said again, when it asks. */
		if (crossed && c->asked)
			start(c);
		c->asked = false;
		if (p->ended)
			c->working = false;
		return;
	}
	c->asked = false;
	if (p->pb.received == PB_SRETRY || !c->working)
		start(c);
	walk(c, p->pb.received != PB_RESULT);
	if (p->pb.received == PB_RESULT)
		finish(c);
	else if (p->pb.state == PB_CLIENT)
		reply(c);
	if (p->ended)
		c->working = false;
}

/* --- for the owner ------------------------------------------------------------------------ */

int imc_peer_begin(struct imc_peer *peer)
{
	struct peer *p = &peer->base;

	if (p->ended || p->pb.state != PB_INIT)
		return ST_ESTATE;
	peer_enter(p);
	start(peer);
	peer_send(p, PB_CDATA);
	leave(peer);
	return 0;
}

void imc_peer_receive(struct imc_peer *peer, struct span batch)
{
	peer_enter(&peer->base);
	receive(peer, batch);
	leave(peer);
}

void imc_peer_wake(struct imc_peer *peer)
{
	peer_enter(&peer->base);
	if (!peer->base.ended && !peer->working && peer_take_retry(&peer->base))
		again(peer);
	leave(peer);
}

int imc_peer_retry(struct imc_peer *peer)
{
	struct peer *p = &peer->base;

	if (p->ended)
		return ST_ESTATE;
	if (peer->working)
		return 0;
	if (!pb_session_may_send(&p->pb, PB_CRETRY))
		return ST_ESTATE;
	peer_enter(p);
	peer_forget_retries(p);
	again(peer);
	leave(peer);
	return 0;
}

void imc_peer_end(struct imc_peer *peer)
{
	peer_enter(&peer->base);
	peer->working = false;
	peer_end(&peer->base);
	leave(peer);
}
