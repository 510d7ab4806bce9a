/* SPDX-License-Identifier: BSD-2-Clause */
#include "pip_metadata.h"

#include "wire/swid_xml.h"

#include <strings.h>

struct span pip_metadata_line(struct span *text)
{
	const uint8_t *end = memchr(text->p, '\n', text->n);
	struct span line = { text->p, end ? (size_t)(end - text->p) : text->n };
	size_t used = end ? line.n + 1 : line.n;

	text->p += used;
	text->n -= used;
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* Returns the value if the line is the header called name and value is not set yet. */
static bool header(struct span line, const char *name, struct span *value)
{
	size_t n = strlen(name);

	if (value->p || line.n <= n || line.p[n] != ':' ||
	    strncasecmp((const char *)line.p, name, n) != 0)
		return false;
	*value = span_of(line.p + n + 1, line.n - n - 1);
	while (value->n && (value->p[0] == ' ' || value->p[0] == '\t')) {
		value->p++;
		value->n--;
	}
	while (value->n && value->p[value->n - 1] == ' ')
		value->n--;
	return true;
}

static bool usable(struct span s)
{
	return s.n && s.n <= PIP_MAX_FIELD && swid_text_ok(s);
}

bool pip_metadata_read(struct span text, struct pip_metadata *m)
{
	*m = (struct pip_metadata){ 0 };
	while (text.n && !(m->name.p && m->version.p)) {
		struct span line = pip_metadata_line(&text);

		if (!line.n)
			break;
		if (!header(line, "Name", &m->name))
			(void)header(line, "Version", &m->version);
	}
	return usable(m->name) && usable(m->version);
}
