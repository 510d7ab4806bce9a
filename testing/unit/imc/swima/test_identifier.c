/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "imc/swima/identifier.h"

static const struct identifier_rules unique = {
	.scheme = IDENTIFIER_UNIQUE,
	.regid = "stance.invalid",
	.platform = { "debian", "12", "x86_64", "amd64" },
};

static const struct identifier_rules compatible = {
	.scheme = IDENTIFIER_COMPATIBLE,
	.regid = "strongswan.org",
	.platform = { "debian", "12", "x86_64", "amd64" },
};

static struct source_item package(const char *name, const char *version, const char *arch)
{
	return (struct source_item){ .name = span_str(name),
				     .version = span_str(version),
				     .arch = span_str(arch) };
}

static void check(const struct identifier_rules *r, const char *name, const char *version,
		  const char *arch, const char *want)
{
	struct source_item item = package(name, version, arch);
	struct wr w = { 0 };

	assert_int_equal(identifier_write(&w, r, NULL, &item), 0);
	wr_u8(&w, 0);
	assert_string_equal((char *)w.p, want);
	wr_reset(&w);
}

static void test_unique(void **state)
{
	struct identifier_rules rolling = unique;

	(void)state;
	check(&unique, "bash", "5.2.15-2+b2", "amd64",
	      "stance.invalid__debian-12-amd64-bash@5.2.15-2%2Bb2");
	check(&unique, "zlib1g", "1:1.2.13.dfsg-1", "i386",
	      "stance.invalid__debian-12-i386-zlib1g@1%3A1.2.13.dfsg-1");
	check(&unique, "g++", "4:12.2.0-3", "all",
	      "stance.invalid__debian-12-all-g%2B%2B@4%3A12.2.0-3");
	check(&unique, "caf\xc3\xa9", "1", "all", "stance.invalid__debian-12-all-caf%C3%A9@1");
	rolling.platform.version[0] = '\0';
	check(&rolling, "x", "1@2", "", "stance.invalid__debian-~-~-x@1%402");
}

/* Pairs that a lossy replacement or plain hyphens would make equal. */
static void test_never_shared(void **state)
{
	static const char *const pairs[][6] = {
		{ "a", "1.0+b1", "all", "a", "1.0~b1", "all" },
		{ "a-1", "2", "all", "a", "1-2", "all" },
		{ "b-c", "1", "a", "c", "1", "a-b" },
		{ "a", "1:2", "all", "a", "1%3A2", "all" },
		{ "lib", "1", "amd64", "lib", "1", "i386" },
		{ "a@1", "2", "all", "a", "1@2", "all" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct source_item x = package(pairs[i][0], pairs[i][1], pairs[i][2]);
		struct source_item y = package(pairs[i][3], pairs[i][4], pairs[i][5]);
		struct wr a = { 0 }, b = { 0 };

		assert_int_equal(identifier_write(&a, &unique, NULL, &x), 0);
		assert_int_equal(identifier_write(&b, &unique, NULL, &y), 0);
		assert_false(span_eq(wr_span(&a), wr_span(&b)));
		wr_reset(&a);
		wr_reset(&b);
	}
}

static void test_compatible(void **state)
{
	struct identifier_rules arch = compatible;

	(void)state;
	check(&compatible, "bash", "5.2.15-2+b2", "amd64",
	      "strongswan.org__Debian_12-x86_64-bash-5.2.15-2~b2");
	check(&compatible, "zlib1g", "1:1.2.13.dfsg-1", "all",
	      "strongswan.org__Debian_12-x86_64-zlib1g-1~1.2.13.dfsg-1");
	check(&compatible, "zlib1g", "1:1.2.13.dfsg-1", "i386",
	      "strongswan.org__Debian_12-x86_64-zlib1g-1~1.2.13.dfsg-1.i386");
	/* e and a combining acute become one character */
	check(&compatible, "cafe\xcc\x81", "1", "all",
	      "strongswan.org__Debian_12-x86_64-caf\xc3\xa9-1");
	arch.platform = (struct platform){ "arch", "", "x86_64", "amd64" };
	check(&arch, "linux", "6.1", "", "strongswan.org__Arch-x86_64-linux-6.1");
}

static void test_normalise(void **state)
{
	struct span ascii = SPAN_LIT("abc"), nfc = SPAN_LIT("caf\xc3\xa9");
	struct span nfd = SPAN_LIT("cafe\xcc\x81"), bad = SPAN_LIT("\xff\xfe");
	struct arena a = { 0 };

	(void)state;
	assert_ptr_equal(identifier_normalise(&a, ascii).p, ascii.p);
	assert_ptr_equal(identifier_normalise(&a, nfc).p, nfc.p);
	assert_true(span_eq(identifier_normalise(&a, nfd), nfc));
	assert_true(span_eq(identifier_normalise(&a, bad), bad));
	arena_reset(&a);
}

static void test_purl(void **state)
{
	struct source_item item = package("bash", "5.2.15-2+b2", "amd64");
	struct wr w = { 0 };

	(void)state;
	assert_int_equal(identifier_purl(&w, &unique, NULL, &item), 0);
	assert_int_equal(w.len, 0);
	assert_int_equal(identifier_purl(&w, &unique, "deb", &item), 0);
	wr_u8(&w, 0);
	assert_string_equal((char *)w.p,
			    "pkg:deb/debian/bash@5.2.15-2%2Bb2?arch=amd64&distro=debian-12");
	wr_reset(&w);
}

static void check_purl(const char *type, const char *name, const char *version,
		       const char *arch, const char *want)
{
	struct source_item item = package(name, version, arch);
	struct wr w = { 0 };

	assert_int_equal(identifier_purl(&w, &unique, type, &item), 0);
	wr_u8(&w, 0);
	assert_string_equal((char *)w.p, want);
	wr_reset(&w);
}

static void test_purl_kinds(void **state)
{
	(void)state;
	check_purl("rpm", "bash", "5.2-3.fc38", "x86_64",
		   "pkg:rpm/debian/bash@5.2-3.fc38?arch=x86_64&distro=debian-12");
	check_purl("rpm", "bash", "1:5.2-3", "",
		   "pkg:rpm/debian/bash@5.2-3?distro=debian-12"
		   "&epoch=1");
	check_purl("rpm", "bash", "a:1", "", "pkg:rpm/debian/bash@a%3A1?distro=debian-12");
	check_purl("pypi", "Py_YAML.x", "6.0+l", "", "pkg:pypi/py-yaml.x@6.0%2Bl");
	check_purl("npm", "@scope/name", "1.0.0", "", "pkg:npm/%40scope/name@1.0.0");
}

/* Packages of a language are named by their URL, in both schemes. */
static void test_language(void **state)
{
	struct source_item item = package("@s/n", "1", "");
	const struct identifier_rules *const rules[] = { &unique, &compatible };
	struct wr w = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		wr_truncate(&w, 0);
		assert_int_equal(identifier_write(&w, rules[i], "npm", &item), 0);
		wr_u8(&w, 0);
		assert_non_null(strstr((char *)w.p, "__pkg:npm/%40s/n@1"));
	}
	wr_reset(&w);
}

static void test_locator(void **state)
{
	struct wr w = { 0 };

	(void)state;
	assert_int_equal(identifier_locator(&w, (struct span){ 0 }), 0);
	assert_int_equal(w.len, 0);
	assert_int_equal(identifier_locator(&w, span_str("/opt/My App/50%\xc3\xa9")), 0);
	wr_u8(&w, 0);
	assert_string_equal((char *)w.p, "file:///opt/My%20App/50%25%C3%A9");
	wr_reset(&w);
}

static void test_ceiling(void **state)
{
	struct source_item item = package("bash", "5.2.15-2+b2", "amd64");
	struct wr w = { .max = 20 };

	(void)state;
	assert_int_equal(identifier_write(&w, &unique, NULL, &item), ST_ELIMIT);
	wr_reset(&w);
}

UNIT_GROUP(identifier)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unique),     cmocka_unit_test(test_never_shared),
		cmocka_unit_test(test_compatible), cmocka_unit_test(test_normalise),
		cmocka_unit_test(test_purl_kinds), cmocka_unit_test(test_language),
		cmocka_unit_test(test_purl),       cmocka_unit_test(test_locator),
		cmocka_unit_test(test_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
