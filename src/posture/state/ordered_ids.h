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

struct order_entry {
	uint64_t key;
	uint32_t id;
};

/* Zero-initialise; order_free when done. */
struct order {
	struct order_chunk **v;
	size_t n, cap;
	size_t count; /* entries in all */

	/* Which of two with the same key comes first; NULL: the one with the smaller id. */
	int (*tie)(uint32_t a, uint32_t b, const void *ctx);
	const void *ctx;
};

void order_free(struct order *o);

/* In the place of what o holds: entries, any order, which are sorted. 0 or ST_ENOMEM. */
int order_build(struct order *o, struct order_entry *entries, size_t n);

/* 0 or ST_ENOMEM. No entry is put twice. */
int order_put(struct order *o, struct order_entry e);

/* False when there is no such entry. */
bool order_take(struct order *o, struct order_entry e);

/* How many entries have a key less than this. */
size_t order_below(const struct order *o, uint64_t key);

/* The first entry; false when there is none. */
bool order_first(const struct order *o, struct order_entry *e);

/* Calls fn for entries in their order from the first on for which before(id, key, ctx) is
 * false, which must be true for all before it; until fn returns false. */
void order_walk(const struct order *o, bool (*before)(const struct order_entry *e, void *ctx),
		bool (*fn)(const struct order_entry *e, void *ctx), void *ctx);

/* All ids, into out (o->count elements). */
void order_ids(const struct order *o, uint32_t *out);

size_t order_octets(const struct order *o);

#endif
