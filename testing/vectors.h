/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes to test against, read from files.
 *
 * NAME.hex    octets as hex digits, in groups separated by one blank. Two blanks or a tab
 * begin
 *             a comment, as does # as the first character of a line.
 * NAME.bad    octets that must be refused, one a line: "ERROR OFFSET HEX", comments as above;
 *             ERROR is short, value, length, version, state, unsupported or limit.
 * NAME.txt    a transcript: "C HEX" or "S HEX", one message a line, by whom it was sent. */
#ifndef STANCE_TESTING_VECTORS_H
#define STANCE_TESTING_VECTORS_H

#include "base/err.h"
#include "base/span.h"

struct vector {
	char name
		[128]; /* file without directory; "#n" behind it for line n of .bad and .txt */
	char side;     /* 'C' or 'S' in a transcript, else 0 */
	int err;       /* ST_E... of a .bad line, else 0 */
	size_t err_at;
	uint8_t *p;
	size_t n;
};

struct vectors {
	struct vector *v;
	size_t n;
};

/* Adds what path holds: a .hex file (one vector), a .bad file or .txt transcript (one a line),
 * any other file (as it is), or all of these in a directory and below it, in the order of
 * their names. A file that breaks the format ends the program with a message. */
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
