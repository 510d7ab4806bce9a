#include "posture/text.h"

#include <stdlib.h>
#include <utf8proc.h>

struct text *text_intern(struct text_table *t, struct span s)
{
	struct text *x;

	HASH_FIND(hh, t->by_content, s.p, s.n, x);
	if (x)
		return text_ref(x);
	if (s.n > UINT32_MAX || !(x = calloc(1, sizeof(*x) + s.n + 1)))
		return NULL;
	x->refs = 1;
	x->n = (uint32_t)s.n;
	if (s.n)
		memcpy(x->s, s.p, s.n);
	HASH_ADD_KEYPTR(hh, t->by_content, x->s, s.n, x);
	t->octets += sizeof(*x) + s.n + 1;
	return x;
}

struct text *text_ref(struct text *x)
{
	if (x)
		x->refs++;
	return x;
}

void text_drop(struct text_table *t, struct text *x)
{
	if (!x || --x->refs)
		return;
	HASH_DEL(t->by_content, x);
	t->octets -= sizeof(*x) + x->n + 1;
	free(x);
}

/* Octets of the character at s (0: none that may stay). */
static size_t text_char(struct span s, bool controls)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t n;

	if (*s.p >= 0x20 && *s.p < 0x7f) /* nearly all of it */
		return 1;
	n = utf8proc_iterate(s.p, (utf8proc_ssize_t)s.n, &c);
	if (n <= 0 || c == 0)
		return 0;
	if (controls && (c < 0x20 || (c >= 0x7f && c <= 0x9f)))
		return 0;
	return (size_t)n;
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
