/* SPDX-License-Identifier: BSD-2-Clause */
/* Text as the state in memory holds it: each different text once, counted. */
#ifndef STANCE_POSTURE_STATE_TEXT_POOL_H
#define STANCE_POSTURE_STATE_TEXT_POOL_H

#include "base/arena.h"
#include "base/span.h"

#include <stdbool.h>

struct text {
	uint32_t refs, hash, n;
	char s[]; /* NUL behind it */
};

/* Zero-initialise; text_table_free when every text is dropped. Changed by one thread only; any
 * may read how much it takes. */
struct text_table {
	struct text **slots; /* cap of them, a power of two, by hash and what is free next */
	uint32_t n, cap;
	uint8_t *scratch; /* where texts of several parts are put together */
	size_t n_scratch;
	_Atomic size_t octets;
};

void text_table_free(struct text_table *t);

/* The text with this content, one reference more; NULL when out of memory. */
struct text *text_intern(struct text_table *t, struct span s);

/* The same of parts, one behind the other. */
struct text *text_intern_parts(struct text_table *t, const struct span *parts, size_t n);

/* One reference more. NULL stays NULL. */
struct text *text_ref(struct text *x);

/* Gives a reference back; x may be NULL. */
void text_drop(struct text_table *t, struct text *x);

/* Content; an absent text is empty. */
static inline struct span text_span(const struct text *x)
{
	return x ? span_of(x->s, x->n) : (struct span){ 0 };
}

static inline bool text_is(const struct text *x, struct span s)
{
	return span_eq(text_span(x), s);
}

/* UTF-8 without NUL; with controls set, without control characters (C0, DEL, C1) too. */
bool text_valid(struct span s, bool controls);

/* A copy of s in a, cut to max octets at a character's end, in which every octet that is not
 * UTF-8 and every NUL is U+FFFD. p is NULL when the arena is exhausted. */
struct span text_clean(struct arena *a, struct span s, size_t max);

#endif
