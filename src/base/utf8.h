/* SPDX-License-Identifier: BSD-2-Clause */
/* UTF-8 text, one character at a time. utf8proc decodes; ASCII does not reach it. */
#ifndef STANCE_BASE_UTF8_H
#define STANCE_BASE_UTF8_H

#include "base/span.h"

#include <stdbool.h>
#include <utf8proc.h>

/* Takes the first character off *s, which is not empty, and returns it. -1 when *s does not
 * begin with valid UTF-8; *s then stays as it is. */
static inline int32_t utf8_next(struct span *s)
{
	utf8proc_int32_t c = s->p[0];
	utf8proc_ssize_t n = 1;

	if (c >= 0x80 && (n = utf8proc_iterate(s->p, (utf8proc_ssize_t)s->n, &c)) <= 0)
		return -1;
	s->p += n;
	s->n -= (size_t)n;
	return c;
}

/* C0, DEL and C1. */
static inline bool utf8_is_control(int32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

#endif
