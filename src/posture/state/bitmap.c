/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/state/bitmap.h"

#include <roaring/roaring.h>

static roaring_bitmap_t *rb(struct bitmap *b)
{
	return (roaring_bitmap_t *)b;
}

static const roaring_bitmap_t *crb(const struct bitmap *b)
{
	return (const roaring_bitmap_t *)b;
}

struct bitmap *bitmap_new(void)
{
	return (struct bitmap *)roaring_bitmap_create();
}

struct bitmap *bitmap_copy(const struct bitmap *b)
{
	return b ? (struct bitmap *)roaring_bitmap_copy(crb(b)) : bitmap_new();
}

struct bitmap *bitmap_of(const uint32_t *v, size_t n)
{
	struct bitmap *b = bitmap_new();

	if (b)
		bitmap_add_many(b, v, n);
	return b;
}

void bitmap_free(struct bitmap *b)
{
	if (b)
		roaring_bitmap_free(rb(b));
}

void bitmap_add(struct bitmap *b, uint32_t v)
{
	roaring_bitmap_add(rb(b), v);
}

void bitmap_add_many(struct bitmap *b, const uint32_t *v, size_t n)
{
	if (n)
		roaring_bitmap_add_many(rb(b), n, v);
}

void bitmap_remove(struct bitmap *b, uint32_t v)
{
	roaring_bitmap_remove(rb(b), v);
}

bool bitmap_has(const struct bitmap *b, uint32_t v)
{
	return b && roaring_bitmap_contains(crb(b), v);
}

uint64_t bitmap_count(const struct bitmap *b)
{
	return b ? roaring_bitmap_get_cardinality(crb(b)) : 0;
}

void bitmap_or(struct bitmap *b, const struct bitmap *other)
{
	if (other)
		roaring_bitmap_or_inplace(rb(b), crb(other));
}

void bitmap_and(struct bitmap *b, const struct bitmap *other)
{
	if (other)
		roaring_bitmap_and_inplace(rb(b), crb(other));
	else
		roaring_bitmap_clear(rb(b));
}

void bitmap_andnot(struct bitmap *b, const struct bitmap *other)
{
	if (other)
		roaring_bitmap_andnot_inplace(rb(b), crb(other));
}

void bitmap_each(const struct bitmap *b, bool (*fn)(uint32_t v, void *ctx), void *ctx)
{
	if (b)
		(void)roaring_iterate(crb(b), fn, ctx);
}

void bitmap_members(const struct bitmap *b, uint32_t *out)
{
	if (b)
		roaring_bitmap_to_uint32_array(crb(b), out);
}

void bitmap_pack(struct bitmap *b)
{
	if (!b)
		return;
	(void)roaring_bitmap_run_optimize(rb(b));
	(void)roaring_bitmap_shrink_to_fit(rb(b));
}

size_t bitmap_octets(const struct bitmap *b)
{
	if (!b)
		return 0;
	/* of each container a place in three arrays, its head, and what malloc adds */
	return sizeof(roaring_bitmap_t) + roaring_bitmap_portable_size_in_bytes(crb(b)) +
	       (size_t)crb(b)->high_low_container.size * 48 + 32;
}
