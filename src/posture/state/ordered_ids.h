/* SPDX-License-Identifier: BSD-2-Clause */
/* Ids in the order of a key, kept while single ones come, move and go: chunks of sorted
 * entries behind a sorted directory. Finding, putting and taking out cost a search and the
 * moving of one chunk; counting what is before a key costs a look at each chunk. Inside
 * posture only. */
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
	size_t count; /* entries in all */

	/* Which of two with the same key comes first; NULL: the one with the smaller id. */
	int (*tie)(uint32_t a, uint32_t b, const void *ctx);
	const void *ctx;
};

void ordered_ids_free(struct ordered_ids *o);

/* In the place of what o holds: entries, any order, which are sorted. 0 or ST_ENOMEM. */
int ordered_ids_build(struct ordered_ids *o, struct ordered_id *entries, size_t n);

/* 0 or ST_ENOMEM. No entry is put twice. */
int ordered_ids_put(struct ordered_ids *o, struct ordered_id e);

/* False when there is no such entry. */
bool ordered_ids_take(struct ordered_ids *o, struct ordered_id e);

/* How many entries have a key less than this. */
size_t ordered_ids_below(const struct ordered_ids *o, uint64_t key);

/* The first entry; false when there is none. */
bool ordered_ids_first(const struct ordered_ids *o, struct ordered_id *e);

/* Calls fn for entries in their order from the first on for which before(id, key, ctx) is
 * false, which must be true for all before it; until fn returns false. */
void ordered_ids_walk(const struct ordered_ids *o,
		      bool (*before)(const struct ordered_id *e, void *ctx),
		      bool (*fn)(const struct ordered_id *e, void *ctx), void *ctx);

/* All ids, into out (o->count elements). */
void ordered_ids_ids(const struct ordered_ids *o, uint32_t *out);

size_t ordered_ids_octets(const struct ordered_ids *o);

#endif
