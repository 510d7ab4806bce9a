/* Text as the state in memory holds it: each different text once, counted. */
#ifndef STANCE_POSTURE_TEXT_H
#define STANCE_POSTURE_TEXT_H

#include "base/arena.h"
#include "base/span.h"
#include "base/table.h"


struct text {
	UT_hash_handle hh;
	uint32_t refs, n;
	char s[]; /* NUL behind it */
};

/* Zero-initialise. Changed by one thread only; any may read how much it takes. */
struct text_table {
	struct text *by_content;
	_Atomic size_t octets;
};

/* The text with this content, one reference more; NULL when out of memory. */
struct text *text_intern(struct text_table *t, struct span s);

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
