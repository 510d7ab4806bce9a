/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory with one end of life: allocate while a message is handled, drop all of it at once. */
#ifndef STANCE_BASE_ARENA_H
#define STANCE_BASE_ARENA_H

#include "base/api.h"
#include "base/span.h"

ST_API_BEGIN

struct arena_block;

/* Zero-initialise; max is the ceiling for all of it together (0 = none). */
struct arena {
	struct arena_block *blocks;
	size_t used, max;
};

/* n zeroed octets aligned for anything, or NULL when memory or the ceiling is exhausted. They
 * live until arena_reset. */
void *arena_alloc(struct arena *a, size_t n);

/* A copy with a NUL behind it (the span's n does not count it); p is NULL on failure. */
struct span arena_copy(struct arena *a, struct span s);

/* A NUL-terminated copy of s, or NULL. */
char *arena_str(struct arena *a, struct span s);

/* Frees everything; the arena can be used again. */
void arena_reset(struct arena *a);

ST_API_END

#endif
