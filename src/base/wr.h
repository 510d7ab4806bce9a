/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing bytes: a growing buffer with a ceiling, a sticky error, and holes for lengths that
 * are known later. Big-endian. */
#ifndef STANCE_BASE_WR_H
#define STANCE_BASE_WR_H

#include "base/api.h"
#include "base/err.h"
#include "base/span.h"

ST_API_BEGIN

struct wr {
	uint8_t *p;
	size_t len, cap;
	size_t max; /* ceiling for len; 0 = WR_MAX */
	int err;    /* 0, or the first of ST_ENOMEM, ST_ELIMIT, or what wr_fail says */
};

#define WR_MAX ((size_t)1 << 30)

/* Frees the buffer; w can be used again and keeps its ceiling. */
void wr_reset(struct wr *w);

/* Makes room for n more octets and returns where they go, or NULL with err set. The caller
 * fills all n; len has already moved. */
uint8_t *wr_room(struct wr *w, size_t n);

/* Drops everything after len octets and clears the error: how an encoder takes back what did
 * not fit. */
void wr_truncate(struct wr *w, size_t len);

/* Removes the first n octets (n <= len): how a sender says that they are gone. */
void wr_consume(struct wr *w, size_t n);

void wr_bytes(struct wr *w, struct span s);

static inline void wr_u8(struct wr *w, uint8_t v)
{
	uint8_t *p = wr_room(w, 1);

	if (p)
		p[0] = v;
}

static inline void wr_u16(struct wr *w, uint16_t v)
{
	uint8_t *p = wr_room(w, 2);

	if (p) {
		p[0] = (uint8_t)(v >> 8);
		p[1] = (uint8_t)v;
	}
}

static inline void wr_u24(struct wr *w, uint32_t v)
{
	uint8_t *p = wr_room(w, 3);

	if (p) {
		p[0] = (uint8_t)(v >> 16);
		p[1] = (uint8_t)(v >> 8);
		p[2] = (uint8_t)v;
	}
}

static inline void wr_put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static inline void wr_u32(struct wr *w, uint32_t v)
{
	uint8_t *p = wr_room(w, 4);

	if (p)
		wr_put32(p, v);
}

static inline void wr_str(struct wr *w, const char *s)
{
	wr_bytes(w, span_str(s));
}

/* Leaves four octets open and returns their position for wr_fill32. */
static inline size_t wr_hole32(struct wr *w)
{
	size_t at = w->len;

	wr_u32(w, 0);
	return at;
}

static inline void wr_fill32(struct wr *w, size_t at, size_t v)
{
	if (!w->err)
		wr_put32(w->p + at, (uint32_t)v);
}

static inline struct span wr_span(const struct wr *w)
{
	return span_of(w->p, w->len);
}

/* For an encoder that is asked to say what may not be said. */
static inline void wr_fail(struct wr *w, int err)
{
	if (!w->err)
		w->err = err;
}

/* What was written from position `from` on. */
static inline struct span wr_span_from(const struct wr *w, size_t from)
{
	return from < w->len ? span_of(w->p + from, w->len - from) : (struct span){ 0 };
}

ST_API_END

#endif
