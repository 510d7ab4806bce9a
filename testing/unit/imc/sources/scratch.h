/* SPDX-License-Identifier: BSD-2-Clause */
/* A system to look at that a test makes up, and what a source lists of it. */
#ifndef STANCE_TESTING_UNIT_IMC_SOURCES_SCRATCH_H
#define STANCE_TESTING_UNIT_IMC_SOURCES_SCRATCH_H

#include "imc/sources/source.h"

extern char scratch_root[];

/* Group setup and teardown: an empty root, and nothing. */
int scratch_make(void **state);
int scratch_drop(void **state);

/* Removes all that was put there. */
void scratch_clear(void);

/* Writes a file below the root, with its directories; the path is like that of printf. */
void scratch_put(struct span octets, const char *path, ...)
	__attribute__((format(printf, 2, 3)));

/* ROOT/path; static, good for the next three calls, too. */
const char *scratch_path(const char *path);

/* What a source lists, one instance a line, sorted:
 * "KEY NAME VERSION IDENTIFIER DIRECTORY" with "-" for what is empty. */
struct listed {
	char *lines[256];
	size_t n;
	char text[65536]; /* all of them */
	struct source_item last;
	struct arena arena; /* of last */
	int fail_at;        /* the callback fails at this one, from 1 */
};

/* 0 or what list said. */
int list_all(const struct source_class *class, struct source *s, struct listed *l);
void listed_reset(struct listed *l);

/* Log lines from here on. */
void scratch_log(void);
size_t scratch_log_count(void);
bool scratch_log_has(const char *text);

#endif
