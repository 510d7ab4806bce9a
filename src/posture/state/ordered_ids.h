/* SPDX-License-Identifier: BSD-2-Clause */
/* Ids ordered by a key: chunks of sorted entries and a sorted directory of chunks. Adding and
 * removing cost a search and one memmove within a chunk; counting the entries below a key
 * visits each chunk. Inside posture only. */
#ifndef STANCE_POSTURE_STATE_ORDERED_IDS_H
#define STANCE_POSTURE_STATE_ORDERED_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ordered_id {
	uint64_t key;
	uint32_t id;
};

/* Zero-initialise; ordered_ids_free when done. */
struct ordered_ids {
	struct ordered_ids_chunk **v;
	size_t n, cap;
	size_t count; /* entries in total */

	/* Orders two ids with the same key; NULL: by id. */
	int (*tie)(uint32_t a, uint32_t b, const void *ctx);
	const void *ctx;
};

void ordered_ids_free(struct ordered_ids *o);

/* Replaces the content of o. The entries may be in any order; they are sorted in place. 0 or
 * ST_ENOMEM. */
int ordered_ids_build(struct ordered_ids *o, struct ordered_id *entries, size_t n);

/* Adds an entry, which must not be present. 0 or ST_ENOMEM. */
int ordered_ids_put(struct ordered_ids *o, struct ordered_id e);

/* Removes an entry. False: it is not present. */
bool ordered_ids_take(struct ordered_ids *o, struct ordered_id e);

/* Number of entries with a key less than key. */
size_t ordered_ids_below(const struct ordered_ids *o, uint64_t key);

/* Sets *e to the first entry. False: o is empty. */
bool ordered_ids_first(const struct ordered_ids *o, struct ordered_id *e);

/* Calls fn for the entries in order, until it returns false. Skips the entries at the begin
 * for which before returns true; before must not return true again after it has returned
 * false. */
void ordered_ids_walk(const struct ordered_ids *o,
		      bool (*before)(const struct ordered_id *e, void *ctx),
		      bool (*fn)(const struct ordered_id *e, void *ctx), void *ctx);

/* Copies all ids, in order, to out (o->count elements). */
void ordered_ids_ids(const struct ordered_ids *o, uint32_t *out);

size_t ordered_ids_octets(const struct ordered_ids *o);

#endif
