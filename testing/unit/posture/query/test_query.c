/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions with a version range or a filter of endpoints. */
#include "posture/fixture.h"
#include "base/err.h"

#include <stdio.h>

static void software(struct report *r, const char *type, const char *name, const char *version)
{
	char id[64];
	const struct software s = {
		.identifier = span_of(
			id, (size_t)snprintf(id, sizeof(id), "%s-%s-%s", type, name, version)),
		.name = span_str(name),
		.version = span_str(version),
		.type = span_str(type),
	};

	assert_int_equal(report_software(r, &s), 0);
}

static void tell(struct fixture *f, const char *who, const char *platform, const char *openssl)
{
	struct report *r = fixture_report(f, who);

	assert_int_equal(report_fact(r, FACT_PLATFORM, span_str(platform)), 0);
	assert_int_equal(report_inventory(r, &(struct inventory_head){ 1, 1, 0 }), 0);
	software(r, "deb", "openssl", openssl);
	software(r, "npm", "left-pad", "1.3.0");
	if (strcmp(who, "web1") == 0) {
		software(r, "npm", "left-pad", "latest");
		software(r, "swid", "openssl", "3 (build 7)");
	}
	assert_int_equal(report_inventory_end(r), 0);
	assert_int_equal(fixture_commit(f, r), 0);
}

static void begin(struct fixture *f)
{
	fixture_init(f, "synchronous = off\n");
	fixture_open(f);
	tell(f, "web1", "Debian 12", "3.0.15-1~deb12u1");
	tell(f, "web2", "Debian 12", "3.0.16-1~deb12u1");
	tell(f, "db1", "Alpine", "3.0.17-1~deb12u2");
}

static int add_software(void *ctx, const struct software_row *row)
{
	char *text = ctx;
	size_t n = strlen(text);

	(void)snprintf(text + n, 512 - n, "%.*s=%u ", (int)row->identifier.n,
		       row->identifier.p, (unsigned)row->endpoints);
	return 0;
}

static int add_endpoint(void *ctx, const struct endpoint_row *row)
{
	char *text = ctx;
	size_t n = strlen(text);

	(void)snprintf(text + n, 512 - n, "%s ", row->name);
	return 0;
}

static void check(struct fixture *f, const char *glob, const char *range, const char *want,
		  const char *lacking, uint64_t unordered)
{
	uint64_t n = 99;
	struct software_query q = { .glob = glob, .unordered = &n };
	struct version_range *r = NULL;
	char text[512] = "";

	if (range)
		assert_int_equal(version_range_parse(span_str(range), &r), 0);
	q.range = r;
	assert_int_equal(query_software(f->p, &q, add_software, text), 0);
	assert_string_equal(text, want);
	assert_int_equal(n, unordered);
	n = 99;
	*text = '\0';
	assert_int_equal(query_lacking(f->p, &q, add_endpoint, text), 0);
	assert_string_equal(text, lacking);
	assert_int_equal(n, unordered);
	version_range_free(r);
}

static void test_ranges(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	check(&f, "openssl", "< 3.0.16-1~deb12u1", "deb-openssl-3.0.15-1~deb12u1=1 ",
	      "db1 web2 ", 1);
	check(&f, "open*", ">= 3.0.16-1~deb12u1, < 4",
	      "deb-openssl-3.0.16-1~deb12u1=1 "
	      "deb-openssl-3.0.17-1~deb12u2=1 ",
	      "web1 ", 1);
	check(&f, "left-pad", ">1", "npm-left-pad-1.3.0=3 ", "", 1);
	check(&f, "left-pad", "= latest", "npm-left-pad-latest=1 ", "db1 web2 ", 0);
	check(&f, "left-pad", "!= 1.3", "npm-left-pad-latest=1 ", "db1 web2 ", 0);
	check(&f, "none", "> 0", "", "db1 web1 web2 ", 0);
	check(&f, "left-pad", NULL, "npm-left-pad-1.3.0=3 npm-left-pad-latest=1 ", "", 0);
	/* software without endpoints is not counted */
	struct report *r = fixture_report(&f, "web1");

	assert_int_equal(report_inventory(r, &(struct inventory_head){ 1, 2, 0 }), 0);
	assert_int_equal(report_inventory_end(r), 0);
	assert_int_equal(fixture_commit(&f, r), 0);
	check(&f, "openssl", "< 3.0.16-1~deb12u1", "", "db1 web1 web2 ", 0);
	fixture_free(&f);
}

static bool is_debian(void *ctx, struct span key, struct span name, struct span platform)
{
	(void)key;
	(void)name;
	(*(unsigned *)ctx)++;
	return platform.n > 6 && memcmp(platform.p, "Debian", 6) == 0;
}

static int count_change(void *ctx, const struct change_row *row)
{
	assert_string_not_equal(row->endpoint_name, "db1");
	++*(unsigned *)ctx;
	return 0;
}

static void test_among(void **state)
{
	struct software_query q = { .glob = "left-pad" };
	struct change_query changes = { 0 };
	char text[512] = "";
	unsigned asked = 0, n = 0;
	struct endpoint_filter *a;
	struct fixture f;

	(void)state;
	begin(&f);
	assert_int_equal(endpoint_filter_new(f.p, is_debian, &asked, &a), 0);
	assert_int_equal(asked, 3);
	assert_int_equal(endpoint_filter_count(a), 2);
	assert_true(endpoint_filter_has(NULL, 7));
	q.filter = changes.filter = a;
	assert_int_equal(query_endpoints(f.p, WHEN_NOW, a, add_endpoint, text), 0);
	assert_string_equal(text, "web1 web2 ");
	*text = '\0';
	assert_int_equal(query_software(f.p, &q, add_software, text), 0);
	assert_string_equal(text, "npm-left-pad-1.3.0=2 npm-left-pad-latest=1 ");
	*text = '\0';
	assert_int_equal(query_lacking(f.p, &q, add_endpoint, text), 0);
	assert_string_equal(text, "");
	*text = '\0';
	assert_int_equal(query_software_endpoints(f.p, WHEN_NOW, 2, a, add_endpoint, text), 0);
	assert_string_equal(text, "web1 web2 ");
	q.glob = "deb-openssl-3.0.17*"; /* none of these endpoints has it */
	*text = '\0';
	assert_int_equal(query_software(f.p, &q, add_software, text), 0);
	assert_string_equal(text, "");
	assert_int_equal(query_changes(f.p, &changes, count_change, &n), 0);
	assert_int_equal(n, 8); /* seen, platform, inventory, confirmed: of two */
	changes.limit = 3;
	changes.newest_first = true;
	n = 0;
	assert_int_equal(query_changes(f.p, &changes, count_change, &n), 0);
	assert_int_equal(n, 3);
	endpoint_filter_free(a);
	endpoint_filter_free(NULL);
	fixture_free(&f);
}

UNIT_GROUP_THREADED(query)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_among),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
