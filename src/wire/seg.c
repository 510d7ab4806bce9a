/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/seg.h"
#include "wire/pa_recode.h"

int seg_contract_decode(struct rd *r, struct seg_contract *c)
{
	c->max_message = rd_u32(r);
	size_t at = rd_pos(r);
	c->max_segment = rd_u32(r);
	if (c->max_segment < SEG_MIN)
		rd_fail(r, at, ST_EVALUE);
	rd_end(r);
	return r->err;
}

int seg_contract_encode(struct wr *w, const struct seg_contract *c)
{
	if (c->max_segment < SEG_MIN)
		wr_fail(w, ST_EVALUE);
	wr_u32(w, c->max_message);
	wr_u32(w, c->max_segment);
	return w->err;
}

PA_RECODE_BY(seg_contract, struct seg_contract, &v)

int seg_envelope_decode(struct rd *r, struct seg_envelope *e)
{
	e->flags = rd_u8(r) & (SEG_MORE | SEG_START);
	e->base_id = rd_u24(r);
	e->segment = rd_rest(r);
	return r->err;
}

int seg_envelope_encode(struct wr *w, const struct seg_envelope *e)
{
	wr_u8(w, e->flags & (SEG_MORE | SEG_START));
	wr_u24(w, e->base_id);
	wr_bytes(w, e->segment);
	return w->err;
}

PA_RECODE_BY(seg_envelope, struct seg_envelope, &v)

int seg_next_decode(struct rd *r, struct seg_next *n)
{
	n->cancel = rd_u8(r) != 0;
	n->base_id = rd_u24(r);
	rd_end(r);
	return r->err;
}

int seg_next_encode(struct wr *w, const struct seg_next *n)
{
	wr_u8(w, n->cancel ? 0x80 : 0);
	wr_u24(w, n->base_id);
	return w->err;
}

PA_RECODE_BY(seg_next, struct seg_next, &v)
