/* SPDX-License-Identifier: BSD-2-Clause */
/* Text that came from anywhere, on its way to JSON or to a person's terminal. */
#ifndef STANCE_ADMIN_TEXT_H
#define STANCE_ADMIN_TEXT_H

#include "base/span.h"
#include "base/wr.h"

#define TEXT_REPLACEMENT 0xfffd

/* Takes the next code point off *s; octets that are no UTF-8 give TEXT_REPLACEMENT one by
 * one. -1 at the end. */
int32_t text_next(struct span *s);

/* Valid UTF-8 without NUL or other control characters: what an argument may be. */
bool text_is_plain(struct span s);

/* Appends s as valid UTF-8; what was none becomes U+FFFD. */
void text_put_valid(struct wr *w, struct span s);

/* Appends s for a terminal: valid, and without anything that moves the cursor, starts an
 * escape sequence, reverses the direction or is invisible; each such character becomes
 * U+FFFD. With ascii, everything above U+007E becomes '?'. */
void text_put_clean(struct wr *w, struct span s, bool ascii);

/* Whether text_put_clean (without ascii) would leave s as it is. */
bool text_is_clean(struct span s);

/* Columns that clean text takes on a terminal: wide characters take two, marks none. */
size_t text_width(struct span clean);

/* Octets of the longest beginning of s that takes at most width columns; *used says how
 * many it takes. */
size_t text_cut(struct span clean, size_t width, size_t *used);

#endif
