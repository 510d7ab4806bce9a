/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing CoSWID tags (RFC 9393): the content of swid_xml.h in CBOR, half as long. Reading
 * them: coswid_read.h. */
#ifndef STANCE_WIRE_COSWID_H
#define STANCE_WIRE_COSWID_H

#include "base/api.h"
#include "wire/swid_xml.h"
#include "wire/coswid_read.h"

ST_API_BEGIN

/* Appends the tag under the CBOR tag "SWID". Lengths are definite, heads shortest and keys
 * ascending: equal input gives equal octets. arch, purl, source and source_version become free
 * attributes of software-meta. A version_scheme or a supplier's role without a number in
 * RFC 9393 is left out. Returns w->err, or ST_EVALUE with w unchanged, for the reasons of
 * swid_xml_write and for a tag_id that contains "__" (RFC 9393, 2.3). */
int coswid_write(struct wr *w, const struct swid_tag *tag);

/* True when a CoSWID can have this tag-id: it is not empty and does not contain "__". */
bool coswid_can_name(struct span tag_id);

ST_API_END

#endif
