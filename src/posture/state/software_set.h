/* SPDX-License-Identifier: BSD-2-Clause */
/* Inventories as content-addressed sets of dictionary ids. Equal sets are stored once and
 * shared by the endpoints that have them, or nearly have them. Private to src/posture. */
#ifndef STANCE_POSTURE_STATE_SOFTWARE_SET_H
#define STANCE_POSTURE_STATE_SOFTWARE_SET_H

#include "base/table.h"
#include "posture/state/id_list.h"

#define SOFTWARE_SET_DIGEST 32
#define SOFTWARE_SET_BANDS 4

struct bitmap;
struct dictionary_entry;

struct software_set {
	UT_hash_handle hh; /* by hash */
	uint32_t id;
	uint8_t digest[SOFTWARE_SET_DIGEST];
	uint64_t hash; /* of members; differs between processes */
	uint32_t bands[SOFTWARE_SET_BANDS];
	struct bitmap *endpoints; /* present endpoints based on it */
	uint32_t forgotten;       /* number of forgotten endpoints based on it */
	uint64_t named;           /* last CHANGE_INVENTORY that names it; 0: none */
	size_t n;
	uint32_t members[];
};

struct set_page;

/* Zero-initialise. Ids are never used again; a page without sets takes no memory. */
struct software_sets {
	struct software_set *by_hash;
	struct set_sketch *sketches;
	struct set_page **pages; /* by id; NULL: empty */
	uint32_t n_pages;
	uint32_t first, n; /* ids first + 1 to first + n; some were dropped */
	uint32_t dropped;
	size_t octets;
};

/* A new set that is in no table yet. members are sorted, and copied. NULL: out of memory. */
struct software_set *software_set_new(uint32_t id, const uint32_t *members, size_t n);
void software_set_free(struct software_set *s);

/* The set with exactly these members, or NULL. */
struct software_set *software_sets_find(const struct software_sets *t, const uint32_t *members,
					size_t n);

/* A set with most of these members: of the sets that share a band of the min-hash sketch the
 * one that differs least. NULL when none was found, although there may be one. */
struct software_set *software_sets_near(const struct software_sets *t, const uint32_t *members,
					size_t n);

/* NULL when there is no set with this id. */
struct software_set *software_sets_get(const struct software_sets *t, uint32_t id);

/* The set with the next greater id; NULL: none. */
struct software_set *software_sets_next(const struct software_sets *t, uint32_t id);

/* Takes ownership of s, whose id is greater than all before it, but not by millions; skipped
 * ids count as dropped. ST_ENOMEM or ST_EDB: the caller keeps s. */
int software_sets_add(struct software_sets *t, struct software_set *s);

/* Removes and frees s, to which nothing refers. */
void software_sets_drop(struct software_sets *t, struct software_set *s);

/* Prepares the sets for being added to another table: until software_sets_free only
 * software_sets_next finds them here. */
void software_sets_unlink(struct software_sets *t);

/* Frees the table; with_sets: and the sets in it. */
void software_sets_free(struct software_sets *t, bool with_sets);

/* SHA-256 over the identifiers in octet order, each after its length in four octets,
 * big-endian. Reorders entries. 0, ST_ENOMEM, or ST_EIO when the crypto library fails. */
int software_set_digest(const struct dictionary_entry **entries, size_t n,
			uint8_t out[SOFTWARE_SET_DIGEST]);

#endif
