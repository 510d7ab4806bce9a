/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of software versions. Each kind of package has its own:
 *
 *	deb    epoch:upstream-revision    Debian Policy, 5.6.12 (libsolv compares)
 *	rpm    epoch:version-release      rpmvercmp (libsolv compares)
 *	npm    Semantic Versioning        2.0.0, section 11; build metadata does not count
 *	pypi   PEP 440                    epochs, pre-, post- and development releases, local
 *	                                  versions
 *
 * Ranges (version_range.h) use this order and nothing else: 2.0.0-rc.1 is less than 2.0.0,
 * whatever the specifiers of npm and pip say about prereleases.
 *
 * Versions come from endpoints. Numbers may have any number of digits; comparing them
 * allocates nothing and does not recurse. */
#ifndef STANCE_POSTURE_VERSION_H
#define STANCE_POSTURE_VERSION_H

#include "base/api.h"
#include "base/span.h"
#include "posture/version_range.h"

ST_API_BEGIN

enum version_scheme { VERSION_NONE, VERSION_DEB, VERSION_RPM, VERSION_SEMVER, VERSION_PEP440 };

#define VERSION_MAX 255 /* octets of the longest version with an order */

/* The scheme of a package type as package URLs name it ("deb", "npm", ...). VERSION_NONE:
 * versions of this type have no order. */
enum version_scheme version_scheme_of(struct span type);

/* Sets *order to a negative value, 0 or a positive value when a is before, equal to or after
 * b. ST_EVALUE when one of them is not a version of the scheme. Any thread. */
int version_compare(enum version_scheme scheme, struct span a, struct span b, int *order);

ST_API_END

#endif
