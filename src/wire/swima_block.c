/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/swima_block.h"

/* A string behind its length in two octets; a length that overruns fails at the length. NUL
 * has no place in it; beyond that it is opaque (RFC 8412, 3.4.1). */
struct span swima_read16(struct rd *r)
{
	size_t at = rd_pos(r);
	uint16_t n = rd_u16(r);

	if (n > rd_left(r))
		rd_fail(r, at, ST_ELENGTH);

	struct span s = rd_bytes(r, n);

	if (span_has_nul(s))
		rd_fail(r, at + 2, ST_EVALUE);
	return s;
}

void swima_write16(struct wr *w, struct span s)
{
	if (s.n > SWIMA_MAX_STRING)
		wr_fail(w, ST_ELIMIT);
	wr_u16(w, (uint16_t)s.n);
	wr_bytes(w, s);
}

/* --- 5.7 to 5.10, what the four answers have in common --- */

bool swima_is_events(uint32_t type)
{
	return type == PA_SW_ID_EVENTS || type == PA_SW_EVENTS;
}

bool swima_with_record(uint32_t type)
{
	return type == PA_SW_INVENTORY || type == PA_SW_EVENTS;
}

void swima_body_decode(struct rd *r, bool with_record, struct swima_record *rec, uint8_t *at9)
{
	*rec = (struct swima_record){ 0 };
	rec->record_id = rd_u32(r);
	rec->model_pen = rd_u24(r);
	rec->model = rd_u8(r);
	rec->source = rd_u8(r);
	*at9 = rd_u8(r);
	rec->id = swima_read16(r);
	rec->locator = swima_read16(r);
	if (!with_record)
		return;

	size_t at = rd_pos(r);
	uint32_t n = rd_u32(r);

	if (n > rd_left(r))
		rd_fail(r, at, ST_ELENGTH);
	rec->record = rd_bytes(r, n);
}

void swima_body_encode(struct wr *w, bool with_record, const struct swima_record *rec,
		       uint8_t at9)
{
	wr_u32(w, rec->record_id);
	wr_u24(w, rec->model_pen);
	wr_u8(w, rec->model);
	wr_u8(w, rec->source);
	wr_u8(w, at9);
	swima_write16(w, rec->id);
	swima_write16(w, rec->locator);
	if (!with_record)
		return;
	wr_u32(w, (uint32_t)rec->record.n);
	wr_bytes(w, rec->record);
}

/* --- an answer under construction --- */

int swima_writer_added(struct swima_writer *sw, size_t before)
{
	int err = sw->w->err;

	if (!err && sw->count == SWIMA_MAX_COUNT)
		err = ST_ELIMIT;
	if (err)
		wr_truncate(sw->w, before);
	else
		sw->count++;
	return err;
}
