/* SPDX-License-Identifier: BSD-2-Clause */
/* PEP 440: versions of Python packages. Parsed as in appendix B (any case, any separator),
 * ordered as in "Summary of permitted suffixes and relative ordering". */
#include "posture/version/version_pep440.h"
#include "posture/version.h"
#include "posture/version/version_digits.h"
#include "base/err.h"

/* Values for an absent number or an absent kind of prerelease. */
enum { BEFORE_ALL = -1, PRE_A, PRE_B, PRE_RC, AFTER_ALL };

struct pep440 {
	struct span epoch, release; /* digits; digits and dots */
	int pre;                    /* PRE_..., or BEFORE_ALL, AFTER_ALL */
	struct span pre_n;
	bool has_post, has_dev;
	struct span post_n, dev_n;
	struct span local; /* p is NULL: none */
};

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

static bool is_separator(uint8_t c)
{
	return c == '.' || c == '-' || c == '_';
}

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip(struct span *s, size_t n)
{
	*s = span_of(s->p + n, s->n - n);
}

static struct span take_digits(struct span *s)
{
	struct span d = { s->p, 0 };

	while (d.n < s->n && is_digit(s->p[d.n]))
		d.n++;
	skip(s, d.n);
	return d;
}

/* Parses [separator] word [separator] number. Returns the index of the word, or -1, which
 * leaves s as it is. */
static int take_word(struct span *s, const char *const *words, struct span *number)
{
	struct span at = *s, after;

	if (at.n && is_separator(at.p[0]))
		skip(&at, 1);
	for (int i = 0; words[i]; i++) {
		size_t n = strlen(words[i]), k = 0;

		while (k < n && k < at.n && lower(at.p[k]) == (uint8_t)words[i][k])
			k++;
		if (k < n)
			continue;
		skip(&at, n);
		after = at;
		if (after.n && is_separator(after.p[0]))
			skip(&after, 1);
		*number = take_digits(&after);
		*s = after;
		return i;
	}
	return -1;
}

static bool take_release(struct span *s, struct pep440 *v)
{
	struct span d, start;

	if (s->n && lower(s->p[0]) == 'v')
		skip(s, 1);
	start = *s;
	d = take_digits(s);
	if (d.n && s->n && s->p[0] == '!') {
		v->epoch = d;
		skip(s, 1);
		start = *s;
		d = take_digits(s);
	}
	if (!d.n)
		return false;
	while (s->n > 1 && s->p[0] == '.' && is_digit(s->p[1])) {
		skip(s, 1);
		(void)take_digits(s);
	}
	v->release = span_of(start.p, start.n - s->n);
	return true;
}

static void take_suffixes(struct span *s, struct pep440 *v)
{
	/* longer words first: "a" is a prefix of "alpha" */
	static const char *const pres[] = { "alpha", "beta", "preview", "pre", "rc",
					    "a",     "b",    "c",       NULL };
	static const int kinds[] = {
		PRE_A, PRE_B, PRE_RC, PRE_RC, PRE_RC, PRE_A, PRE_B, PRE_RC
	};
	static const char *const posts[] = { "post", "rev", "r", NULL };
	static const char *const devs[] = { "dev", NULL };
	int word = take_word(s, pres, &v->pre_n);

	v->pre = word < 0 ? AFTER_ALL : kinds[word];
	if (s->n > 1 && s->p[0] == '-' && is_digit(s->p[1])) { /* 1.0-1 */
		skip(s, 1);
		v->post_n = take_digits(s);
		v->has_post = true;
	} else {
		v->has_post = take_word(s, posts, &v->post_n) >= 0;
	}
	v->has_dev = take_word(s, devs, &v->dev_n) >= 0;
	if (word < 0 && !v->has_post && v->has_dev)
		v->pre = BEFORE_ALL;
}

static bool take_local(struct span *s, struct pep440 *v)
{
	bool part = false;
	size_t n;

	if (!s->n || s->p[0] != '+')
		return true;
	skip(s, 1);
	for (n = 0; n < s->n; n++) {
		uint8_t c = lower(s->p[n]);

		if (is_digit(c) || (c >= 'a' && c <= 'z'))
			part = true;
		else if (part && is_separator(c))
			part = false;
		else
			return false;
	}
	v->local = *s;
	skip(s, n);
	return part;
}

static bool pep440_parse(struct span s, struct pep440 *v)
{
	*v = (struct pep440){ 0 };
	while (s.n && is_space(s.p[0]))
		skip(&s, 1);
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	if (!take_release(&s, v))
		return false;
	take_suffixes(&s, v);
	return take_local(&s, v) && !s.n;
}

static struct span next_number(struct span *s)
{
	struct span d = take_digits(s);

	if (s->n)
		skip(s, 1); /* a dot */
	return d;
}

/* Trailing zeros do not count. */
static int release_cmp(struct span a, struct span b)
{
	int c = 0;

	while (!c && (a.n || b.n))
		c = version_digits(next_number(&a), next_number(&b));
	return c;
}

static struct span next_local(struct span *s)
{
	struct span part = { s->p, 0 };

	while (part.n < s->n && !is_separator(s->p[part.n]))
		part.n++;
	skip(s, part.n < s->n ? part.n + 1 : part.n);
	return part;
}

static bool is_number(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]))
			return false;
	return s.n != 0;
}

static int text_cmp(struct span a, struct span b)
{
	int c = 0;

	for (size_t i = 0; !c && i < a.n && i < b.n; i++)
		c = lower(a.p[i]) - lower(b.p[i]);
	return c ? c : (a.n > b.n) - (a.n < b.n);
}

/* Part by part. A number is greater than a word; more parts are greater than fewer. */
static int local_cmp(struct span a, struct span b)
{
	int c = 0;

	if (!a.p || !b.p)
		return (a.p != NULL) - (b.p != NULL);
	while (!c && a.n && b.n) {
		struct span x = next_local(&a), y = next_local(&b);
		bool nx = is_number(x), ny = is_number(y);

		if (nx && ny)
			c = version_digits(x, y);
		else
			c = nx != ny ? nx - ny : text_cmp(x, y);
	}
	return c ? c : (a.n != 0) - (b.n != 0);
}

int version_pep440(struct span a, struct span b, int *order)
{
	struct pep440 x, y;
	int c;

	if (!a.n || !b.n || !pep440_parse(a, &x) || !pep440_parse(b, &y))
		return ST_EVALUE;
	c = version_digits(x.epoch, y.epoch);
	if (!c)
		c = release_cmp(x.release, y.release);
	if (!c)
		c = x.pre - y.pre;
	if (!c)
		c = version_digits(x.pre_n, y.pre_n);
	if (!c)
		c = x.has_post - y.has_post;
	if (!c)
		c = version_digits(x.post_n, y.post_n);
	if (!c)
		c = y.has_dev - x.has_dev; /* a development release is before its release */
	if (!c)
		c = version_digits(x.dev_n, y.dev_n);
	*order = c ? c : local_cmp(x.local, y.local);
	return 0;
}
