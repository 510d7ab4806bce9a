#include "os_dpkg.h"

/* States in which a package's files are on the disk: the third word of Status. */
static const char *const present[] = { "installed", "triggers-awaited", "triggers-pending",
				       "half-configured", "unpacked" };

static struct span dpkg_line(struct rd *r)
{
	const uint8_t *nl = memchr(r->p, '\n', rd_left(r));
	struct span line = rd_bytes(r, nl ? (size_t)(nl - r->p) : rd_left(r));

	rd_skip(r, nl ? 1 : 0);
	return line;
}

/* The value when line is "field: value". */
static bool dpkg_field(struct span line, const char *field, struct span *value)
{
	size_t n = strlen(field);

	if (line.n <= n || memcmp(line.p, field, n) != 0 || line.p[n] != ':')
		return false;
	for (n++; n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'); n++)
		;
	*value = span_of(line.p + n, line.n - n);
	while (value->n && value->p[value->n - 1] <= ' ')
		value->n--;
	return true;
}

static bool dpkg_present(struct span status)
{
	size_t at = status.n;

	while (at && status.p[at - 1] != ' ')
		at--;
	for (size_t i = 0; i < sizeof(present) / sizeof(present[0]); i++)
		if (span_eq(span_of(status.p + at, status.n - at), span_str(present[i])))
			return true;
	return false;
}

int os_package_next(struct rd *text, struct os_package *p)
{
	struct span status = { 0 };

	*p = (struct os_package){ 0 };
	while (rd_left(text)) {
		struct span line = dpkg_line(text);

		if (line.n) {
			(void)(dpkg_field(line, "Package", &p->name) ||
			       dpkg_field(line, "Version", &p->version) ||
			       dpkg_field(line, "Status", &status));
			if (rd_left(text))
				continue;
		}
		if (p->name.n && dpkg_present(status) && !span_has_nul(p->name) &&
		    !span_has_nul(p->version))
			return 1;
		*p = (struct os_package){ 0 };
		status = (struct span){ 0 };
	}
	return 0;
}
