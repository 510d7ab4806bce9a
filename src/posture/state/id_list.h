/* SPDX-License-Identifier: BSD-2-Clause */
/* Sorted sets of dictionary ids as plain arrays: what inventories are compared in. */
#ifndef STANCE_POSTURE_STATE_ID_LIST_H
#define STANCE_POSTURE_STATE_ID_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise; ids_free when done. */
struct ids {
	uint32_t *v;
	size_t n, cap;
};

void ids_free(struct ids *s);

/* Room for n in all. 0 or ST_ENOMEM. */
int ids_reserve(struct ids *s, size_t n);
int ids_push(struct ids *s, uint32_t v);

/* These n instead of what was there. 0 or ST_ENOMEM. */
int ids_copy(struct ids *s, const uint32_t *v, size_t n);

/* Ascending, each once. */
void ids_sort(struct ids *s);

/* One more, one less, in sorted ids; nothing happens when it is there, or not there, already.
 * 0 or ST_ENOMEM. */
int ids_insert(struct ids *s, uint32_t v);
void ids_remove(struct ids *s, uint32_t v);

/* added: what now has and before has not; removed: the other way round. Both are emptied
 * first. All sorted. 0 or ST_ENOMEM. */
int ids_diff(const uint32_t *before, size_t n_before, const uint32_t *now, size_t n_now,
	     struct ids *added, struct ids *removed);

/* out: base and added without removed. All sorted. 0 or ST_ENOMEM. */
int ids_patch(const uint32_t *base, size_t n_base, const uint32_t *added, size_t n_added,
	      const uint32_t *removed, size_t n_removed, struct ids *out);

bool ids_has(const uint32_t *v, size_t n, uint32_t x);

#endif
