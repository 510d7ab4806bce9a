/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of numbers as JSON text. */
#include "json_ids.h"
#include "sqlite_db.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

struct span sqlite_ids_text(struct wr *w, const uint32_t *v, size_t n)
{
	char number[16];
	size_t from = w->len;

	wr_u8(w, '[');
	for (size_t i = 0; i < n; i++) {
		int k = snprintf(number, sizeof(number), "%s%u", i ? "," : "", v[i]);

		wr_bytes(w, span_of(number, (size_t)k));
	}
	wr_u8(w, ']');
	return wr_span_from(w, from);
}

static int ids_room(uint32_t **v, size_t *cap, size_t n)
{
	size_t want = *cap ? *cap * 2 : 256;
	uint32_t *more;

	if (n < *cap)
		return 0;
	if (!(more = reallocarray(*v, want, sizeof(*more))))
		return ST_ENOMEM;
	*v = more;
	*cap = want;
	return 0;
}

int sqlite_ids_parse(struct span text, uint32_t **v, size_t *cap, size_t *n)
{
	const uint8_t *p = text.p, *end = span_end(text);

	*n = 0;
	if (text.n < 2 || *p++ != '[' || *--end != ']')
		return text.n ? ST_EDB : 0;
	while (p < end) {
		uint64_t x = 0;
		const uint8_t *digits = p;

		while (p < end && *p >= '0' && *p <= '9' && x <= UINT32_MAX)
			x = x * 10 + (*p++ - '0');
		if (p == digits || x > UINT32_MAX || (p < end && (*p++ != ',' || p == end)))
			return ST_EDB;
		if (ids_room(v, cap, *n) < 0)
			return ST_ENOMEM;
		(*v)[(*n)++] = (uint32_t)x;
	}
	return 0;
}

void sqlite_pair_text(struct wr *w, bool first, int64_t a, int64_t b)
{
	char pair[64];
	int n = snprintf(pair, sizeof(pair), "%s[%lld,%lld]", first ? "[" : ",", (long long)a,
			 (long long)b);

	wr_bytes(w, span_of(pair, (size_t)n));
}

void sqlite_pairs_end(struct wr *w)
{
	wr_u8(w, ']');
}

/* Reads a number of at most 32 bits and the octet that must follow it. */
static bool number_parse(const uint8_t **p, const uint8_t *end, uint8_t then, int64_t *out)
{
	bool minus = *p < end && **p == '-';
	const uint8_t *digits = *p += minus;

	*out = 0;
	while (*p < end && **p >= '0' && **p <= '9' && *out <= UINT32_MAX)
		*out = *out * 10 + (*(*p)++ - '0');
	if (*p == digits || *out > UINT32_MAX || *p == end || *(*p)++ != then)
		return false;
	if (minus)
		*out = -*out;
	return true;
}

int sqlite_pairs_parse(struct span text, int (*fn)(void *ctx, int64_t a, int64_t b), void *ctx)
{
	const uint8_t *p = text.p, *end = span_end(text);
	int64_t a, b;
	int err = 0;

	if (!text.n)
		return 0;
	if (text.n < 2 || *p++ != '[' || *--end != ']')
		return ST_EDB;
	while (!err) {
		if (p == end || *p++ != '[' || !number_parse(&p, end, ',', &a) ||
		    !number_parse(&p, end, ']', &b))
			return ST_EDB;
		err = fn(ctx, a, b);
		if (p == end)
			break;
		if (*p++ != ',')
			return ST_EDB;
	}
	return err;
}
