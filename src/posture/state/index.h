/* SPDX-License-Identifier: BSD-2-Clause */
/* The present of all endpoints, in memory, and who has what. Built from the repository at
 * start; afterwards the writer thread changes it, under the write lock, after each commit.
 * Inside posture only.
 *
 * "Who has X" goes by sets: X -> the sets that contain it -> the endpoints on those sets,
 * corrected by the endpoints whose own difference adds or removes X. A clone costs one bit. */
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

/* Of one software id. Absent bitmaps are empty. */
struct posting {
	struct bitmap *sets;            /* ids of sets that contain it */
	struct bitmap *added, *removed; /* endpoints that have it, or not, unlike their set */
};

struct inventory_start {
	uint64_t seq;
	uint32_t endpoint;
};

struct index {
	pthread_rwlock_t lock;
	struct text_table texts; /* the writer's; readers only look at texts */
	struct dictionary dictionary;
	struct sets sets;
	struct posting *postings; /* by software id */
	uint32_t n_postings;
	struct endpoint **endpoints; /* by id - 1 */
	uint32_t n_endpoints, cap_endpoints;
	struct keys keys;     /* endpoints by key */
	struct order names;   /* by name, whatever its case */
	struct order known;   /* by how far their software is known */
	struct order gaps;    /* the same, of those that lack events */
	struct ids forgotten; /* endpoints of the past alone; not sorted */
	struct ids idle;      /* the writer's: sets that had no endpoint any more, once */
	bool sets_stay;       /* the plugin knows of no dropped sets (before 1.2) */
	uint64_t first_seq;   /* the writer's: the journal is kept from here on */
	bool loading;         /* orders, and who has what, are made at its end */
	struct inventory_start *inventories; /* by seq: when each endpoint's software began */
	uint32_t n_inventories, cap_inventories;
	size_t octets; /* of endpoints */
	uint64_t seq;  /* the state is that after this change */
	int64_t known_at;
};

int index_init(struct index *ix);
void index_free(struct index *ix);

/* Fills an empty index from the repository. On failure why says what does not fit. */
int index_load(struct index *ix, const struct repository_plugin *pl, struct repository *repo,
	       char *err_msg, size_t err_msg_len);

/* --- reading: under the read lock, or on the writer thread ------------------------------- */

const struct endpoint *index_endpoint(const struct index *ix, uint32_t id);
const struct endpoint *index_endpoint_by_key(const struct index *ix, struct span key);

/* All endpoints, those that were forgotten too, in the order of their names: 0 or ST_ENOMEM. */
int index_by_name(const struct index *ix, struct ids *out);

/* Those that are called text, whatever its case. */
int index_named(const struct index *ix, struct span text, struct ids *out);

/* How far the software of all endpoints is known. */
struct index_freshness {
	uint64_t endpoints;
	uint64_t stale; /* with a gap, or not known up to the moment that was asked */
	int64_t complete_through; /* the least of all; 0: one has never told */
	uint32_t worst;           /* that endpoint; 0: there is none */
};

void index_freshness(const struct index *ix, int64_t since, struct index_freshness *f);

/* The members of b, endpoints, in the order of their names. Takes the read lock itself. */
int index_in_order(struct index *ix, const struct bitmap *b, struct ids *out);

/* A new bitmap of the endpoints that have this software; NULL: out of memory. */
struct bitmap *index_who_has(const struct index *ix, uint32_t software);

/* Adds those that were forgotten after seq and had it until then. */
void index_who_had(const struct index *ix, uint32_t software, uint64_t seq,
		   struct bitmap *out);

/* No endpoint is told by this set, of the past either, and no change names it. */
bool index_set_is_idle(const struct index *ix, const struct set *s);

/* Looks for sets without endpoints anew, into ix->idle: at a start, and when changes were
 * dropped. */
int index_find_idle(struct index *ix);

/* How many they are, without making the bitmap. */
uint64_t index_count(const struct index *ix, uint32_t software);

/* More than n have it; as soon as that is certain. */
bool index_held_beyond(const struct index *ix, uint32_t software, uint64_t n);

/* --- writing: the writer thread, under the write lock (or before there are readers) -------- */

/* Room for so many more endpoints and software, so that what follows does not fail. */
int index_reserve(struct index *ix, uint32_t endpoints, uint32_t software);

/* Takes a new dictionary entry, or a new set. */
int index_add_software(struct index *ix, struct dictionary_entry *e);
int index_add_set(struct index *ix, struct set *s);

/* Drops a set for which index_set_is_idle. */
void index_drop_set(struct index *ix, uint32_t id);

/* Takes e in place of the endpoint with that id, which is freed, or as the next new one. */
int index_put_endpoint(struct index *ix, struct endpoint *e);

/* At a start: this endpoint left the present with that change. */
int index_load_forgotten(struct index *ix, uint32_t id, uint64_t seq);

/* --- between the files of the index (index_order.c) -------------------------------------- */

/* By name, and then by key: which of two endpoints comes first; ctx is the index. */
int index_name_cmp(uint32_t a, uint32_t b, const void *ctx);

/* Puts a new endpoint into the orders, moves one that is about to replace another. 0 or
 * ST_ENOMEM. */
int index_order_add(struct index *ix, const struct endpoint *e);
int index_order_move(struct index *ix, const struct endpoint *from, const struct endpoint *to);

/* e, which is in the index, is about to be forgotten, under another key. */
int index_order_forget(struct index *ix, const struct endpoint *from,
		       const struct endpoint *to);

/* The order of names, and the others, at a start. */
int index_order_names(struct index *ix);
int index_order_known(struct index *ix);

/* Notes what software a new endpoint has. 0 or ST_ENOMEM. */
int index_link(struct index *ix, const struct endpoint *e);

#endif
