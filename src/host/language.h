/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of several texts a person would rather read (RFC 3282, RFC 4647). */
#ifndef STANCE_HOST_LANGUAGE_H
#define STANCE_HOST_LANGUAGE_H

#include "base/span.h"

/* How much the writer of an Accept-Language value ("de-AT, en;q=0.5") likes a text with this
 * language tag: 0 not at all; more is better. Among equal weights the range that was named
 * first wins. A range also accepts a more special or a more general tag ("de" and "de-AT"). */
unsigned language_quality(struct span accept, struct span tag);

/* What follows the header name in a PB-Language-Preference, blanks trimmed: all of it when the
 * name is missing, nothing when it is longer than PB_LANGUAGE_MAX: it is kept as long as the
 * session is. */
struct span language_value(struct span preference);

/* Whether tag looks like a language tag: letters, digits and hyphens, not empty, <= 255. */
bool language_tag_valid(struct span tag);

/* Whether s is UTF-8 without NUL. */
bool language_text_valid(struct span s);

#endif
