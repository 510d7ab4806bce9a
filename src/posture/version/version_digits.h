/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs of digits in versions. Private to src/posture. */
#ifndef STANCE_POSTURE_VERSION_VERSION_DIGITS_H
#define STANCE_POSTURE_VERSION_VERSION_DIGITS_H

#include "base/span.h"

/* Compares two runs of digits of any length as numbers; an empty run is 0. */
int version_digits(struct span a, struct span b);

#endif
