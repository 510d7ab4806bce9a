/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/wr.h"

#include <stdlib.h>

#define WR_FIRST 64 /* many a buffer that lasts holds a few words */

void wr_reset(struct wr *w)
{
	size_t max = w->max;

	free(w->p);
	*w = (struct wr){ .max = max };
}

static int wr_grow(struct wr *w, size_t need)
{
	size_t cap = w->cap ? w->cap : WR_FIRST;
	uint8_t *p;

	while (cap < need)
		cap *= 2; /* need <= WR_MAX, so this cannot wrap */
	if (!(p = realloc(w->p, cap)))
		return ST_ENOMEM;
	w->p = p;
	w->cap = cap;
	return 0;
}

uint8_t *wr_room(struct wr *w, size_t n)
{
	size_t max = w->max ? w->max : WR_MAX;

	if (w->err)
		return NULL;
	if (n > max || w->len > max - n) {
		w->err = ST_ELIMIT;
		return NULL;
	}
	if (w->len + n > w->cap && (w->err = wr_grow(w, w->len + n)) < 0)
		return NULL;
	w->len += n;
	return w->p + w->len - n;
}

void wr_truncate(struct wr *w, size_t len)
{
	if (len < w->len)
		w->len = len;
	w->err = 0;
}

void wr_consume(struct wr *w, size_t n)
{
	if (n < w->len)
		memmove(w->p, w->p + n, w->len - n);
	w->len -= n < w->len ? n : w->len;
}

void wr_bytes(struct wr *w, struct span s)
{
	uint8_t *p = s.n ? wr_room(w, s.n) : NULL;

	if (p)
		memcpy(p, s.p, s.n);
}
