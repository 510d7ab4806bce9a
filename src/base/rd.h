/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading bytes: a cursor that remembers its first failure. Every later read gives zero and
 * moves nothing, so a decoder reads all its fields and asks once, at the end. All integers
 * are big-endian, as in every protocol we speak. */
#ifndef STANCE_BASE_RD_H
#define STANCE_BASE_RD_H

#include "base/api.h"
#include "base/err.h"
#include "base/span.h"

ST_API_BEGIN

struct rd {
	const uint8_t *base, *p, *end;
	size_t err_at; /* offset from base: goes straight into the PB/PA error we send */
	int err;       /* 0, or the first ST_E... */
};

static inline struct rd rd_over(struct span s)
{
	return (struct rd){ .base = s.p, .p = s.p, .end = s.n ? s.p + s.n : s.p };
}

/* Octets read so far, counted from base. */
static inline size_t rd_pos(const struct rd *r)
{
	return r->p ? (size_t)(r->p - r->base) : 0;
}

static inline size_t rd_left(const struct rd *r)
{
	return r->p ? (size_t)(r->end - r->p) : 0;
}

static inline void rd_fail(struct rd *r, size_t at, int err)
{
	if (!r->err) {
		r->err = err;
		r->err_at = at;
	}
}

static inline bool rd_need(struct rd *r, size_t n)
{
	if (!r->err && rd_left(r) < n)
		rd_fail(r, rd_pos(r), ST_ESHORT);
	return !r->err;
}

static inline uint8_t rd_u8(struct rd *r)
{
	return rd_need(r, 1) ? *r->p++ : 0;
}

static inline uint16_t rd_u16(struct rd *r)
{
	if (!rd_need(r, 2))
		return 0;
	r->p += 2;
	return (uint16_t)(r->p[-2] << 8 | r->p[-1]);
}

static inline uint32_t rd_u24(struct rd *r)
{
	if (!rd_need(r, 3))
		return 0;
	r->p += 3;
	return (uint32_t)r->p[-3] << 16 | (uint32_t)r->p[-2] << 8 | r->p[-1];
}

static inline uint32_t rd_u32(struct rd *r)
{
	if (!rd_need(r, 4))
		return 0;
	r->p += 4;
	return (uint32_t)r->p[-4] << 24 | (uint32_t)r->p[-3] << 16 | (uint32_t)r->p[-2] << 8 |
	       r->p[-1];
}

/* The next n octets, borrowed. */
static inline struct span rd_bytes(struct rd *r, size_t n)
{
	struct span s = { 0 };

	if (n && rd_need(r, n)) {
		s = span_of(r->p, n);
		r->p += n;
	}
	return s;
}

static inline struct span rd_rest(struct rd *r)
{
	return rd_bytes(r, rd_left(r));
}

static inline void rd_skip(struct rd *r, size_t n)
{
	(void)rd_bytes(r, n);
}

/* The next n octets as a cursor of its own with the same base, so that offsets in nested
 * structures stay offsets in the whole message. */
static inline struct rd rd_sub(struct rd *r, size_t n)
{
	struct rd sub = { .base = r->base, .p = r->p, .end = r->p };

	if (rd_need(r, n)) {
		sub.end = n ? r->p + n : r->p;
		r->p = sub.end;
	} else {
		sub.err = r->err;
		sub.err_at = r->err_at;
	}
	return sub;
}

/* Fails with ST_ELENGTH when octets are left over. */
static inline void rd_end(struct rd *r)
{
	if (!r->err && rd_left(r))
		rd_fail(r, rd_pos(r), ST_ELENGTH);
}

ST_API_END

#endif
