/* SPDX-License-Identifier: BSD-2-Clause */
/* Versions with the examples of the documents that define their order, and ranges of
 * versions. */
#include "unit.h"
#include "posture/version.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

static int compare(enum version_scheme scheme, const char *a, const char *b)
{
	int order = 0;

	if (version_compare(scheme, span_str(a), span_str(b), &order) < 0)
		fail_msg("%s and %s cannot be compared", a, b);
	return (order > 0) - (order < 0);
}

/* Each is before all that follow it. */
static void check_rising(enum version_scheme scheme, const char *const *v)
{
	for (size_t i = 0; v[i]; i++)
		for (size_t k = 0; v[k]; k++)
			if (compare(scheme, v[i], v[k]) != (i > k) - (i < k))
				fail_msg("%s and %s: %d", v[i], v[k],
					 compare(scheme, v[i], v[k]));
}

static void check_equal(enum version_scheme scheme, const char *const *v)
{
	for (size_t i = 0; v[i]; i++)
		for (size_t k = 0; v[k]; k++)
			if (compare(scheme, v[i], v[k]) != 0)
				fail_msg("%s and %s: %d", v[i], v[k],
					 compare(scheme, v[i], v[k]));
}

static void check_none(enum version_scheme scheme, const char *good, const char *const *bad)
{
	int order = 1;

	for (; *bad; bad++) {
		if (version_compare(scheme, span_str(*bad), span_str(good), &order) !=
			    ST_EVALUE ||
		    version_compare(scheme, span_str(good), span_str(*bad), &order) !=
			    ST_EVALUE)
			fail_msg("'%s' is taken for a version", *bad);
		assert_int_equal(order, 0);
	}
}

#define RISING(scheme, ...) check_rising(scheme, (const char *const[]){ __VA_ARGS__, NULL })
#define EQUAL(scheme, ...) check_equal(scheme, (const char *const[]){ __VA_ARGS__, NULL })
#define NONE(scheme, good, ...)                                                               \
	check_none(scheme, good, (const char *const[]){ __VA_ARGS__, NULL })

/* Debian Policy, 5.6.12 */
static void test_deb(void **state)
{
	(void)state;
	RISING(VERSION_DEB, "1.0~~", "1.0~~a", "1.0~", "1.0", "1.0-1", "1.0-1+b1", "1.0-1.1",
	       "1.0-2", "1.0a", "1.0+b1", "1.0.1", "1.2-3-1", "1.10", "1:0.1", "2:0",
	       "99999999999999999999:0");
	RISING(VERSION_DEB, "3.0.15-1~deb12u1", "3.0.16-1~deb12u1", "3.0.16-1",
	       "3.0.17-1~deb12u2");
	RISING(VERSION_DEB, "1.99999999999999999999", "1.100000000000000000000");
	EQUAL(VERSION_DEB, "1.0", "0:1.0", "1.0-0", "01.0", "00:1.00-0");
	EQUAL(VERSION_DEB, "1.", "1.0", "1.-0");
	EQUAL(VERSION_DEB, "1:2:3-1", "01:2:3-1");
	NONE(VERSION_DEB, "1", "", "-1", "1:-1", ":1", "a:1", "1:", "1-", "1 2", "1_2", "1/2",
	     "1\xc3\xa4", "1\n");
}

static void test_rpm(void **state)
{
	(void)state;
	RISING(VERSION_RPM, "1.0~rc1-1", "1.0-1", "1.0-2.el9", "1.0-10.el9", "1.0^git1-1",
	       "1.0.1-1", "1.10-1", "1:0.1-1");
	EQUAL(VERSION_RPM, "1.0-1", "0:1.0-1", "1.00-1", "1_0-1");
	NONE(VERSION_RPM, "1", "", ":1", "a:1", "1:", "1-", "1 2", "1\xc3\xa4");
}

/* semver.org, 11 */
static void test_semver(void **state)
{
	(void)state;
	RISING(VERSION_SEMVER, "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
	       "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0",
	       "2.1.0", "2.1.1");
	RISING(VERSION_SEMVER, "1.0.0--", "1.0.0--1", "1.0.0-A", "1.0.0-a", "1.0.0-a-b");
	RISING(VERSION_SEMVER, "1.0.0-0", "1.0.0-3", "1.0.0-99999999999999999999", "1.0.0-0a");
	RISING(VERSION_SEMVER, "2.0.0", "4294967297.0.0", "99999999999999999999.0.0",
	       "100000000000000000000.0.0");
	EQUAL(VERSION_SEMVER, "1.0.0", "1.0.0+build.1", "1.0.0+001", "1", "1.0", "1+a");
	EQUAL(VERSION_SEMVER, "1.0.0-rc.1", "1.0.0-rc.1+a-b.c");
	NONE(VERSION_SEMVER, "1.0.0", "", ".", "1.", "1.0.", "1.0.0.", "1.0.0.0", "01.0.0",
	     "1.00.0", "v1.0.0", "1.0.0-", "1.0.0+", "1.0.0-01", "1.0.0-a..b", "1.0.0-a.",
	     "1.0.0+a..b", "1.0.0-a_b", "1.0.0+a+b", " 1.0.0", "1.0.0 ", "-1.0.0", "a");
}

/* PEP 440, "Summary of permitted suffixes and relative ordering", and its normalisation */
static void test_pep440(void **state)
{
	(void)state;
	RISING(VERSION_PEP440, "1.dev0", "1.0.dev456", "1.0a1", "1.0a2.dev456",
	       "1.0a12.dev456", "1.0a12", "1.0b1.dev456", "1.0b2", "1.0b2.post345.dev456",
	       "1.0b2.post345", "1.0rc1.dev456", "1.0rc1", "1.0", "1.0+abc.5", "1.0+abc.7",
	       "1.0+5", "1.0.post456.dev34", "1.0.post456", "1.0.15", "1.1.dev1", "1!0.1");
	EQUAL(VERSION_PEP440, "1.0", "1", "1.0.0", "v1.0", " 1.0\n", "0!1", "01.00", "V1");
	EQUAL(VERSION_PEP440, "1.0a1", "1.0alpha1", "1.0.ALPHA-1", "1.0_a.1", "1.a01");
	EQUAL(VERSION_PEP440, "1.0a0", "1.0a", "1.0.alpha", "1.0-a.");
	EQUAL(VERSION_PEP440, "1.0rc1", "1.0c1", "1.0pre1", "1.0-Preview_1");
	EQUAL(VERSION_PEP440, "1.0.post1", "1.0-1", "1.0post1", "1.0-r1", "1.0.rev.1");
	EQUAL(VERSION_PEP440, "1.0.post0", "1.0.post", "1.0r", "1.0-0");
	EQUAL(VERSION_PEP440, "1.0.dev0", "1.0dev", "1.0-DEV_");
	EQUAL(VERSION_PEP440, "1.0+ubuntu.1", "1.0+Ubuntu-01", "1.0+ubuntu_1");
	EQUAL(VERSION_PEP440, "1.0a0.post1", "1.0a--1");
	RISING(VERSION_PEP440, "1.99999999999999999999", "1.100000000000000000000");
	NONE(VERSION_PEP440, "1", "", "a", "v", "1.", "1..0", "1.0+", "1.0+a..b", "1.0+.a",
	     "1.0+a.", "1.0a1b1", "1.0.post1.post2", "1.0 1", "!1", "1!", "1!!2",
	     "1.0alphabet", "1.0+a+b", "1.0-", "1.0.dev1a1");
}

static void test_schemes(void **state)
{
	char huge[VERSION_MAX + 2];
	int order;

	(void)state;
	assert_int_equal(version_scheme_of(span_str("deb")), VERSION_DEB);
	assert_int_equal(version_scheme_of(span_str("rpm")), VERSION_RPM);
	assert_int_equal(version_scheme_of(span_str("npm")), VERSION_SEMVER);
	assert_int_equal(version_scheme_of(span_str("pypi")), VERSION_PEP440);
	assert_int_equal(version_scheme_of(span_str("generic")), VERSION_NONE);
	assert_int_equal(version_scheme_of((struct span){ 0 }), VERSION_NONE);
	assert_int_equal(version_compare(VERSION_NONE, span_str("1"), span_str("1"), &order),
			 ST_EVALUE);
	memset(huge, '1', sizeof(huge));
	for (enum version_scheme s = VERSION_DEB; s <= VERSION_PEP440; s++) {
		struct span longest = span_of(huge, VERSION_MAX);

		assert_int_equal(version_compare(s, longest, span_str("1"), &order), 0);
		assert_true(order > 0);
		assert_int_equal(
			version_compare(s, span_of(huge, sizeof(huge)), longest, &order),
			ST_EVALUE);
	}
}

static enum version_match match(const char *range, const char *type, const char *version)
{
	struct version_range *r;
	enum version_match m;

	if (version_range_parse(span_str(range), &r) < 0)
		fail_msg("'%s' is no range", range);
	m = version_range_match(r, span_str(type), span_str(version));
	version_range_free(r);
	return m;
}

static void test_ranges(void **state)
{
	(void)state;
	assert_int_equal(match("< 3.0.16-1~deb12u1", "deb", "3.0.15-1~deb12u1"), VERSION_IN);
	assert_int_equal(match("<3.0.16-1~deb12u1", "deb", "3.0.16-1~deb12u1"), VERSION_OUT);
	assert_int_equal(match("<=3.0.16-1~deb12u1", "deb", "3.0.16-1~deb12u1"), VERSION_IN);
	assert_int_equal(match("> 1", "deb", "1.0"), VERSION_IN);
	assert_int_equal(match(">= 1 , < 2", "npm", "1.9.0"), VERSION_IN);
	assert_int_equal(match(">= 1 , < 2", "npm", "2.0.0-rc.1"), VERSION_IN);
	assert_int_equal(match(">= 1 , < 2", "npm", "2.0.0"), VERSION_OUT);
	assert_int_equal(match(">=1,<2,!=1.5", "npm", "1.5.0"), VERSION_OUT);
	assert_int_equal(match("= 1.0", "pypi", "1"), VERSION_IN);
	assert_int_equal(match("== 1.0", "pypi", "1.0.0"), VERSION_IN);
	assert_int_equal(match("!= 1.0", "pypi", "1.0.0"), VERSION_OUT);
	/* without an order, only equality is known */
	assert_int_equal(match("= 7", "", "7"), VERSION_IN);
	assert_int_equal(match("!= 7", "", "7"), VERSION_OUT);
	assert_int_equal(match("!= 7", "generic", "8"), VERSION_IN);
	assert_int_equal(match("< 7", "", "6"), VERSION_UNKNOWN);
	assert_int_equal(match("< 7", "npm", "latest"), VERSION_UNKNOWN);
	assert_int_equal(match("< 7, = 6", "", "5"), VERSION_OUT);
	assert_int_equal(match("< 7, = 5", "", "5"), VERSION_UNKNOWN);
	assert_int_equal(match("< 7", "deb", ""), VERSION_UNKNOWN);
	assert_int_equal(match("!= 7", "deb", ""), VERSION_UNKNOWN);
}

static void test_no_ranges(void **state)
{
	static const char *const bad[] = { "",       " ",   "1",      "<",     "< ",    "<< 1",
					   "=< 1",   "<1,", ",<1",    "< 1 2", "~1",    "! 1",
					   "<1,,<2", "<>1", "< 1 <2", "=!1",   "<1<2 x" };
	char many[64] = "";
	struct version_range *r;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (version_range_parse(span_str(bad[i]), &r) != ST_EVALUE)
			fail_msg("'%s' is taken for a range", bad[i]);
		assert_null(r);
	}
	for (int i = 0; i < 9; i++)
		strcat(many, i ? ",<1" : "<1");
	assert_int_equal(version_range_parse(span_str(many), &r), ST_EVALUE);
	many[strlen(many) - 3] = '\0';
	assert_int_equal(version_range_parse(span_str(many), &r), 0);
	version_range_free(r);
	version_range_free(NULL);
}

static void test_find(void **state)
{
	(void)state;
	assert_string_equal(version_range_find("openssl < 3"), "< 3");
	assert_string_equal(version_range_find("openssl<3"), "<3");
	assert_string_equal(version_range_find("openssl >= 1, < 2"), ">= 1, < 2");
	assert_string_equal(version_range_find("lib[!a]* != 2"), "!= 2");
	assert_string_equal(version_range_find("a=b = 2"), "= 2");
	assert_null(version_range_find("lib[!=]*"));
	assert_null(version_range_find("a=b"));
	assert_null(version_range_find(""));
	assert_string_equal(version_range_guess("openssl=3"), "=3");
	assert_string_equal(version_range_guess("openssl!=3,=4"), "!=3,=4");
	assert_string_equal(version_range_guess("lib[!=a]*==2"), "==2");
	assert_null(version_range_guess("lib[!=]*"));
	assert_null(version_range_guess("=3"));
	assert_null(version_range_guess(""));
}

UNIT_GROUP(version)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deb),       cmocka_unit_test(test_rpm),
		cmocka_unit_test(test_semver),    cmocka_unit_test(test_pep440),
		cmocka_unit_test(test_schemes),   cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_no_ranges), cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
