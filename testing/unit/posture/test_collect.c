/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets that nobody needs any more go: of endpoints that keep changing only the present costs
 * memory and disk. */
#include "posture/fixture.h"
#include "base/err.h"

#include <semaphore.h>
#include <stdio.h>

#define ENDPOINTS 4
#define PACKAGES 100
#define MOVED 40 /* packages of an endpoint that change in one round: it gets another set */

static uint32_t eid[ENDPOINTS];
static unsigned version[ENDPOINTS];

static const char *package(unsigned i, unsigned v)
{
	static char text[4][64];
	static unsigned next;

	(void)snprintf(text[next %= 4], sizeof(text[0]), "example.org__p%u-%u", i, v);
	return text[next++];
}

static struct report *report_of(struct fixture *f, unsigned n)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "host%u.example", n);
	return fixture_report(f, name);
}

static void commit_image(struct fixture *f, unsigned n)
{
	struct report *r = report_of(f, n);

	report_inventory(r, &(struct inventory_head){ 1, 0, 0 });
	for (unsigned i = 0; i < PACKAGES; i++)
		fixture_software(r, package(i, 0), "", "");
	report_inventory_end(r);
	assert_int_equal(fixture_commit(f, r), 0);
}

static void event(struct report *r, uint32_t id, enum event_action action, const char *what)
{
	assert_int_equal(
		report_event(r, &(struct event){ .eid = id,
						 .action = action,
						 .software = { .identifier = S(what) } }),
		0);
}

/* Each has other versions than the others. */
static void commit_round(struct fixture *f, unsigned n)
{
	struct report *r = report_of(f, n);
	uint32_t last = eid[n] + 2 * MOVED;
	unsigned v = version[n], to = v + ENDPOINTS + (v ? 0 : n);

	report_events(r, &(struct events_head){ 1, eid[n] + 1, last, last, 0 });
	for (unsigned i = 0; i < MOVED; i++) {
		event(r, ++eid[n], EVENT_DELETED, package(i, v));
		event(r, ++eid[n], EVENT_CREATED, package(i, to));
	}
	version[n] = to;
	report_events_end(r);
	assert_int_equal(fixture_commit(f, r), 0);
}

static uint64_t sets(struct fixture *f)
{
	struct posture_stats st;

	posture_stats(f->p, &st);
	return st.sets;
}

static void check_present(struct fixture *f)
{
	char err_msg[256];

	for (unsigned n = 0; n < ENDPOINTS; n++) {
		assert_int_equal(fixture_count(f, WHEN_NOW, package(0, version[n])), 1);
		assert_int_equal(fixture_count(f, WHEN_NOW, package(MOVED, 0)), ENDPOINTS);
	}
	assert_int_equal(posture_check(f->p, err_msg, sizeof(err_msg)), 0);
}

static void reopen(struct fixture *f)
{
	posture_close(f->p);
	fixture_open(f);
}

static void nothing_new(struct fixture *f)
{
	struct report *r = report_of(f, 0);

	report_assessment(r, VERDICT_COMPLIANT, ACCESS_ALLOWED);
	assert_int_equal(fixture_commit(f, r), 0);
}

static void test_sets_go(void **state)
{
	struct fixture f;
	struct when then;

	(void)state;
	fixture_init(&f, "synchronous = off\nrun_changes = 100\n");
	fixture_open(&f);
	for (unsigned n = 0; n < ENDPOINTS; n++)
		commit_image(&f, n);
	then = (struct when){ fixture_last_known(&f), 0 };
	assert_int_equal(sets(&f), 1);
	for (unsigned round = 0; round < 12; round++) {
		for (unsigned n = 0; n < ENDPOINTS; n++)
			commit_round(&f, n);
		if (round % 4 == 3)
			reopen(&f);
		check_present(&f);
		assert_in_range(sets(&f), 2, ENDPOINTS + 2); /* theirs, and the image's */
	}
	nothing_new(&f);
	/* the first inventories name the image: it stays as long as they do */
	assert_int_equal(fixture_count(&f, then, package(0, 0)), ENDPOINTS);
	assert_in_range(sets(&f), 2, ENDPOINTS + 1);
	assert_int_equal(posture_prune(f.p, fixture_last_known(&f)), 0);
	uint64_t before = sets(&f);
	nothing_new(&f);
	assert_int_equal(sets(&f), before - 1);
	reopen(&f);
	assert_int_equal(sets(&f), before - 1);
	check_present(&f);
	commit_image(&f, 0); /* it is made again */
	assert_int_equal(fixture_count(&f, WHEN_NOW, package(0, 0)), 1);
	fixture_free(&f);
}

static struct report *inventory(struct fixture *f, unsigned n, unsigned first)
{
	struct report *r = report_of(f, n);

	report_inventory(r, &(struct inventory_head){ 1, 0, 0 });
	for (unsigned i = 0; i < PACKAGES; i++)
		fixture_software(r, package(first + i, 0), "", "");
	report_inventory_end(r);
	return r;
}

/* The writer waits here. */
static void hold(void *go, int err)
{
	(void)err;
	(void)sem_wait(go);
}

/* A set that nobody needs any more is what somebody begins with, and leaves at once: the
 * change that says what he began with names it all the same. */
static void test_named_and_left(void **state)
{
	struct when then;
	struct fixture f;
	sem_t go;

	(void)state;
	sem_init(&go, 0, 0);
	fixture_init(&f, "synchronous = off\n");
	fixture_open(&f);
	for (unsigned first = 0; first < 3000; first += 1000)
		assert_int_equal(fixture_commit(&f, inventory(&f, 0, first)), 0);
	assert_int_equal(sets(&f), 3);
	assert_int_equal(posture_barrier(f.p, NULL, 0, hold, &go), 0);
	assert_int_equal(report_submit(inventory(&f, 1, 1000), NULL, NULL), 0);
	assert_int_equal(report_submit(inventory(&f, 1, 3000), NULL, NULL), 0);
	sem_post(&go);
	assert_int_equal(fixture_commit(&f, NULL), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sets(&f), 4);
		assert_int_equal(fixture_count(&f, WHEN_NOW, package(3000, 0)), 1);
		assert_int_equal(fixture_count(&f, WHEN_NOW, package(1000, 0)), 0);
		reopen(&f);
	}
	then = (struct when){ fixture_last_known(&f), 0 };
	nothing_new(&f);
	assert_int_equal(posture_prune(f.p, then.as_of), 0);
	nothing_new(&f);
	assert_int_equal(sets(&f), 2); /* no change that is kept names the others */
	fixture_free(&f);
	sem_destroy(&go);
}

UNIT_GROUP(collect)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sets_go),
		cmocka_unit_test(test_named_and_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
