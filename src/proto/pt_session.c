/* SPDX-License-Identifier: BSD-2-Clause */
#include "proto/pt_session.h"
#include "proto/pt_auth.h"
#include "proto/pt_reply.h"

#include <stdlib.h>

#define PT_KEEP 4096u /* a larger input buffer is given back after its message */

void pt_session_init(struct pt_session *s, const struct pt_config *cfg)
{
	memset(s, 0, sizeof(*s));
	s->cfg = cfg;
}

void pt_session_reset(struct pt_session *s)
{
	wr_reset(&s->in);
	free(s->login);
	pt_session_init(s, s->cfg);
}

struct span pt_session_user(const struct pt_session *s)
{
	return span_str(s->login ? s->login->user : "");
}

int pt_session_fail(struct pt_session *s, enum pt_error_code code, int err, struct wr *out)
{
	return pt_fail(s, code, err, (struct span){ 0 }, out);
}

int pt_session_start(struct pt_session *s, struct wr *out)
{
	struct pt_msg m = { .type = PT_VERSION_REQUEST,
			    .request = { PT_VERSION, PT_VERSION, PT_VERSION } };

	if (s->state != PT_IDLE)
		return ST_ESTATE;
	s->state = s->cfg->initiator ? PT_WAIT_RESPONSE : PT_WAIT_REQUEST;
	return s->cfg->initiator ? pt_send(s, &m, out) : 0;
}

int pt_session_verified(struct pt_session *s, int err, struct wr *out)
{
	return s->state == PT_VERIFY ? pt_auth_on_verified(s, err, out) : ST_ESTATE;
}

int pt_session_send_batch(struct pt_session *s, struct span batch, struct wr *out)
{
	struct pt_msg m = { .type = PT_PB_BATCH, .value = batch };

	return s->state == PT_DATA ? pt_send(s, &m, out) : ST_ESTATE;
}

/* --- what arrives ----------------------------------------------------------------------------
 * Each takes a message that is right in this state; whole is all of its octets, for the copy
 * in an Error. They return an event or a negative error of our own. */

static int on_request(struct pt_session *s, const struct pt_msg *m, struct span whole,
		      struct wr *out)
{
	struct pt_msg answer = { .type = PT_VERSION_RESPONSE, .version = PT_VERSION };
	uint8_t min = m->request.min, max = m->request.max, pref = m->request.pref;
	int err;

	if (pref < min || pref > max)
		return pt_fail(s, PT_E_INVALID_PARAMETER, ST_EVALUE, whole, out);
	if (min > PT_VERSION || max < PT_VERSION)
		return pt_fail(s, PT_E_VERSION, ST_EVERSION, whole, out);
	if ((err = pt_send(s, &answer, out)) < 0)
		return err;
	s->state = PT_WAIT_LIST;
	return s->cfg->server ? pt_auth_offer(s, out) : PT_NEED_MORE;
}

static int on_response(struct pt_session *s, const struct pt_msg *m, struct span whole,
		       struct wr *out)
{
	if (m->version != PT_VERSION)
		return pt_fail(s, PT_E_VERSION, ST_EVERSION, whole, out);
	s->state = PT_WAIT_LIST;
	return s->cfg->server ? pt_auth_offer(s, out) : PT_NEED_MORE;
}

static int on_batch(struct pt_session *s, const struct pt_msg *m, struct span whole,
		    struct wr *out)
{
	(void)whole;
	(void)out;
	s->batch = m->value;
	return PT_BATCH;
}

/* RFC 6876, 3.9: which errors end the session. None is ever answered. */
static int on_error(struct pt_session *s, const struct pt_msg *m, struct span whole,
		    struct wr *out)
{
	static const int ends[PT_N_ERRORS] = {
		[PT_E_MALFORMED] = ST_EVALUE,         [PT_E_VERSION] = ST_EVERSION,
		[PT_E_INVALID_MESSAGE] = ST_ESTATE,   [PT_E_SASL] = ST_EAUTH,
		[PT_E_INVALID_PARAMETER] = ST_EVALUE,
	};

	(void)whole;
	(void)out;
	if (m->error.vendor != PEN_IETF || m->error.code >= PT_N_ERRORS ||
	    !ends[m->error.code])
		return PT_NEED_MORE;
	(void)pt_end(s, ends[m->error.code], true);
	s->failure.code = m->error.code;
	return PT_CLOSE;
}

/* RFC 6876, 3.4 and 3.6 to 3.8: what may arrive when. An empty cell is Invalid Message. */
/* clang-format off */
static int (*const pt_on[PT_N_STATES][PT_N_TYPES])(struct pt_session *, const struct pt_msg *,
						   struct span, struct wr *) = {
	[PT_WAIT_REQUEST]  = { [PT_VERSION_REQUEST]  = on_request,   [PT_ERROR] = on_error },
	[PT_WAIT_RESPONSE] = { [PT_VERSION_RESPONSE] = on_response,  [PT_ERROR] = on_error },
	[PT_WAIT_LIST]     = { [PT_SASL_MECHANISMS]  = pt_auth_on_list,      [PT_ERROR] = on_error },
	[PT_WAIT_CHOICE]   = { [PT_SASL_SELECTION]   = pt_auth_on_choice,    [PT_ERROR] = on_error },
	[PT_RUN_CLIENT]    = { [PT_SASL_DATA]        = pt_auth_on_challenge,
			       [PT_SASL_RESULT]      = pt_auth_on_result,    [PT_ERROR] = on_error },
	[PT_RUN_SERVER]    = { [PT_SASL_DATA]        = pt_auth_on_response, [PT_ERROR] = on_error },
	[PT_VERIFY]        = { [PT_ERROR]            = on_error },
	[PT_DATA]          = { [PT_PB_BATCH]         = on_batch,     [PT_ERROR] = on_error },
};
/* clang-format on */

/* --- framing ------------------------------------------------------------------------------- */

/* The first n octets of the message under way, or an empty span when they are not there yet.
 * What is complete in *in is borrowed from there; only what has to wait is copied. */
static struct span pt_gather(struct pt_session *s, struct span *in, size_t n)
{
	size_t take;

	if (!s->in.len && in->n >= n)
		return span_of(in->p, n);
	if (s->in.len < n) {
		take = n - s->in.len < in->n ? n - s->in.len : in->n;
		wr_bytes(&s->in, span_of(in->p, take));
		if (s->in.err)
			return (struct span){ 0 };
		*in = span_of(in->p + take, in->n - take);
	}
	return s->in.len >= n ? span_of(s->in.p, n) : (struct span){ 0 };
}

/* The n octets that pt_gather gave have been dealt with. */
static void pt_done(struct pt_session *s, struct span *in, size_t n)
{
	if (s->in.len)
		s->in_done = true;
	else
		*in = span_of(in->p + n, in->n - n);
}

static void pt_forget(struct pt_session *s)
{
	s->batch = (struct span){ 0 };
	if (!s->in_done)
		return;
	s->in_done = false;
	if (s->in.cap > PT_KEEP)
		wr_reset(&s->in);
	else
		wr_truncate(&s->in, 0);
}

static void pt_skip(struct pt_session *s, struct span *in)
{
	size_t n = s->skip < in->n ? s->skip : in->n;

	s->skip -= (uint32_t)n;
	*in = span_of(in->p + n, in->n - n);
}

static bool pt_is_known(const struct pt_hdr *h)
{
	return h->vendor == PEN_IETF && h->type < PT_N_TYPES;
}

/* How much of the message is worth waiting for: all of it when it is welcome, else what goes
 * into the Error. */
static size_t pt_wanted(const struct pt_session *s, const struct pt_hdr *h)
{
	if (pt_is_known(h) && pt_on[s->state][h->type])
		return h->length;
	return h->length < PT_ERROR_COPY ? h->length : PT_ERROR_COPY;
}

static int pt_unknown(struct pt_session *s, const struct pt_hdr *h, struct span copy,
		      struct wr *out)
{
	if (++s->unknown > s->cfg->limits->unknown)
		return pt_fail(s, PT_E_INVALID_MESSAGE, ST_ELIMIT, copy, out);
	s->skip = h->length - (uint32_t)copy.n;
	return pt_send_error(s, PT_E_TYPE, copy, out);
}

/* A message of which pt_wanted octets are there. */
static int pt_handle(struct pt_session *s, const struct pt_hdr *h, struct span whole,
		     struct wr *out)
{
	struct rd r = rd_over(whole);
	struct pt_msg m;
	int err;

	if (!pt_is_known(h))
		return pt_unknown(s, h, whole, out);
	if (!pt_on[s->state][h->type])
		return pt_fail(s, PT_E_INVALID_MESSAGE, ST_ESTATE, whole, out);
	if ((err = pt_msg_decode(&r, &m)) == 0)
		return pt_on[s->state][h->type](s, &m, whole, out);
	if (h->type == PT_ERROR) /* an Error is never answered with one */
		return pt_end(s, err, false);
	/* a wrong length is the header's fault, RFC 6876, 3.9 */
	return pt_fail(s, r.err_at < PT_HDR ? PT_E_INVALID_PARAMETER : PT_E_MALFORMED, err,
		       whole, out);
}

static int pt_next(struct pt_session *s, struct span *in, struct wr *out)
{
	const struct limits *l = s->cfg->limits;
	struct span whole = pt_gather(s, in, PT_HDR);
	struct rd r = rd_over(whole);
	struct pt_hdr h;
	size_t wanted;
	int ev;

	if (!whole.n)
		return s->in.err;
	if (pt_hdr_decode(&r, &h) < 0)
		return pt_fail(s, PT_E_INVALID_PARAMETER, r.err, whole, out);
	if (h.length > (s->state == PT_DATA ? (uint64_t)l->batch + PT_HDR : l->setup_message))
		return pt_fail(s, PT_E_INVALID_PARAMETER, ST_ELIMIT, whole, out);
	wanted = pt_wanted(s, &h);
	whole = pt_gather(s, in, wanted);
	if (!whole.n)
		return s->in.err;
	ev = pt_handle(s, &h, whole, out);
	pt_done(s, in, wanted);
	return ev;
}

int pt_session_input(struct pt_session *s, struct span *in, struct wr *out)
{
	int ev = PT_NEED_MORE;

	if (s->state == PT_IDLE)
		return ST_ESTATE;
	pt_forget(s);
	while (ev == PT_NEED_MORE && in->n && s->state != PT_CLOSED) {
		pt_forget(s);
		if (s->skip)
			pt_skip(s, in);
		else
			ev = pt_next(s, in, out);
	}
	if (s->state == PT_CLOSED)
		*in = (struct span){ 0 }; /* whatever else it said does not matter any more */
	if (ev < 0)
		s->state = PT_CLOSED;
	return ev;
}

const char *pt_state_name(enum pt_state state)
{
	static const char *const names[PT_N_STATES] = {
		[PT_IDLE] = "IDLE",
		[PT_WAIT_REQUEST] = "WAIT_REQUEST",
		[PT_WAIT_RESPONSE] = "WAIT_RESPONSE",
		[PT_WAIT_LIST] = "WAIT_LIST",
		[PT_WAIT_CHOICE] = "WAIT_CHOICE",
		[PT_RUN_CLIENT] = "RUN_CLIENT",
		[PT_RUN_SERVER] = "RUN_SERVER",
		[PT_VERIFY] = "VERIFY",
		[PT_DATA] = "DATA",
		[PT_CLOSED] = "CLOSED",
	};

	return names[state];
}
