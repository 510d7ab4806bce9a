/* SPDX-License-Identifier: BSD-2-Clause */
/* The description of an installed Python package: METADATA or PKG-INFO, headers as in mail.
 * Pure parsing; source_pip.c opens the files. */
#ifndef STANCE_IMC_SOURCES_PIP_METADATA_H
#define STANCE_IMC_SOURCES_PIP_METADATA_H

#include "base/span.h"

#define PIP_MAX_FIELD 1024 /* octets of a name or version */

struct pip_metadata {
	struct span name, version; /* borrow the text */
};

/* Reads the headers, which end at the first empty line; of several of one name the first
 * counts. False: no name or no version, or one that is too long or not plain text. */
bool pip_metadata_read(struct span text, struct pip_metadata *m);

/* Cuts the next line off text, without its end. */
struct span pip_metadata_line(struct span *text);

#endif
