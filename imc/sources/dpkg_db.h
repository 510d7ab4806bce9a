/* SPDX-License-Identifier: BSD-2-Clause */
/* Parser for the text of dpkg's database: stanzas of "Field: value" lines, separated by blank
 * lines. Does no I/O; source_dpkg.c opens the files. */
#ifndef STANCE_IMC_SOURCES_DPKG_DB_H
#define STANCE_IMC_SOURCES_DPKG_DB_H

#include "base/span.h"

/* Limits. A stanza beyond them is skipped. */
#define DPKG_MAX_STANZA (1024 * 1024) /* octets */
#define DPKG_MAX_LINE (512 * 1024)    /* octets; Depends of metapackages is long */
#define DPKG_MAX_FIELD 1024           /* octets of a field that is used here */

/* Taken from the third word of Status; the first word is the selection ("hold",
 * "deinstall"). */
enum dpkg_state {
	DPKG_ABSENT, /* not-installed, config-files, half-installed, or unknown */
	DPKG_PRESENT /* installed, triggers-*, half-configured, unpacked: its files exist */
};

/* One stanza. Borrows the text; a missing field is empty. */
struct dpkg_stanza {
	struct span package, version, arch;
	struct span source;         /* Source without its version; default: Package */
	struct span source_version; /* version in Source; default: Version */
	struct span maintainer;     /* as written: "Name <address>" */
	enum dpkg_state state;
};

/* Position in a text. Zero-initialise with text set. */
struct dpkg_cursor {
	struct span text;
	size_t at;
	size_t skipped; /* stanzas that were skipped: broken, too long, or not UTF-8 */
};

/* Reads the next stanza into *s: 1; 0 at the end of the text.
 *
 * - A present package needs Package, Version, Architecture and Status; an absent one needs
 *   only Package and Status.
 * - A broken stanza is counted in c->skipped. */
int dpkg_next(struct dpkg_cursor *c, struct dpkg_stanza *s);

/* Removes the next line from text and returns it without its newline; false at the end. */
bool dpkg_line(struct span *text, struct span *line);

#endif
