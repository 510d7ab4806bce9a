/* SPDX-License-Identifier: BSD-2-Clause */
/* The index: the present of all endpoints in memory, and which endpoints have which software.
 * Built from the repository at start; afterwards the writer thread changes it, under the write
 * lock, after each commit. Private to src/posture.
 *
 * The endpoints that have X follow from sets: X -> sets that contain X -> endpoints with those
 * sets, corrected by endpoints whose own difference adds or removes X. An endpoint that equals
 * its set costs one bit. */
#ifndef STANCE_POSTURE_STATE_INDEX_H
#define STANCE_POSTURE_STATE_INDEX_H

#include "posture/state/dictionary.h"
#include "posture/state/endpoint.h"
#include "posture/state/key_table.h"
#include "posture/state/ordered_ids.h"
#include "posture/state/software_set.h"

#include <pthread.h>

struct bitmap;
struct repository;
struct repository_plugin;

/* One software id. NULL bitmaps are empty. */
struct posting {
	struct bitmap *sets;            /* ids of sets that contain it */
	struct bitmap *added, *removed; /* endpoints that differ from their set in it */
};

struct inventory_start {
	uint64_t seq;
	uint32_t endpoint;
};

struct index {
	pthread_rwlock_t lock;
	struct text_pool texts; /* only the writer adds and removes */
	struct dictionary dictionary;
	struct software_sets sets;
	struct posting *postings; /* by software id */
	uint32_t n_postings;
	struct endpoint **endpoints; /* by id - 1 */
	uint32_t n_endpoints, cap_endpoints;
	struct key_table keys;    /* endpoints by key */
	struct ordered_ids names; /* by name, case-insensitive */
	struct ordered_ids known; /* by how far their software is known */
	struct ordered_ids gaps;  /* the same, of endpoints with a gap */
	struct id_list forgotten; /* endpoints that left the present; not sorted */
	struct id_list idle;      /* writer only: sets that may have no endpoint any more */
	bool sets_stay;           /* the plugin does not support dropped sets (before 1.2) */
	uint64_t first_seq;       /* writer only: first retained change */
	bool loading;             /* orders and postings are built at the end */
	struct inventory_start *inventories; /* first inventory of each endpoint, by seq */
	uint32_t n_inventories, cap_inventories;
	size_t octets; /* of endpoints */
	uint64_t seq;  /* last change in the index */
	int64_t known_at;
};

int index_init(struct index *ix);
void index_free(struct index *ix);

/* --- reading: under the read lock, or on the writer thread ------------------------------- */

const struct endpoint *index_endpoint(const struct index *ix, uint32_t id);
const struct endpoint *index_endpoint_by_key(const struct index *ix, struct span key);

/* A new bitmap of the endpoints that have the software (caller: bitmap_free). NULL: out of
 * memory. */
struct bitmap *index_who_has(const struct index *ix, uint32_t software);

/* Adds to out the endpoints that were forgotten after seq and had the software until then. */
void index_who_had(const struct index *ix, uint32_t software, uint64_t seq,
		   struct bitmap *out);

/* True when no endpoint, present or forgotten, and no retained change refers to the set. */
bool index_set_is_idle(const struct index *ix, const struct software_set *s);

/* Collects all idle sets in ix->idle: after loading, and after the journal was pruned. */
int index_find_idle(struct index *ix);

/* Number of endpoints that have the software. */
uint64_t index_count(const struct index *ix, uint32_t software);

/* True when more than n endpoints have the software; stops counting there. */
bool index_held_beyond(const struct index *ix, uint32_t software, uint64_t n);

/* --- writing: the writer thread, under the write lock (or before there are readers) -------- */

/* Reserves room for so many more endpoints and software, so that the calls below do not
 * fail. */
int index_reserve(struct index *ix, uint32_t endpoints, uint32_t software);

/* Take ownership of a new dictionary entry, of a new set. */
int index_add_software(struct index *ix, struct dictionary_entry *e);
int index_add_set(struct index *ix, struct software_set *s);

/* Drops an idle set. */
void index_drop_set(struct index *ix, uint32_t id);

/* Takes ownership of e: it replaces and frees the endpoint with its id, or is the next new
 * one. */
int index_put_endpoint(struct index *ix, struct endpoint *e);

/* While loading: this endpoint left the present with change seq. */
int index_load_forgotten(struct index *ix, uint32_t id, uint64_t seq);

/* Adds the software of a new endpoint to the postings. 0 or ST_ENOMEM. */
int index_link(struct index *ix, const struct endpoint *e);

#endif
