/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/swima.h"
#include "wire/pa_recode.h"
#include "wire/swima_block.h"

/* --- 5.6, SWIMA Request --- */

int swima_request_decode(struct rd *r, struct swima_request *q)
{
	const uint8_t *start = r->p;

	q->flags = rd_u8(r) & (SWIMA_CLEAR | SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS);
	q->count = rd_u24(r);
	q->request_id = rd_u32(r);
	q->earliest_eid = rd_u32(r);
	q->ids = *r;
	for (uint32_t i = 0; i < q->count && !r->err; i++)
		swima_read16(r);
	q->ids.end = r->p;
	q->raw = r->err ? (struct span){ 0 } : span_of(start, (size_t)(r->p - start));
	return r->err;
}

int swima_request_next(struct swima_request *q, struct span *id)
{
	if (q->ids.err || !rd_left(&q->ids))
		return q->ids.err;
	*id = swima_read16(&q->ids);
	return q->ids.err ? q->ids.err : 1;
}

int swima_request_encode(struct wr *w, const struct swima_request *q, const struct span *ids)
{
	if (q->count > SWIMA_MAX_COUNT)
		wr_fail(w, ST_ELIMIT);
	wr_u8(w, q->flags);
	wr_u24(w, q->count);
	wr_u32(w, q->request_id);
	wr_u32(w, q->earliest_eid);
	for (uint32_t i = 0; i < q->count && !w->err; i++)
		swima_write16(w, ids[i]);
	return w->err;
}

uint32_t swima_answer_type(const struct swima_request *q)
{
	if (q->flags & SWIMA_IDENTIFIERS)
		return q->earliest_eid ? PA_SW_ID_EVENTS : PA_SW_ID_INVENTORY;
	return q->earliest_eid ? PA_SW_EVENTS : PA_SW_INVENTORY;
}

PA_RECODE(swima_request_recode)
{
	struct swima_request q;
	struct span id;

	(void)type;
	swima_request_decode(r, &q);
	rd_end(r);
	if (r->err || !w)
		return r->err;

	struct swima_request head = q;

	head.count = 0;
	size_t begin = w->len;

	swima_request_encode(w, &head, NULL);
	wr_fill32(w, begin, (uint32_t)q.flags << 24 | q.count);
	while (swima_request_next(&q, &id) > 0)
		swima_write16(w, id);
	return w->err;
}

/* --- 5.7 and 5.9, the inventories --- */

int swima_list_begin(struct swima_list *l, const struct pa_attr *a)
{
	*l = (struct swima_list){ .rd = a->value, .with_record = swima_with_record(a->type) };
	swima_head_decode(&l->rd, a->type, &l->head);
	l->left = l->head.count;
	return l->rd.err;
}

int swima_next(struct swima_list *l, struct swima_record *rec)
{
	uint8_t reserved;

	if (!l->left)
		rd_end(&l->rd);
	if (l->rd.err || !l->left)
		return l->rd.err;
	l->left--;
	swima_body_decode(&l->rd, l->with_record, rec, &reserved);
	return l->rd.err ? l->rd.err : 1;
}

int swima_writer_record(struct swima_writer *sw, const struct swima_record *rec)
{
	size_t before = sw->w->len;

	if (sw->w->err)
		return sw->w->err;
	swima_body_encode(sw->w, swima_with_record(sw->type), rec, 0);
	return swima_writer_added(sw, before);
}

PA_RECODE(swima_list_recode)
{
	struct pa_attr a = pa_recode_attr(r, type);
	struct swima_record rec;
	struct swima_list l;

	swima_list_begin(&l, &a);
	if (w)
		swima_head_encode(w, type, &l.head);
	while (swima_next(&l, &rec) > 0)
		if (w)
			swima_body_encode(w, l.with_record, &rec, 0);
	return pa_recode_end(r, &l.rd, w);
}

/* --- 5.12, Subscription Status Response --- */

int swima_subscriptions_begin(struct swima_subscriptions *l, const struct pa_attr *a)
{
	l->rd = a->value;
	rd_u8(&l->rd);
	l->count = l->left = rd_u24(&l->rd);
	return l->rd.err;
}

int swima_subscriptions_next(struct swima_subscriptions *l, struct swima_request *q)
{
	if (!l->left)
		rd_end(&l->rd);
	if (l->rd.err || !l->left)
		return l->rd.err;
	l->left--;
	swima_request_decode(&l->rd, q);
	return l->rd.err ? l->rd.err : 1;
}

int swima_subscriptions_encode(struct wr *w, const struct span *raw, size_t n)
{
	if (n > SWIMA_MAX_COUNT)
		wr_fail(w, ST_ELIMIT);
	wr_u8(w, 0);
	wr_u24(w, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		wr_bytes(w, raw[i]);
	return w->err;
}

PA_RECODE(swima_subscriptions_recode)
{
	struct pa_attr a = pa_recode_attr(r, type);
	struct swima_subscriptions l;
	struct swima_request q;

	swima_subscriptions_begin(&l, &a);
	if (w)
		wr_u32(w, l.count);
	while (swima_subscriptions_next(&l, &q) > 0)
		if (w)
			wr_bytes(w, q.raw);
	return pa_recode_end(r, &l.rd, w);
}

/* --- 5.14, Source Metadata Response --- */

int swima_sources_begin(struct swima_sources *l, const struct pa_attr *a)
{
	l->rd = a->value;
	rd_u16(&l->rd);
	l->count = l->left = rd_u8(&l->rd);
	return l->rd.err;
}

int swima_sources_next(struct swima_sources *l, struct swima_source *s)
{
	if (!l->left)
		rd_end(&l->rd);
	if (l->rd.err || !l->left)
		return l->rd.err;
	l->left--;
	s->number = rd_u8(&l->rd);
	s->metadata = swima_read16(&l->rd);
	return l->rd.err ? l->rd.err : 1;
}

static void source_encode(struct wr *w, const struct swima_source *s)
{
	wr_u8(w, s->number);
	swima_write16(w, s->metadata);
}

int swima_sources_encode(struct wr *w, const struct swima_source *s, size_t n)
{
	if (n > 0xff)
		wr_fail(w, ST_ELIMIT);
	wr_u16(w, 0);
	wr_u8(w, (uint8_t)n);
	for (size_t i = 0; i < n && !w->err; i++)
		source_encode(w, &s[i]);
	return w->err;
}

PA_RECODE(swima_sources_recode)
{
	struct pa_attr a = pa_recode_attr(r, type);
	struct swima_sources l;
	struct swima_source s;

	swima_sources_begin(&l, &a);
	if (w)
		wr_u24(w, l.count);
	while (swima_sources_next(&l, &s) > 0)
		if (w)
			source_encode(w, &s);
	return pa_recode_end(r, &l.rd, w);
}

int swima_head_decode(struct rd *r, uint32_t type, struct swima_head *h)
{
	*h = (struct swima_head){ 0 };
	h->flags = rd_u8(r) & SWIMA_FULFILLMENT;
	h->count = rd_u24(r);
	h->request_id = rd_u32(r);
	h->epoch = rd_u32(r);
	h->last_eid = rd_u32(r);
	if (swima_is_events(type)) {
		size_t at = rd_pos(r);

		h->last_consulted_eid = rd_u32(r);
		if (h->last_consulted_eid > h->last_eid)
			rd_fail(r, at, ST_EVALUE);
	}
	return r->err;
}

int swima_head_encode(struct wr *w, uint32_t type, const struct swima_head *h)
{
	wr_u8(w, h->flags & SWIMA_FULFILLMENT);
	wr_u24(w, h->count);
	wr_u32(w, h->request_id);
	wr_u32(w, h->epoch);
	wr_u32(w, h->last_eid);
	if (swima_is_events(type))
		wr_u32(w, h->last_consulted_eid);
	return w->err;
}

int swima_writer_begin(struct swima_writer *sw, struct wr *w, uint32_t type,
		       const struct swima_head *h)
{
	struct swima_head head = *h;

	*sw = (struct swima_writer){ .w = w, .type = type };
	head.count = 0;
	sw->begin = pa_attr_begin(w, 0, PEN_IETF, type);
	return swima_head_encode(w, type, &head);
}

int swima_writer_end(struct swima_writer *sw)
{
	struct wr *w = sw->w;
	size_t value = sw->begin + PA_ATTR_HDR;

	if (!w->err)
		wr_fill32(w, value, (uint32_t)w->p[value] << 24 | sw->count);
	pa_attr_end(w, sw->begin);
	return w->err;
}
