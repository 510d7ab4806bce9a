/* SPDX-License-Identifier: BSD-2-Clause */
/* The dictionary: every software identifier ever seen, as one integer, with what is known
 * about it. Entries are never taken out. Inside posture only. */
#ifndef STANCE_POSTURE_STATE_DICTIONARY_H
#define STANCE_POSTURE_STATE_DICTIONARY_H

#include "base/table.h"
#include "posture/state/id_list.h"
#include "posture/state/key_table.h"
#include "posture/state/text_pool.h"

struct software;
struct repository_software;

/* The texts of a description, in the order of struct software. */
enum description {
	DESC_NAME,
	DESC_VERSION,
	DESC_ARCH,
	DESC_TYPE,
	DESC_SOURCE_NAME,
	DESC_SOURCE_VERSION,
	DESC_PURL,
	DESC_SUPPLIER,
	DESC_N
};

struct description_of {
	struct text *text[DESC_N]; /* NULL: unknown */
	uint32_t model_pen;
	uint8_t model;
};

struct dictionary_entry {
	UT_hash_handle hh; /* of whoever prepares it; the dictionary has a table of its own */
	uint32_t id;
	struct description_of d;
	uint32_t n;
	char s[]; /* the identifier, NUL behind it */
};

struct name_table {
	struct name_ref *v;
	size_t n, sorted, cap; /* [0, sorted) is in order; the rest is new */
};

/* Zero-initialise. */
struct dictionary {
	struct keys by_identifier;
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

/* A new entry in nobody's dictionary yet; NULL when out of memory. */
struct dictionary_entry *dictionary_entry_new(uint32_t id, struct span identifier);
void dictionary_entry_free(struct dictionary_entry *e, struct text_table *texts);

/* Takes e, whose id must be d->n + 1. 0, ST_ENOMEM, or ST_EDB when the id or the identifier
 * is not new; e stays the caller's then. */
int dictionary_add(struct dictionary *d, struct dictionary_entry *e);

/* Replaces the description of e, an entry of d, by *with, whose references it takes. */
int dictionary_describe(struct dictionary *d, struct dictionary_entry *e,
			struct description_of *with, struct text_table *texts);

/* Ids of entries whose name or identifier matches the glob, sorted. 0, ST_ENOMEM, or
 * ST_EVALUE for a glob with more stars than anybody means. */
int dictionary_match(const struct dictionary *d, const char *glob, struct ids *out);

/* The same in portions, between which a lock can be let go: adds what it finds to out, ascending,
 * and sets *from, which is 0 at first, to where to go on, and to 0 at the end. */
int dictionary_match_some(const struct dictionary *d, const char *glob, uint32_t *from,
			  struct ids *out);

void dictionary_free(struct dictionary *d, struct text_table *texts);

/* Descriptions: filling one, comparing, handing it to the repository or to a query. A field
 * that s leaves empty stays as it is. */
int description_merge(struct description_of *d, const struct software *s,
		      struct text_table *texts, bool *changed);

/* What s says that d does not, as bits 1 << enum description. */
struct description_news {
	unsigned adds;    /* d has nothing there; 1 << DESC_N: no data model */
	unsigned differs; /* d has something else there */
	bool model;       /* another data model than that of d */
};

struct description_news description_compare(const struct description_of *d,
					    const struct software *s);
void description_copy(struct description_of *to, const struct description_of *from);
void description_drop(struct description_of *d, struct text_table *texts);
void description_store(const struct dictionary_entry *e, const struct description_of *d,
		       struct repository_software *row);
int description_load(struct description_of *d, const struct repository_software *row,
		     struct text_table *texts);

#endif
