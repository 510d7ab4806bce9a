/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of many endpoints at a moment, made in one pass, equal the rows of each endpoint
 * alone. */
#include "posture/fixture.h"
#include "base/clock.h"

#include <stdio.h>

#define ENDPOINTS 100 /* more than are read one by one */
#define SOFTWARE 30
#define STEPS 400

static struct fixture f;
static unsigned seed;
static uint32_t last_eid[ENDPOINTS];

static unsigned rnd(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % n;
}

static const char *named(const char *what, unsigned i)
{
	static char text[4][32];
	static unsigned next;

	(void)snprintf(text[next %= 4], sizeof(text[0]), "%s%u", what, i);
	return text[next++];
}

static void tell_inventory(struct report *r, unsigned i)
{
	const struct inventory_head head = { 1, last_eid[i], 0 };

	assert_int_equal(report_inventory(r, &head), 0);
	for (unsigned k = 0; k < SOFTWARE; k++)
		if (rnd(4))
			fixture_software(r, named("id-", k), named("name-", k), "1");
	assert_int_equal(report_inventory_end(r), 0);
}

static void tell_event(struct report *r, unsigned i, int64_t clock)
{
	uint32_t eid = ++last_eid[i];
	const struct event ev = {
		.eid = eid,
		.happened_at = rnd(5) ? clock - rnd(50000) : 0,
		.action = rnd(2) ? EVENT_CREATED : EVENT_DELETED,
		.software = { .identifier = S(named("id-", rnd(SOFTWARE))) },
	};

	assert_int_equal(report_events(r, &(struct events_head){ 1, eid, eid, eid, 0 }), 0);
	assert_int_equal(report_event(r, &ev), 0);
	assert_int_equal(report_events_end(r), 0);
}

static void step(int64_t clock)
{
	unsigned i = rnd(ENDPOINTS);
	char name[32];
	struct report *r;

	(void)snprintf(name, sizeof(name), "host%u.example", i);
	r = fixture_report(&f, name);
	if (rnd(3) == 0)
		assert_int_equal(report_fact(r, FACT_PLATFORM, S(named("os", rnd(3)))), 0);
	if (rnd(8) == 0)
		assert_int_equal(report_facts_end(r, "os."), 0);
	if (rnd(3) == 0)
		report_assessment(r, (enum verdict)rnd(VERDICT_N), ACCESS_ALLOWED);
	if (!last_eid[i])
		last_eid[i] = 1;
	if (rnd(3) == 0)
		tell_inventory(r, i);
	else if (rnd(2))
		tell_event(r, i, clock);
	if (rnd(60) == 0) {
		report_free(r);
		r = fixture_report(&f, name);
		assert_int_equal(report_forget(r, "test"), 0);
	}
	assert_int_equal(fixture_commit(&f, r), 0);
}

static int check_alone(void *ctx, const struct endpoint_row *row)
{
	const struct endpoint_row *of_many = ctx;

	assert_int_equal(row->id, of_many->id);
	assert_true(span_eq(row->platform, of_many->platform));
	assert_int_equal(row->last_contact, of_many->last_contact);
	assert_int_equal(row->complete_through, of_many->complete_through);
	assert_int_equal(row->has_inventory, of_many->has_inventory);
	assert_int_equal(row->software_count, of_many->software_count);
	assert_int_equal(row->assessed, of_many->assessed);
	assert_int_equal(row->verdict, of_many->verdict);
	assert_int_equal(row->access, of_many->access);
	return 0;
}

static int check_row(void *ctx, const struct endpoint_row *row)
{
	const struct when *when = ctx;

	assert_int_equal(
		query_resolve(f.p, *when, row->key, check_alone, (void *)(uintptr_t)row), 0);
	return 0;
}

static void test_rows(void **state)
{
	const char *from = getenv("STANCE_MODEL_SEED");
	int64_t begun = INT64_C(1000000) * CLOCK_SEC, clock = begun;

	(void)state;
	seed = from ? (unsigned)strtoul(from, NULL, 10) : (unsigned)clock_wall_us();
	print_message("STANCE_MODEL_SEED=%u\n", seed);
	fixture_init(&f, "synchronous = off\nrun_changes = 100\n");
	fixture_open(&f);
	for (unsigned s = 0; s < STEPS; s++) {
		clock += 1 + rnd(1000);
		clock_fake(clock);
		step(clock);
	}
	for (unsigned n = 0; n < 20; n++) {
		struct when when = { begun + 1000 + rnd((unsigned)(clock - begun - 1000)), 0 };

		if (rnd(2))
			when.known_at = when.as_of + rnd(50000);
		if (rnd(4) == 0)
			when = (struct when){ 0, when.as_of };
		assert_int_equal(query_endpoints(f.p, when, NULL, check_row, &when), 0);
	}
	clock_fake(0);
	fixture_free(&f);
}

UNIT_GROUP(history_rows)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
