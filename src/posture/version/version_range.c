/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/version.h"
#include "base/err.h"

#include <stdlib.h>

#define PARTS_MAX 8

enum { LESS = 1, EQUAL = 2, MORE = 4 };

struct version_part {
	unsigned orders; /* LESS, EQUAL, MORE: the orders that match */
	struct span bound;
};

struct version_range {
	size_t n;
	struct version_part part[PARTS_MAX];
	char text[];
};

/* Longer operators first. */
static const struct {
	const char *text;
	unsigned orders;
} operators[] = {
	{ "<=", LESS | EQUAL }, { ">=", MORE | EQUAL }, { "==", EQUAL }, { "!=", LESS | MORE },
	{ "<", LESS },          { ">", MORE },          { "=", EQUAL },
};

static struct span trim(struct span s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = span_of(s.p + 1, s.n - 1);
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

static int part_parse(struct span s, struct version_part *p)
{
	s = trim(s);
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		size_t n = strlen(operators[i].text);

		if (s.n < n || memcmp(s.p, operators[i].text, n) != 0)
			continue;
		p->orders = operators[i].orders;
		p->bound = trim(span_of(s.p + n, s.n - n));
		if (!p->bound.n || p->bound.n > VERSION_MAX ||
		    memchr("<>=!", p->bound.p[0], 4) || memchr(p->bound.p, ' ', p->bound.n))
			return ST_EVALUE;
		return 0;
	}
	return ST_EVALUE;
}

int version_range_parse(struct span text, struct version_range **out)
{
	struct version_range *r = calloc(1, sizeof(*r) + text.n + 1);
	struct span rest;
	int err = 0;

	*out = NULL;
	if (!r)
		return ST_ENOMEM;
	if (text.n)
		memcpy(r->text, text.p, text.n);
	rest = span_of(r->text, text.n);
	while (!err && rest.p) {
		const uint8_t *comma = rest.n ? memchr(rest.p, ',', rest.n) : NULL;
		struct span s = comma ? span_of(rest.p, (size_t)(comma - rest.p)) : rest;

		rest = comma ? span_of(comma + 1, rest.n - s.n - 1) : (struct span){ 0 };
		err = r->n < PARTS_MAX ? part_parse(s, &r->part[r->n++]) : ST_EVALUE;
	}
	if (err)
		version_range_free(r);
	else
		*out = r;
	return err;
}

void version_range_free(struct version_range *r)
{
	free(r);
}

static enum version_match part_match(const struct version_part *p, enum version_scheme scheme,
				     struct span version)
{
	int order;

	if (version_compare(scheme, version, p->bound, &order) == 0) {
		unsigned is = order < 0 ? LESS : order > 0 ? MORE : EQUAL;

		return p->orders & is ? VERSION_IN : VERSION_OUT;
	}
	if (p->orders == EQUAL || p->orders == (LESS | MORE))
		return span_eq(version, p->bound) == (p->orders == EQUAL) ? VERSION_IN
									  : VERSION_OUT;
	return VERSION_UNKNOWN;
}

enum version_match version_range_match(const struct version_range *r, struct span type,
				       struct span version)
{
	enum version_scheme scheme = version_scheme_of(type);
	enum version_match m = VERSION_IN;

	if (!version.n)
		return VERSION_UNKNOWN;
	for (size_t i = 0; i < r->n; i++) {
		enum version_match part = part_match(&r->part[i], scheme, version);

		if (part == VERSION_OUT)
			return part;
		if (part == VERSION_UNKNOWN)
			m = part;
	}
	return m;
}

const char *version_range_find(const char *text)
{
	for (const char *s = text; *s; s++) {
		bool behind = s > text && s[-1] == ' ';

		if (*s == '<' || *s == '>' ||
		    (behind && (*s == '=' || strncmp(s, "!=", 2) == 0)))
			return s;
	}
	return NULL;
}

const char *version_range_guess(const char *text)
{
	bool inside = false;

	for (const char *s = text; *s; s++) {
		if (*s == '[' || *s == ']')
			inside = *s == '[';
		else if (!inside && s > text && (*s == '=' || strncmp(s, "!=", 2) == 0))
			return s;
	}
	return NULL;
}
