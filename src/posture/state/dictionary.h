/* SPDX-License-Identifier: BSD-2-Clause */
/* The dictionary: an integer id for every software identifier ever reported, with its
 * description. Entries are never removed. Private to src/posture. */
#ifndef STANCE_POSTURE_STATE_DICTIONARY_H
#define STANCE_POSTURE_STATE_DICTIONARY_H

#include "base/table.h"
#include "posture/state/id_list.h"
#include "posture/state/key_table.h"
#include "posture/state/text_pool.h"
#include "posture/state/description.h"

struct software;
struct repository_software;

struct dictionary_entry {
	UT_hash_handle
		hh; /* for the commit that stages it; the dictionary has its own table */
	uint32_t id;
	struct description_of d;
	uint32_t n;
	char s[]; /* the identifier, NUL-terminated */
};

struct name_table {
	struct name_ref *v;
	size_t n, sorted, cap; /* [0, sorted) is in order; the rest is new */
};

/* Zero-initialise. */
struct dictionary {
	struct key_table by_identifier;
	struct dictionary_entry **by_id; /* [0] is unused */
	uint32_t n, cap;                 /* ids 1 to n */
	struct name_table names, identifiers;
	size_t octets;
};

static inline struct span dictionary_identifier(const struct dictionary_entry *e)
{
	return span_of(e->s, e->n);
}

struct dictionary_entry *dictionary_find(const struct dictionary *d, struct span identifier);
struct dictionary_entry *dictionary_get(const struct dictionary *d, uint32_t id);

/* A new entry that is in no dictionary yet; NULL when out of memory. */
struct dictionary_entry *dictionary_entry_new(uint32_t id, struct span identifier);
void dictionary_entry_free(struct dictionary_entry *e, struct text_pool *texts);

/* Takes ownership of e, whose id is d->n + 1. ST_ENOMEM, or ST_EDB when the id or the
 * identifier is not new: the caller keeps e. */
int dictionary_add(struct dictionary *d, struct dictionary_entry *e);

/* Replaces the description of e, an entry of d, by *with, and takes over its references. */
int dictionary_describe(struct dictionary *d, struct dictionary_entry *e,
			struct description_of *with, struct text_pool *texts);

/* Ids of entries whose name or identifier matches the glob, sorted. 0, ST_ENOMEM, or
 * ST_EVALUE for a glob with more stars than anybody means. */
int dictionary_match(const struct dictionary *d, const char *glob, struct id_list *out);

/* The same in portions, between which a lock can be let go: adds what it finds to out,
 * ascending, and sets *from, which is 0 at first, to where to go on, and to 0 at the end. */
int dictionary_match_some(const struct dictionary *d, const char *glob, uint32_t *from,
			  struct id_list *out);

void dictionary_free(struct dictionary *d, struct text_pool *texts);

#endif
