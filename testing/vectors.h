/* Bytes to test against, read from files.
 *
 * NAME.hex    octets as hex digits, in groups separated by one blank. Two blanks or a tab begin
 *             a comment, as does # as the first character of a line.
 * NAME.txt    a transcript: "C HEX" or "S HEX", one message a line, by whom it was sent. */
#ifndef STANCE_TESTING_VECTORS_H
#define STANCE_TESTING_VECTORS_H

#include "base/span.h"

struct vector {
	char name
		[128]; /* file name without directory; "#n" behind it for a transcript's line */
	char side;     /* 'C' or 'S' in a transcript, else 0 */
	uint8_t *p;
	size_t n;
};

struct vectors {
	struct vector *v;
	size_t n;
};

/* Adds what path holds: a .hex file (one vector), a .txt transcript (one a line), any other file
 * (as it is), or all of these in a directory and below it, in the order of their names. A file
 * that breaks the format ends the program with a message. */
void vectors_load(struct vectors *v, const char *path);
void vectors_free(struct vectors *v);

/* The one vector of testing/vectors/NAME ("pb/v7.hex"); ends the program when there is none.
 * Free with vectors_free. */
struct span vector_one(struct vectors *v, const char *name);

static inline struct span vector_span(const struct vector *v)
{
	return span_of(v->p, v->n);
}

#endif
