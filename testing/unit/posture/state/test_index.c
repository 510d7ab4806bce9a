/* SPDX-License-Identifier: BSD-2-Clause */
/* The index as it grows, and as a start builds it: they must not differ. */
#include "posture/fixture.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENDPOINTS 120
#define PACKAGES 60
#define SOFTWARE 400

/* Clones of three images that have drifted apart. */
static void load(struct fixture *f)
{
	char name[32], id[32], fact[32];

	for (unsigned n = 0; n < ENDPOINTS; n++) {
		(void)snprintf(name, sizeof(name), "%s%u.example", n % 2 ? "Host" : "host", n);
		struct report *r = fixture_report(f, name);

		report_fact(r, FACT_PLATFORM, S(n % 2 ? "Debian" : "FreeBSD"));
		(void)snprintf(fact, sizeof(fact), "%u", n);
		report_fact(r, "only.here", S(fact));
		report_result(r, "rule.a", n % 5 ? VERDICT_COMPLIANT : VERDICT_MAJOR,
			      S("why"));
		report_inventory(r, &(struct inventory_head){ n, 1, 0 });
		for (unsigned i = 0; i < PACKAGES; i++) {
			unsigned which = (i * 7 + n) % 19 ? i + 100 * (n % 3) : 300 + n % 50;

			(void)snprintf(id, sizeof(id), "id-%u", which);
			fixture_software(r, id, id, "1");
		}
		report_inventory_end(r);
		report_assessment(r, VERDICT_COMPLIANT, ACCESS_ALLOWED);
		assert_int_equal(report_submit(r, NULL, NULL), 0);
	}
	assert_int_equal(fixture_commit(f, NULL), 0);
}

struct seen {
	uint64_t counts[SOFTWARE];
	uint64_t holders[SOFTWARE]; /* a sum of the ids of who has it */
	char names[ENDPOINTS][64];
	size_t n_names, n_facts;
	uint64_t facts;
	uint32_t at;
	struct fixture *f;
};

static int holder(void *ctx, const struct endpoint_row *row)
{
	struct seen *s = ctx;

	s->holders[s->at] += (uint64_t)row->id * row->id;
	return 0;
}

static int software(void *ctx, const struct software_row *row)
{
	struct seen *s = ctx;

	assert_true(row->id < SOFTWARE);
	s->at = row->id;
	s->counts[row->id] = row->endpoints;
	return query_software_endpoints(s->f->p, WHEN_NOW, row->id, NULL, holder, s);
}

static int fact(void *ctx, const struct fact_row *row)
{
	struct seen *s = ctx;

	s->n_facts++;
	for (size_t i = 0; i < row->value.n; i++)
		s->facts = s->facts * 31 + row->value.p[i];
	return 0;
}

static int endpoint(void *ctx, const struct endpoint_row *row)
{
	struct seen *s = ctx;

	(void)snprintf(s->names[s->n_names++], sizeof(s->names[0]), "%s %.*s", row->name,
		       (int)row->platform.n, (const char *)row->platform.p);
	return query_facts(s->f->p, WHEN_NOW, row->id, fact, s);
}

static void look(struct fixture *f, struct seen *s)
{
	*s = (struct seen){ .f = f };
	assert_int_equal(query_software(f->p, SOFTWARE_OF(WHEN_NOW, "*"), software, s), 0);
	assert_int_equal(query_endpoints(f->p, WHEN_NOW, NULL, endpoint, s), 0);
	assert_int_equal(s->n_names, ENDPOINTS);
	assert_int_equal(s->n_facts, 2 * ENDPOINTS);
}

static void test_start(void **state)
{
	struct seen *before = calloc(2, sizeof(*before)), *after = before + 1;
	struct posture_memory grown, built;
	struct posture_stats st;
	struct fixture f;

	(void)state;
	assert_non_null(before);
	fixture_init(&f, "synchronous = off\n");
	fixture_open(&f);
	load(&f);
	look(&f, before);
	posture_memory(f.p, &grown);
	posture_close(f.p);
	fixture_open(&f);
	look(&f, after);
	assert_memory_equal(before, after, sizeof(*before));
	fixture_check_freshness(&f, INT64_MAX / 2);
	fixture_check_freshness(&f, 1);
	posture_memory(f.p, &built);
	assert_int_equal(built.texts, grown.texts);
	assert_int_equal(built.sets, grown.sets);
	assert_true(built.bitmaps && built.bitmaps <= grown.bitmaps);
	assert_in_range(built.endpoints, grown.endpoints / 2, grown.endpoints * 2);
	assert_true(built.dictionary >= SOFTWARE / 4 * 64);
	posture_stats(f.p, &st);
	assert_int_equal(st.memory, built.dictionary + built.sets + built.bitmaps +
					    built.endpoints + built.texts);
	load(&f); /* the same again, on what the start has built */
	look(&f, after);
	assert_memory_equal(before->counts, after->counts, sizeof(before->counts));
	assert_memory_equal(before->holders, after->holders, sizeof(before->holders));
	free(before);
	fixture_free(&f);
}

/* Names are found whatever their case, and nothing that only begins like one. */
static void test_names(void **state)
{
	struct endpoint_row row;
	struct fixture f;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	fixture_open(&f);
	load(&f);
	assert_true(fixture_endpoint(&f, WHEN_NOW, "hOST7.exAMPLE", &row) != 0);
	assert_int_equal(fixture_endpoint(&f, WHEN_NOW, "host7.exampl", &row), 0);
	assert_int_equal(fixture_endpoint(&f, WHEN_NOW, "host7.example.org", &row), 0);
	assert_int_equal(fixture_endpoint(&f, WHEN_NOW, "", &row), 0);
	fixture_free(&f);
}

UNIT_GROUP_THREADED(index)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_names),
	};

	log_set_level(LOG_L_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
