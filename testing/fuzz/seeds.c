/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes vectors and transcripts as binary files: a corpus for libFuzzer.
 * usage: seeds DIR [FILE-OR-DIR ...] */
#include "vectors.h"

#include <err.h>
#include <stdio.h>

/* The first message of a transcript begins a file for what its side said; the others
 * follow. */
static void seed_write(const char *dir, const char *name, const char *mode, struct span s)
{
	char path[512];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (!(f = fopen(path, mode)))
		err(1, "%s", path);
	if (fwrite(s.p, 1, s.n, f) != s.n || fclose(f) != 0)
		err(1, "%s", path);
}

int main(int argc, char **argv)
{
	struct vectors set = { 0 };
	char side[160];

	if (argc < 2)
		errx(2, "usage: seeds DIR [FILE-OR-DIR ...]");
	for (int i = 2; i < argc; i++)
		vectors_load(&set, argv[i]);
	if (argc == 2)
		vectors_load(&set, VECTOR_DIR);
	for (size_t i = 0; i < set.n; i++) {
		struct vector *v = &set.v[i];

		seed_write(argv[1], v->name, "w", vector_span(v));
		if (!v->side)
			continue;
		(void)snprintf(side, sizeof(side), "%.*s-%c", (int)strcspn(v->name, "#"),
			       v->name, v->side);
		seed_write(argv[1], side, "a", vector_span(v));
	}
	vectors_free(&set);
	return 0;
}
