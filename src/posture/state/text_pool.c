/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/state/text_pool.h"
#include "base/err.h"
#include "base/utf8.h"
#include "base/hash.h"

#include <stdlib.h>

/* With what malloc adds. */
static size_t text_size(const struct text *x)
{
	return sizeof(*x) + x->n + 1 + 16;
}

void text_pool_free(struct text_pool *t)
{
	free(t->slots);
	free(t->scratch);
	t->slots = NULL;
	t->scratch = NULL;
	t->n = t->cap = 0;
	t->n_scratch = 0;
	t->octets = 0;
}

/* Where this content is, or the free slot where it would be. */
static uint32_t text_slot(const struct text_pool *t, uint32_t hash, struct span s)
{
	uint32_t i = hash & (t->cap - 1);

	while (t->slots[i] && (t->slots[i]->hash != hash || !text_is(t->slots[i], s)))
		i = (i + 1) & (t->cap - 1);
	return i;
}

/* At most three quarters are taken. */
static int text_room(struct text_pool *t)
{
	uint32_t cap = t->cap ? t->cap * 2 : 64;
	struct text **old = t->slots, **v;

	if (t->n < t->cap / 4 * 3)
		return 0;
	if (t->n > UINT32_MAX / 4 || !(v = calloc(cap, sizeof(*v))))
		return ST_ENOMEM;
	for (uint32_t k = 0; k < t->cap; k++) {
		uint32_t i = old[k] ? old[k]->hash & (cap - 1) : 0;

		if (!old[k])
			continue;
		while (v[i])
			i = (i + 1) & (cap - 1);
		v[i] = old[k];
	}
	free(old);
	t->octets += (cap - t->cap) * sizeof(*v);
	t->slots = v;
	t->cap = cap;
	return 0;
}

struct text *text_intern(struct text_pool *t, struct span s)
{
	uint32_t hash = (uint32_t)hash_octets(s.p, s.n), i;
	struct text *x;

	if (text_room(t) < 0)
		return NULL;
	i = text_slot(t, hash, s);
	if (t->slots[i])
		return text_ref(t->slots[i]);
	if (s.n > UINT32_MAX || !(x = malloc(sizeof(*x) + s.n + 1)))
		return NULL;
	x->refs = 1;
	x->hash = hash;
	x->n = (uint32_t)s.n;
	if (s.n)
		memcpy(x->s, s.p, s.n);
	x->s[s.n] = '\0';
	t->slots[i] = x;
	t->n++;
	t->octets += text_size(x);
	return x;
}

struct text *text_intern_parts(struct text_pool *t, const struct span *parts, size_t n)
{
	size_t len = 0;
	uint8_t *more;

	for (size_t i = 0; i < n; i++)
		len += parts[i].n;
	if (len > t->n_scratch) {
		if (!(more = realloc(t->scratch, len)))
			return NULL;
		t->scratch = more;
		t->n_scratch = len;
	}
	len = 0;
	for (size_t i = 0; i < n; i++) {
		if (parts[i].n)
			memcpy(t->scratch + len, parts[i].p, parts[i].n);
		len += parts[i].n;
	}
	return text_intern(t, span_of(t->scratch, len));
}

struct text *text_ref(struct text *x)
{
	if (x)
		x->refs++;
	return x;
}

/* Takes the text in slot i out: who stands behind it and may stand there moves up. */
static void text_take(struct text_pool *t, uint32_t i)
{
	uint32_t mask = t->cap - 1, hole = i;

	for (i = (i + 1) & mask; t->slots[i]; i = (i + 1) & mask) {
		uint32_t home = t->slots[i]->hash & mask;

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		t->slots[hole] = t->slots[i];
		hole = i;
	}
	t->slots[hole] = NULL;
	t->n--;
}

void text_drop(struct text_pool *t, struct text *x)
{
	if (!x || --x->refs)
		return;
	text_take(t, text_slot(t, x->hash, text_span(x)));
	t->octets -= text_size(x);
	free(x);
}

/* Octets of the character at s (0: none that may stay). */
static size_t text_char(struct span s, bool controls)
{
	struct span rest = s;
	int32_t c = utf8_next(&rest);

	if (c <= 0 || (controls && utf8_is_control(c)))
		return 0;
	return s.n - rest.n;
}

bool text_valid(struct span s, bool controls)
{
	for (size_t i = 0, n; i < s.n; i += n)
		if (!(n = text_char(span_of(s.p + i, s.n - i), controls)))
			return false;
	return true;
}

struct span text_clean(struct arena *a, struct span s, size_t max)
{
	static const uint8_t bad[] = { 0xef, 0xbf, 0xbd };
	size_t in = 0, out = 0;
	uint8_t *to;

	if (s.n <= max && text_valid(s, false))
		return arena_copy(a, s);
	if (s.n > max)
		s.n = max;
	if (!(to = arena_alloc(a, 3 * s.n + 1)))
		return (struct span){ 0 };
	while (in < s.n) {
		size_t n = text_char(span_of(s.p + in, s.n - in), false);
		const uint8_t *from = n ? s.p + in : bad;
		size_t add = n ? n : sizeof(bad);

		if (out + add > max)
			break;
		memcpy(to + out, from, add);
		out += add;
		in += n ? n : 1;
	}
	to[out] = 0;
	return span_of(to, out);
}
