/* SPDX-License-Identifier: BSD-2-Clause */
/* Which endpoint has a key: an open table of ids beside their hashes. Inside posture only. */
#ifndef STANCE_POSTURE_STATE_KEY_TABLE_H
#define STANCE_POSTURE_STATE_KEY_TABLE_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* Zero-initialise; key_table_free when done. key_of(id, ctx) is the key of an id that is in it. */
struct key_table {
	struct key_slot *v;
	uint32_t n, cap;
	struct span (*key_of)(uint32_t id, const void *ctx);
	const void *ctx;
};

void key_table_free(struct key_table *t);

/* Room for n in all, so that key_table_put does not fail. 0 or ST_ENOMEM. */
int key_table_reserve(struct key_table *t, uint32_t n);

/* The id, or 0. */
uint32_t key_table_find(const struct key_table *t, struct span key);

/* Adds an id (not 0) whose key is new; key_table_reserve has made room. */
void key_table_put(struct key_table *t, uint32_t id);

/* Takes it out again, while key_of still knows it. */
void key_table_take(struct key_table *t, uint32_t id);

size_t key_table_octets(const struct key_table *t);

#endif
