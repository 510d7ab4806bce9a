/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds an endpoint by key: an open-addressing table of ids and hashes. Inside posture
 * only. */
#ifndef STANCE_POSTURE_STATE_KEY_TABLE_H
#define STANCE_POSTURE_STATE_KEY_TABLE_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* Zero-initialise; key_table_free when done. key_of(id, ctx) returns the key of an id in the
 * table. */
struct key_table {
	struct key_slot *v;
	uint32_t n, cap;
	struct span (*key_of)(uint32_t id, const void *ctx);
	const void *ctx;
};

void key_table_free(struct key_table *t);

/* Reserves room for n ids in total, so that key_table_put cannot fail. 0 or ST_ENOMEM. */
int key_table_reserve(struct key_table *t, uint32_t n);

/* The id with this key, or 0. */
uint32_t key_table_find(const struct key_table *t, struct span key);

/* Adds an id (not 0) with a new key. Call key_table_reserve first. */
void key_table_put(struct key_table *t, uint32_t id);

/* Removes an id; key_of must still return its key. */
void key_table_take(struct key_table *t, uint32_t id);

size_t key_table_octets(const struct key_table *t);

#endif
