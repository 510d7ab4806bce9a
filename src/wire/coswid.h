/* SPDX-License-Identifier: BSD-2-Clause */
/* CoSWID tags (RFC 9393): the same content as swid_xml.h, in CBOR and shorter. */
#ifndef STANCE_WIRE_COSWID_H
#define STANCE_WIRE_COSWID_H

#include "base/api.h"
#include "wire/swid_xml.h"

ST_API_BEGIN

/* Caps for reading, beside SWID_XML_MAX_STRING. */
#define COSWID_MAX_DEPTH 32

/* Appends the tag, with the CBOR tag "SWID" in front: definite lengths, shortest heads and
 * ascending keys, so the same octets for the same input. arch, purl, source and source_version
 * become free attributes of software-meta; a version_scheme that RFC 9393 has no number for is
 * left out, and so is a supplier whose role has none. ST_EVALUE, and w as it was, under the conditions of
 * swid_xml_write, and for a tag_id with "__" in it (RFC 9393, 2.3). Otherwise w->err. */
int coswid_write(struct wr *w, const struct swid_tag *tag);

/* A CoSWID can have this tag id: it is not empty and has no "__" in it. */
bool coswid_can_name(struct span tag_id);

/* What swid_xml_read is for XML: reads a tag, bare or under the CBOR tag "SWID", or what a
 * COSE_Sign1 or COSE_Sign carries, whose signatures are not looked at. A tag-id of 16 octets is
 * named "urn:uuid:...". Keys it does not know are skipped. doc is at most max octets, else
 * ST_ELIMIT; so is nesting or text beyond the caps. ST_EVALUE: not CBOR, something else, cut
 * short, lacks tag-id or a tag creator, or says one of the items we read twice. ST_ENOMEM: the
 * arena is full. Allocates for what it keeps only, never because a length says so. */
int coswid_read(struct span doc, size_t max, struct arena *a, struct swid_info *info);

ST_API_END

#endif
