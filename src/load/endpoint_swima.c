/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/endpoint_swima.h"

#include "base/clock.h"
#include "wire/pa_msg.h"

#include <stdlib.h>

/* Events in one attribute at most: a partial answer is continued (RFC 8412, 3.7.2). */
#define EVENTS_AT_ONCE 4096

void load_swima_reset(struct load_swima *s)
{
	for (uint32_t i = 0; i < s->n; i++)
		wr_reset(&s->subscriptions[i].raw);
	s->n = 0;
	pa_reasm_free(s->segments);
	free(s->segments);
	s->segments = NULL;
}

void load_swima_settle(struct load_swima *s, bool arrived)
{
	for (uint32_t i = 0; i < s->n; i++) {
		struct load_subscription *sub = &s->subscriptions[i];

		if (arrived)
			sub->acked = sub->sent;
		else
			sub->sent = sub->acked;
	}
}

/* --- answers ----------------------------------------------------------------------------- */

/* Two buffers that one sub-block after the other is written with. */
struct scratch {
	struct wr id, tag;
};

static void scratch_reset(struct scratch *t)
{
	wr_reset(&t->id);
	wr_reset(&t->tag);
}

/* Whether a targeted request is about package k in this revision. */
static bool swima_wanted(const struct load_swima *s, struct swima_request q, uint32_t k,
			 struct span id)
{
	struct span want;
	uint32_t found;

	if (!q.count)
		return true;
	while (swima_request_next(&q, &want) > 0)
		if (package_image_find(s->software->image, want, &found) && found == k &&
		    span_eq(want, id))
			return true;
	return false;
}

static int swima_add_record(const struct load_swima *s, struct swima_writer *sw, uint32_t k,
			    struct scratch *t)
{
	uint16_t revision = endpoint_software_revision(s->software, k);
	struct swima_record rec;
	int err;

	if (revision & SOFTWARE_GONE)
		return 0;
	err = endpoint_software_record(s->software, k, revision, &t->id,
				       sw->type == PA_SW_INVENTORY ? &t->tag : NULL, &rec);
	return err ? err : swima_writer_record(sw, &rec);
}

/* Each of the request's identifiers that is installed; one that is named twice comes twice. */
static int swima_add_targets(const struct load_swima *s, struct swima_writer *sw,
			     struct swima_request q, struct scratch *t)
{
	struct wr have = { 0 };
	struct span want;
	uint16_t revision;
	uint32_t k;
	int err = 0;

	while (!err && swima_request_next(&q, &want) > 0) {
		if (!package_image_find(s->software->image, want, &k))
			continue;
		revision = endpoint_software_revision(s->software, k);
		wr_truncate(&have, 0);
		err = package_image_identifier(s->software->image, k,
					       (uint16_t)(revision & ~SOFTWARE_GONE), &have);
		if (!err && span_eq(want, wr_span(&have)))
			err = swima_add_record(s, sw, k, t);
	}
	wr_reset(&have);
	return err;
}

static int swima_add_inventory(const struct load_swima *s, struct swima_writer *sw,
			       const struct swima_request *q)
{
	struct scratch t = { 0 };
	int err = 0;

	if (q->count)
		err = swima_add_targets(s, sw, *q, &t);
	for (uint32_t k = 0; !q->count && k < s->software->image->n && !err; k++)
		err = swima_add_record(s, sw, k, &t);
	scratch_reset(&t);
	return err;
}

/* Events from EID `first` on; *consulted: the last that was looked at. What the ledger has
 * forgotten is left out, and the validator sees the hole. */
static int swima_add_events(const struct load_swima *s, struct swima_writer *sw,
			    const struct swima_request *q, uint32_t first, uint32_t *consulted)
{
	const struct endpoint_software *have = s->software;
	struct scratch t = { 0 };
	char when[CLOCK_TEXT];
	int err = 0;

	if (have->last_eid - have->n_events >= first)
		first = have->last_eid - have->n_events + 1;
	*consulted = have->last_eid;
	for (uint32_t eid = first; eid <= have->last_eid && !err; eid++) {
		const struct endpoint_software_event *e = endpoint_software_event(have, eid);
		struct swima_event ev = { .eid = eid, .action = e->action };

		if (sw->count == EVENTS_AT_ONCE) {
			*consulted = eid - 1;
			break;
		}
		clock_format_sec(e->at, when);
		ev.time = span_of(when, PA_TIME);
		err = endpoint_software_record(have, e->k, e->revision, &t.id,
					       sw->type == PA_SW_EVENTS ? &t.tag : NULL,
					       &ev.rec);
		if (!err && swima_wanted(s, *q, e->k, ev.rec.id))
			err = swima_writer_event(sw, &ev);
	}
	scratch_reset(&t);
	return err;
}

/* Sends a whole attribute, in segments when it must be. */
static int swima_say(struct load_swima *s, struct wr *attr, struct wr *w)
{
	int err = attr->err;

	if (!err && s->segments)
		err = pa_reasm_send(s->segments, wr_span(attr), w);
	else if (!err)
		wr_bytes(w, wr_span(attr));
	wr_reset(attr);
	return err ? err : w->err;
}

/* The answer to q, or in fulfilment of it, with events from `first` on. */
static int swima_answer(struct load_swima *s, const struct swima_request *q, uint8_t flags,
			uint32_t first, uint32_t *consulted, struct wr *w)
{
	const struct swima_head head = {
		.flags = flags,
		.request_id = q->request_id,
		.epoch = s->software->epoch,
		.last_eid = s->software->last_eid,
		.last_consulted_eid = s->software->last_eid,
	};
	struct swima_writer sw;
	struct wr attr = { 0 };
	int err = swima_writer_begin(&sw, &attr, swima_answer_type(q), &head);

	*consulted = head.last_eid;
	if (!err && q->earliest_eid) {
		err = swima_add_events(s, &sw, q, first, consulted);
		swima_writer_consulted(&sw, *consulted);
	} else if (!err) {
		err = swima_add_inventory(s, &sw, q);
	}
	if (!err)
		err = swima_writer_end(&sw);
	if (err)
		wr_reset(&attr);
	return err ? err : swima_say(s, &attr, w);
}

/* --- subscriptions ----------------------------------------------------------------------- */

int load_swima_fulfil(struct load_swima *s, uint32_t i, struct wr *w)
{
	struct load_subscription *sub = &s->subscriptions[i];
	struct rd raw = rd_over(wr_span(&sub->raw));
	struct swima_request q;
	int err = 0;

	if (swima_request_decode(&raw, &q) < 0)
		return ST_EVALUE;
	while (!err && sub->sent < s->software->last_eid)
		err = swima_answer(s, &q, SWIMA_FULFILLMENT, sub->sent + 1, &sub->sent, w);
	return err;
}

static void swima_clear(struct load_swima *s, uint32_t validator)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < s->n; i++) {
		if (s->subscriptions[i].validator == validator)
			wr_reset(&s->subscriptions[i].raw);
		else
			s->subscriptions[kept++] = s->subscriptions[i];
	}
	s->n = kept;
}

static bool swima_subscribed(const struct load_swima *s, uint32_t validator, uint32_t id)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->subscriptions[i].validator == validator && s->subscriptions[i].id == id)
			return true;
	return false;
}

static int swima_subscribe(struct load_swima *s, uint32_t validator,
			   const struct swima_request *q, uint32_t consulted)
{
	struct load_subscription *sub = &s->subscriptions[s->n];

	*sub = (struct load_subscription){ .validator = validator,
					   .id = q->request_id,
					   .flags = q->flags,
					   .events = q->earliest_eid != 0,
					   .acked = consulted,
					   .sent = consulted };
	wr_bytes(&sub->raw, q->raw);
	if (sub->raw.err)
		return ST_ENOMEM;
	s->n++;
	return 0;
}

static int swima_refuse(enum pa_error_code code, uint32_t id, struct wr *w)
{
	struct pa_error e = pa_error_swima(code, id, 0, "refused by the simulated endpoint");

	return pa_error_attr_encode(w, &e);
}

/* --- requests ---------------------------------------------------------------------------- */

static int swima_on_request(struct load_swima *s, uint32_t validator, const struct pa_attr *a,
			    struct wr *w)
{
	struct swima_request q;
	struct rd r = a->value;
	uint32_t consulted;
	bool cleared;
	int err;

	if (swima_request_decode(&r, &q) < 0)
		return ST_EVALUE;
	cleared = q.flags & SWIMA_CLEAR;
	if (!cleared && swima_subscribed(s, validator, q.request_id))
		return swima_refuse(PA_E_SWIMA_SUBSCRIPTION_REUSE, q.request_id, w);
	if (cleared)
		swima_clear(s, validator);
	if (q.flags & SWIMA_SUBSCRIBE && s->n == LOAD_SUBSCRIPTIONS)
		return swima_refuse(PA_E_SWIMA_SUBSCRIPTION, q.request_id, w);
	err = swima_answer(s, &q, 0, q.earliest_eid, &consulted, w);
	if (!err && q.flags & SWIMA_SUBSCRIBE)
		err = swima_subscribe(s, validator, &q, consulted);
	return err;
}

static int swima_on_status(struct load_swima *s, uint32_t validator, const struct pa_attr *a,
			   struct wr *w)
{
	struct span raw[LOAD_SUBSCRIPTIONS];
	struct wr attr = { 0 };
	size_t n = 0, begin = pa_attr_begin(&attr, 0, PEN_IETF, PA_SUBSCRIPTION_RESPONSE);

	(void)a;
	for (uint32_t i = 0; i < s->n; i++)
		if (s->subscriptions[i].validator == validator)
			raw[n++] = wr_span(&s->subscriptions[i].raw);
	swima_subscriptions_encode(&attr, raw, n);
	pa_attr_end(&attr, begin);
	return swima_say(s, &attr, w);
}

static int swima_on_sources(struct load_swima *s, uint32_t validator, const struct pa_attr *a,
			    struct wr *w)
{
	const struct swima_source source = { 0, span_str("stance-load, simulated packages") };
	struct wr attr = { 0 };
	size_t begin = pa_attr_begin(&attr, 0, PEN_IETF, PA_SOURCE_RESPONSE);

	(void)validator, (void)a;
	swima_sources_encode(&attr, &source, 1);
	pa_attr_end(&attr, begin);
	return swima_say(s, &attr, w);
}

static const struct {
	uint32_t type;
	int (*on)(struct load_swima *s, uint32_t validator, const struct pa_attr *a,
		  struct wr *w);
} swima_handlers[] = {
	{ PA_SWIMA_REQUEST, swima_on_request },
	{ PA_SUBSCRIPTION_REQUEST, swima_on_status },
	{ PA_SOURCE_REQUEST, swima_on_sources },
};

static int swima_on_attr(struct load_swima *s, uint32_t validator, const struct pa_attr *a,
			 struct wr *w)
{
	for (size_t i = 0; i < sizeof(swima_handlers) / sizeof(swima_handlers[0]); i++)
		if (pa_attr_is(a, PEN_IETF, swima_handlers[i].type))
			return swima_handlers[i].on(s, validator, a, w);
	return 0;
}

static int swima_on_segment(struct load_swima *s, uint32_t validator, const struct pa_attr *a,
			    const uint8_t head[PA_ERROR_HEAD], struct wr *w)
{
	struct pa_whole whole;
	int got;

	if (!s->segments) {
		if (!(s->segments = calloc(1, sizeof(*s->segments))))
			return ST_ENOMEM;
		pa_reasm_init(s->segments, s->limits);
	}
	got = pa_reasm_input(s->segments, a, head, w, &whole);
	return got > 0 ? swima_on_attr(s, validator, &whole.attr, w) : got;
}

int load_swima_receive(struct load_swima *s, uint32_t validator, struct span message,
		       struct wr *w)
{
	struct rd r = rd_over(message);
	struct pa_msg head;
	struct pa_attr a;
	int err = pa_msg_decode(&r, &head);

	while (!err && (err = pa_attr_next(&r, &a)) > 0)
		err = pa_reasm_is_ours(&a) ? swima_on_segment(s, validator, &a, message.p, w)
					   : swima_on_attr(s, validator, &a, w);
	return err < 0 ? err : w->err;
}
