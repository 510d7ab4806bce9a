/* SPDX-License-Identifier: BSD-2-Clause */
/* What comes from the peer: checked as a whole, then attribute by attribute to the segments'
 * reassembly or to the module's handlers. */
#include "kit/inbox.h"
#include "kit/core.h"
#include "kit/outbox.h"

bool kit_listens(const struct kit *k, struct kit_type type)
{
	for (size_t i = 0; i < k->desc.n_types; i++)
		if (kit_type_eq(k->desc.types[i], type))
			return true;
	return false;
}

static bool kit_supported(void *ctx, uint32_t vendor, uint32_t type)
{
	const struct kit *k = ctx;

	if (vendor == PEN_TCG && type >= PA_SEG_CONTRACT_REQUEST && type <= PA_SEG_NEXT)
		return true;
	return (vendor == PEN_IETF && type == PA_ERROR) || k->side->handles(vendor, type);
}

static struct pa_rules kit_rules(const struct kit *k)
{
	return (struct pa_rules){ .validator = k->side->validator,
				  .supported = kit_supported,
				  .ctx = (void *)k };
}

/* The peer's words cannot be acted upon: says so, in the log and to the peer. */
static void kit_refuse(struct kit_conn *c, int err, const struct pa_error *answer)
{
	log_warn(&c->log, "message rejected: source=%u error=\"%s\" at=%u", c->from->id,
		 st_strerror(err), answer->offset);
	if (answer->code != PA_E_RESERVED || answer->vendor)
		(void)kit_error(c, answer);
}

static void kit_log_error(struct kit_conn *c, const struct pa_attr *a)
{
	struct rd r = a->value;
	struct pa_error e;

	if (pa_error_decode(&r, &e) < 0)
		log_warn(&c->log, "peer sent an error that cannot be read");
	else
		log_warn(&c->log,
			 "peer reports error: source=%u error=\"%s\" offset=%u text=%.*s",
			 c->from->id, pa_error_name(e.vendor, e.code), e.offset,
			 (int)(e.text.n < 256 ? e.text.n : 256),
			 e.text.n ? (const char *)e.text.p : "");
}

static bool kit_is_decoding(int err)
{
	return err == ST_ESHORT || err == ST_EVALUE || err == ST_ELENGTH;
}

/* One attribute that is neither segment nor refused. Negative: done with this message. */
static int kit_dispatch(struct kit_conn *c, const struct pa_attr *a)
{
	const struct pa_rules rules = kit_rules(c->kit);
	bool is_error = pa_attr_is(a, PEN_IETF, PA_ERROR);
	int err;

	if (is_error)
		kit_log_error(c, a);
	if (!pa_rules_accept(&rules, a) || !c->kit->side->handles(a->vendor, a->type))
		return 0;
	log_debug(&c->log, "attribute=\"%s\" octets=%zu source=%u",
		  pa_attr_name(a->vendor, a->type), rd_left(&a->value), c->from->id);
	err = c->kit->side->handle(c, a);
	if (err >= 0 || is_error)
		return 0;
	if (kit_is_decoding(err) && !c->answered)
		return kit_invalid(c, a, a->at + PA_ATTR_HDR);
	if (!c->answered)
		log_warn(&c->log, "not handled: attribute=\"%s\" error=\"%s\"",
			 pa_attr_name(a->vendor, a->type), st_strerror(err));
	return err;
}

/* An attribute that came in segments, now whole. */
static int kit_dispatch_whole(struct kit_conn *c, const struct pa_whole *whole)
{
	const struct pa_rules rules = kit_rules(c->kit);
	uint8_t head[PA_ERROR_HEAD];
	struct pa_error answer;
	int err;

	memcpy(head, c->head, sizeof(head));
	memcpy(c->head, whole->head, sizeof(head));
	err = pa_msg_check_attr(&whole->attr, &rules, whole->head, &answer);
	if (err < 0)
		kit_refuse(c, err, &answer);
	else
		err = kit_dispatch(c, &whole->attr);
	memcpy(c->head, head, sizeof(head));
	return err;
}

/* An attribute of the segments' own family. Its answers join the module's message. */
static int kit_segment(struct kit_conn *c, const struct pa_attr *a)
{
	struct wr out = { 0 };
	struct pa_whole whole;
	struct rd r;
	struct pa_attr part;
	struct pa_reasm *reasm = &c->from->reasm;
	int got = pa_reasm_input(reasm, a, c->head, &out, &whole);

	if (got < 0)
		log_warn(&c->log, "segment rejected: source=%u error=\"%s\"", c->from->id,
			 st_strerror(got));
	if (got < 0 && c->kit->desc.no_errors)
		wr_truncate(&out, 0);
	for (r = rd_over(wr_span(&out)); pa_attr_next(&r, &part) > 0;) {
		struct span v = pa_attr_value(&part);

		wr_bytes(kit_attr(c), span_of(v.p - PA_ATTR_HDR, v.n + PA_ATTR_HDR));
		(void)kit_send(c, KIT_RAW);
	}
	wr_reset(&out);
	if (got <= 0)
		return 0;
	got = kit_dispatch_whole(c, &whole);
	pa_reasm_forget(reasm);
	return got;
}

void kit_receive(struct kit_conn *c, struct kit_type type, uint32_t source, struct span msg)
{
	const struct pa_rules rules = kit_rules(c->kit);
	struct rd r = rd_over(msg);
	struct pa_error answer = { 0 };
	struct pa_msg m;
	struct pa_attr a;
	int err;

	if (!(c->from = kit_peer(c, type, source))) {
		log_warn(&c->log, "message dropped: too many modules talk, source=%u", source);
		return;
	}
	c->type = type;
	c->answered = false;
	memset(c->head, 0, sizeof(c->head));
	if (msg.n)
		memcpy(c->head, msg.p, msg.n < sizeof(c->head) ? msg.n : sizeof(c->head));
	if ((err = pa_msg_check(msg, &rules, &answer)) < 0) {
		kit_refuse(c, err, &answer);
		return;
	}
	(void)pa_msg_decode(&r, &m);
	while (err >= 0 && pa_attr_next(&r, &a) > 0)
		err = pa_reasm_is_ours(&a) ? kit_segment(c, &a) : kit_dispatch(c, &a);
}
