/* SPDX-License-Identifier: BSD-2-Clause */
/* Untrusted text for output in JSON or on a terminal. */
#ifndef STANCE_ADMIN_TEXT_H
#define STANCE_ADMIN_TEXT_H

#include "base/span.h"
#include "base/wr.h"

#define TEXT_REPLACEMENT 0xfffd

/* Removes the next code point from *s and returns it; -1 at the end. Each invalid octet gives
 * TEXT_REPLACEMENT. */
int32_t text_next(struct span *s);

/* Whether s is valid UTF-8 without control characters, as arguments must be. */
bool text_is_plain(struct span s);

/* Appends s as valid UTF-8; each invalid octet becomes U+FFFD. */
void text_put_valid(struct wr *w, struct span s);

/* Appends s as clean text for a terminal. Invalid octets, control characters, characters that
 * change the text direction and invisible characters become U+FFFD. With ascii, each character
 * above U+007E becomes '?'. */
void text_put_clean(struct wr *w, struct span s, bool ascii);

/* Whether text_put_clean (without ascii) would not change s. */
bool text_is_clean(struct span s);

/* Width of clean text in terminal columns: wide characters take two, combining marks none. */
size_t text_width(struct span clean);

/* Length in octets of the longest prefix that takes at most width columns; *used is its
 * width. */
size_t text_cut(struct span clean, size_t width, size_t *used);

#endif
