/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "imc/sources/dpkg_db.h"

#include <stdio.h>

struct text {
	char *p;
	size_t n;
};

static struct text slurp(const char *path)
{
	struct text t = { malloc(1 << 20), 0 };
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	assert_non_null(t.p);
	t.n = fread(t.p, 1, 1 << 20, f);
	(void)fclose(f);
	return t;
}

static bool is(struct span s, const char *want)
{
	return span_eq(s, span_str(want));
}

static void test_states(void **state)
{
	struct text t = slurp(TESTING_DIR "/fixtures/dpkg/small/var/lib/dpkg/status");
	struct dpkg_cursor c = { .text = { (uint8_t *)t.p, t.n } };
	struct dpkg_stanza s;
	size_t present = 0, all = 0;

	(void)state;
	while (dpkg_next(&c, &s) > 0) {
		all++;
		present += s.state == DPKG_PRESENT;
	}
	assert_int_equal(all, 11);
	assert_int_equal(present, 8);
	assert_int_equal(c.skipped, 0);
	free(t.p);
}

static void test_fields(void **state)
{
	struct text t = slurp(TESTING_DIR "/fixtures/dpkg/small/var/lib/dpkg/status");
	struct dpkg_cursor c = { .text = { (uint8_t *)t.p, t.n } };
	struct dpkg_stanza s;

	(void)state;
	assert_int_equal(dpkg_next(&c, &s), 1);
	assert_true(is(s.package, "bash"));
	assert_true(is(s.version, "5.2.15-2+b2"));
	assert_true(is(s.arch, "amd64"));
	assert_true(is(s.source, "bash"));
	assert_true(is(s.source_version, "5.2.15-2"));
	assert_true(is(s.maintainer, "Matthias Klose <doko@debian.org>"));
	assert_int_equal(s.state, DPKG_PRESENT);

	assert_int_equal(dpkg_next(&c, &s), 1);
	assert_true(is(s.source, "glibc"));
	assert_true(is(s.source_version, "2.36-9+deb12u9"));
	free(t.p);
}

/* Broken stanzas are counted; the stanzas around them are found. */
static void test_hostile(void **state)
{
	struct text t = slurp(VECTOR_DIR "/dpkg/hostile.status");
	static const char *const found[] = { "good",        "maintained",  "nostatus",
					     "shortstatus", "caf\xc3\xa9", "lower",
					     "crlf",        "last" };
	struct dpkg_cursor c = { .text = { (uint8_t *)t.p, t.n } };
	struct dpkg_stanza s;
	size_t i = 0;

	(void)state;
	while (dpkg_next(&c, &s) > 0) {
		assert_true(i < sizeof(found) / sizeof(found[0]));
		assert_true(is(s.package, found[i++]));
		if (is(s.package, "maintained")) {
			assert_int_equal(s.maintainer.n, 0);
			assert_true(is(s.source, "a"));
			assert_true(is(s.source_version, "1"));
		}
		if (is(s.package, "nostatus") || is(s.package, "shortstatus"))
			assert_int_equal(s.state, DPKG_ABSENT);
		else
			assert_int_equal(s.state, DPKG_PRESENT);
	}
	assert_int_equal(i, sizeof(found) / sizeof(found[0]));
	assert_int_equal(c.skipped, 9);
	free(t.p);
}

/* Truncated at any offset: it terminates, and all spans lie inside the text. */
static void test_truncated(void **state)
{
	struct text t = slurp(TESTING_DIR "/fixtures/dpkg/small/var/lib/dpkg/status");

	(void)state;
	for (size_t n = 0; n <= t.n; n++) {
		char *copy = malloc(n + 1);
		struct dpkg_cursor c = { .text = { (uint8_t *)copy, n } };
		struct dpkg_stanza s;
		size_t rounds = 0;

		assert_non_null(copy);
		memcpy(copy, t.p, n);
		while (dpkg_next(&c, &s) > 0) {
			assert_true(++rounds <= 11);
			assert_true(s.package.p >= c.text.p &&
				    s.package.p + s.package.n <= c.text.p + n);
		}
		assert_int_equal(c.at, n);
		free(copy);
	}
	free(t.p);
}

static void test_ceilings(void **state)
{
	size_t n = DPKG_MAX_STANZA + 4096;
	char *p = malloc(n);
	struct dpkg_cursor c = { .text = { (uint8_t *)p, n } };
	struct dpkg_stanza s;
	int at;

	(void)state;
	assert_non_null(p);
	memset(p, 'x', n);
	assert_int_equal(dpkg_next(&c, &s), 0); /* one endless line */
	assert_int_equal(c.skipped, 1);
	memset(p, ' ', n);
	at = snprintf(p, 100,
		      "Package: long\nStatus: install ok installed\nVersion: 1\n"
		      "Architecture: all\nDepends: ");
	p[at] = 'x';
	c = (struct dpkg_cursor){ .text = { (uint8_t *)p, DPKG_MAX_LINE + 4096 } };
	p[DPKG_MAX_LINE + 4095] = 'x';
	assert_int_equal(dpkg_next(&c, &s), 0); /* a line above the limit */
	assert_int_equal(c.skipped, 1);
	c = (struct dpkg_cursor){ .text = { (uint8_t *)p, DPKG_MAX_LINE } };
	p[DPKG_MAX_LINE - 1] = 'x';
	assert_int_equal(dpkg_next(&c, &s), 1); /* one below it */
	free(p);
}

UNIT_GROUP(dpkg_db)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),   cmocka_unit_test(test_fields),
		cmocka_unit_test(test_hostile),  cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_ceilings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
