/* SPDX-License-Identifier: BSD-2-Clause */
/* Which endpoint has a key: an open table of ids beside their hashes. Inside posture only. */
#ifndef STANCE_POSTURE_STATE_KEY_TABLE_H
#define STANCE_POSTURE_STATE_KEY_TABLE_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* Zero-initialise; keys_free when done. key_of(id, ctx) is the key of an id that is in it. */
struct keys {
	struct key_slot *v;
	uint32_t n, cap;
	struct span (*key_of)(uint32_t id, const void *ctx);
	const void *ctx;
};

void keys_free(struct keys *t);

/* Room for n in all, so that keys_put does not fail. 0 or ST_ENOMEM. */
int keys_reserve(struct keys *t, uint32_t n);

/* The id, or 0. */
uint32_t keys_find(const struct keys *t, struct span key);

/* Adds an id (not 0) whose key is new; keys_reserve has made room. */
void keys_put(struct keys *t, uint32_t id);

/* Takes it out again, while key_of still knows it. */
void keys_take(struct keys *t, uint32_t id);

size_t keys_octets(const struct keys *t);

#endif
