/* SPDX-License-Identifier: BSD-2-Clause */
#include "dpkg_db.h"
#include "base/utf8.h"

/* States in which the files of the package are on disk. half-installed is not one of them: in
 * it dpkg itself does not know which files exist. */
static const struct span dpkg_present[] = {
	SPAN_LIT("installed"),        SPAN_LIT("triggers-awaited"),
	SPAN_LIT("triggers-pending"), SPAN_LIT("half-configured"),
	SPAN_LIT("unpacked"),
};

static bool dpkg_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span dpkg_trim(struct span s)
{
	while (s.n && dpkg_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && dpkg_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool dpkg_line(struct span *text, struct span *line)
{
	const uint8_t *nl;

	if (!text->n)
		return false;
	nl = memchr(text->p, '\n', text->n);
	*line = span_of(text->p, nl ? (size_t)(nl - text->p) : text->n);
	text->p += line->n + (nl != NULL);
	text->n -= line->n + (nl != NULL);
	return true;
}

/* Removes the next word from *s and returns it. */
static struct span dpkg_word(struct span *s)
{
	struct span t = dpkg_trim(*s), word = { t.p, 0 };

	while (word.n < t.n && !dpkg_blank(t.p[word.n]))
		word.n++;
	*s = (struct span){ t.n ? t.p + word.n : t.p, t.n - word.n };
	return word;
}

/* Text that can be reported: UTF-8 without control characters. */
static bool dpkg_text_ok(struct span s)
{
	if (s.n > DPKG_MAX_FIELD)
		return false;
	while (s.n) {
		int32_t c = utf8_next(&s);

		if (c < 0 || utf8_is_control(c) || c == 0xfffe || c == 0xffff)
			return false;
	}
	return true;
}

/* One word, as names, versions and architectures must be. */
static bool dpkg_word_ok(struct span s)
{
	return dpkg_text_ok(s) && !(s.n && memchr(s.p, ' ', s.n));
}

static void dpkg_status(struct dpkg_stanza *s, struct span v)
{
	struct span state;

	(void)dpkg_word(&v); /* the selection: a held package is installed, too */
	(void)dpkg_word(&v);
	state = dpkg_word(&v);
	s->state = DPKG_ABSENT;
	for (size_t i = 0; i < sizeof(dpkg_present) / sizeof(dpkg_present[0]); i++)
		if (span_eq(state, dpkg_present[i]))
			s->state = DPKG_PRESENT;
}

/* "name" or "name (version)". */
static void dpkg_source(struct dpkg_stanza *s, struct span v)
{
	s->source = dpkg_word(&v);
	v = dpkg_trim(v);
	if (v.n >= 2 && v.p[0] == '(' && v.p[v.n - 1] == ')')
		s->source_version = dpkg_trim(span_of(v.p + 1, v.n - 2));
}

static void dpkg_package(struct dpkg_stanza *s, struct span v)
{
	s->package = v;
}

static void dpkg_version(struct dpkg_stanza *s, struct span v)
{
	s->version = v;
}

static void dpkg_arch(struct dpkg_stanza *s, struct span v)
{
	s->arch = v;
}

static void dpkg_maintainer(struct dpkg_stanza *s, struct span v)
{
	s->maintainer = v;
}

static const struct dpkg_field {
	struct span name;
	void (*set)(struct dpkg_stanza *s, struct span v);
} dpkg_fields[] = {
	{ SPAN_LIT("Package"), dpkg_package }, { SPAN_LIT("Status"), dpkg_status },
	{ SPAN_LIT("Version"), dpkg_version }, { SPAN_LIT("Architecture"), dpkg_arch },
	{ SPAN_LIT("Source"), dpkg_source },   { SPAN_LIT("Maintainer"), dpkg_maintainer },
};

/* Compares field names without case, as dpkg does. */
static bool dpkg_name_eq(struct span a, struct span b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if ((a.p[i] | 0x20) != (b.p[i] | 0x20))
			return false;
	return true;
}

static void dpkg_set(struct dpkg_stanza *s, struct span line)
{
	const uint8_t *colon = memchr(line.p, ':', line.n);
	struct span name;

	if (!colon)
		return;
	name = span_of(line.p, (size_t)(colon - line.p));
	for (size_t i = 0; i < sizeof(dpkg_fields) / sizeof(dpkg_fields[0]); i++)
		if (dpkg_name_eq(name, dpkg_fields[i].name)) {
			dpkg_fields[i].set(s,
					   dpkg_trim(span_of(colon + 1, line.n - name.n - 1)));
			return;
		}
}

static bool dpkg_complete(const struct dpkg_stanza *s)
{
	if (!s->package.n || !dpkg_word_ok(s->package))
		return false;
	if (!dpkg_word_ok(s->arch) || !dpkg_word_ok(s->version))
		return false;
	return s->state == DPKG_ABSENT || (s->version.n && s->arch.n);
}

/* An unusable optional field is treated as missing. The package itself is still reported. */
static void dpkg_default(struct dpkg_stanza *s)
{
	if (!s->source.n || !dpkg_word_ok(s->source)) {
		s->source = s->package;
		s->source_version = s->version;
	}
	if (!s->source_version.n || !dpkg_word_ok(s->source_version))
		s->source_version = s->version;
	if (!dpkg_text_ok(s->maintainer))
		s->maintainer = (struct span){ 0 };
}

/* Parses the text between two blank lines. False: not usable. */
static bool dpkg_parse(struct span text, struct dpkg_stanza *s)
{
	struct span line;

	*s = (struct dpkg_stanza){ 0 };
	if (text.n > DPKG_MAX_STANZA || span_has_nul(text))
		return false;
	while (dpkg_line(&text, &line)) {
		if (line.n > DPKG_MAX_LINE)
			return false;
		if (!dpkg_blank(line.p[0])) /* else it continues the line before */
			dpkg_set(s, line);
	}
	dpkg_default(s);
	return dpkg_complete(s);
}

int dpkg_next(struct dpkg_cursor *c, struct dpkg_stanza *s)
{
	while (c->at < c->text.n) {
		struct span rest = { c->text.p + c->at, c->text.n - c->at }, line;
		const uint8_t *begin = rest.p;
		size_t n = 0;

		while (dpkg_line(&rest, &line) && dpkg_trim(line).n)
			n = (size_t)(line.p + line.n - begin);
		c->at = c->text.n - rest.n;
		if (!n)
			continue; /* more than one blank line */
		if (dpkg_parse(span_of(begin, n), s))
			return 1;
		c->skipped++;
	}
	return 0;
}
