/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/swima_events.h"
#include "wire/pa_recode.h"
#include "wire/swima_block.h"

#define CONSULTED_AT (PA_ATTR_HDR + 16) /* Last Consulted EID, in the attribute */

const char *swima_action_name(uint8_t action)
{
	static const char *const names[] = {
		[SWIMA_CREATION] = "CREATION",
		[SWIMA_DELETION] = "DELETION",
		[SWIMA_ALTERATION] = "ALTERATION",
	};

	return action >= SWIMA_CREATION && action <= SWIMA_ALTERATION ? names[action]
								      : "unknown";
}

int swima_event_list_begin(struct swima_event_list *l, const struct pa_attr *a)
{
	*l = (struct swima_event_list){ .rd = a->value,
					.with_record = swima_with_record(a->type) };
	swima_head_decode(&l->rd, a->type, &l->head);
	l->left = l->head.count;
	return l->rd.err;
}

int swima_event_next(struct swima_event_list *l, struct swima_event *ev)
{
	struct rd *r = &l->rd;

	if (!l->left)
		rd_end(r);
	if (r->err || !l->left)
		return r->err;
	l->left--;
	ev->eid = rd_u32(r);
	size_t at = rd_pos(r);
	ev->time = rd_bytes(r, PA_TIME);
	if (!pa_time_ok(ev->time))
		rd_fail(r, at, ST_EVALUE);
	swima_body_decode(r, l->with_record, &ev->rec, &ev->action);
	return r->err ? r->err : 1;
}

static void event_encode(struct wr *w, bool with_record, const struct swima_event *ev)
{
	if (!pa_time_ok(ev->time))
		wr_fail(w, ST_EVALUE);
	wr_u32(w, ev->eid);
	wr_bytes(w, ev->time);
	swima_body_encode(w, with_record, &ev->rec, ev->action);
}

int swima_writer_event(struct swima_writer *sw, const struct swima_event *ev)
{
	size_t before = sw->w->len;

	if (sw->w->err)
		return sw->w->err;
	event_encode(sw->w, swima_with_record(sw->type), ev);
	return swima_writer_added(sw, before);
}

void swima_writer_consulted(struct swima_writer *sw, uint32_t eid)
{
	wr_fill32(sw->w, sw->begin + CONSULTED_AT, eid);
}

PA_RECODE(swima_event_list_recode)
{
	struct pa_attr a = pa_recode_attr(r, type);
	struct swima_event_list l;
	struct swima_event ev;

	swima_event_list_begin(&l, &a);
	if (w)
		swima_head_encode(w, type, &l.head);
	while (swima_event_next(&l, &ev) > 0)
		if (w)
			event_encode(w, l.with_record, &ev);
	return pa_recode_end(r, &l.rd, w);
}
