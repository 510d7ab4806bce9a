/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/pb_batch.h"

int pb_batch_decode(struct rd *r, struct pb_batch *b)
{
	size_t at = rd_pos(r);
	uint32_t length;

	memset(b, 0, sizeof(*b));
	if (rd_left(r) < PB_BATCH_HDR)
		rd_fail(r, at, ST_ESHORT);
	b->version = rd_u8(r);
	b->from_server = rd_u8(r) & PB_FLAG_D;
	b->type = rd_u16(r) & 0x000f; /* the other bits are reserved */
	length = rd_u32(r);
	if (b->version != PB_VERSION)
		rd_fail(r, at, ST_EVERSION);
	if (!b->type || b->type >= PB_N_TYPES)
		rd_fail(r, at + 3, ST_EVALUE);
	if (length != PB_BATCH_HDR + rd_left(r))
		rd_fail(r, at + 4, ST_ELENGTH);
	b->body = rd_sub(r, rd_left(r));
	return r->err;
}

size_t pb_batch_begin(struct wr *w, enum pb_type type, bool from_server)
{
	size_t start = w->len;

	wr_u8(w, PB_VERSION);
	wr_u8(w, from_server ? PB_FLAG_D : 0);
	wr_u16(w, (uint16_t)type);
	(void)wr_hole32(w);
	return start;
}

int pb_batch_end(struct wr *w, size_t start)
{
	wr_fill32(w, start + 4, w->len - start);
	return w->err;
}

const char *pb_type_name(unsigned type)
{
	static const char *const names[PB_N_TYPES] = {
		[PB_CDATA] = "CDATA",   [PB_SDATA] = "SDATA",   [PB_RESULT] = "RESULT",
		[PB_CRETRY] = "CRETRY", [PB_SRETRY] = "SRETRY", [PB_CLOSE] = "CLOSE",
	};

	return type < PB_N_TYPES && names[type] ? names[type] : "unknown";
}
