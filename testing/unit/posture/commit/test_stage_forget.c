/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints that are no more: out of the present, still in the past, and new when they
 * return. */
#include "posture/fixture.h"
#include "posture/core.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"

#include <stdio.h>

static void commit_inventory(struct fixture *f, const char *name, const char *package)
{
	struct report *r = fixture_report(f, name);

	report_inventory(r, &(struct inventory_head){ 1, 5, 0 });
	fixture_software(r, "bash", "bash", "1");
	fixture_software(r, package, package, "1");
	report_inventory_end(r);
	report_fact(r, FACT_PLATFORM, S("Debian"));
	report_assessment(r, VERDICT_COMPLIANT, ACCESS_ALLOWED);
	assert_int_equal(fixture_commit(f, r), 0);
}

static int count_row(void *ctx, const struct endpoint_row *row)
{
	(void)row;
	++*(unsigned *)ctx;
	return 0;
}

static unsigned endpoints(struct fixture *f, struct when when)
{
	unsigned n = 0;

	assert_int_equal(query_endpoints(f->p, when, NULL, count_row, &n), 0);
	return n;
}

static int find_platform(void *ctx, const struct fact_row *row)
{
	*(bool *)ctx |= span_eq(row->value, S("Debian"));
	return 0;
}

static void check_past(struct fixture *f, struct when then)
{
	struct endpoint_row row;
	bool debian = false;
	uint32_t id;

	assert_int_equal(endpoints(f, then), 2);
	assert_int_equal(fixture_count(f, then, "bash"), 2);
	assert_int_equal(fixture_count(f, then, "vim"), 1);
	assert_int_not_equal(id = fixture_endpoint(f, then, "a.example", &row), 0);
	assert_int_equal(row.software_count, 2);
	assert_int_equal(query_facts(f->p, then, id, find_platform, &debian), 0);
	assert_true(debian);
}

static bool is_any(void *ctx, struct span key, struct span name, struct span platform)
{
	(void)ctx;
	(void)key;
	(void)name;
	(void)platform;
	return true;
}

/* A group of all counts who is there. */
static void check_group(struct fixture *f)
{
	struct freshness fresh;
	struct endpoint_filter *all;

	assert_int_equal(endpoint_filter_new(f->p, is_any, NULL, &all), 0);
	assert_int_equal(endpoint_filter_count(all), 1);
	assert_int_equal(query_freshness(f->p, WHEN_NOW, all, 1, &fresh), 0);
	assert_int_equal(fresh.endpoints, 1);
	endpoint_filter_free(all);
}

struct windows {
	unsigned n, open;
};

static int take_window(void *ctx, const struct exposure_row *row)
{
	struct windows *w = ctx;

	w->n++;
	w->open += !row->until;
	return 0;
}

static void check_exposure(struct fixture *f, const char *glob, unsigned n, unsigned open)
{
	const struct exposure_query q = { .software = { .glob = glob } };
	struct windows w = { 0 };

	assert_int_equal(query_exposure(f->p, &q, take_window, &w), 0);
	assert_int_equal(w.n, n);
	assert_int_equal(w.open, open);
}

static void check_present(struct fixture *f)
{
	struct endpoint_state state;
	struct posture_stats st;
	struct freshness fresh;
	bool debian = false;

	assert_int_equal(endpoints(f, WHEN_NOW), 1);
	assert_int_equal(fixture_count(f, WHEN_NOW, "bash"), 1);
	assert_int_equal(fixture_count(f, WHEN_NOW, "vim"), 0);
	assert_int_equal(fixture_endpoint(f, WHEN_NOW, "a.example", NULL), 0);
	assert_int_equal(posture_known(f->p, "dns:a.example", &state), ST_ENOENT);
	assert_int_equal(query_facts(f->p, WHEN_NOW, 1, find_platform, &debian), ST_ENOENT);
	posture_stats(f->p, &st);
	assert_int_equal(st.endpoints, 1);
	assert_int_equal(query_freshness(f->p, WHEN_NOW, NULL, 1, &fresh), 0);
	assert_int_equal(fresh.endpoints, 1);
	assert_int_equal(fresh.stale, 0);
	check_group(f);
	check_exposure(f, "vim", 1, 0); /* it had it, until it was forgotten */
	check_exposure(f, "bash", 2, 1);
}

static void reopen(struct fixture *f)
{
	char err_msg[512];

	posture_close(f->p);
	fixture_open(f);
	assert_int_equal(posture_check(f->p, err_msg, sizeof(err_msg)), 0);
}

/* The one that is forgotten was never complete: the fleet's answers no longer are without
 * it. */
static void test_forget(void **state)
{
	struct when then;
	struct fixture f;

	(void)state;
	fixture_init(&f, "synchronous = off\nrun_changes = 16\n");
	fixture_open(&f);
	commit_inventory(&f, "a.example", "vim");
	commit_inventory(&f, "b.example", "zsh");
	then = (struct when){ fixture_last_known(&f), 0 };
	assert_int_equal(posture_forget(f.p, "dns:never.example", "root"), ST_ENOENT);
	assert_int_equal(posture_forget(f.p, "dns:a.example", "root"), 0);
	assert_int_equal(posture_forget(f.p, "dns:a.example", "root"), ST_ENOENT);
	check_present(&f);
	check_past(&f, then);
	reopen(&f);
	check_present(&f);
	check_past(&f, then);
	assert_int_equal(posture_forget(f.p, "dns:a.example", "root"), ST_ENOENT);
	fixture_free(&f);
}

/* Who returns begins afresh, under an id of its own; and may be forgotten again. */
static void test_return(void **state)
{
	struct endpoint_state known;
	struct endpoint_row row;
	struct when then, between;
	struct fixture f;
	uint32_t first;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	fixture_open(&f);
	commit_inventory(&f, "a.example", "vim");
	commit_inventory(&f, "b.example", "zsh");
	first = fixture_endpoint(&f, WHEN_NOW, "a.example", NULL);
	then = (struct when){ fixture_last_known(&f), 0 };
	assert_int_equal(posture_forget(f.p, "dns:a.example", "root"), 0);
	between = (struct when){ fixture_last_known(&f), 0 };
	struct report *r = fixture_report(&f, "a.example");
	report_assessment(r, VERDICT_COMPLIANT, ACCESS_ALLOWED);
	assert_int_equal(fixture_commit(&f, r), 0);
	assert_int_equal(posture_known(f.p, "dns:a.example", &known), 0);
	assert_false(known.has_inventory); /* it will be asked for */
	commit_inventory(&f, "a.example", "nano");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(endpoints(&f, WHEN_NOW), 2);
		assert_true(fixture_endpoint(&f, WHEN_NOW, "a.example", &row) > first);
		assert_true(row.first_seen > between.as_of);
		assert_int_equal(fixture_count(&f, WHEN_NOW, "vim"), 0);
		assert_int_equal(fixture_count(&f, WHEN_NOW, "nano"), 1);
		assert_int_equal(endpoints(&f, between), 1);
		assert_int_equal(fixture_count(&f, between, "bash"), 1);
		check_past(&f, then);
		assert_int_equal(fixture_endpoint(&f, then, "a.example", NULL), first);
		reopen(&f);
	}
	assert_int_equal(posture_forget(f.p, "dns:a.example", "root"), 0);
	reopen(&f);
	assert_int_equal(endpoints(&f, WHEN_NOW), 1);
	check_past(&f, then);
	fixture_free(&f);
}

/* Nobody speaks for one of the past by having the identity that was made for it. */
static void test_pretender(void **state)
{
	struct fixture f;
	struct when then;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	fixture_open(&f);
	commit_inventory(&f, "a.example", "vim");
	commit_inventory(&f, "b.example", "zsh");
	then = (struct when){ fixture_last_known(&f), 0 };
	assert_int_equal(posture_forget(f.p, "dns:a.example", "root"), 0);
	for (int i = 0; i < 2; i++) {
		struct report *r = fixture_report(&f, "a.example (forgotten 1)");

		report_fact(r, FACT_PLATFORM, S("Plan 9"));
		assert_int_equal(fixture_commit(&f, r), ST_EVALUE);
		check_present(&f);
		check_past(&f, then);
		reopen(&f);
	}
	fixture_free(&f);
}

/* All in one commit: seen, forgotten, seen again, told something. */
static void test_one_commit(void **state)
{
	struct endpoint_row row;
	struct fixture f;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	fixture_open(&f);
	commit_inventory(&f, "b.example", "zsh");
	for (int i = 0; i < 3; i++) {
		struct report *r = fixture_report(&f, "a.example"), *gone, *unknown;
		char text[16];

		(void)snprintf(text, sizeof(text), "%d", i);
		report_fact(r, "n", span_str(text));
		assert_int_equal(report_submit(r, NULL, NULL), 0);
		gone = fixture_report(&f, "a.example");
		assert_int_equal(report_forget(gone, "root"), 0);
		assert_int_equal(report_submit(gone, NULL, NULL), 0);
		unknown = fixture_report(&f, "unknown.example");
		assert_int_equal(report_forget(unknown, "root"), 0);
		assert_int_equal(report_submit(unknown, NULL, NULL), 0);
	}
	commit_inventory(&f, "a.example", "vim");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(endpoints(&f, WHEN_NOW), 2);
		assert_int_equal(fixture_endpoint(&f, WHEN_NOW, "a.example", &row), 5);
		assert_int_equal(fixture_endpoint(&f, WHEN_NOW, "unknown.example", NULL), 0);
		reopen(&f);
	}
	fixture_free(&f);
}

/* Who has the connections is told: of each that is forgotten, when that is committed, and of
 * those that are on their way to it. */
static char missed[64], gone[64];

static void on_silent(void *ctx, const char *key)
{
	assert_ptr_equal(ctx, missed);
	(void)snprintf(missed, sizeof(missed), "%s", key);
}

static void on_forgotten(void *ctx, const char *key)
{
	assert_ptr_equal(ctx, missed);
	(void)snprintf(gone, sizeof(gone), "%s", key);
}

static const struct posture_absence absence = { on_silent, on_forgotten };

static void test_absence(void **state)
{
	static const int days[] = { 31, 16 };
	static const char *const names[] = { "gone.example", "missed.example" };
	struct fixture f;
	int64_t now = clock_wall_us();

	(void)state;
	log_set_level(LOG_L_ERROR);
	fixture_init(&f, "synchronous = off\n");
	f.conf.forget_after = 30;
	for (size_t i = 0; i < 2; i++) {
		clock_fake(now - days[i] * 86400 * CLOCK_SEC);
		fixture_open(&f);
		commit_inventory(&f, names[i], "vim");
		posture_close(f.p);
	}
	clock_fake(0);
	fixture_open(&f);
	commit_inventory(&f, "b.example", "zsh"); /* from here on somebody listens */
	posture_close(f.p);
	fixture_open(&f);
	posture_on_absence(f.p, &absence, missed);
	commit_inventory(&f, "b.example", "vim");
	for (int i = 0; i < 2; i++) /* until the look is over, and what came of it */
		assert_int_equal(fixture_commit(&f, NULL), 0);
	assert_string_equal(gone, "dns:gone.example");
	assert_string_equal(missed, "dns:missed.example");
	assert_int_equal(posture_forget(f.p, "dns:missed.example", "root"), 0);
	assert_string_equal(gone, "dns:missed.example");
	posture_on_absence(f.p, NULL, NULL);
	assert_int_equal(posture_forget(f.p, "dns:b.example", "root"), 0);
	assert_string_equal(gone, "dns:missed.example");
	log_set_level(LOG_L_INFO);
	fixture_free(&f);
}

/* After so many days of silence it happens by itself; while the manager was down nobody could
 * have been heard. */
static void test_silent(void **state)
{
	struct fixture f;
	int64_t now = clock_wall_us();

	(void)state;
	log_set_level(LOG_L_ERROR);
	fixture_init(&f, "synchronous = off\n");
	f.conf.forget_after = 30;
	clock_fake(now - 31 * 86400 * CLOCK_SEC);
	fixture_open(&f);
	commit_inventory(&f, "a.example", "vim");
	posture_close(f.p);
	clock_fake(0);
	for (int i = 0; i < 2; i++) {
		fixture_open(&f);
		commit_inventory(&f, "b.example", "zsh"); /* the first look is at a commit */
		for (int k = 0; k < 2; k++) /* until it is over, and what came of it */
			assert_int_equal(fixture_commit(&f, NULL), 0);
		if (!i) {
			assert_int_equal(endpoints(&f, WHEN_NOW), 2);
			posture_close(f.p);
		}
	}
	check_present(&f);
	log_set_level(LOG_L_INFO);
	fixture_free(&f);
}

/* A clock that was wrong for a while makes nobody silent. */
static void test_wrong_clock(void **state)
{
	static const int days[] = { 0, 3650, 0 };
	struct fixture f;
	int64_t now = clock_wall_us();

	(void)state;
	log_set_level(LOG_L_ERROR);
	fixture_init(&f, "synchronous = off\n");
	f.conf.forget_after = 30;
	for (size_t i = 0; i < 3; i++) {
		clock_fake(now + days[i] * 86400 * CLOCK_SEC);
		fixture_open(&f);
		commit_inventory(&f, i ? "b.example" : "a.example", "vim");
		assert_int_equal(fixture_commit(&f, NULL), 0);
		assert_int_equal(endpoints(&f, WHEN_NOW), i ? 2 : 1);
		if (i < 2)
			posture_close(f.p);
	}
	clock_fake(0);
	log_set_level(LOG_L_INFO);
	fixture_free(&f);
}

UNIT_GROUP_THREADED(stage_forget)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forget),    cmocka_unit_test(test_return),
		cmocka_unit_test(test_pretender), cmocka_unit_test(test_one_commit),
		cmocka_unit_test(test_silent),    cmocka_unit_test(test_wrong_clock),
		cmocka_unit_test(test_absence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
