/* SPDX-License-Identifier: BSD-2-Clause */
/* Parser for package.json of a Node.js package. Does no I/O; source_npm.c opens the files. */
#ifndef STANCE_IMC_SOURCES_NPM_PACKAGE_H
#define STANCE_IMC_SOURCES_NPM_PACKAGE_H

#include "base/arena.h"

/* Limits. A package.json beyond them is skipped. */
#define NPM_MAX_OCTETS (256 * 1024)
#define NPM_MAX_DEPTH 64
#define NPM_MAX_FIELD 1024

struct npm_package {
	struct span name, version; /* name of a scoped package: "@scope/name" */
};

/* Reads a package.json. The strings of *p are allocated in a. Returns 0, or:
 *
 *     ST_ELIMIT  beyond a limit
 *     ST_EVALUE  not JSON; name or version is missing or contains control characters
 *     ST_ENOMEM */
int npm_package_read(struct span text, struct arena *a, struct npm_package *p);

#endif
