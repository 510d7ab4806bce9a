/* SPDX-License-Identifier: BSD-2-Clause */
/* A pool of reference-counted texts: equal texts are stored once. Private to src/posture. */
#ifndef STANCE_POSTURE_STATE_TEXT_POOL_H
#define STANCE_POSTURE_STATE_TEXT_POOL_H

#include "base/arena.h"
#include "base/span.h"

#include <stdbool.h>

struct text {
	uint32_t refs, hash, n;
	char s[]; /* NUL-terminated */
};

/* Zero-initialise; text_pool_free when every text is dropped. One thread changes it; any
 * thread may read octets. */
struct text_pool {
	struct text **slots; /* open addressing; cap is a power of two */
	uint32_t n, cap;
	uint8_t *scratch; /* joins texts of several parts */
	size_t n_scratch;
	_Atomic size_t octets;
};

void text_pool_free(struct text_pool *t);

/* The text with this content, with one more reference. NULL: out of memory. */
struct text *text_intern(struct text_pool *t, struct span s);

/* The same for the concatenation of parts. */
struct text *text_intern_parts(struct text_pool *t, const struct span *parts, size_t n);

/* Adds a reference. NULL stays NULL. */
struct text *text_ref(struct text *x);

/* Drops a reference. x may be NULL. */
void text_drop(struct text_pool *t, struct text *x);

/* The content; NULL is empty. */
static inline struct span text_span(const struct text *x)
{
	return x ? span_of(x->s, x->n) : (struct span){ 0 };
}

static inline bool text_is(const struct text *x, struct span s)
{
	return span_eq(text_span(x), s);
}

/* True for UTF-8 without NUL and, if controls is set, without C0, DEL and C1. */
bool text_valid(struct span s, bool controls);

/* Copies s to a, with U+FFFD for each octet that is not UTF-8 and for each NUL, cut to max
 * octets at a character boundary. p is NULL when the arena is exhausted. */
struct span text_clean(struct arena *a, struct span s, size_t max);

#endif
