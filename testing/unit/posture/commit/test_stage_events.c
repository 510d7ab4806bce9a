/* SPDX-License-Identifier: BSD-2-Clause */
/* Events: applied once, across gaps, repetitions, restarts and inventories. */
#include "posture/fixture.h"
#include "base/err.h"

#include <stdio.h>

#define EPOCH 0x5a5a

/* "5+vim" is event 5, vim created; - deleted, ~ altered, ? an action nobody knows. */
static void say(struct report *r, uint32_t epoch, uint32_t first, uint32_t consulted,
		uint32_t last, const char *const *events)
{
	const struct events_head head = { epoch, first, consulted, last, 0 };

	assert_int_equal(report_events(r, &head), 0);
	for (; *events; events++) {
		struct event ev = { .happened_at = 1000 };
		char action;
		int n;

		assert_int_equal(sscanf(*events, "%u%c%n", &ev.eid, &action, &n), 2);
		ev.action = action == '+'   ? EVENT_CREATED
			    : action == '-' ? EVENT_DELETED
			    : action == '~' ? EVENT_ALTERED
					    : (enum event_action)9;
		ev.software.identifier = S(*events + n);
		ev.software.name = ev.software.identifier;
		ev.software.record_id = ev.eid * 10;
		ev.software.locator = S("file:///usr");
		assert_int_equal(report_event(r, &ev),
				 ev.software.identifier.n ? 0 : ST_EVALUE);
	}
	assert_int_equal(report_events_end(r), 0);
}

#define EVENTS(f, first, consulted, last, ...)                                                \
	do {                                                                                  \
		struct report *r_ = fixture_report(f, "a.example");                           \
		say(r_, EPOCH, first, consulted, last,                                        \
		    (const char *const[]){ __VA_ARGS__, NULL });                              \
		assert_int_equal(fixture_commit(f, r_), 0);                                   \
	} while (0)

static void inventory(struct fixture *f, uint32_t epoch, uint32_t last,
		      const char *const *have)
{
	struct report *r = fixture_report(f, "a.example");

	assert_int_equal(report_inventory(r, &(struct inventory_head){ epoch, last, 0 }), 0);
	for (; *have; have++)
		fixture_software(r, *have, *have, "1");
	assert_int_equal(report_inventory_end(r), 0);
	assert_int_equal(fixture_commit(f, r), 0);
}

#define INVENTORY(f, epoch, last, ...)                                                        \
	inventory(f, epoch, last, (const char *const[]){ __VA_ARGS__, NULL })

static int add_line(void *ctx, const struct change_row *row)
{
	const struct change *c = &row->change;
	char *text = ctx;
	size_t n = strlen(text);

	n += (size_t)snprintf(text + n, 1024 - n, "%u %s %.*s", c->eid,
			      change_kind_name(c->kind), (int)row->software.identifier.n,
			      row->software.identifier.p);
	if (c->kind == CHANGE_INSTANCES)
		n += (size_t)snprintf(text + n, 1024 - n, " %d<%d", (int)c->number,
				      (int)c->number_was);
	(void)snprintf(text + n, 1024 - n, "\n");
	return 0;
}

/* What the journal says about software since seq. */
static void check_journal(struct fixture *f, uint64_t since, const char *want)
{
	const struct change_query q = {
		.after_seq = since,
		.kinds = CHANGE_SOFTWARE_EVENTS & ~CHANGE_BIT(CHANGE_INVENTORY),
	};
	char text[1024] = "";

	assert_int_equal(query_changes(f->p, &q, add_line, text), 0);
	assert_string_equal(text, want);
}

static uint64_t seq_of(struct fixture *f)
{
	struct posture_stats s;

	posture_stats(f->p, &s);
	return s.seq;
}

static int add_software(void *ctx, const struct software_row *row)
{
	char *text = ctx;
	size_t n = strlen(text);

	n += (size_t)snprintf(text + n, 256 - n, "%.*s", (int)row->identifier.n,
			      row->identifier.p);
	if (row->instances != 1)
		n += (size_t)snprintf(text + n, 256 - n, "*%u", row->instances);
	(void)snprintf(text + n, 256 - n, " ");
	return 0;
}

static void check(struct fixture *f, const char *have, uint32_t contiguous, uint32_t highest)
{
	struct endpoint_state known;
	struct endpoint_row row;
	char text[256] = "";
	uint32_t id = fixture_endpoint(f, WHEN_NOW, "a.example", &row);

	assert_int_equal(query_inventory(f->p, WHEN_NOW, id, add_software, text), 0);
	assert_string_equal(text, have);
	assert_int_equal(posture_known(f->p, "dns:a.example", &known), 0);
	assert_int_equal(known.contiguous_eid, contiguous);
	assert_int_equal(known.highest_eid, highest);
	assert_int_equal(known.has_gap, contiguous < highest);
	assert_int_equal(row.has_gap, known.has_gap || known.incomplete);
	assert_int_equal(row.contiguous_eid, contiguous);
}

static void reopen(struct fixture *f)
{
	posture_close(f->p);
	fixture_open(f);
}

static void begin(struct fixture *f)
{
	fixture_init(f, "synchronous = off\n");
	fixture_open(f);
	INVENTORY(f, EPOCH, 10, "bash", "vim");
}

static int take_change(void *ctx, const struct change_row *row)
{
	struct change *c = ctx;

	*c = row->change;
	assert_true(span_eq(c->value, S("file:///usr")));
	c->key = c->value = c->was = (struct span){ 0 };
	return 0;
}

static void test_applied(void **state)
{
	struct endpoint_state before, after;
	struct change c;
	struct fixture f;
	uint64_t seq;

	(void)state;
	begin(&f);
	seq = seq_of(&f);
	assert_int_equal(posture_known(f.p, "dns:a.example", &before), 0);
	assert_false(before.followed);
	assert_true(before.inventory_at != 0);
	EVENTS(&f, 11, 14, 14, "13-vim", "11+zsh", "12~bash", "14?nano");
	check(&f, "bash zsh ", 14, 14);
	check_journal(&f, seq,
		      "11 software-added zsh\n12 software-altered bash\n"
		      "13 software-removed vim\n");
	assert_int_equal(posture_known(f.p, "dns:a.example", &after), 0);
	assert_true(after.followed);
	assert_true(after.complete_through > before.complete_through);
	assert_int_equal(
		query_changes(f.p,
			      &(struct change_query){ .after_seq = seq,
						      .kinds = CHANGE_BIT(CHANGE_ALTERED) },
			      take_change, &c),
		0);
	assert_int_equal(c.epoch, EPOCH);
	assert_int_equal(c.eid, 12);
	assert_int_equal(c.record, 120);
	assert_int_equal(c.happened_at, 1000);
	assert_true(c.known_at > 1000);
	reopen(&f);
	check(&f, "bash zsh ", 14, 14);
	fixture_free(&f);
}

/* The same answer again, an overlapping one, the same line twice in one answer. */
static void test_once(void **state)
{
	struct fixture f;
	uint64_t seq;

	(void)state;
	begin(&f);
	EVENTS(&f, 11, 12, 12, "11+zsh", "12+zsh", "12+zsh");
	check(&f, "bash vim zsh*2 ", 12, 12);
	seq = seq_of(&f);
	EVENTS(&f, 11, 12, 12, "11+zsh", "12+zsh");
	check_journal(&f, seq, "");
	EVENTS(&f, 11, 13, 13, "11+zsh", "12+zsh", "13-zsh");
	check(&f, "bash vim zsh ", 13, 13);
	check_journal(&f, seq, "13 software-instances zsh 1<2\n");
	reopen(&f);
	EVENTS(&f, 11, 13, 13, "11+zsh", "12+zsh", "13-zsh");
	check(&f, "bash vim zsh ", 13, 13);
	fixture_free(&f);
}

/* Several changes of one run of a package manager share an EID on some peers. */
static void test_equal_eids(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	EVENTS(&f, 11, 11, 11, "11-vim", "11+nano", "11+zsh");
	check(&f, "bash nano zsh ", 11, 11);
	fixture_free(&f);
}

/* What is beyond a gap counts at once; the gap stays until it is filled. */
static void test_gap(void **state)
{
	struct endpoint_state before, after;
	struct fixture f;

	(void)state;
	begin(&f);
	assert_int_equal(posture_known(f.p, "dns:a.example", &before), 0);
	EVENTS(&f, 11, 16, 16, "11+zsh", "14-nano", "16-zsh");
	check(&f, "bash vim ", 11, 16);
	EVENTS(&f, 11, 16, 16, "14-nano", "16-zsh"); /* applied already */
	reopen(&f);
	check(&f, "bash vim ", 11, 16);
	assert_int_equal(posture_known(f.p, "dns:a.example", &after), 0);
	assert_int_equal(after.complete_through, before.complete_through);
	EVENTS(&f, 12, 13, 16, "13+nano", "12-vim");
	check(&f, "bash ", 14, 16); /* nano came before it went */
	EVENTS(&f, 15, 16, 16, "15+zsh");
	check(&f, "bash zsh ", 16, 16);
	assert_int_equal(posture_known(f.p, "dns:a.example", &after), 0);
	assert_true(after.complete_through > before.complete_through);
	fixture_free(&f);
}

static void test_too_many_gaps(void **state)
{
	const char *events[EVENTS_GAPS_MAX + 3] = { 0 };
	char text[EVENTS_GAPS_MAX + 2][16];
	struct report *r;
	struct fixture f;

	(void)state;
	begin(&f);
	for (int i = 0; i < EVENTS_GAPS_MAX + 2; i++) {
		snprintf(text[i], sizeof(text[i]), "%d+p%d", 12 + 2 * i, i);
		events[i] = text[i];
	}
	r = fixture_report(&f, "a.example");
	say(r, EPOCH, 11, 100, 100, events);
	assert_int_equal(fixture_commit(&f, r), 0);
	assert_int_equal(fixture_count(&f, WHEN_NOW, "p15"), 1);
	assert_int_equal(fixture_count(&f, WHEN_NOW, "p16"), 0);
	check(&f, "bash p0 p1 p10 p11 p12 p13 p14 p15 p2 p3 p4 p5 p6 p7 p8 p9 vim ", 10, 100);
	INVENTORY(&f, EPOCH, 100, "bash");
	check(&f, "bash ", 100, 100);
	fixture_free(&f);
}

/* A part of the answer: no gap in it, but more is known to be there. */
static void test_partial(void **state)
{
	struct endpoint_state before, after;
	struct fixture f;

	(void)state;
	begin(&f);
	assert_int_equal(posture_known(f.p, "dns:a.example", &before), 0);
	EVENTS(&f, 11, 12, 14, "11+zsh", "12-zsh");
	check(&f, "bash vim ", 12, 14);
	EVENTS(&f, 13, 14, 14, "13+zsh", "14-bash", "15+beyond");
	check(&f, "vim zsh ", 14, 14);
	assert_int_equal(posture_known(f.p, "dns:a.example", &after), 0);
	assert_true(after.complete_through > before.complete_through);
	fixture_free(&f);
}

static void test_not_used(void **state)
{
	struct endpoint_state known;
	struct report *r;
	struct fixture f;
	uint64_t seq;

	(void)state;
	begin(&f);
	seq = seq_of(&f);
	r = fixture_report(&f, "a.example");
	say(r, EPOCH + 1, 11, 11, 11, (const char *const[]){ "11+zsh", NULL });
	assert_int_equal(fixture_commit(&f, r), 0);
	check(&f, "bash vim ", 10, 10);
	assert_int_equal(seq_of(&f), seq);
	r = fixture_report(&f, "b.example");
	say(r, EPOCH, 1, 1, 1, (const char *const[]){ "1+zsh", NULL });
	assert_int_equal(fixture_commit(&f, r), 0);
	assert_int_equal(posture_known(f.p, "dns:b.example", &known), 0);
	assert_false(known.has_inventory);
	/* without an end, and events before a beginning */
	r = fixture_report(&f, "a.example");
	assert_int_equal(report_events(r, &(struct events_head){ EPOCH, 11, 11, 11, 0 }), 0);
	assert_int_equal(
		report_event(
			r,
			&(struct event){ 11, 0, EVENT_DELETED, { .identifier = S("vim") } }),
		0);
	assert_int_equal(fixture_commit(&f, r), 0);
	check(&f, "bash vim ", 10, 10);
	r = fixture_report(&f, "a.example");
	assert_int_equal(report_event(r, &(struct event){ .eid = 11 }), ST_ESTATE);
	assert_int_equal(report_submit(r, NULL, NULL), ST_ESTATE);
	r = fixture_report(&f, "a.example");
	assert_int_equal(report_events_end(r), ST_ESTATE);
	report_free(r);
	fixture_free(&f);
}

/* An identifier that cannot be one, and event 0, which is none. */
static void test_refused(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	EVENTS(&f, 11, 12, 12, "0-vim", "11+", "12-bash");
	check(&f, "vim ", 12, 12);
	fixture_free(&f);
}

static void say_inventory(struct fixture *f, const char *lacks, const char *const *have)
{
	struct report *r = fixture_report(f, "a.example");

	assert_int_equal(report_inventory(r, &(struct inventory_head){ 7, 3, 0 }), 0);
	for (; *have; have++)
		assert_int_equal(
			report_software(r, &(struct software){ .identifier = S(*have) }),
			**have == '\xff' ? ST_EVALUE : 0);
	if (lacks)
		assert_int_equal(report_inventory_lacks(r, lacks), 0);
	assert_int_equal(report_inventory_end(r), 0);
	assert_int_equal(fixture_commit(f, r), 0);
}

static void check_complete(struct fixture *f, int64_t *through, bool complete, unsigned n)
{
	struct endpoint_state now;
	struct endpoint_row row;

	assert_int_equal(posture_known(f->p, "dns:a.example", &now), 0);
	assert_int_equal(now.software_count, n);
	assert_true(now.incomplete == !complete);
	if (complete)
		assert_true(now.complete_through > *through);
	else
		assert_int_equal(now.complete_through, *through);
	assert_true(fixture_endpoint(f, WHEN_NOW, "a.example", &row) != 0);
	assert_true(row.has_gap == !complete);
	*through = now.complete_through;
}

/* What could not be stored, or was not told, is not complete. */
static void test_incomplete(void **state)
{
	int64_t through = 0;
	struct fixture f;
	struct report *r;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	fixture_open(&f);
	say_inventory(&f, NULL, (const char *const[]){ "bash", "\xff", NULL });
	check_complete(&f, &through, false, 1);
	say_inventory(&f, NULL, (const char *const[]){ "bash", "vim", "vim", NULL });
	check_complete(&f, &through, true, 2);
	say_inventory(&f, NULL, (const char *const[]){ "\xff", "bash", "vim", "vim", NULL });
	check_complete(&f, &through, false, 2);
	/* it is software that an endpoint has still, after a start and without news */
	posture_close(f.p);
	fixture_open(&f);
	check_complete(&f, &through, false, 2);
	r = fixture_report(&f, "a.example");
	report_events(r, &(struct events_head){ 7, 4, 3, 3, 0 });
	report_events_end(r);
	assert_int_equal(fixture_commit(&f, r), 0);
	check_complete(&f, &through, false, 2);
	/* one of two collectors was late */
	say_inventory(&f, "one is late", (const char *const[]){ "bash", "nano", NULL });
	check_complete(&f, &through, false, 3);
	say_inventory(&f, NULL, (const char *const[]){ "bash", "nano", NULL });
	check_complete(&f, &through, true, 2);
	/* an event that cannot be applied */
	r = fixture_report(&f, "a.example");
	report_events(r, &(struct events_head){ 7, 4, 4, 4, 0 });
	assert_int_equal(
		report_event(r,
			     &(struct event){ 4, 0, EVENT_CREATED, { .identifier = S("") } }),
		ST_EVALUE);
	report_events_end(r);
	assert_int_equal(fixture_commit(&f, r), 0);
	check_complete(&f, &through, false, 2);
	fixture_free(&f);
}

/* Two instances of one identifier; inventories and events mean the same. */
static void test_instances(void **state)
{
	struct endpoint_row row;
	struct fixture f;
	uint64_t seq;

	(void)state;
	begin(&f);
	INVENTORY(&f, EPOCH, 10, "bash", "vim", "vim", "vim");
	check(&f, "bash vim*3 ", 10, 10);
	reopen(&f);
	check(&f, "bash vim*3 ", 10, 10);
	seq = seq_of(&f);
	EVENTS(&f, 11, 12, 12, "11-vim", "12-vim");
	check(&f, "bash vim ", 12, 12);
	EVENTS(&f, 13, 13, 13, "13-vim");
	check(&f, "bash ", 13, 13);
	check_journal(&f, seq,
		      "11 software-instances vim 2<3\n12 software-instances vim 1<2\n"
		      "13 software-removed vim\n");
	assert_int_equal(fixture_count(&f, WHEN_NOW, "vim"), 0);
	EVENTS(&f, 14, 15, 15, "14+bash", "15+bash");
	fixture_endpoint(&f, WHEN_NOW, "a.example", &row);
	assert_int_equal(row.software_count, 1);
	seq = seq_of(&f);
	INVENTORY(&f, EPOCH, 16, "bash", "bash", "nano", "nano");
	check(&f, "bash*2 nano*2 ", 16, 16);
	check_journal(&f, seq, "16 software-instances bash 2<3\n16 software-added nano\n");
	seq = seq_of(&f);
	INVENTORY(&f, EPOCH, 17, "bash", "nano", "nano");
	check_journal(&f, seq, "17 software-instances bash 1<2\n");
	fixture_free(&f);
}

static int take_notice(void *ctx, const struct change_row *row)
{
	snprintf(ctx, 256, "%.*s: %.*s", (int)row->change.key.n, row->change.key.p,
		 (int)row->change.value.n, row->change.value.p);
	return 0;
}

static void check_notice(struct fixture *f, const char *want)
{
	const struct change_query q = { .kinds = CHANGE_BIT(CHANGE_NOTICE) };
	char text[256] = "";

	assert_int_equal(query_changes(f->p, &q, take_notice, text), 0);
	assert_string_equal(text, want);
}

static void test_disagreement(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	INVENTORY(&f, EPOCH, 10, "bash", "zsh"); /* no events to disagree with */
	EVENTS(&f, 11, 11, 11, "11+vim");
	INVENTORY(&f, EPOCH, 11, "bash", "vim", "zsh");
	INVENTORY(&f, EPOCH, 12, "bash", "vim"); /* later than the events */
	INVENTORY(&f, EPOCH + 1, 0, "bash");     /* another ledger */
	check_notice(&f, "");
	EVENTS(&f, 1, 1, 1, "1+vim"); /* of the old one */
	INVENTORY(&f, EPOCH, 12, "bash", "vim");
	EVENTS(&f, 13, 13, 13, "13+nano");
	reopen(&f);
	INVENTORY(&f, EPOCH, 13, "bash", "nano", "zsh", "bash");
	check_notice(&f, "swima.disagreement: the inventory contradicts the events before it:"
			 " added=1 removed=1 instances=1");
	check(&f, "bash*2 nano zsh ", 13, 13);
	fixture_free(&f);
}

/* The past is that of the changes, whatever events were late. */
static void test_past(void **state)
{
	struct endpoint_row row;
	int64_t first, gap;
	char text[256] = "";
	struct fixture f;

	(void)state;
	begin(&f);
	first = fixture_last_known(&f);
	EVENTS(&f, 11, 13, 13, "11+vim", "13-bash");
	gap = fixture_last_known(&f);
	EVENTS(&f, 12, 12, 13, "12+zsh");
	check(&f, "vim*2 zsh ", 13, 13);
	uint32_t id = fixture_endpoint(&f, KNOWN_AT(first), "a.example", &row);
	assert_int_equal(row.software_count, 2);
	assert_int_equal(query_inventory(f.p, KNOWN_AT(first), id, add_software, text), 0);
	assert_string_equal(text, "bash*0 vim*0 ");
	fixture_endpoint(&f, KNOWN_AT(gap), "a.example", &row);
	assert_int_equal(row.software_count, 1);
	fixture_free(&f);
}

UNIT_GROUP_THREADED(stage_events)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_applied),       cmocka_unit_test(test_once),
		cmocka_unit_test(test_equal_eids),    cmocka_unit_test(test_gap),
		cmocka_unit_test(test_too_many_gaps), cmocka_unit_test(test_partial),
		cmocka_unit_test(test_not_used),      cmocka_unit_test(test_refused),
		cmocka_unit_test(test_incomplete),    cmocka_unit_test(test_instances),
		cmocka_unit_test(test_disagreement),  cmocka_unit_test(test_past),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
