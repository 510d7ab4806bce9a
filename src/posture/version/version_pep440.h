/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of versions by PEP 440, the Version Specifiers specification. Private to
 * src/posture. */
#ifndef STANCE_POSTURE_VERSION_VERSION_PEP440_H
#define STANCE_POSTURE_VERSION_VERSION_PEP440_H

#include "base/span.h"

/* Sets *order as version_compare does, or returns ST_EVALUE. */
int version_pep440(struct span a, struct span b, int *order);

#endif
