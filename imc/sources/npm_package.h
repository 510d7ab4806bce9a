/* SPDX-License-Identifier: BSD-2-Clause */
/* package.json of a Node.js package. Pure parsing; source_npm.c opens the files. */
#ifndef STANCE_IMC_SOURCES_NPM_PACKAGE_H
#define STANCE_IMC_SOURCES_NPM_PACKAGE_H

#include "base/arena.h"

/* Ceilings: what is beyond them describes no package. */
#define NPM_MAX_OCTETS (256 * 1024)
#define NPM_MAX_DEPTH 64
#define NPM_MAX_FIELD 1024

struct npm_package {
	struct span name, version; /* name of a scoped one: "@scope/name" */
};

/* Reads a package.json; the strings are kept in the arena. 0; ST_ELIMIT: beyond a ceiling;
 * ST_EVALUE: not JSON, no name or no version, or one that is not plain text; ST_ENOMEM. */
int npm_package_read(struct span text, struct arena *a, struct npm_package *p);

#endif
