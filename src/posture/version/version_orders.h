/* SPDX-License-Identifier: BSD-2-Clause */
/* The orders that Stance implements itself. Private to src/posture. */
#ifndef STANCE_POSTURE_VERSION_VERSION_ORDERS_H
#define STANCE_POSTURE_VERSION_VERSION_ORDERS_H

#include "base/span.h"

/* Each sets *order as version_compare does, or returns ST_EVALUE. */
int version_semver(struct span a, struct span b, int *order);
int version_pep440(struct span a, struct span b, int *order);

/* Compares two runs of digits of any length as numbers; an empty run is 0. */
int version_digits(struct span a, struct span b);

#endif
