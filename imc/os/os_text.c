/* SPDX-License-Identifier: BSD-2-Clause */
#include "os_text.h"
#include "base/utf8.h"

#include <limits.h>
#include <string.h>

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
	struct span in = span_str(text);
	char *out = text;
	size_t n = 0;

	while (in.n && *in.p == ' ')
		in = span_of(in.p + 1, in.n - 1);
	while (in.n) {
		struct span rest = in;
		int32_t c = utf8_next(&rest);

		if (c < 0)
			rest = span_of(in.p + 1, in.n - 1);
		if (c < 0 || utf8_is_control(c)) {
			out[n++] = '?';
		} else {
			memmove(out + n, in.p, in.n - rest.n);
			n += in.n - rest.n;
		}
		in = rest;
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
