/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* memrchr */
#include "posture/version.h"
#include "posture/version/version_digits.h"
#include "posture/version/version_pep440.h"
#include "posture/version/version_semver.h"
#include "base/err.h"

#include <pthread.h>
#include <solv/evr.h>
#include <solv/pool.h>
#include <stdio.h>
#include <stdlib.h>

enum version_scheme version_scheme_of(struct span type)
{
	/* clang-format off */
	static const struct {
		struct span type;
		enum version_scheme scheme;
	} schemes[] = {
		{ SPAN_LIT("deb"),  VERSION_DEB },
		{ SPAN_LIT("rpm"),  VERSION_RPM },
		{ SPAN_LIT("npm"),  VERSION_SEMVER },
		{ SPAN_LIT("pypi"), VERSION_PEP440 },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (span_eq(schemes[i].type, type))
			return schemes[i].scheme;
	return VERSION_NONE;
}

/* --- libsolv ------------------------------------------------------------------------------ */

/* One pool for each scheme, created once. libsolv only reads them, so threads share them. */
static struct {
	pthread_once_t once;
	Pool *deb, *rpm;
} solv = { .once = PTHREAD_ONCE_INIT };

static void solv_init(void)
{
	solv.deb = pool_create();
	solv.rpm = pool_create();
	if (pool_setdisttype(solv.deb, DISTTYPE_DEB) < 0 ||
	    pool_setdisttype(solv.rpm, DISTTYPE_RPM) < 0) {
		pool_free(solv.deb);
		pool_free(solv.rpm);
		solv.deb = solv.rpm = NULL;
	}
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(uint8_t c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* True for an optional numeric epoch and a colon, then letters, digits and `others`. Other
 * text has no order. */
static bool is_package_version(struct span v, const char *others)
{
	const uint8_t *colon = v.n ? memchr(v.p, ':', v.n) : NULL, *p = v.p;

	if (!v.n || v.n > VERSION_MAX)
		return false;
	for (; colon && p < colon; p++)
		if (!is_digit(*p))
			return false;
	if (colon && (colon == v.p || ++p == span_end(v)))
		return false;
	if (span_end(v)[-1] == '-' || *p == '-') /* an empty revision, or only a revision */
		return false;
	for (; p < span_end(v); p++)
		if (!is_alnum(*p) && (!*p || !strchr(others, *p)))
			return false;
	return true;
}

/* v as libsolv reads it. The epoch has been compared already; "0:" keeps a further colon from
 * being taken for one. */
static void rpm_text(struct span v, char text[VERSION_MAX + 7])
{
	(void)snprintf(text, VERSION_MAX + 7, "0:%.*s", (int)v.n, (const char *)v.p);
}

/* The same for dpkg, which reads a missing number as 0: the 0 is written out, after a text
 * that does not end in a digit and as the revision. */
static void deb_text(struct span v, char text[VERSION_MAX + 7])
{
	const uint8_t *dash = memrchr(v.p, '-', v.n);
	struct span upstream = dash ? span_of(v.p, (size_t)(dash - v.p)) : v;
	struct span revision =
		dash ? span_of(dash + 1, v.n - upstream.n - 1) : (struct span){ 0 };

	(void)snprintf(text, VERSION_MAX + 7, "0:%.*s%s-%.*s%s", (int)upstream.n,
		       (const char *)upstream.p, is_digit(span_end(upstream)[-1]) ? "" : "0",
		       (int)revision.n, (const char *)revision.p,
		       revision.n && is_digit(span_end(revision)[-1]) ? "" : "0");
}

/* Compares the epochs and removes them. */
static int epoch_cmp(struct span *a, struct span *b)
{
	struct span *v[2] = { a, b }, epoch[2] = { { 0 } };

	for (int i = 0; i < 2; i++) {
		const uint8_t *colon = memchr(v[i]->p, ':', v[i]->n);

		if (!colon)
			continue;
		epoch[i] = span_of(v[i]->p, (size_t)(colon - v[i]->p));
		*v[i] = span_of(colon + 1, v[i]->n - epoch[i].n - 1);
	}
	return version_digits(epoch[0], epoch[1]);
}

static int solv_compare(bool deb, struct span a, struct span b, int *order)
{
	const char *others = deb ? ".+-~:" : "._+-~^:";
	char x[VERSION_MAX + 7], y[VERSION_MAX + 7];
	const Pool *pool;

	pthread_once(&solv.once, solv_init);
	pool = deb ? solv.deb : solv.rpm;
	if (!pool || !is_package_version(a, others) || !is_package_version(b, others))
		return ST_EVALUE;
	if ((*order = epoch_cmp(&a, &b)) != 0)
		return 0;
	(deb ? deb_text : rpm_text)(a, x);
	(deb ? deb_text : rpm_text)(b, y);
	*order = pool_evrcmp_str(pool, x, y, EVRCMP_COMPARE);
	return 0;
}

int version_compare(enum version_scheme scheme, struct span a, struct span b, int *order)
{
	*order = 0;
	if (a.n > VERSION_MAX || b.n > VERSION_MAX)
		return ST_EVALUE;
	switch (scheme) {
	case VERSION_DEB:
	case VERSION_RPM:
		return solv_compare(scheme == VERSION_DEB, a, b, order);
	case VERSION_SEMVER:
		return version_semver(a, b, order);
	case VERSION_PEP440:
		return version_pep440(a, b, order);
	default:
		return ST_EVALUE;
	}
}
