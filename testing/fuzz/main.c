/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs a fuzz target without libFuzzer: over the files and directories it is given, or over
 * all of testing/vectors. Each input is tried whole, then cut short and with single octets
 * changed, always in the same way, so that a failure can be repeated. Transcripts give each
 * message and everything that one side said. */
#include "fuzz.h"
#include "vectors.h"

#include <stdio.h>

#define MUTANTS 96             /* of each input */
#define MUTANT_OCTETS 2000000u /* fewer of large ones */

/* Octets in memory that is exactly as large, so that the sanitizer sees every step beyond. */
static void run(const uint8_t *p, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	FUZZ_MUST(copy);
	if (n)
		memcpy(copy, p, n);
	(void)LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void run_mutants(uint8_t *p, size_t n)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	uint32_t seed = (uint32_t)n;
	size_t tries = n ? MUTANT_OCTETS / n : 0;

	for (size_t i = 0; i < MUTANTS && i < tries; i++) {
		/* headers are at the front: look there more often */
		size_t span = i % 2 && n > 64 ? 64 : n;
		size_t at = next_random(&seed) % span;
		uint8_t was = p[at];

		run(p, at);
		p[at] = i % 3 ? values[next_random(&seed) % sizeof(values)]
			      : (uint8_t)(was ^ 1u << (i % 8));
		run(p, n);
		p[at] = was;
	}
}

static void run_one(struct span s)
{
	run(s.p, s.n);
	run_mutants((uint8_t *)(uintptr_t)s.p, s.n);
}

/* What one side said in the transcript that starts at v[i]; returns where the next one
 * does. */
static size_t run_side(const struct vectors *set, size_t i, char side)
{
	size_t name = strcspn(set->v[i].name, "#"), n = 0, first = i;
	uint8_t *all;

	for (; i < set->n && set->v[i].side &&
	       strncmp(set->v[i].name, set->v[first].name, name + 1) == 0;
	     i++)
		n += set->v[i].side == side ? set->v[i].n : 0;
	FUZZ_MUST((all = malloc(n + 1)));
	n = 0;
	for (size_t j = first; j < i; j++) {
		if (set->v[j].side == side) {
			memcpy(all + n, set->v[j].p, set->v[j].n);
			n += set->v[j].n;
		}
	}
	run_one(span_of(all, n));
	free(all);
	return i;
}

int main(int argc, char **argv)
{
	struct vectors set = { 0 };

	for (int i = 1; i < argc; i++)
		vectors_load(&set, argv[i]);
	if (argc < 2)
		vectors_load(&set, VECTOR_DIR);
	run(NULL, 0);
	for (size_t i = 0; i < set.n; i++)
		run_one(vector_span(&set.v[i]));
	for (size_t i = 0; i < set.n;) {
		if (!set.v[i].side) {
			i++;
			continue;
		}
		(void)run_side(&set, i, 'C');
		i = run_side(&set, i, 'S');
	}
	printf("%zu inputs\n", set.n);
	vectors_free(&set);
	return 0;
}
