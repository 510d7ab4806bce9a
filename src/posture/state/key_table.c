/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/state/key_table.h"
#include "base/err.h"
#include "base/hash.h"

#include <stdlib.h>

struct key_slot {
	uint32_t hash, id; /* id 0: free */
};

void key_table_free(struct key_table *t)
{
	free(t->v);
	t->v = NULL;
	t->n = t->cap = 0;
}

static uint32_t key_hash(struct span key)
{
	return (uint32_t)hash_octets(key.p, key.n);
}

/* The first free slot for this hash. */
static uint32_t slot_free(const struct key_table *t, uint32_t hash)
{
	uint32_t i = hash & (t->cap - 1);

	while (t->v[i].id)
		i = (i + 1) & (t->cap - 1);
	return i;
}

/* At most three quarters are taken. */
int key_table_reserve(struct key_table *t, uint32_t n)
{
	struct key_slot *old = t->v;
	uint32_t old_cap = t->cap, cap = t->cap ? t->cap : 64;

	if (n > UINT32_MAX / 4)
		return ST_ENOMEM;
	while (n > cap / 4 * 3)
		cap *= 2;
	if (cap == t->cap)
		return 0;
	if (!(t->v = calloc(cap, sizeof(*t->v)))) {
		t->v = old;
		return ST_ENOMEM;
	}
	t->cap = cap;
	for (uint32_t i = 0; i < old_cap; i++)
		if (old[i].id)
			t->v[slot_free(t, old[i].hash)] = old[i];
	free(old);
	return 0;
}

/* Its slot, or the free one where the search ended. */
static uint32_t slot_of(const struct key_table *t, uint32_t hash, struct span key)
{
	uint32_t i = hash & (t->cap - 1);

	while (t->v[i].id &&
	       (t->v[i].hash != hash || !span_eq(t->key_of(t->v[i].id, t->ctx), key)))
		i = (i + 1) & (t->cap - 1);
	return i;
}

uint32_t key_table_find(const struct key_table *t, struct span key)
{
	return t->n ? t->v[slot_of(t, key_hash(key), key)].id : 0;
}

void key_table_put(struct key_table *t, uint32_t id)
{
	uint32_t hash = key_hash(t->key_of(id, t->ctx));

	t->v[slot_free(t, hash)] = (struct key_slot){ hash, id };
	t->n++;
}

void key_table_take(struct key_table *t, uint32_t id)
{
	struct span key = t->key_of(id, t->ctx);
	uint32_t mask = t->cap - 1, hole, i;

	if (!t->n || t->v[hole = slot_of(t, key_hash(key), key)].id != id)
		return;
	for (i = (hole + 1) & mask; t->v[i].id; i = (i + 1) & mask) {
		uint32_t home = t->v[i].hash & mask;

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		t->v[hole] = t->v[i]; /* it may stand there */
		hole = i;
	}
	t->v[hole].id = 0;
	t->n--;
}

size_t key_table_octets(const struct key_table *t)
{
	return t->cap * sizeof(*t->v);
}
