/* SPDX-License-Identifier: BSD-2-Clause */
/* The two clocks of query.h. */
#include "posture/fixture.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdio.h>

#define EPOCH 0x5a5a
#define T(s) (INT64_C(1000000000) * CLOCK_SEC + (s)*CLOCK_SEC)

/* The manager's clock reads T(known) from now on. */
static void at(int64_t known)
{
	clock_fake(T(known));
}

static void inventory(struct fixture *f, uint32_t epoch, uint32_t last,
		      const char *const *have)
{
	const struct inventory_head head = { epoch, last, T(-100000) };
	struct report *r = fixture_report(f, "a.example");

	assert_int_equal(report_inventory(r, &head), 0);
	for (; *have; have++)
		fixture_software(r, *have, *have, "1");
	assert_int_equal(report_inventory_end(r), 0);
	assert_int_equal(fixture_commit(f, r), 0);
}

#define INVENTORY(f, epoch, last, ...)                                                        \
	inventory(f, epoch, last, (const char *const[]){ __VA_ARGS__, NULL })

/* One event with the time T(happened). */
static void event(struct fixture *f, uint32_t eid, int64_t happened, const char *what)
{
	struct report *r = fixture_report(f, "a.example");
	const struct event ev = {
		.eid = eid,
		.happened_at = T(happened),
		.action = *what == '+' ? EVENT_CREATED : EVENT_DELETED,
		.software = { .identifier = S(what + 1), .name = S(what + 1) },
	};

	assert_int_equal(report_events(r, &(struct events_head){ EPOCH, eid, eid, eid, 0 }),
			 0);
	assert_int_equal(report_event(r, &ev), 0);
	assert_int_equal(report_events_end(r), 0);
	assert_int_equal(fixture_commit(f, r), 0);
}

static int add_software(void *ctx, const struct software_row *row)
{
	char *text = ctx;
	size_t n = strlen(text);

	(void)snprintf(text + n, 256 - n, "%.*s ", (int)row->identifier.n, row->identifier.p);
	return 0;
}

static int count_row(void *ctx, const struct endpoint_row *row)
{
	assert_string_equal(row->name, "a.example");
	++*(unsigned *)ctx;
	return 0;
}

/* All kinds of queries give the same software. */
static void check_when(struct fixture *f, struct when when, const char *want)
{
	struct endpoint_row row;
	char inventory_text[256] = "", fleet[256] = "";
	uint32_t id = fixture_endpoint(f, when, "a.example", &row);
	unsigned n = 0;

	assert_true(id != 0);
	assert_int_equal(query_inventory(f->p, when, id, add_software, inventory_text), 0);
	assert_string_equal(inventory_text, want);
	assert_int_equal(query_software(f->p, SOFTWARE_OF(when, "*"), add_software, fleet), 0);
	assert_string_equal(fleet, want);
	for (const char *c = want; *c; c++)
		n += *c == ' ';
	assert_int_equal(row.software_count, n);
	n = 0;
	assert_int_equal(query_lacking(f->p, SOFTWARE_OF(when, "vim"), count_row, &n), 0);
	assert_int_equal(n, !strstr(want, "vim "));
}

/* At the end of the second as_of. known 0: all that is known today. */
static void check(struct fixture *f, int64_t as_of, int64_t known, const char *want)
{
	check_when(f, (struct when){ T(as_of) + CLOCK_SEC - 1, known ? T(known) : 0 }, want);
}

static void begin(struct fixture *f)
{
	fixture_init(f, "synchronous = off\n");
	fixture_open(f);
	at(100);
	INVENTORY(f, EPOCH, 10, "bash", "vim");
}

static void end(struct fixture *f)
{
	clock_fake(0);
	fixture_free(f);
}

/* It happened before the moment, and became known after it. */
static void test_late(void **state)
{
	struct endpoint_row row;
	struct fixture f;

	(void)state;
	begin(&f);
	at(500);
	event(&f, 11, 200, "+zsh");
	check(&f, 199, 0, "bash vim ");
	check(&f, 200, 0, "bash vim zsh ");
	/* events have whole seconds: at the beginning of the second it does not count */
	check_when(&f, AS_OF(T(200)), "bash vim ");
	check(&f, 499, 0, "bash vim zsh ");
	/* but it was not known then */
	check(&f, 499, 499, "bash vim ");
	check(&f, 300, 499, "bash vim ");
	check(&f, 300, 500, "bash vim zsh ");
	/* an as_of after known_at counts as known_at */
	check(&f, 600, 300, "bash vim ");
	/* complete_through depends on known_at, not on as_of */
	fixture_endpoint(&f, AS_OF(T(300)), "a.example", &row);
	assert_int_equal(row.complete_through, T(500));
	fixture_endpoint(&f, KNOWN_AT(T(300)), "a.example", &row);
	assert_int_equal(row.complete_through, T(100));
	end(&f);
}

/* The clock of the endpoint is ahead: the commit limits the time of the event. */
static void test_ahead(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	at(300);
	event(&f, 11, 100000, "+zsh");
	check(&f, 299, 0, "bash vim ");
	check(&f, 300, 0, "bash vim zsh ");
	end(&f);
}

/* The clock of the endpoint was set back between two events: from the time of the later event
 * on, the later event counts. */
static void test_backwards(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	at(500);
	event(&f, 11, 300, "-vim");
	event(&f, 12, 400, "+vim");
	event(&f, 13, 200, "-vim");
	check(&f, 199, 0, "bash vim ");
	check(&f, 200, 0, "bash ");
	check(&f, 300, 0, "bash ");
	check(&f, 450, 0, "bash ");
	check(&f, 500, 0, "bash ");
	end(&f);
}

/* A difference between inventories is untimed. */
static void test_differences(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	check(&f, 100, 0, "bash vim ");
	at(400);
	INVENTORY(&f, EPOCH, 12, "bash", "zsh");
	check(&f, 399, 0, "bash vim ");
	check(&f, 400, 0, "bash zsh ");
	at(500);
	event(&f, 13, 390, "-zsh"); /* before the inventory came, after it was made */
	check(&f, 389, 0, "bash vim ");
	check(&f, 390, 0, "bash vim ");
	check(&f, 400, 0, "bash ");
	end(&f);
}

static int64_t through(struct fixture *f, struct when when, const char *glob)
{
	struct freshness fresh = { 0 };
	struct software_query q = { .when = when, .glob = glob, .fresh = &fresh };
	char text[256] = "";

	assert_int_equal(query_software(f->p, &q, add_software, text), 0);
	return fresh.complete_through;
}

static int lacks_through(void *ctx, const struct endpoint_row *row)
{
	*(int64_t *)ctx = row->complete_through;
	return 0;
}

/* An untimed change happened at some time between two inventories. For a moment in between,
 * complete_through is the time of the first. */
static void test_between(void **state)
{
	struct endpoint_row row;
	struct fixture f;
	int64_t lacks = 0;

	(void)state;
	begin(&f);
	at(200);
	INVENTORY(&f, EPOCH, 10, "bash", "vim"); /* the same again */
	at(400);
	INVENTORY(&f, EPOCH, 12, "bash", "zsh");
	at(500);
	INVENTORY(&f, EPOCH, 12, "bash", "zsh");
	check(&f, 300, 0, "bash vim ");
	fixture_endpoint(&f, AS_OF(T(300)), "a.example", &row);
	assert_int_equal(row.complete_through, T(200));
	assert_int_equal(through(&f, AS_OF(T(300)), "*"), T(200));
	assert_int_equal(through(&f, AS_OF(T(300)), "vim"), T(200));
	assert_int_equal(through(&f, AS_OF(T(300)), "zsh"), T(200));
	assert_int_equal(through(&f, AS_OF(T(300)), "bash"), T(500));
	assert_int_equal(
		query_lacking(f.p, SOFTWARE_OF(AS_OF(T(300)), "zsh"), lacks_through, &lacks),
		0);
	assert_int_equal(lacks, T(200));
	/* the ends are known, and so is everything else */
	assert_int_equal(through(&f, AS_OF(T(200)), "*"), T(500));
	assert_int_equal(through(&f, AS_OF(T(150)), "*"), T(500));
	assert_int_equal(through(&f, AS_OF(T(400)), "*"), T(500));
	fixture_endpoint(&f, AS_OF(T(200)), "a.example", &row);
	assert_int_equal(row.complete_through, T(500));
	/* before the second was known: not uncertain, but not complete either */
	assert_int_equal(through(&f, (struct when){ T(300), T(350) }, "*"), T(200));
	assert_int_equal(through(&f, (struct when){ T(300), T(450) }, "*"), T(200));
	assert_int_equal(through(&f, (struct when){ T(150), T(450) }, "*"), T(400));
	end(&f);
}

/* An inventory contradicts the events before it: uncertain since the inventory before them. */
static void test_contradicted(void **state)
{
	static const int64_t moments[] = { 150, 250, 350 };
	struct endpoint_row row;
	struct fixture f;

	(void)state;
	begin(&f);
	at(200);
	event(&f, 11, 200, "+one");
	at(300);
	event(&f, 12, 300, "+two");
	for (int64_t t = 400; t <= 500; t += 100) {
		at(t);
		INVENTORY(&f, EPOCH, 12, "bash", "one", "two", "zsh");
	}
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		struct when when = AS_OF(T(moments[i]));

		fixture_endpoint(&f, when, "a.example", &row);
		assert_int_equal(row.complete_through, T(100));
		assert_int_equal(through(&f, when, "zsh"), T(100));
		assert_int_equal(through(&f, when, "vim"), T(100));
		assert_int_equal(through(&f, when, "bash"), T(500));
		assert_int_equal(through(&f, when, "one"), T(500));
	}
	assert_int_equal(through(&f, AS_OF(T(100)), "*"), T(500));
	assert_int_equal(through(&f, (struct when){ T(350), T(350) }, "*"), T(300));
	at(600); /* with an event in between there is nothing to contradict */
	INVENTORY(&f, EPOCH, 13, "bash", "one", "two");
	assert_int_equal(through(&f, AS_OF(T(550)), "zsh"), T(500));
	end(&f);
}

static int add_window(void *ctx, const struct exposure_row *row)
{
	char *text = ctx;
	size_t n = strlen(text);

	(void)snprintf(text + n, 256 - n, "%s %d(%d)-%d(%d) ", (char *)row->software->name.p,
		       (int)((row->since - T(0)) / CLOCK_SEC),
		       row->since_untimed ? (int)((row->since_after - T(0)) / CLOCK_SEC) : -1,
		       row->until ? (int)((row->until - T(0)) / CLOCK_SEC) : -1,
		       row->until_untimed ? (int)((row->until_after - T(0)) / CLOCK_SEC) : -1);
	return 0;
}

/* Windows with untimed ends. A question about a time within such an end contains the
 * window. */
static void test_edges(void **state)
{
	struct exposure_query q = { .software = { .glob = "?i*" } };
	struct fixture f;
	char text[256] = "";

	(void)state;
	begin(&f);
	at(200);
	INVENTORY(&f, EPOCH, 12, "bash", "pip");
	at(300);
	event(&f, 13, 250, "-pip");
	assert_int_equal(query_exposure(f.p, &q, add_window, text), 0);
	assert_string_equal(text, "pip 200(100)-250(-1) vim 100(-1)-200(100) ");
	*text = '\0';
	q.from = q.to = q.software.when.as_of = T(150);
	assert_int_equal(query_exposure(f.p, &q, add_window, text), 0);
	assert_string_equal(text, "pip 200(100)-250(-1) vim 100(-1)-200(100) ");
	*text = '\0';
	q.from = q.to = q.software.when.as_of = T(100);
	assert_int_equal(query_exposure(f.p, &q, add_window, text), 0);
	assert_string_equal(text, "vim 100(-1)-200(100) ");
	end(&f);
}

/* A new epoch: its inventory shows the changes; events of the old epoch are not used. */
static void test_epoch(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	at(200);
	event(&f, 11, 150, "+zsh");
	at(300);
	INVENTORY(&f, EPOCH + 1, 1, "bash", "nano");
	at(400);
	event(&f, 12, 250, "+late"); /* of the old epoch: not used */
	check(&f, 140, 0, "bash vim ");
	check(&f, 250, 0, "bash vim zsh ");
	check(&f, 300, 0, "bash nano ");
	check(&f, 150, 250, "bash vim zsh ");
	check(&f, 150, 150, "bash vim ");
	end(&f);
}

/* Before the first inventory nothing is known, whatever events say about earlier times. */
static void test_first(void **state)
{
	struct endpoint_row row;
	struct fixture f;
	char text[256] = "";

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	fixture_open(&f);
	at(10);
	struct report *r = fixture_report(&f, "a.example");

	assert_int_equal(report_fact(r, FACT_PLATFORM, S("GNU")), 0);
	assert_int_equal(fixture_commit(&f, r), 0);
	at(100);
	INVENTORY(&f, EPOCH, 10, "bash", "vim");
	at(200);
	event(&f, 11, 50, "+zsh");
	uint32_t id = fixture_endpoint(&f, AS_OF(T(99)), "a.example", &row);

	assert_int_equal(row.software_count, 0);
	assert_false(row.has_inventory);
	assert_int_equal(query_inventory(f.p, AS_OF(T(99)), id, add_software, text), 0);
	assert_string_equal(text, "");
	check(&f, 100, 0, "bash vim zsh ");
	check(&f, 100, 100, "bash vim ");
	assert_int_equal(fixture_endpoint(&f, AS_OF(T(9)), "a.example", NULL), 0);
	end(&f);
}

static int add_change(void *ctx, const struct change_row *row)
{
	return add_software(ctx, &row->software);
}

/* query_changes with as_of, until and limit. */
static void test_changes(void **state)
{
	struct change_query q = { .kinds = CHANGE_BIT(CHANGE_ADDED), .as_of = T(250) };
	struct fixture f;
	char text[256] = "";

	(void)state;
	begin(&f);
	at(500);
	event(&f, 11, 300, "+three");
	event(&f, 12, 200, "+two");
	at(600);
	event(&f, 13, 100, "+one");
	assert_int_equal(query_changes(f.p, &q, add_change, text), 0);
	assert_string_equal(text, "two one ");
	q.limit = 1;
	*text = 0;
	assert_int_equal(query_changes(f.p, &q, add_change, text), 0);
	assert_string_equal(text, "two ");
	q.limit = 0;
	q.until = T(550);
	*text = 0;
	assert_int_equal(query_changes(f.p, &q, add_change, text), 0);
	assert_string_equal(text, "two ");
	end(&f);
}

/* Changes after the last row do not make the answer less certain. */
static void test_changes_fresh(void **state)
{
	struct freshness fresh;
	struct change_query q = {
		.kinds = CHANGE_BIT(CHANGE_ADDED),
		.as_of = T(300),
		.fresh = &fresh,
		.fresh_when = AS_OF(T(300)),
	};
	struct fixture f;
	char text[256] = "";

	(void)state;
	begin(&f);
	at(200);
	event(&f, 11, 150, "+one");
	at(400);
	INVENTORY(&f, EPOCH, 12, "bash", "vim", "one", "zsh"); /* 12: perhaps by 300 */
	assert_int_equal(query_changes(f.p, &q, add_change, text), 0);
	assert_string_equal(text, "one ");
	assert_int_equal(fresh.complete_through, T(200));
	q.limit = 1;
	assert_int_equal(query_changes(f.p, &q, add_change, text), 0);
	assert_string_equal(text, "one one ");
	assert_int_equal(fresh.complete_through, T(400));
	end(&f);
}

UNIT_GROUP_THREADED(when)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_late),          cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_backwards),     cmocka_unit_test(test_differences),
		cmocka_unit_test(test_epoch),         cmocka_unit_test(test_first),
		cmocka_unit_test(test_changes),       cmocka_unit_test(test_between),
		cmocka_unit_test(test_edges),         cmocka_unit_test(test_contradicted),
		cmocka_unit_test(test_changes_fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
