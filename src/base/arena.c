/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>

/* Blocks are as large as all before them together, within these: what holds a few names for as
 * long as a connection lasts should not take a page for them. */
#define ARENA_LEAST 240
#define ARENA_BLOCK 4000

struct arena_block {
	struct arena_block *next;
	size_t used, cap;
	alignas(max_align_t) uint8_t mem[];
};

static struct arena_block *arena_block_new(struct arena *a, size_t n)
{
	size_t cap = a->used < ARENA_BLOCK ? a->used : ARENA_BLOCK;
	struct arena_block *b;

	if (cap < ARENA_LEAST)
		cap = ARENA_LEAST;
	if (cap < n)
		cap = n;
	if ((b = calloc(1, sizeof(*b) + cap))) {
		b->cap = cap;
		b->next = a->blocks;
		a->blocks = b;
	}
	return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
	const size_t align = alignof(max_align_t);
	struct arena_block *b = a->blocks;
	void *p;

	if (n > SIZE_MAX / 2)
		return NULL;
	n = (n + align - 1) & ~(align - 1);
	if (a->max && (n > a->max || a->used > a->max - n))
		return NULL;
	if ((!b || b->cap - b->used < n) && !(b = arena_block_new(a, n)))
		return NULL;
	p = b->mem + b->used;
	b->used += n;
	a->used += n;
	return p;
}

struct span arena_copy(struct arena *a, struct span s)
{
	uint8_t *p = arena_alloc(a, s.n + 1);

	if (!p)
		return (struct span){ 0 };
	if (s.n)
		memcpy(p, s.p, s.n);
	return span_of(p, s.n);
}

char *arena_str(struct arena *a, struct span s)
{
	return (char *)(uintptr_t)arena_copy(a, s).p;
}

void arena_reset(struct arena *a)
{
	struct arena_block *b;

	while ((b = a->blocks)) {
		a->blocks = b->next;
		free(b);
	}
	a->used = 0;
}
