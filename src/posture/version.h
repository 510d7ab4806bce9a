/* SPDX-License-Identifier: BSD-2-Clause */
/* Versions of software: their order, which each kind of package has its own of, and ranges.
 *
 *	deb    epoch:upstream-revision        Debian Policy, 5.6.12 (libsolv compares)
 *	rpm    epoch:version-release          rpmvercmp (libsolv compares)
 *	npm    Semantic Versioning 2.0.0, 11  precedence: build metadata does not count
 *	pypi   PEP 440, also called the Version Specifiers specification: epochs, pre-, post- and
 *	       development releases, local versions
 *
 * It is this order alone that ranges go by: 2.0.0-rc.1 is less than 2.0.0, whatever else the
 * specifiers of npm and pip say about prereleases. Versions come from endpoints: numbers may have
 * any number of digits, and nothing here allocates or recurses because of them. */
#ifndef STANCE_POSTURE_VERSION_H
#define STANCE_POSTURE_VERSION_H

#include "base/api.h"
#include "base/span.h"

ST_API_BEGIN

enum version_scheme { VERSION_NONE, VERSION_DEB, VERSION_RPM, VERSION_SEMVER, VERSION_PEP440 };

#define VERSION_MAX 255 /* octets of a version that has an order */

/* By the purl's word for the kind of package ("deb", "npm" ...); VERSION_NONE has no order. */
enum version_scheme version_scheme_of(struct span type);

/* *order becomes negative, 0 or positive as a is before, equal to or behind b. ST_EVALUE when one
 * of them is no version of that scheme. Any thread. */
int version_compare(enum version_scheme scheme, struct span a, struct span b, int *order);

/* Some versions: "< 3.0.16-1~deb12u1", ">= 1, < 2", "= 1.2", "!= 1.2"; parts are divided by
 * commas, and all of them must hold. */
struct version_range;

/* 0, ST_ENOMEM, or ST_EVALUE when it is no range. Caller: version_range_free. */
int version_range_parse(struct span text, struct version_range **r);
void version_range_free(struct version_range *r);

enum version_match { VERSION_OUT, VERSION_IN, VERSION_UNKNOWN };

/* Whether a version of a package of that type is in the range. Where there is no order = and !=
 * compare the text, and for the rest nobody can tell. */
enum version_match version_range_match(const struct version_range *r, struct span type,
				       struct span version);

/* Where the range begins in text that is "NAME RANGE", or NULL when there is none: at a < or >, or
 * at a = or != behind a space. */
const char *version_range_find(const char *text);

/* Where one may begin in "NAME=1" and "NAME!=1", which may also be a name: at the first of these
 * operators that is not in brackets and not at the beginning; or NULL. */
const char *version_range_guess(const char *text);

ST_API_END

/* The orders written out; inside posture only. */
int version_semver(struct span a, struct span b, int *order);
int version_pep440(struct span a, struct span b, int *order);

/* Two runs of digits as numbers, however long; an empty one is 0. */
int version_digits(struct span a, struct span b);

#endif
