/* SPDX-License-Identifier: BSD-2-Clause */
/* The orders in which the index lists endpoints: by name, by freshness. Private to
 * src/posture. */
#ifndef STANCE_POSTURE_STATE_INDEX_ORDER_H
#define STANCE_POSTURE_STATE_INDEX_ORDER_H

#include "posture/state/index.h"

/* How far the software of all endpoints is known. */
struct index_freshness {
	uint64_t endpoints;
	uint64_t stale;           /* with a gap, or not known completely up to `since` */
	int64_t complete_through; /* the least of all; 0: one was never complete */
	uint32_t worst;           /* the endpoint with that value; 0: there are none */
};

/* --- reading: under the read lock, or on the writer thread ------------------------------- */

/* Compares two endpoints by name, then by key; ctx is the index. */
int index_name_cmp(uint32_t a, uint32_t b, const void *ctx);

/* All endpoints, forgotten ones included, by name. 0 or ST_ENOMEM. */
int index_by_name(const struct index *ix, struct id_list *out);

/* Endpoints whose name is text, case-insensitively. */
int index_named(const struct index *ix, struct span text, struct id_list *out);

void index_freshness(const struct index *ix, int64_t since, struct index_freshness *f);

/* The endpoints in b, by name. Takes the read lock itself. */
int index_in_order(struct index *ix, const struct bitmap *b, struct id_list *out);

/* --- writing: 0 or ST_ENOMEM ------------------------------------------------------------- */

/* Inserts a new endpoint. */
int index_order_add(struct index *ix, const struct endpoint *e);

/* `to` is about to replace `from`. */
int index_order_move(struct index *ix, const struct endpoint *from, const struct endpoint *to);

/* `to` is about to replace `from`, which is being forgotten. */
int index_order_forget(struct index *ix, const struct endpoint *from,
		       const struct endpoint *to);

/* Build the orders after loading: by name, and the others. */
int index_order_names(struct index *ix);
int index_order_known(struct index *ix);

#endif
