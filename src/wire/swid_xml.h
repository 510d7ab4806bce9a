/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing SWID tags (ISO/IEC 19770-2:2015) for packages that bring none. Reading tags of other
 * makers: swid_xml_read.h. */
#ifndef STANCE_WIRE_SWID_XML_H
#define STANCE_WIRE_SWID_XML_H

#include "base/api.h"
#include "base/arena.h"
#include "base/span.h"
#include "base/wr.h"
#include "wire/swid_id.h"
#include "wire/swid_xml_read.h"

ST_API_BEGIN

#define SWID_NS "http://standards.iso.org/iso/19770/-2/2015/schema.xsd"
#define SWID_NS_2009 "http://standards.iso.org/iso/19770/-2/2009/schema.xsd"

#define SWID_SHA256_SIZE 32

/* A file of the software, for Evidence. */
struct swid_file {
	struct span path;      /* absolute */
	uint64_t size;         /* octets */
	bool changeable;       /* expected to change, as configuration does (NISTIR 8060) */
	const uint8_t *sha256; /* SWID_SHA256_SIZE octets; NULL: not known */
};

/* Strings are UTF-8 and borrowed. Fields marked * are required; other empty ones are left
 * out. */
struct swid_tag {
	struct span name;   /* * */
	struct span tag_id; /* * */
	struct span version;
	struct span version_scheme; /* of version; "alphanumeric" fits package versions */

	struct span creator; /* * Entity with role tagCreator: the maker of the tag, not of the
				software (RFC 8412, 6.1.1) */
	struct span regid;   /* * of the creator, for example "stance.example" */

	struct span supplier;      /* Entity: maker or packager of the software */
	struct span supplier_role; /* "softwareCreator" when empty; also "maintainer", ... */

	/* Meta; arch, purl and the source package are free attributes, which ISO allows */
	struct span product; /* the system it belongs to, for example "Debian 12" */
	struct span summary;
	struct span arch;
	struct span purl;           /* https://github.com/package-url: pkg:deb/debian/... */
	struct span source;         /* name of the source package */
	struct span source_version; /* and its version */

	/* Evidence. Files of one directory are adjacent; those of the root come first. */
	const struct swid_file *files;
	size_t n_files;
};

/* Appends the tag as one line of UTF-8; equal input gives equal octets. Returns w->err, or
 * ST_EVALUE with w unchanged when a required field is empty, a path is not absolute, or a text
 * is not valid UTF-8 or contains control characters or others that XML excludes. */
int swid_xml_write(struct wr *w, const struct swid_tag *tag);

ST_API_END

#endif
