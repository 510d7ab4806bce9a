/* SPDX-License-Identifier: BSD-2-Clause */
/* A root directory with the files of a test, and the list that a source makes of it. */
#ifndef STANCE_TESTING_UNIT_IMC_SOURCES_SCRATCH_H
#define STANCE_TESTING_UNIT_IMC_SOURCES_SCRATCH_H

#include "imc/sources/source.h"

extern char scratch_root[];

/* Group setup and teardown: creates an empty root; removes it. */
int scratch_make(void **state);
int scratch_drop(void **state);

/* Removes everything below the root. */
void scratch_clear(void);

/* Writes a file below the root and creates its directories. The path is a printf format. */
void scratch_put(struct span octets, const char *path, ...)
	__attribute__((format(printf, 2, 3)));

/* ROOT/path. Static; valid during the next three calls. */
const char *scratch_path(const char *path);

/* The list of a source, one instance per line, sorted:
 * "KEY NAME VERSION IDENTIFIER DIRECTORY" with "-" for an empty field. */
struct listed {
	char *lines[256];
	size_t n;
	char text[65536]; /* all lines */
	struct source_item last;
	struct arena arena; /* of last */
	int fail_at;        /* the callback fails at this instance, from 1 */
};

/* 0 or the error of list. */
int list_all(const struct source_class *class, struct source *s, struct listed *l);
void listed_reset(struct listed *l);

/* Collects log lines from now on. */
void scratch_log(void);
size_t scratch_log_count(void);
bool scratch_log_has(const char *text);

#endif
