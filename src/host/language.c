/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/language.h"
#include "base/utf8.h"

#include "proto/pb_session.h"

#include <ctype.h>
#include <strings.h>

#define LANGUAGE_PLACES 32 /* after so many the order does not count any more */

static struct span trim(struct span s)
{
	while (s.n && isspace(s.p[0]))
		s = span_of(s.p + 1, s.n - 1);
	while (s.n && isspace(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Takes everything up to the next sep off s. */
static struct span take_until(struct span *s, char sep)
{
	const uint8_t *end = s->n ? memchr(s->p, sep, s->n) : NULL;
	struct span head = *s;

	if (end) {
		head.n = (size_t)(end - s->p);
		*s = span_of(end + 1, s->n - head.n - 1);
	} else {
		*s = (struct span){ 0 };
	}
	return trim(head);
}

/* The weight after a range: "q=0.5" is 500. What is not a weight counts as 1. */
static unsigned weight(struct span params)
{
	struct span q = take_until(&params, ';');
	unsigned v, digit = 100;

	if (q.n < 3 || (q.p[0] | 0x20) != 'q' || q.p[1] != '=' || q.p[2] > '1' || q.p[2] < '0')
		return 1000;
	v = (unsigned)(q.p[2] - '0') * 1000;
	for (size_t i = 4; i < q.n && isdigit(q.p[i]) && digit; i++, digit /= 10)
		v += (unsigned)(q.p[i] - '0') * digit;
	return v > 1000 ? 1000 : v;
}

/* One of the two is the other, or its beginning up to a hyphen: how many octets agree. */
static size_t agreement(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	struct span longer = a.n > b.n ? a : b;

	if (!n || strncasecmp((const char *)a.p, (const char *)b.p, n) != 0)
		return 0;
	return longer.n == n || longer.p[n] == '-' ? n : 0;
}

unsigned language_quality(struct span accept, struct span tag)
{
	unsigned best = 0, place = 0;
	size_t closest = 0; /* the range that says most about the tag decides */

	for (; accept.n; place += place < LANGUAGE_PLACES - 1) {
		struct span params = take_until(&accept, ',');
		struct span range = take_until(&params, ';');
		size_t n = agreement(range, tag);

		bool any = !closest && range.n == 1 && range.p[0] == '*' && tag.n;

		if (n <= closest && !any)
			continue;
		closest = n > closest ? n : closest;
		best = weight(params) * LANGUAGE_PLACES;
		best -= best ? place : 0;
	}
	return best;
}

struct span language_value(struct span preference)
{
	static const char name[] = "Accept-Language:";
	size_t n = sizeof(name) - 1;

	if (preference.n > PB_LANGUAGE_MAX)
		return (struct span){ 0 };
	if (preference.n >= n && strncasecmp((const char *)preference.p, name, n) == 0)
		preference = span_of(preference.p + n, preference.n - n);
	return trim(preference);
}

bool language_tag_valid(struct span tag)
{
	for (size_t i = 0; i < tag.n; i++)
		if (!isalnum(tag.p[i]) && tag.p[i] != '-')
			return false;
	return tag.n && tag.n <= 255;
}

bool language_text_valid(struct span s)
{
	while (s.n)
		if (utf8_next(&s) <= 0)
			return false;
	return true;
}
