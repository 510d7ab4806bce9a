/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/swid_id.h"
#include "wire/swid_xml.h"
#include "wire/text.h"

#include <stdlib.h>

#include <utf8proc.h>

bool swid_text_ok(struct span s)
{
	if (text_good(s) < s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		const uint8_t *p = s.p + i;

		if (*p < 0x20 || *p == 0x7f)
			return false;
		if (*p == 0xc2 && p[1] < 0xa0)
			return false;
		if (*p == 0xef && p[1] == 0xbf && p[2] >= 0xbe)
			return false;
	}
	return true;
}

int swid_id_write(struct wr *w, struct span regid, struct span tag_id)
{
	wr_bytes(w, regid);
	wr_str(w, "__");
	wr_bytes(w, tag_id);
	return w->err;
}

int swid_id_make(struct arena *a, struct span regid, struct span tag_id, struct span *id)
{
	struct wr w = { 0 };
	utf8proc_uint8_t *nfc = NULL;
	utf8proc_ssize_t n = 0;
	int err;

	if ((err = swid_id_write(&w, regid, tag_id)) == 0) {
		n = utf8proc_map(w.p, (utf8proc_ssize_t)w.len, &nfc,
				 UTF8PROC_STABLE | UTF8PROC_COMPOSE);
		if (n < 0)
			err = n == UTF8PROC_ERROR_NOMEM ? ST_ENOMEM : ST_EVALUE;
		else if (!(*id = arena_copy(a, span_of(nfc, (size_t)n))).p)
			err = ST_ENOMEM;
	}
	free(nfc);
	wr_reset(&w);
	return err;
}
