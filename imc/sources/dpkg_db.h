/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of dpkg's database: stanzas of "Field: value" lines with blank lines between. Pure
 * parsing; source_dpkg.c opens the files. */
#ifndef STANCE_IMC_SOURCES_DPKG_DB_H
#define STANCE_IMC_SOURCES_DPKG_DB_H

#include "base/span.h"

/* Ceilings: what is beyond them is not a package database. */
#define DPKG_MAX_STANZA (1024 * 1024) /* octets */
#define DPKG_MAX_LINE (512 * 1024)    /* octets; Depends of metapackages are long */
#define DPKG_MAX_FIELD 1024           /* octets of a field we use */

/* Installed or not, by the third word of Status (the first says what is wanted). */
enum dpkg_state {
	DPKG_ABSENT, /* not-installed, config-files, half-installed, or no such state */
	DPKG_PRESENT /* installed, triggers-*, half-configured, unpacked: its files are there
		      */
};

/* One stanza; borrows the text. What a stanza does not say is empty. */
struct dpkg_stanza {
	struct span package, version, arch;
	struct span source;         /* Source without its version; Package when not said */
	struct span source_version; /* of Source; Version when not said */
	struct span maintainer;     /* as written: "Name <address>" */
	enum dpkg_state state;
};

/* A walk over a text. Zero-initialise with text set. */
struct dpkg_cursor {
	struct span text;
	size_t at;
	size_t refused; /* stanzas that were skipped: broken, too long, or not text */
};

/* The next stanza that has at least Package, Version, Architecture and Status, or Package and
 * Status of one that is not installed: 1 and *s; 0 at the end. Broken ones are counted and
 * passed over, so that one bad stanza does not hide the others. */
int dpkg_next(struct dpkg_cursor *c, struct dpkg_stanza *s);

/* Cuts the next line off text, without its newline; false at the end of it. */
bool dpkg_line(struct span *text, struct span *line);

#endif
