/* SPDX-License-Identifier: BSD-2-Clause */
/* How much one endpoint may make the manager remember. */
#include "posture/fixture.h"
#include "posture/change.h"
#include "base/err.h"
#include "base/log.h"

#include <stdio.h>

/* n identifiers that begin with what; times: each so often. */
static struct report *inventory(struct fixture *f, const char *who, const char *what,
				unsigned n, unsigned times)
{
	struct report *r = fixture_report(f, who);
	char name[64];

	report_inventory(r, &(struct inventory_head){ 7, 3, 0 });
	for (unsigned i = 0; i < n * times; i++) {
		(void)snprintf(name, sizeof(name), "%s-%u", what, i % n);
		fixture_software(r, name, name, "1");
	}
	report_inventory_end(r);
	return r;
}

static int say(struct fixture *f, const char *who, const char *what, unsigned n)
{
	return fixture_commit(f, inventory(f, who, what, n, 1));
}

static uint64_t software(struct fixture *f)
{
	struct posture_stats s;

	posture_stats(f->p, &s);
	return s.software;
}

static uint64_t sequence(struct fixture *f)
{
	struct posture_stats s;

	posture_stats(f->p, &s);
	return s.seq;
}

static uint32_t count_of(struct fixture *f, const char *key)
{
	struct endpoint_state s;

	return posture_known(f->p, key, &s) == 0 ? s.software_count : UINT32_MAX;
}

static void test_new_software(void **state)
{
	struct fixture f;
	uint64_t seq;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	f.conf.new_software_per_day = 100;
	fixture_open(&f);
	log_set_level(LOG_L_ERROR);
	assert_int_equal(say(&f, "a.example", "a", 100), 0);
	/* what everybody knows costs nothing, however often it is said */
	assert_int_equal(say(&f, "a.example", "a", 60), 0);
	assert_int_equal(fixture_commit(&f, inventory(&f, "b.example", "a", 100, 3)), 0);
	assert_int_equal(say(&f, "a.example", "x", 1), ST_ELIMIT);
	assert_int_equal(software(&f), 100);
	assert_int_equal(count_of(&f, "dns:a.example"), 60);
	/* one notice, not one for each attempt */
	seq = sequence(&f);
	for (int i = 0; i < 5; i++)
		assert_int_equal(say(&f, "a.example", "x", 20), ST_ELIMIT);
	assert_int_equal(sequence(&f), seq);
	assert_int_equal(software(&f), 100);
	/* another endpoint has its own; what is said twice counts once */
	assert_int_equal(fixture_commit(&f, inventory(&f, "b.example", "b", 100, 2)), 0);
	assert_int_equal(software(&f), 200);
	/* and a modest report of the first one is still taken */
	assert_int_equal(say(&f, "a.example", "b", 50), 0);
	assert_int_equal(count_of(&f, "dns:a.example"), 50);
	log_set_level(LOG_L_INFO);
	fixture_free(&f);
}

static void test_max_software(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	f.conf.max_software = 10;
	fixture_open(&f);
	log_set_level(LOG_L_ERROR);
	assert_int_equal(say(&f, "a.example", "a", 8), 0);
	assert_int_equal(say(&f, "b.example", "b", 3), ST_ELIMIT);
	assert_int_equal(say(&f, "c.example", "c", 2), 0);
	assert_int_equal(say(&f, "c.example", "d", 1), ST_ELIMIT);
	assert_int_equal(say(&f, "b.example", "a", 8), 0);
	assert_int_equal(software(&f), 10);
	/* what was there before a restart counts */
	posture_close(f.p);
	fixture_open(&f);
	assert_int_equal(say(&f, "d.example", "d", 1), ST_ELIMIT);
	log_set_level(LOG_L_INFO);
	fixture_free(&f);
}

static void test_changes(void **state)
{
	unsigned taken = 0;
	struct fixture f;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	f.conf.changes_per_day = 200;
	fixture_open(&f);
	log_set_level(LOG_L_ERROR);
	assert_int_equal(say(&f, "a.example", "a", 20), 0);
	while (say(&f, "a.example", taken % 2 ? "a" : "b", 20) == 0)
		taken++;
	assert_in_range(taken, 4, 5); /* about 40 changes each */
	assert_int_equal(say(&f, "b.example", "a", 20), 0);
	log_set_level(LOG_L_INFO);
	fixture_free(&f);
}

static struct report *told(struct fixture *f, const char *name, unsigned from, unsigned n)
{
	struct report *r = fixture_report(f, "a.example");
	char text[1000], fact[32];

	memset(text, 'x', sizeof(text));
	for (unsigned i = from; i < from + n; i++) {
		(void)snprintf(fact, sizeof(fact), "%s.%u", name, i);
		report_fact(r, fact, span_of(text, sizeof(text)));
	}
	return r;
}

static int tell(struct fixture *f, const char *name, unsigned from, unsigned n)
{
	return fixture_commit(f, told(f, name, from, n));
}

/* An endpoint may replace what it tells, and not pile it up. */
static void test_facts(void **state)
{
	struct fixture f;
	struct report *r;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	f.conf.facts_octets = 20000;
	fixture_open(&f);
	log_set_level(LOG_L_ERROR);
	assert_int_equal(tell(&f, "f", 0, 9), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(tell(&f, "f", 0, 9), 0);
	assert_int_equal(tell(&f, "f", 9, 5), 0);
	assert_int_equal(tell(&f, "f", 14, 7), ST_ELIMIT);
	/* what replaces something takes its place, and no more; nor less, said again and
	 * again */
	assert_int_equal(tell(&f, "f", 0, 14), 0);
	r = told(&f, "f", 14, 7);
	for (int i = 0; i < 14; i++)
		report_fact(r, "f.0", S("x"));
	assert_int_equal(fixture_commit(&f, r), ST_ELIMIT);
	assert_int_equal(tell(&f, "f", 14, 4), 0);
	log_set_level(LOG_L_INFO);
	fixture_free(&f);
}

/* Refused alone: the others of the same commit are not concerned. */
static void test_neighbours(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	f.conf.new_software_per_day = 10;
	fixture_open(&f);
	log_set_level(LOG_L_ERROR);
	assert_int_equal(report_submit(inventory(&f, "a.example", "a", 10, 1), NULL, NULL), 0);
	assert_int_equal(say(&f, "b.example", "b", 11), ST_ELIMIT);
	assert_int_equal(say(&f, "c.example", "c", 10), 0);
	assert_int_equal(count_of(&f, "dns:a.example"), 10);
	assert_int_equal(count_of(&f, "dns:b.example"), 0);
	assert_int_equal(count_of(&f, "dns:c.example"), 10);
	log_set_level(LOG_L_INFO);
	fixture_free(&f);
}

UNIT_GROUP_THREADED(stage_limits)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new_software), cmocka_unit_test(test_max_software),
		cmocka_unit_test(test_changes),      cmocka_unit_test(test_facts),
		cmocka_unit_test(test_neighbours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
