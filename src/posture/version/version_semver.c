/* SPDX-License-Identifier: BSD-2-Clause */
/* Semantic Versioning 2.0.0. Not with an existing C library: those store numbers in an int,
 * where 4294967297.0.0 equals 1.0.0. */
#include "posture/version/version_semver.h"
#include "posture/version.h"
#include "posture/version/version_digits.h"
#include "base/err.h"

struct semver {
	struct span core[3]; /* major, minor, patch */
	struct span pre;     /* without its '-'; p is NULL: none */
};

static bool is_numeric(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n != 0;
}

/* Removes the text before the next dot from s and returns it. */
static struct span next_part(struct span *s)
{
	const uint8_t *dot = s->n ? memchr(s->p, '.', s->n) : NULL;
	struct span part = dot ? span_of(s->p, (size_t)(dot - s->p)) : *s;

	*s = dot ? span_of(dot + 1, s->n - part.n - 1) : (struct span){ 0 };
	return part;
}

/* [0-9A-Za-z-]+; a number that takes part in the order has no leading zero. */
static bool is_identifier(struct span s, bool counts)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= 'a' && c <= 'z') && c != '-')
			return false;
	}
	return s.n && !(counts && s.n > 1 && s.p[0] == '0' && is_numeric(s));
}

static bool are_identifiers(struct span s, bool counts)
{
	do
		if (!is_identifier(next_part(&s), counts))
			return false;
	while (s.p);
	return true;
}

/* Number of octets before the first of the two characters. */
static size_t length_before(struct span s, char a, char b)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != a && s.p[n] != b)
		n++;
	return n;
}

/* Minor and patch may be missing, as is usual in ranges. They are 0 then. */
static bool semver_parse(struct span s, struct semver *v)
{
	size_t n = length_before(s, '-', '+');
	struct span core = span_of(s.p, n), rest = span_of(s.p + n, s.n - n);

	*v = (struct semver){ 0 };
	for (int i = 0; i < 3 && (i == 0 || core.p); i++) {
		v->core[i] = next_part(&core);
		if (!is_numeric(v->core[i]) || (v->core[i].n > 1 && v->core[i].p[0] == '0'))
			return false;
	}
	if (core.p)
		return false;
	if (rest.n && rest.p[0] == '-') {
		n = length_before(rest, '+', '+');
		v->pre = span_of(rest.p + 1, n - 1);
		rest = span_of(rest.p + n, rest.n - n);
		if (!are_identifiers(v->pre, true))
			return false;
	}
	return !rest.n || are_identifiers(span_of(rest.p + 1, rest.n - 1), false);
}

/* 11.4 */
static int pre_cmp(struct span a, struct span b)
{
	int c = 0;

	if (!a.p || !b.p) /* a prerelease is before its release */
		return !a.p - !b.p;
	while (!c && a.p && b.p) {
		struct span x = next_part(&a), y = next_part(&b);
		bool nx = is_numeric(x), ny = is_numeric(y);

		if (nx && ny)
			c = version_digits(x, y);
		else
			c = nx != ny ? ny - nx : span_cmp(x, y);
	}
	return c ? c : (a.p != NULL) - (b.p != NULL);
}

int version_semver(struct span a, struct span b, int *order)
{
	struct semver x, y;
	int c = 0;

	if (!a.n || !b.n || !semver_parse(a, &x) || !semver_parse(b, &y))
		return ST_EVALUE;
	for (int i = 0; i < 3 && !c; i++)
		c = version_digits(x.core[i], y.core[i]);
	*order = c ? c : pre_cmp(x.pre, y.pre);
	return 0;
}
