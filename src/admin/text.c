/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin/text.h"
#include "base/utf8.h"

int32_t text_next(struct span *s)
{
	int32_t c;

	if (!s->n)
		return -1;
	if ((c = utf8_next(s)) >= 0)
		return c;
	s->p++;
	s->n--;
	return TEXT_REPLACEMENT;
}

bool text_is_plain(struct span s)
{
	while (s.n) {
		int32_t c = utf8_next(&s);

		if (c < 0 || utf8_is_control(c))
			return false;
	}
	return true;
}

static void text_put_char(struct wr *w, int32_t c)
{
	utf8proc_uint8_t out[4];
	utf8proc_ssize_t n = utf8proc_encode_char(c, out);

	wr_bytes(w, span_of(out, (size_t)n));
}

void text_put_valid(struct wr *w, struct span s)
{
	while (s.n)
		text_put_char(w, text_next(&s));
}

/* What a terminal shows as a glyph or as a mark on one. */
static bool text_is_visible(int32_t c)
{
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return false;
	default:
		return true;
	}
}

void text_put_clean(struct wr *w, struct span s, bool ascii)
{
	while (s.n) {
		int32_t c = text_next(&s);

		if (!text_is_visible(c))
			c = TEXT_REPLACEMENT;
		text_put_char(w, ascii && c > 0x7e ? '?' : c);
	}
}

bool text_is_clean(struct span s)
{
	while (s.n) {
		int32_t c = text_next(&s);

		if (c == TEXT_REPLACEMENT || !text_is_visible(c))
			return false;
	}
	return true;
}

size_t text_width(struct span clean)
{
	size_t width = 0;

	while (clean.n)
		width += (size_t)utf8proc_charwidth(text_next(&clean));
	return width;
}

size_t text_cut(struct span clean, size_t width, size_t *used)
{
	struct span rest = clean;
	size_t fits = 0;

	*used = 0;
	while (rest.n) {
		size_t w = (size_t)utf8proc_charwidth(text_next(&rest));

		if (*used + w > width)
			break;
		*used += w;
		fits = clean.n - rest.n;
	}
	return fits;
}
