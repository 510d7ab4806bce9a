/* SPDX-License-Identifier: BSD-2-Clause */
/* Ranges of versions: "< 3.0.16-1~deb12u1", ">= 1, < 2", "= 1.2", "!= 1.2". Parts are
 * separated by commas; a version is in the range if all parts hold. */
#ifndef STANCE_POSTURE_VERSION_RANGE_H
#define STANCE_POSTURE_VERSION_RANGE_H

#include "base/api.h"
#include "base/span.h"

ST_API_BEGIN

struct version_range;

/* 0, ST_ENOMEM, or ST_EVALUE when text is not a range. Caller: version_range_free. */
int version_range_parse(struct span text, struct version_range **r);
void version_range_free(struct version_range *r);

enum version_match { VERSION_OUT, VERSION_IN, VERSION_UNKNOWN };

/* Whether a version of a package of this type (version_scheme_of) is in the range. For types
 * and versions without an order, = and != compare the text; other operators give
 * VERSION_UNKNOWN. */
enum version_match version_range_match(const struct version_range *r, struct span type,
				       struct span version);

/* The beginning of the range in "NAME RANGE": the first < or >, or the first = or != after a
 * space. NULL when there is none. */
const char *version_range_find(const char *text);

/* The beginning of a possible range in "NAME=1" and "NAME!=1", which may also be names: the
 * first of these operators outside brackets and not at the beginning. NULL when there is
 * none. */
const char *version_range_guess(const char *text);

ST_API_END

#endif
