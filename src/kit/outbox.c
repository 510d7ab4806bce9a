/* SPDX-License-Identifier: BSD-2-Clause */
/* What a module says during one call-back of the host: attributes become one message for each
 * subtype and addressee, long ones go in segments. */
#include "kit/outbox.h"
#include "kit/core.h"
#include "kit/broker.h"

#include <stdlib.h>

#define KIT_SEGMENT_OVERHEAD (PA_MSG_HDR + PA_ATTR_HDR + SEG_ENVELOPE_HDR)

/* --- peers --- */

static size_t kit_type_index(const struct kit *k, struct kit_type t)
{
	size_t i = 0;

	while (i < k->desc.n_types && !kit_type_eq(k->desc.types[i], t))
		i++;
	return i < k->desc.n_types ? i : 0;
}

static void kit_peer_init(struct kit_conn *c, struct kit_peer *p)
{
	struct limits limits = LIMITS_DEFAULT;
	struct wr drop = { 0 };

	limits.attribute = c->config->pub.max_attribute;
	limits.segment = c->config->pub.max_segment;
	if (limits.segment > c->max_message - KIT_SEGMENT_OVERHEAD)
		limits.segment = c->max_message - KIT_SEGMENT_OVERHEAD;
	pa_reasm_init(&p->reasm, &limits);
	/* what was proposed to all was proposed to this one, too */
	if (c->proposed[kit_type_index(c->kit, p->type)])
		(void)pa_reasm_propose(&p->reasm, &drop);
	wr_reset(&drop);
}

struct kit_peer *kit_peer(struct kit_conn *c, struct kit_type type, uint32_t id)
{
	struct kit_peer **at = &c->peers;
	size_t n = 0;

	for (; *at; at = &(*at)->next, n++)
		if ((*at)->id == id && kit_type_eq((*at)->type, type))
			return *at;
	if (n >= KIT_PEERS || !(*at = calloc(1, sizeof(**at))))
		return NULL;
	(*at)->id = id;
	(*at)->type = type;
	kit_peer_init(c, *at);
	return *at;
}

/* The only one that was heard in the current type, or NULL. */
static struct kit_peer *kit_peer_only(const struct kit_conn *c)
{
	struct kit_peer *only = NULL;

	for (struct kit_peer *p = c->peers; p; p = p->next) {
		if (!kit_type_eq(p->type, c->type))
			continue;
		if (only)
			return NULL;
		only = p;
	}
	return only;
}

void kit_peers_free(struct kit_conn *c)
{
	struct kit_peer *p;

	while ((p = c->peers)) {
		c->peers = p->next;
		pa_reasm_free(&p->reasm);
		free(p);
	}
}

bool kit_busy(const struct kit_conn *c)
{
	for (const struct kit_peer *p = c->peers; p; p = p->next)
		if (pa_reasm_busy(&p->reasm))
			return true;
	return false;
}

/* --- messages --- */

static uint32_t kit_address(const struct kit_conn *c, const struct kit_peer *to)
{
	return to && c->exclusive ? to->id : KIT_ANY_ID;
}

struct kit_out *kit_out(struct kit_conn *c, const struct kit_peer *to)
{
	struct kit_out *found = NULL;

	for (struct kit_out *m = c->out; m; m = m->next)
		if (m->to == kit_address(c, to) && m->from == c->own_id && !m->sealed &&
		    kit_type_eq(m->type, c->type))
			found = m; /* the newest: earlier ones are full */
	return found;
}

static struct kit_out *kit_out_new(struct kit_conn *c, const struct kit_peer *to)
{
	struct kit_out **at = &c->out, *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->type = c->type;
	m->from = c->own_id;
	m->to = kit_address(c, to);
	if (pa_msg_encode(&m->msg, c->next_msg++) < 0) {
		wr_reset(&m->msg);
		free(m);
		return NULL;
	}
	while (*at)
		at = &(*at)->next;
	return *at = m;
}

static void kit_out_free(struct kit_out *m)
{
	wr_reset(&m->msg);
	free(m);
}

void kit_outbox_drop(struct kit_conn *c)
{
	struct kit_out *m;

	while ((m = c->out)) {
		c->out = m->next;
		kit_out_free(m);
	}
	c->asked = false;
}

int kit_flush(struct kit_conn *c)
{
	struct kit_out *m;
	int err = 0, one;

	while ((m = c->out)) {
		c->out = m->next;
		if (m->msg.len > PA_MSG_HDR && (one = kit_broker_send(c, m)) < 0) {
			log_warn(&c->log, "message of %zu octets not taken by the host: %s",
				 m->msg.len, st_strerror(one));
			err = err ? err : one;
		}
		kit_out_free(m);
	}
	c->asked = false;
	return err;
}

/* --- sending --- */

/* Offers a contract to whoever the message is for, once. */
static int kit_propose(struct kit_conn *c, struct kit_peer *to, struct wr *out)
{
	bool *all = &c->proposed[kit_type_index(c->kit, c->type)];
	struct kit_peer everyone = { .type = c->type };
	int err;

	if (!c->kit->desc.segments || c->quiet || (to ? to->reasm.proposed : *all))
		return 0;
	if (to)
		return pa_reasm_propose(&to->reasm, out);
	kit_peer_init(c, &everyone);
	err = pa_reasm_propose(&everyone.reasm, out);
	pa_reasm_free(&everyone.reasm);
	*all = err == 0;
	for (struct kit_peer *p = c->peers; p && *all; p = p->next) {
		struct wr drop = { 0 };

		if (kit_type_eq(p->type, c->type) && !p->reasm.proposed)
			(void)pa_reasm_propose(&p->reasm, &drop);
		wr_reset(&drop);
	}
	return err;
}

static int kit_append(struct kit_conn *c, struct kit_peer *to, struct wr *out,
		      enum kit_how how)
{
	struct span attr = wr_span(&c->attr);
	bool raw = how == KIT_RAW || how == KIT_ALONE;
	int err = raw ? 0 : kit_propose(c, to, out);
	size_t before = out->len;

	if (!err && to && !raw)
		err = pa_reasm_send(&to->reasm, attr, out);
	else if (!err)
		wr_bytes(out, attr);
	if (!err)
		err = out->err;
	if (!err && out->len > c->max_message)
		err = ST_ELIMIT;
	if (err)
		wr_truncate(out, before);
	return err;
}

struct wr *kit_attr(struct kit_conn *c)
{
	uint32_t max = kit_max_attribute(c);

	wr_truncate(&c->attr, 0);
	c->attr.max = max > WR_MAX ? 0 : max;
	return &c->attr;
}

/* The peer that the next attribute is for; NULL: all of them. A long attribute can only go
 * to one that takes segments. */
static struct kit_peer *kit_addressee(const struct kit_conn *c, size_t octets)
{
	if (c->from && kit_type_eq(c->from->type, c->type))
		return c->from;
	return PA_MSG_HDR + octets > c->max_message ? kit_peer_only(c) : NULL;
}

int kit_send(struct kit_conn *c, enum kit_how how)
{
	struct kit_peer *to = kit_addressee(c, c->attr.len);
	struct kit_out *m = how == KIT_ALONE ? NULL : kit_out(c, to);
	int err = c->attr.err;

	if (!err && (!c->can_send || c->attr.len < PA_ATTR_HDR))
		err = ST_ESTATE;
	if (!err) {
		err = m ? kit_append(c, to, &m->msg, how) : ST_ELIMIT;
		if (err == ST_ELIMIT) /* full: another one follows */
			err = (m = kit_out_new(c, to)) ? kit_append(c, to, &m->msg, how)
						       : ST_ENOMEM;
	}
	if (!err && how == KIT_ASK)
		c->asked = true;
	if (!err && how == KIT_ALONE)
		m->sealed = true;
	wr_reset(&c->attr);
	return err;
}

int kit_error(struct kit_conn *c, const struct pa_error *e)
{
	if (c->kit->desc.no_errors) {
		log_warn(&c->log, "error not sent: %s", pa_error_name(e->vendor, e->code));
		return 0;
	}
	(void)pa_error_attr_encode(kit_attr(c), e);
	c->answered = true;
	/* RFC 5792, 3.6: this one has a message of its own */
	return kit_send(c, e->vendor == PEN_IETF && e->code == PA_E_VERSION ? KIT_ALONE
									    : KIT_RAW);
}

int kit_invalid(struct kit_conn *c, const struct pa_attr *a, size_t at)
{
	struct pa_error e = pa_error_invalid(c->head, at);

	log_warn(&c->log, "invalid value: attribute=\"%s\" at=%zu",
		 pa_attr_name(a->vendor, a->type), at);
	(void)kit_error(c, &e);
	c->answered = true;
	return ST_EVALUE;
}

uint32_t kit_max_attribute(struct kit_conn *c)
{
	const struct kit_peer *to =
		c->from && kit_type_eq(c->from->type, c->type) ? c->from : kit_peer_only(c);

	if (to && to->reasm.contracted)
		return pa_reasm_max(&to->reasm);
	return c->max_message == UINT32_MAX ? UINT32_MAX : c->max_message - PA_MSG_HDR;
}
