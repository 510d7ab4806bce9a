/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/text.h"

#include <utf8proc.h>

size_t text_good(struct span s)
{
	size_t i = 0;

	while (i < s.n && s.p[i]) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n = 1;

		if (s.p[i] >= 0x80)
			n = utf8proc_iterate(s.p + i, (utf8proc_ssize_t)(s.n - i), &c);
		if (n <= 0)
			break;
		i += (size_t)n;
	}
	return i;
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
