/* SPDX-License-Identifier: BSD-2-Clause */
/* Sorted sets of dictionary ids as plain arrays: what inventories are compared in. */
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

/* Room for n in all. 0 or ST_ENOMEM. */
int id_list_reserve(struct id_list *s, size_t n);
int id_list_push(struct id_list *s, uint32_t v);

/* These n instead of what was there. 0 or ST_ENOMEM. */
int id_list_copy(struct id_list *s, const uint32_t *v, size_t n);

/* Ascending, each once. */
void id_list_sort(struct id_list *s);

/* One more, one less, in sorted ids; nothing happens when it is there, or not there, already.
 * 0 or ST_ENOMEM. */
int id_list_insert(struct id_list *s, uint32_t v);
void id_list_remove(struct id_list *s, uint32_t v);

/* added: what now has and before has not; removed: the other way round. Both are emptied
 * first. All sorted. 0 or ST_ENOMEM. */
int id_list_diff(const uint32_t *before, size_t n_before, const uint32_t *now, size_t n_now,
		 struct id_list *added, struct id_list *removed);

/* out: base and added without removed. All sorted. 0 or ST_ENOMEM. */
int id_list_patch(const uint32_t *base, size_t n_base, const uint32_t *added, size_t n_added,
		  const uint32_t *removed, size_t n_removed, struct id_list *out);

bool id_list_has(const uint32_t *v, size_t n, uint32_t x);

#endif
