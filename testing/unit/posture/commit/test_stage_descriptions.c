/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose word counts about what software is called. */
#include "posture/fixture.h"
#include "posture/change.h"
#include "base/err.h"
#include "base/log.h"

#include <semaphore.h>
#include <stdio.h>
#include <string.h>

#define BASH "example.com__bash"

static struct fixture f;

static int setup(void **state)
{
	(void)state;
	fixture_init(&f, "synchronous = off\n");
	fixture_open(&f);
	log_set_level(LOG_L_ERROR);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	log_set_level(LOG_L_INFO);
	fixture_free(&f);
	return 0;
}

static struct report *inventory(const char *who, const char *const *identifiers)
{
	struct report *r = fixture_report(&f, who);

	report_inventory(r, &(struct inventory_head){ 7, 3, 0 });
	for (; *identifiers; identifiers++)
		report_software(r, &(struct software){ .identifier = S(*identifiers) });
	report_inventory_end(r);
	return r;
}

static const char *const bash[] = { BASH, NULL }, *const none[] = { NULL };

static void describe(struct report *r, const char *identifier, const char *name,
		     const char *version)
{
	report_describe(r, &(struct software){ .identifier = S(identifier),
					       .name = S(name),
					       .version = S(version) });
}

static struct report *installed(const char *who, const char *name, const char *version)
{
	struct report *r = inventory(who, bash);

	describe(r, BASH, name, version);
	return r;
}

static struct report *says(const char *who, const char *name, const char *version)
{
	struct report *r = fixture_report(&f, who);

	describe(r, BASH, name, version);
	return r;
}

struct known {
	char text[128];
};

static int take_known(void *ctx, const struct software_row *row)
{
	struct known *k = ctx;

	(void)snprintf(k->text, sizeof(k->text), "%.*s %.*s", (int)row->name.n,
		       (const char *)row->name.p, (int)row->version.n,
		       (const char *)row->version.p);
	return 0;
}

/* "NAME VERSION", now and after a restart. */
static void check_known(const char *identifier, const char *want)
{
	for (int restart = 0; restart < 2; restart++) {
		struct known k = { "" };

		if (restart) {
			posture_close(f.p);
			fixture_open(&f);
		}
		(void)query_identifier(f.p, S(identifier), take_known, &k);
		assert_string_equal(k.text, want);
	}
}

struct notices {
	unsigned n;
	char last[1024];
};

static int take_notice(void *ctx, const struct change_row *row)
{
	struct notices *x = ctx;

	if (row->change.kind != CHANGE_NOTICE ||
	    !span_eq(row->change.key, S("software.description")))
		return 0;
	x->n++;
	(void)snprintf(x->last, sizeof(x->last), "%.*s", (int)row->change.value.n,
		       (const char *)row->change.value.p);
	return 0;
}

static struct notices notices(const char *who)
{
	struct endpoint_row row;
	struct change_query q = { .endpoint = fixture_endpoint(&f, WHEN_NOW, who, &row) };
	struct notices x = { 0 };

	assert_int_equal(query_changes(f.p, &q, take_notice, &x), 0);
	return x;
}

static void test_without_it(void **state)
{
	struct notices x;

	(void)state;
	assert_int_equal(fixture_commit(&f, installed("a.example", "bash", "5.2")), 0);
	assert_int_equal(fixture_commit(&f, says("evil.example", "harmless", "99")), 0);
	assert_int_equal(fixture_commit(&f, inventory("evil.example", none)), 0);
	assert_int_equal(fixture_commit(&f, says("evil.example", "harmless", "99")), 0);
	check_known(BASH, "bash 5.2");
	assert_int_equal(fixture_count(&f, WHEN_NOW, "harmless"), 0);
	assert_int_equal(notices("a.example").n, 0);
	x = notices("evil.example");
	assert_int_equal(x.n, 2);
	assert_non_null(strstr(x.last, "it does not have this software: identifier=\"" BASH
				       "\" name=\"bash\" told=\"harmless\""));
	/* what nobody has, nobody describes; nor does it become known by that */
	{
		struct report *r = fixture_report(&f, "evil.example");
		struct posture_stats stats;

		describe(r, "unheard", "of", "1");
		assert_int_equal(fixture_commit(&f, r), 0);
		posture_stats(f.p, &stats);
		assert_int_equal(stats.software, 1);
	}
}

static void test_others_have_it(void **state)
{
	struct notices x;

	(void)state;
	assert_int_equal(fixture_commit(&f, installed("a.example", "bash", "5.2")), 0);
	assert_int_equal(fixture_commit(&f, installed("evil.example", "harmless", "99")), 0);
	check_known(BASH, "bash 5.2");
	x = notices("evil.example");
	assert_int_equal(x.n, 1);
	assert_non_null(strstr(x.last, "others have this software too"));
	/* another version alone; a new field beside it does not come in with it */
	{
		struct report *r = fixture_report(&f, "evil.example");

		report_describe(r, &(struct software){ .identifier = S(BASH),
						       .version = S("98"),
						       .arch = S("evil") });
		assert_int_equal(fixture_commit(&f, r), 0);
	}
	x = notices("evil.example");
	assert_int_equal(x.n, 2);
	assert_non_null(strstr(x.last, "differs=\"version\""));
	check_known(BASH, "bash 5.2");
	/* the same words are no dispute */
	assert_int_equal(fixture_commit(&f, says("evil.example", "bash", "5.2")), 0);
	assert_int_equal(notices("evil.example").n, 2);
	/* whoever said it first has no privilege either */
	assert_int_equal(fixture_commit(&f, says("a.example", "sh", "1")), 0);
	check_known(BASH, "bash 5.2");
	assert_int_equal(notices("a.example").n, 1);
}

static void test_sole_holder(void **state)
{
	(void)state;
	assert_int_equal(fixture_commit(&f, installed("a.example", "bash", "5.2")), 0);
	assert_int_equal(fixture_commit(&f, says("a.example", "bash", "5.3")), 0);
	check_known(BASH, "bash 5.3");
	assert_int_equal(fixture_commit(&f, inventory("b.example", bash)), 0);
	assert_int_equal(fixture_commit(&f, says("a.example", "bash", "5.4")), 0);
	check_known(BASH, "bash 5.3");
	/* the other loses it, or is forgotten */
	assert_int_equal(fixture_commit(&f, inventory("b.example", none)), 0);
	assert_int_equal(fixture_commit(&f, says("a.example", "bash", "5.4")), 0);
	check_known(BASH, "bash 5.4");
	assert_int_equal(fixture_commit(&f, inventory("b.example", bash)), 0);
	{
		struct report *r = fixture_report(&f, "b.example");

		report_forget(r, "test");
		assert_int_equal(fixture_commit(&f, r), 0);
	}
	assert_int_equal(fixture_commit(&f, says("a.example", "bash", "5.5")), 0);
	check_known(BASH, "bash 5.5");
	assert_int_equal(notices("a.example").n, 1);
}

static void test_filled_in(void **state)
{
	(void)state;
	assert_int_equal(fixture_commit(&f, inventory("a.example", bash)), 0);
	assert_int_equal(fixture_commit(&f, inventory("b.example", bash)), 0);
	assert_int_equal(fixture_commit(&f, inventory("evil.example", none)), 0);
	assert_int_equal(fixture_commit(&f, says("evil.example", "harmless", "99")), 0);
	check_known(BASH, " ");
	assert_int_equal(fixture_commit(&f, says("b.example", "bash", "")), 0);
	check_known(BASH, "bash ");
	assert_int_equal(fixture_commit(&f, says("a.example", "bash", "5.2")), 0);
	check_known(BASH, "bash 5.2");
	assert_int_equal(notices("evil.example").n, 0);
}

static struct report *event(const char *who, uint32_t eid, enum event_action action,
			    const char *identifier)
{
	struct report *r = fixture_report(&f, who);
	struct event ev = { .eid = eid, .action = action };

	ev.software.identifier = S(identifier);
	report_events(r, &(struct events_head){ 7, eid, eid, eid, 0 });
	report_event(r, &ev);
	report_events_end(r);
	return r;
}

/* The record may come with the event that says that it is gone. */
static void test_events(void **state)
{
	struct report *r;

	(void)state;
	assert_int_equal(fixture_commit(&f, inventory("a.example", bash)), 0);
	assert_int_equal(fixture_commit(&f, inventory("b.example", none)), 0);
	r = event("a.example", 4, EVENT_CREATED, "new");
	describe(r, "new", "new", "1");
	assert_int_equal(fixture_commit(&f, r), 0);
	check_known("new", "new 1");
	r = event("a.example", 5, EVENT_DELETED, BASH);
	describe(r, BASH, "bash", "5.2");
	assert_int_equal(fixture_commit(&f, r), 0);
	check_known(BASH, "bash 5.2");
	/* but it says nothing else of what it has no longer, and who never had it nothing at
	 * all */
	r = event("a.example", 6, EVENT_DELETED, "new");
	describe(r, "new", "newer", "");
	assert_int_equal(fixture_commit(&f, r), 0);
	check_known("new", "new 1");
	assert_int_equal(notices("a.example").n, 1);
	r = event("b.example", 4, EVENT_DELETED, "never");
	describe(r, "never", "harmless", "99");
	assert_int_equal(fixture_commit(&f, r), 0);
	check_known("never", " ");
}

static sem_t go;

static void wait_for_go(void *ctx, int err)
{
	(void)ctx;
	assert_int_equal(err, 0);
	sem_wait(&go);
}

/* What is submitted after this comes in one commit, once sem_post says so. */
static void hold_writer(void)
{
	sem_init(&go, 0, 0);
	assert_int_equal(report_submit(fixture_report(&f, "first.example"), wait_for_go, NULL),
			 0);
}

static void submit(struct report *r)
{
	assert_int_equal(report_submit(r, NULL, NULL), 0);
}

static void test_one_commit(void **state)
{
	char name[32];

	(void)state;
	hold_writer();
	for (int i = 0; i < 50; i++) {
		(void)snprintf(name, sizeof(name), "clone%d.example", i);
		submit(installed(name, "bash", "5.2"));
	}
	submit(installed("evil.example", "harmless", "99"));
	sem_post(&go);
	assert_int_equal(fixture_commit(&f, NULL), 0);
	assert_int_equal(fixture_count(&f, WHEN_NOW, "bash"), 51);
	assert_int_equal(notices("clone0.example").n, 0);
	assert_int_equal(notices("clone49.example").n, 0);
	assert_int_equal(notices("evil.example").n, 1);
	check_known(BASH, "bash 5.2");
}

/* Who comes and goes in one commit counts as if each had come in its own. */
static void test_moves_in_one_commit(void **state)
{
	(void)state;
	assert_int_equal(fixture_commit(&f, installed("a.example", "bash", "5.2")), 0);
	hold_writer();
	submit(inventory("b.example", bash));
	submit(says("a.example", "refused", "1"));
	submit(inventory("b.example", none));
	submit(says("a.example", "bash", "5.3"));
	sem_post(&go);
	assert_int_equal(fixture_commit(&f, NULL), 0);
	check_known(BASH, "bash 5.3");
	assert_int_equal(notices("a.example").n, 1);
	/* it is b.example's now */
	hold_writer();
	submit(inventory("a.example", none));
	submit(installed("b.example", "bash", "5.4"));
	sem_post(&go);
	assert_int_equal(fixture_commit(&f, NULL), 0);
	check_known(BASH, "bash 5.4");
	assert_int_equal(notices("b.example").n, 0);
}

static unsigned n_lines;

static void count_line(void *ctx, enum log_level level, const char *line)
{
	(void)ctx;
	(void)level;
	n_lines += strstr(line, "software described otherwise") != NULL;
}

/* However much it claims: a few in a report, each once, some in a day. */
static void test_bounds(void **state)
{
	const char *many[41] = { NULL };
	char ids[40][16];
	struct report *r;

	(void)state;
	for (int i = 0; i < 40; i++) {
		(void)snprintf(ids[i], sizeof(ids[i]), "id-%d", i);
		many[i] = ids[i];
	}
	r = inventory("a.example", many);
	for (int i = 0; i < 40; i++)
		describe(r, ids[i], "name", "1");
	assert_int_equal(fixture_commit(&f, r), 0);
	assert_int_equal(fixture_commit(&f, inventory("evil.example", many)), 0);
	log_set_sink(count_line, NULL);
	log_set_level(LOG_L_WARN);
	n_lines = 0;
	for (int n = 0; n < 6; n++) {
		r = fixture_report(&f, "evil.example");
		for (int i = 0; i < 80; i++)
			describe(r, ids[i / 2], "harmless", i % 2 ? "2" : "3");
		assert_int_equal(fixture_commit(&f, r), 0);
		assert_int_equal(notices("evil.example").n, n < 4 ? 8 * (n + 1) : 32);
	}
	assert_int_equal(n_lines, 4);
	log_set_sink(NULL, NULL);
	assert_int_equal(fixture_count(&f, WHEN_NOW, "harmless"), 0);
}

UNIT_GROUP(stage_descriptions)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_without_it, setup, teardown),
		cmocka_unit_test_setup_teardown(test_others_have_it, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sole_holder, setup, teardown),
		cmocka_unit_test_setup_teardown(test_filled_in, setup, teardown),
		cmocka_unit_test_setup_teardown(test_events, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_commit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_moves_in_one_commit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
