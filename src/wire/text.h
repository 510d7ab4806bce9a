/* SPDX-License-Identifier: BSD-2-Clause */
/* Text in messages: UTF-8 (RFC 3629) without NUL. */
#ifndef STANCE_WIRE_TEXT_H
#define STANCE_WIRE_TEXT_H

#include "base/rd.h"
#include "base/wr.h"

/* How many octets of s are well-formed UTF-8 without NUL: s.n when all of it is. */
size_t text_good(struct span s);

/* Reads n octets of text; fails with ST_EVALUE at the first that is not. */
struct span text_read(struct rd *r, size_t n);

/* Text behind its length in one octet, as the strings of RFC 5792 come. A length that overruns
 * fails at the length. */
struct span text_read8(struct rd *r);

/* Writes the same; longer than 255 octets or not text: ST_EVALUE in w. */
void text_write8(struct wr *w, struct span s);

#endif
