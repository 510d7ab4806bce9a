/* SPDX-License-Identifier: BSD-2-Clause */
/* Parser for METADATA and PKG-INFO of an installed Python package: headers as in e-mail. Does
 * no I/O; source_pip.c opens the files. */
#ifndef STANCE_IMC_SOURCES_PIP_METADATA_H
#define STANCE_IMC_SOURCES_PIP_METADATA_H

#include "base/span.h"

#define PIP_MAX_FIELD 1024 /* octets of a name or version */

struct pip_metadata {
	struct span name, version; /* borrow the text */
};

/* Reads the headers up to the first empty line. The first of several headers of one name
 * counts. False: name or version is missing, too long, or contains control characters. */
bool pip_metadata_read(struct span text, struct pip_metadata *m);

/* Removes the next line from text and returns it without its line end (LF or CR LF). */
struct span pip_metadata_line(struct span *text);

#endif
