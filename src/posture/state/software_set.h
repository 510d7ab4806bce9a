/* SPDX-License-Identifier: BSD-2-Clause */
/* Inventories as content-addressed sets: each different set of software once, shared by all
 * endpoints that have it, or that have nearly it. Inside posture only. */
#ifndef STANCE_POSTURE_STATE_SOFTWARE_SET_H
#define STANCE_POSTURE_STATE_SOFTWARE_SET_H

#include "base/table.h"
#include "posture/state/id_list.h"

#define SET_DIGEST 32
#define SET_BANDS 4

struct bitmap;
struct dictionary_entry;

struct set {
	UT_hash_handle hh; /* by hash */
	uint32_t id;
	uint8_t digest[SET_DIGEST];
	uint64_t hash; /* of members; this process only */
	uint32_t bands[SET_BANDS];
	struct bitmap *endpoints; /* whose base it is */
	uint32_t forgotten;       /* endpoints of the past alone whose base it is */
	uint64_t named;           /* the last CHANGE_INVENTORY that names it; 0: none does */
	size_t n;
	uint32_t members[];
};

struct set_page;

/* Zero-initialise. Ids are used once; a page whose sets were all dropped takes no memory. */
struct sets {
	struct set *by_hash;
	struct set_sketch *sketches;
	struct set_page **pages; /* by id; NULL: nothing is on it */
	uint32_t n_pages;
	uint32_t first, n; /* ids first + 1 to first + n; some were dropped */
	uint32_t dropped;
	size_t octets;
};

/* A set in nobody's table yet. members are sorted; copied. NULL when out of memory. */
struct set *set_new(uint32_t id, const uint32_t *members, size_t n);
void set_free(struct set *s);

/* The same members, or NULL. */
struct set *sets_find(const struct sets *t, const uint32_t *members, size_t n);

/* A set that has most of its members in common with these, or NULL: of those that share a band
 * of the min-hash sketch the one that differs least. A hint: now and then there would be
 * one. */
struct set *sets_near(const struct sets *t, const uint32_t *members, size_t n);

/* NULL when it was dropped, or never was. */
struct set *sets_get(const struct sets *t, uint32_t id);

/* The first with an id beyond this one; NULL: there is none. */
struct set *sets_next(const struct sets *t, uint32_t id);

/* Takes s, whose id must be a new one and not millions beyond the last: those up to it are as if
 * dropped. 0, ST_ENOMEM or ST_EDB; s stays the caller's then. */
int sets_add(struct sets *t, struct set *s);

/* Takes s out and frees it: nobody may refer to it. */
void sets_drop(struct sets *t, struct set *s);

/* Each may be taken into another table: only sets_next finds them here, until sets_free. */
void sets_unlink(struct sets *t);

/* Forgets them; with_sets: and frees them. */
void sets_free(struct sets *t, bool with_sets);

/* SHA-256 over the identifiers in octet order, each behind its length in four octets,
 * big-endian. entries are reordered. 0, ST_ENOMEM, or ST_EIO when the crypto library fails. */
int set_digest(const struct dictionary_entry **entries, size_t n, uint8_t out[SET_DIGEST]);

#endif
