/* SPDX-License-Identifier: BSD-2-Clause */
/* Compressed sets of 32-bit numbers: the one file that knows CRoaring. */
#ifndef STANCE_POSTURE_STATE_BITMAP_H
#define STANCE_POSTURE_STATE_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bitmap; /* a NULL one is empty wherever a const one is asked for */

struct bitmap *bitmap_new(void);
struct bitmap *bitmap_copy(const struct bitmap *b);
struct bitmap *bitmap_of(const uint32_t *v, size_t n);
void bitmap_free(struct bitmap *b);

void bitmap_add(struct bitmap *b, uint32_t v);
void bitmap_add_many(struct bitmap *b, const uint32_t *v, size_t n);
void bitmap_remove(struct bitmap *b, uint32_t v);
bool bitmap_has(const struct bitmap *b, uint32_t v);
uint64_t bitmap_count(const struct bitmap *b);
void bitmap_or(struct bitmap *b, const struct bitmap *other);
void bitmap_and(struct bitmap *b, const struct bitmap *other);
void bitmap_andnot(struct bitmap *b, const struct bitmap *other);

/* Members in ascending order; fn returns false to stop. */
void bitmap_each(const struct bitmap *b, bool (*fn)(uint32_t v, void *ctx), void *ctx);

/* Members in ascending order into out, which has room for bitmap_count(b). */
void bitmap_members(const struct bitmap *b, uint32_t *out);

/* Releases memory that b does not need. b may be NULL. */
void bitmap_pack(struct bitmap *b);

/* Approximate memory of b in octets. */
size_t bitmap_octets(const struct bitmap *b);

#endif
