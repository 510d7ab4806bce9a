/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of dictionary ids, mostly sorted; inventories are compared in this form. */
#ifndef STANCE_POSTURE_STATE_ID_LIST_H
#define STANCE_POSTURE_STATE_ID_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise; id_list_free when done. */
struct id_list {
	uint32_t *v;
	size_t n, cap;
};

void id_list_free(struct id_list *s);

/* Reserves room for n ids in total. 0 or ST_ENOMEM. */
int id_list_reserve(struct id_list *s, size_t n);
int id_list_push(struct id_list *s, uint32_t v);

/* Replaces the content of s with the n ids. 0 or ST_ENOMEM. */
int id_list_copy(struct id_list *s, const uint32_t *v, size_t n);

/* Sorts ascending and removes duplicates. */
void id_list_sort(struct id_list *s);

/* Insert v into, or remove it from, sorted ids; no effect if it is already present or absent.
 * 0 or ST_ENOMEM. */
int id_list_insert(struct id_list *s, uint32_t v);
void id_list_remove(struct id_list *s, uint32_t v);

/* Sets added to the ids that are in now but not in before, and removed to those in before but
 * not in now. All are sorted. 0 or ST_ENOMEM. */
int id_list_diff(const uint32_t *before, size_t n_before, const uint32_t *now, size_t n_now,
		 struct id_list *added, struct id_list *removed);

/* Sets out to base plus added minus removed. All are sorted. 0 or ST_ENOMEM. */
int id_list_patch(const uint32_t *base, size_t n_base, const uint32_t *added, size_t n_added,
		  const uint32_t *removed, size_t n_removed, struct id_list *out);

bool id_list_has(const uint32_t *v, size_t n, uint32_t x);

#endif
