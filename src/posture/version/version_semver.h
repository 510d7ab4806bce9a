/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of versions by Semantic Versioning 2.0.0, section 11. Private to src/posture. */
#ifndef STANCE_POSTURE_VERSION_VERSION_SEMVER_H
#define STANCE_POSTURE_VERSION_VERSION_SEMVER_H

#include "base/span.h"

/* Sets *order as version_compare does, or returns ST_EVALUE. */
int version_semver(struct span a, struct span b, int *order);

#endif
