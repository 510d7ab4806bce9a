/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/text.h"
#include "base/utf8.h"

size_t text_good(struct span s)
{
	struct span rest = s;

	while (rest.n && *rest.p && utf8_next(&rest) >= 0)
		;
	return s.n - rest.n;
}

struct span text_read(struct rd *r, size_t n)
{
	size_t at = rd_pos(r);
	struct span s = rd_bytes(r, n);
	size_t good = text_good(s);

	if (good < s.n)
		rd_fail(r, at + good, ST_EVALUE);
	return s;
}

struct span text_read8(struct rd *r)
{
	size_t at = rd_pos(r);
	uint8_t n = rd_u8(r);

	if (n > rd_left(r))
		rd_fail(r, at, ST_ELENGTH);
	return text_read(r, n);
}

void text_write8(struct wr *w, struct span s)
{
	if (s.n > 0xff || text_good(s) < s.n)
		wr_fail(w, ST_EVALUE);
	wr_u8(w, (uint8_t)s.n);
	wr_bytes(w, s);
}
