/* SPDX-License-Identifier: BSD-2-Clause */
#include "proto/pa_reasm.h"
#include "base/budget.h"

#include <stdlib.h>

void pa_reasm_init(struct pa_reasm *s, const struct limits *limits)
{
	*s = (struct pa_reasm){ .max_attribute = limits->attribute,
				.max_segment = limits->segment };
}

/* Everything that is held counts against what the process may buffer. */
static int charge(struct pa_reasm *s)
{
	size_t n = s->whole.cap;

	for (size_t i = 0; s->in.v && i < PA_REASM_FLIGHTS; i++)
		n += s->in.v[i].data.cap;
	for (size_t i = 0; s->out.v && i < PA_REASM_FLIGHTS; i++)
		n += s->out.v[i].data.cap;
	return budget_charge(budget_process(), &s->charged, n);
}

static void flight_close(struct pa_flights *all, struct pa_flight *f)
{
	wr_reset(&f->data);
	*f = (struct pa_flight){ 0 };
	if (--all->open)
		return;
	free(all->v);
	all->v = NULL;
}

static void close_all(struct pa_flights *all)
{
	for (size_t i = 0; all->v && i < PA_REASM_FLIGHTS; i++)
		if (all->v[i].open)
			flight_close(all, &all->v[i]);
}

void pa_reasm_free(struct pa_reasm *s)
{
	if (!s)
		return;
	close_all(&s->in);
	close_all(&s->out);
	wr_reset(&s->whole);
	(void)charge(s);
}

static struct pa_flight *flight_find(const struct pa_flights *all, uint32_t base_id)
{
	for (size_t i = 0; all->v && i < PA_REASM_FLIGHTS; i++)
		if (all->v[i].open && all->v[i].base_id == base_id)
			return &all->v[i];
	return NULL;
}

static struct pa_flight *flight_open(struct pa_flights *all, uint32_t base_id)
{
	if (!all->v && !(all->v = calloc(PA_REASM_FLIGHTS, sizeof(*all->v))))
		return NULL;
	for (size_t i = 0; i < PA_REASM_FLIGHTS; i++) {
		if (all->v[i].open)
			continue;
		all->v[i] = (struct pa_flight){ .open = true, .base_id = base_id };
		all->open++;
		return &all->v[i];
	}
	return NULL;
}

static int put_contract(struct wr *out, uint32_t type, const struct seg_contract *c)
{
	size_t begin = pa_attr_begin(out, 0, PEN_TCG, type);

	seg_contract_encode(out, c);
	pa_attr_end(out, begin);
	return out->err;
}

static int put_next(struct wr *out, uint32_t base_id, bool cancel)
{
	size_t begin = pa_attr_begin(out, 0, PEN_TCG, PA_SEG_NEXT);

	seg_next_encode(out, &(struct seg_next){ .cancel = cancel, .base_id = base_id });
	pa_attr_end(out, begin);
	return out->err;
}

/* Puts Invalid Parameter into out and passes err on. */
static int refuse(struct wr *out, const uint8_t *head, size_t offset, int err)
{
	struct pa_error e = pa_error_invalid(head, offset);

	pa_error_attr_encode(out, &e);
	return err;
}

/* The same about the attribute inside the envelopes. */
static int refuse_base(struct wr *out, uint32_t base_id, size_t offset, int err)
{
	uint8_t head[PA_ERROR_HEAD];

	pa_error_segment_head(head, base_id);
	return refuse(out, head, offset, err);
}

bool pa_reasm_is_ours(const struct pa_attr *a)
{
	return a->vendor == PEN_TCG && a->type >= PA_SEG_CONTRACT_REQUEST &&
	       a->type <= PA_SEG_NEXT;
}

bool pa_reasm_busy(const struct pa_reasm *s)
{
	return s->in.open || s->out.open;
}

/* --- contracts --- */

int pa_reasm_propose(struct pa_reasm *s, struct wr *out)
{
	s->ours = (struct seg_contract){ s->max_attribute, s->max_segment };
	s->proposed = true;
	return put_contract(out, PA_SEG_CONTRACT_REQUEST, &s->ours);
}

/* The peer says what it will take; a new contract ends the one before. */
static int on_request(struct pa_reasm *s, const struct seg_contract *c, struct wr *out)
{
	close_all(&s->out);
	s->contracted = true;
	s->next_id = 1;
	s->theirs = *c;
	if (c->max_segment != SEG_UNLIMITED && c->max_segment > s->max_segment)
		s->theirs.max_segment = s->max_segment;
	return put_contract(out, PA_SEG_CONTRACT_RESPONSE, &s->theirs);
}

/* The peer says what it will send: at most what we asked for. */
static int on_response(struct pa_reasm *s, const struct seg_contract *c,
		       const struct pa_attr *a, const uint8_t *head, struct wr *out)
{
	if (!s->proposed)
		return ST_ESTATE;
	if (c->max_segment != SEG_UNLIMITED && c->max_segment > s->max_segment)
		return refuse(out, head, a->at + PA_ATTR_HDR + 4, ST_EVALUE);
	return 0;
}

/* --- receiving --- */

/* Gives up: the peer need not go on. */
static int drop(struct pa_reasm *s, struct pa_flight *f, uint32_t base_id, struct wr *out,
		int err)
{
	if (f)
		flight_close(&s->in, f);
	put_next(out, base_id, true);
	return err;
}

static size_t octets_held(const struct pa_reasm *s)
{
	size_t n = 0;

	for (size_t i = 0; s->in.v && i < PA_REASM_FLIGHTS; i++)
		n += s->in.v[i].data.len;
	return n;
}

/* The first envelope: its segment begins with the header of the whole attribute. */
static int flight_start(struct pa_reasm *s, const struct seg_envelope *e, size_t at,
			const uint8_t *head, struct wr *out, struct pa_flight **flight)
{
	struct rd r = rd_over(e->segment);

	if (flight_find(&s->in, e->base_id))
		return refuse(out, head, at, ST_EEXIST);
	if (e->segment.n < PA_ATTR_HDR)
		return refuse(out, head, at + SEG_ENVELOPE_HDR, ST_ESHORT);
	rd_skip(&r, 8);
	uint32_t length = rd_u32(&r);

	if (length > s->max_attribute)
		return drop(s, NULL, e->base_id, out, ST_ELIMIT);
	if (!(*flight = flight_open(&s->in, e->base_id)))
		return drop(s, NULL, e->base_id, out, ST_EBUSY);
	(*flight)->length = length;
	return 0;
}

/* All octets are there: what they make must be one attribute, and not of our family. */
static int flight_finish(struct pa_reasm *s, struct pa_flight *f, struct wr *out,
			 struct pa_whole *whole)
{
	uint32_t base_id = f->base_id;

	wr_reset(&s->whole);
	s->whole = f->data;
	f->data = (struct wr){ 0 };
	flight_close(&s->in, f);

	struct rd r = rd_over(wr_span(&s->whole));

	pa_error_segment_head(whole->head, base_id);
	if (pa_attr_next(&r, &whole->attr) < 0)
		return refuse(out, whole->head, r.err_at, r.err);
	if (pa_reasm_is_ours(&whole->attr))
		return refuse(out, whole->head, 4, ST_EVALUE);
	return 1;
}

/* One more segment. */
static int flight_add(struct pa_reasm *s, struct pa_flight *f, const struct seg_envelope *e,
		      struct wr *out, struct pa_whole *whole)
{
	bool more = e->flags & SEG_MORE;
	size_t n = f->data.len + e->segment.n;

	/* neither too much for the attribute, nor the last and too little */
	if (more ? n >= f->length : n != f->length) {
		flight_close(&s->in, f);
		return refuse_base(out, e->base_id, 8, ST_ELENGTH);
	}
	if (octets_held(s) + e->segment.n > s->max_attribute)
		return drop(s, f, e->base_id, out, ST_ELIMIT);
	wr_bytes(&f->data, e->segment);
	if (f->data.err || charge(s) < 0)
		return drop(s, f, e->base_id, out, f->data.err ? f->data.err : ST_ELIMIT);
	return more ? put_next(out, e->base_id, false) : flight_finish(s, f, out, whole);
}

static int on_envelope(struct pa_reasm *s, const struct seg_envelope *e,
		       const struct pa_attr *a, const uint8_t *head, struct wr *out,
		       struct pa_whole *whole)
{
	size_t at = a->at + PA_ATTR_HDR;
	struct pa_flight *f = NULL;
	int err;

	if (!s->proposed)
		return ST_ESTATE;
	if (!e->segment.n || e->segment.n > s->max_segment)
		return refuse(out, head, at + SEG_ENVELOPE_HDR, ST_EVALUE);
	if (!(e->flags & SEG_START))
		f = flight_find(&s->in, e->base_id);
	else if ((err = flight_start(s, e, at, head, out, &f)) < 0)
		return err;
	return f ? flight_add(s, f, e, out, whole) : ST_ESTATE;
}

/* --- sending --- */

/* The next envelope of f; with the last one f is over. */
static int put_envelope(struct pa_reasm *s, struct pa_flight *f, struct wr *out)
{
	size_t left = f->data.len - f->sent;
	size_t n = left < s->theirs.max_segment ? left : s->theirs.max_segment;
	struct seg_envelope e = { .base_id = f->base_id,
				  .segment = span_of(f->data.p + f->sent, n) };
	size_t begin = pa_attr_begin(out, 0, PEN_TCG, PA_SEG_ENVELOPE);

	e.flags = (n < left ? SEG_MORE : 0) | (f->sent ? 0 : SEG_START);
	seg_envelope_encode(out, &e);
	pa_attr_end(out, begin);
	f->sent += n;
	if (n == left || out->err)
		flight_close(&s->out, f);
	return out->err;
}

static int on_next(struct pa_reasm *s, const struct seg_next *n, struct wr *out)
{
	struct pa_flight *f = flight_find(&s->out, n->base_id);

	if (!f)
		return ST_ESTATE;
	if (!n->cancel)
		return put_envelope(s, f, out);
	flight_close(&s->out, f);
	return 0;
}

uint32_t pa_reasm_max(const struct pa_reasm *s)
{
	return s->contracted ? s->theirs.max_message : SEG_UNLIMITED;
}

int pa_reasm_send(struct pa_reasm *s, struct span attr, struct wr *out)
{
	struct pa_flight *f;
	int err;

	if (attr.n > pa_reasm_max(s))
		return ST_ELIMIT;
	if (!s->contracted || s->theirs.max_segment == SEG_UNLIMITED ||
	    attr.n <= (size_t)s->theirs.max_segment + PA_REASM_SLACK) {
		wr_bytes(out, attr);
		return out->err;
	}
	if (!(f = flight_open(&s->out, s->next_id)))
		return ST_EBUSY;
	s->next_id = s->next_id == SEG_MAX_BASE_ID ? 1 : s->next_id + 1;
	wr_bytes(&f->data, attr);
	if (f->data.err || charge(s) < 0) {
		err = f->data.err ? ST_ENOMEM : ST_EBUSY;
		flight_close(&s->out, f);
		return err;
	}
	return put_envelope(s, f, out);
}

static int input(struct pa_reasm *s, const struct pa_attr *a,
		 const uint8_t head[PA_ERROR_HEAD], struct wr *out, struct pa_whole *whole)
{
	struct rd r = a->value;
	struct seg_contract c;
	struct seg_envelope e;
	struct seg_next n;

	switch (a->type) {
	case PA_SEG_CONTRACT_REQUEST:
		if (seg_contract_decode(&r, &c) == 0)
			return on_request(s, &c, out);
		break;
	case PA_SEG_CONTRACT_RESPONSE:
		if (seg_contract_decode(&r, &c) == 0)
			return on_response(s, &c, a, head, out);
		break;
	case PA_SEG_ENVELOPE:
		if (seg_envelope_decode(&r, &e) == 0)
			return on_envelope(s, &e, a, head, out, whole);
		break;
	default:
		if (seg_next_decode(&r, &n) == 0)
			return on_next(s, &n, out);
	}
	return refuse(out, head, r.err_at, r.err);
}

int pa_reasm_input(struct pa_reasm *s, const struct pa_attr *a,
		   const uint8_t head[PA_ERROR_HEAD], struct wr *out, struct pa_whole *whole)
{
	int got = input(s, a, head, out, whole);

	(void)charge(s); /* what has been let go of; what is new has been charged */
	return got;
}

void pa_reasm_forget(struct pa_reasm *s)
{
	wr_reset(&s->whole);
	(void)charge(s);
}
