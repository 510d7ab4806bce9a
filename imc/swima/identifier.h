/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of software on the wire. For packages without a tag of their own: tag id, Software
 * Identifier, package URL and locator. */
#ifndef STANCE_IMC_SWIMA_IDENTIFIER_H
#define STANCE_IMC_SWIMA_IDENTIFIER_H

#include "imc/sources/platform.h"
#include "imc/sources/source.h"

#include "base/wr.h"

/* Form of a tag id. Either depends only on the system and the package. */
enum identifier_scheme {
	/* debian-12-amd64-bash@5.2.15-2%2Bb2: every part is percent-encoded, so different
	 * packages never share an identifier. */
	IDENTIFIER_UNIQUE,
	/* Debian_12-x86_64-bash-5.2.15-2~b2: the form of other collectors, so that it matches
	 * their databases. For a foreign architecture, ".ARCH" is appended. */
	IDENTIFIER_COMPATIBLE,
};

struct identifier_rules {
	enum identifier_scheme scheme;
	uint8_t model;     /* SWIMA_MODEL_...: data model of the tags made here */
	const char *regid; /* registration id of the tag creator (RFC 8412, 6.1.1) */
	struct platform platform;
};

/* Each of the following appends to w and returns w->err. */

/* Tag id of an item, without the regid. language: type of the package URL for packages of a
 * programming language, whose tag id is that URL; else NULL. */
int identifier_tag(struct wr *w, const struct identifier_rules *r, const char *language,
		   const struct source_item *item);

/* Software Identifier: regid "__" tag id, in Net-Unicode (NFC; RFC 5198). */
int identifier_write(struct wr *w, const struct identifier_rules *r, const char *language,
		     const struct source_item *item);

/* Package URL; nothing if type is NULL.
 *
 *     pypi, npm  pkg:TYPE/NAME@VERSION
 *     others     pkg:TYPE/OS/NAME@VERSION?arch=...&distro=...
 *     rpm        the same; an epoch "N:" of the version becomes &epoch=N */
int identifier_purl(struct wr *w, const struct identifier_rules *r, const char *type,
		    const struct source_item *item);

/* An absolute path as a file URI (RFC 8089); nothing for an empty path. */
int identifier_locator(struct wr *w, struct span path);

/* Returns the identifier in NFC, the form in which identifiers are compared. Borrows id if it
 * is ASCII, already normalised, or not UTF-8; otherwise allocates in a. p is NULL: out of
 * memory. */
struct span identifier_normalise(struct arena *a, struct span id);

#endif
