/* SPDX-License-Identifier: BSD-2-Clause */
/* The description of a software identifier: name, version, supplier and so on, with its texts
 * in the text pool. Private to src/posture. */
#ifndef STANCE_POSTURE_STATE_DESCRIPTION_H
#define STANCE_POSTURE_STATE_DESCRIPTION_H

#include "posture/state/text_pool.h"

struct dictionary_entry;
struct repository_software;
struct software;

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

/* What s says that d does not, as bits 1 << enum description. */
struct description_news {
	unsigned adds;    /* d has nothing there; 1 << DESC_N: no data model */
	unsigned differs; /* d has something else there */
	bool model;       /* another data model than that of d */
};

/* Compares what is known with what s says. */
struct description_news description_compare(const struct description_of *d,
					    const struct software *s);

/* Applies s to d; an empty field of s changes nothing. Sets *changed when something changed. 0
 * or ST_ENOMEM. */
int description_merge(struct description_of *d, const struct software *s,
		      struct text_pool *texts, bool *changed);

/* Copies from, with a reference to each of its texts. */
void description_copy(struct description_of *to, const struct description_of *from);

/* Drops the references. */
void description_drop(struct description_of *d, struct text_pool *texts);

/* Fills d from a row of the repository; a row from entry and description. The row borrows
 * both. */
int description_load(struct description_of *d, const struct repository_software *row,
		     struct text_pool *texts);
void description_store(const struct dictionary_entry *e, const struct description_of *d,
		       struct repository_software *row);

#endif
