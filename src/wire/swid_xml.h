/* SPDX-License-Identifier: BSD-2-Clause */
/* SWID tags as XML: writing small ones (ISO/IEC 19770-2:2015) for packages that bring none, and
 * reading foreign ones, of 2015 and 2009, with care. */
#ifndef STANCE_WIRE_SWID_XML_H
#define STANCE_WIRE_SWID_XML_H

#include "base/api.h"
#include "base/arena.h"
#include "base/span.h"
#include "base/wr.h"

ST_API_BEGIN

#define SWID_NS "http://standards.iso.org/iso/19770/-2/2015/schema.xsd"
#define SWID_NS_2009 "http://standards.iso.org/iso/19770/-2/2009/schema.xsd"

/* Caps for reading. */
#define SWID_XML_MAX_DEPTH 64
#define SWID_XML_MAX_STRING 4096 /* octets of a name, version, tagId or regid */

#define SWID_SHA256_SIZE 32

/* A file that was found, as Evidence has it. */
struct swid_file {
	struct span path;      /* absolute */
	uint64_t size;         /* octets */
	bool changeable;       /* expected to change, as configuration does (NISTIR 8060) */
	const uint8_t *sha256; /* SWID_SHA256_SIZE octets; NULL: not known */
};

/* Everything is UTF-8 and borrowed. Empty spans are left out, except those marked *. */
struct swid_tag {
	struct span name;   /* * */
	struct span tag_id; /* * */
	struct span version;
	struct span version_scheme; /* of version; "alphanumeric" fits package versions */

	struct span creator; /* * Entity with role tagCreator: who made this tag, not who made
				the software (RFC 8412, 6.1.1) */
	struct span regid;   /* * of the creator, for example "stance.example" */

	struct span supplier;      /* Entity: who makes or packages the software */
	struct span supplier_role; /* "softwareCreator" when empty; also "maintainer", ... */

	/* Meta; arch, purl and the source package are free attributes, which ISO allows */
	struct span product; /* the system it belongs to, for example "Debian 12" */
	struct span summary;
	struct span arch;
	struct span purl;           /* https://github.com/package-url: pkg:deb/debian/... */
	struct span source;         /* name of the source package */
	struct span source_version; /* and its version */

	/* Evidence: what was found on the disk. Those of one directory stand together, and
	 * before all others those right below the root. */
	const struct swid_file *files;
	size_t n_files;
};

/* Appends the tag: one line, UTF-8, the same octets for the same input. ST_EVALUE, and w as it
 * was, when a marked field is empty, a path is not absolute, or text is not valid UTF-8, or has
 * control characters or others that XML does not know. Otherwise w->err. */
int swid_xml_write(struct wr *w, const struct swid_tag *tag);

/* All of s can stand in a tag that we write: UTF-8 without control characters (C0, DEL, C1) and
 * without the two characters that XML excludes (XML 1.0, 2.2). It also fits in a line and in
 * Net-Unicode. */
bool swid_text_ok(struct span s);

/* Appends the Software Identifier of a tag, regid "__" tag_id (RFC 8412, 6.1.1). Returns
 * w->err. No escaping. */
int swid_id_write(struct wr *w, struct span regid, struct span tag_id);

/* What a reader wants to know of a foreign tag. The strings live in the arena. */
struct swid_info {
	uint8_t model;  /* SWIMA_MODEL_...: what kind of tag it is */
	struct span id; /* Software Identifier: regid of the first tagCreator, "__", tagId;
			 * of 2009: tag_creator_regid "__" unique_id of software_id */

	/* What follows may be empty. */
	struct span name, version;
	struct span supplier; /* the first Entity with another role than tagCreator */
	/* of Meta: the first that says it (swid_tag has the same) */
	struct span arch, purl, source, source_version;
};

/* Reads a tag of 2015 (root SoftwareIdentity, any prefix) or 2009 (software_identification_tag:
 * its supplier is the software_creator; arch and what stands behind it in swid_info are empty).
 * doc is at most max octets, else ST_ELIMIT; so is nesting or text beyond the caps above.
 * ST_EVALUE: not well-formed, has a DTD, is something else, or lacks tagId or a tagCreator (2009:
 * one of the two parts of software_id). ST_ENOMEM: the arena is full. Opens no file and no
 * connection, resolves no entity but the five of XML. */
int swid_xml_read(struct span doc, size_t max, struct arena *a, struct swid_info *info);

ST_API_END

#endif
