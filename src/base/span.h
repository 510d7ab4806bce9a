/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes somebody else owns. */
#ifndef STANCE_BASE_SPAN_H
#define STANCE_BASE_SPAN_H

#include "base/api.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

ST_API_BEGIN

struct span {
	const uint8_t *p; /* may be NULL when n is 0 */
	size_t n;
};

/* A span over a string literal, for constant tables. */
#define SPAN_LIT(s)                                                                           \
	{                                                                                     \
		(const uint8_t *)(s), sizeof(s) - 1                                           \
	}

static inline struct span span_of(const void *p, size_t n)
{
	return (struct span){ (const uint8_t *)p, n };
}

/* Behind the last octet; NULL has no octets and is its own end. */
static inline const uint8_t *span_end(struct span s)
{
	return s.n ? s.p + s.n : s.p;
}

static inline struct span span_str(const char *s)
{
	return (struct span){ (const uint8_t *)s, s ? strlen(s) : 0 };
}

static inline bool span_eq(struct span a, struct span b)
{
	return a.n == b.n && (!a.n || memcmp(a.p, b.p, a.n) == 0);
}

/* Octet order, shorter first among equals: the order of every sorted set in Stance. */
static inline int span_cmp(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

static inline bool span_has_nul(struct span s)
{
	return s.n && memchr(s.p, 0, s.n) != NULL;
}

ST_API_END

#endif
