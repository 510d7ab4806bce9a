/* SPDX-License-Identifier: BSD-2-Clause */
#include "os_text.h"

#include <limits.h>
#include <string.h>
#include <utf8proc.h>

FILE *os_open(const char *root, const char *path)
{
	char full[PATH_MAX];

	if ((size_t)snprintf(full, sizeof(full), "%s/%s", root, path) >= sizeof(full))
		return NULL;
	return fopen(full, "re");
}

bool os_line(FILE *f, char line[OS_LINE_MAX])
{
	size_t n = 0;
	int c;

	while ((c = getc_unlocked(f)) != EOF && c != '\n')
		if (n < OS_LINE_MAX - 1)
			line[n++] = c ? (char)c : ' ';
	line[n] = '\0';
	return c != EOF || n;
}

void os_first_line(const char *root, const char *path, char *buf, size_t cap)
{
	char line[OS_LINE_MAX];
	FILE *f = os_open(root, path);
	struct span s;

	buf[0] = '\0';
	if (!f)
		return;
	if (os_line(f, line)) {
		os_clean(line);
		s = os_cut(line, cap - 1);
		memcpy(buf, s.p, s.n);
		buf[s.n] = '\0';
	}
	fclose(f);
}

void os_clean(char *text)
{
	const uint8_t *in = (const uint8_t *)text;
	size_t left = strlen(text), n = 0;
	char *out = text;

	while (left && *in == ' ')
		in++, left--;
	while (left) {
		utf8proc_int32_t c;
		utf8proc_ssize_t used = utf8proc_iterate(in, (utf8proc_ssize_t)left, &c);

		if (used <= 0 || c < 0x20 || (c >= 0x7f && c < 0xa0)) {
			out[n++] = '?';
			used = used > 0 ? used : 1;
		} else {
			memmove(out + n, in, (size_t)used);
			n += (size_t)used;
		}
		in += used;
		left -= (size_t)used;
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
}

struct span os_cut(const char *text, size_t max)
{
	size_t n = strlen(text);

	if (n > max)
		for (n = max; n && ((uint8_t)text[n] & 0xc0) == 0x80; n--)
			;
	return span_of(text, n);
}
