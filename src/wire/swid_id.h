/* SPDX-License-Identifier: BSD-2-Clause */
/* Software Identifiers of tags (RFC 8412, 6.1.1), and the text that tags may contain. */
#ifndef STANCE_WIRE_SWID_ID_H
#define STANCE_WIRE_SWID_ID_H

#include "base/api.h"
#include "base/arena.h"
#include "base/wr.h"

ST_API_BEGIN

#define SWID_NO_REGID "http://invalid.unavailable" /* the default of the ISO schema */

/* Makes the Software Identifier of a tag in the arena, in NFC as Net-Unicode requires (RFC
 * 8412, 5.3). ST_EVALUE: not UTF-8. ST_ENOMEM. */
int swid_id_make(struct arena *a, struct span regid, struct span tag_id, struct span *id);

/* True when s is UTF-8 without control characters (C0, DEL, C1) and without the two characters
 * that XML excludes (XML 1.0, 2.2): fit for a tag, for a line, and for Net-Unicode. */
bool swid_text_ok(struct span s);

/* Appends regid "__" tag_id, unescaped. Returns w->err. */
int swid_id_write(struct wr *w, struct span regid, struct span tag_id);

ST_API_END

#endif
