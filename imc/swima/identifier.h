/* SPDX-License-Identifier: BSD-2-Clause */
/* What software is called on the wire: the tag id and Software Identifier we give to packages
 * that bring no tag of their own, their package URL, and where they live. */
#ifndef STANCE_IMC_SWIMA_IDENTIFIER_H
#define STANCE_IMC_SWIMA_IDENTIFIER_H

#include "imc/sources/platform.h"
#include "imc/sources/source.h"

#include "base/wr.h"

/* How a tag id is made. Both depend on nothing but the system and the package. */
enum identifier_scheme {
	/* debian-12-amd64-bash@5.2.15-2%2Bb2: every part percent-encoded, so that different
	 * packages never share one. */
	IDENTIFIER_UNIQUE,
	/* Debian_12-x86_64-bash-5.2.15-2~b2: as other collectors name packages, so that their
	 * databases match. Packages of another architecture than the system's end in it. */
	IDENTIFIER_COMPATIBLE,
};

struct identifier_rules {
	enum identifier_scheme scheme;
	uint8_t model;     /* SWIMA_MODEL_...: in what form we make tags */
	const char *regid; /* who makes the tags (RFC 8412, 6.1.1) */
	struct platform platform;
};

/* Each appends to w and returns w->err. */

/* The tag id of an item, without the regid. language: the type of package URL of packages that
 * belong to a programming language and not to the system; they are named by that URL. Else
 * NULL. */
int identifier_tag(struct wr *w, const struct identifier_rules *r, const char *language,
		   const struct source_item *item);

/* The Software Identifier: regid "__" tag id, in Net-Unicode (NFC; RFC 5198). */
int identifier_write(struct wr *w, const struct identifier_rules *r, const char *language,
		     const struct source_item *item);

/* pkg:TYPE/OS/NAME@VERSION?arch=...&distro=..., where an epoch "N:" of an rpm's version becomes
 * &epoch=N; of a language's packages, pypi and npm, pkg:TYPE/NAME@VERSION. Nothing when type is
 * NULL. */
int identifier_purl(struct wr *w, const struct identifier_rules *r, const char *type,
		    const struct source_item *item);

/* An absolute path as a file URI (RFC 8089), nothing for an empty one. */
int identifier_locator(struct wr *w, struct span path);

/* The identifier as it is compared: in NFC. Borrows id when it is ASCII or normalised, else
 * copies into a; not UTF-8: as it is. p is NULL when memory is out. */
struct span identifier_normalise(struct arena *a, struct span id);

#endif
