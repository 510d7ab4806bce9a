/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading CoSWID tags (RFC 9393). */
#ifndef STANCE_WIRE_COSWID_READ_H
#define STANCE_WIRE_COSWID_READ_H

#include "base/api.h"
#include "wire/swid_xml_read.h"

ST_API_BEGIN

/* Nesting below this is refused. */
#define COSWID_MAX_DEPTH 32

/* Reads one tag: bare, under the CBOR tag "SWID", or the payload of a COSE_Sign1 or COSE_Sign.
 * Signatures are not verified. Unknown keys are skipped. A tag-id of 16 octets becomes
 * "urn:uuid:...".
 *
 *	ST_ELIMIT  doc has more than max octets; nesting or text is beyond COSWID_MAX_DEPTH or
 *	           SWID_XML_MAX_STRING
 *	ST_EVALUE  not CBOR, not a tag, cut short, without tag-id or tag creator, or with one of
 *	           the items read here twice
 *	ST_ENOMEM  the arena is full
 *
 * Memory grows with what is kept, never with a length in the tag. */
int coswid_read(struct span doc, size_t max, struct arena *a, struct swid_info *info);

ST_API_END

#endif
