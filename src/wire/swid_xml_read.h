/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading SWID tags of other makers: ISO/IEC 19770-2 of 2015 and of 2009. */
#ifndef STANCE_WIRE_SWID_XML_READ_H
#define STANCE_WIRE_SWID_XML_READ_H

#include "base/api.h"
#include "base/arena.h"
#include "base/span.h"

ST_API_BEGIN

/* Nesting, and octets of a name, version, tagId or regid, beyond these are refused. */
#define SWID_XML_MAX_DEPTH 64
#define SWID_XML_MAX_STRING 4096

/* The content of a tag. Strings live in the arena; empty ones were not in the tag. */
struct swid_info {
	uint8_t model;  /* SWIMA_MODEL_...: what kind of tag it is */
	struct span id; /* Software Identifier: regid of the first tagCreator, "__", tagId;
			 * of 2009: tag_creator_regid "__" unique_id of software_id */

	/* Each may be empty. */
	struct span name, version;
	struct span supplier; /* the first Entity with another role than tagCreator */
	/* from the first Meta that has it; swid_tag explains them */
	struct span arch, purl, source, source_version;
};

/* Reads one tag: root SoftwareIdentity with any prefix (2015), or software_identification_tag
 * (2009; its software_creator becomes the supplier; arch and later fields stay empty).
 *
 *	ST_ELIMIT  doc has more than max octets; nesting or text is beyond the limits above
 *	ST_EVALUE  not well-formed, with a DTD, not a tag, without tagId or tagCreator (2009:
 *	           without one of the two parts of software_id)
 *	ST_ENOMEM  the arena is full
 *
 * Opens no file and no connection. Resolves no entities but the five of XML. */
int swid_xml_read(struct span doc, size_t max, struct arena *a, struct swid_info *info);

ST_API_END

#endif
