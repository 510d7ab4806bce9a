/* SPDX-License-Identifier: BSD-2-Clause */
/* The journal's index: each query gives what a scan of all lines gives, with segments of any
 * size, after a restart, and after the oldest lines were dropped. */
#include "posture/fixture.h"
#include "posture/core.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"

#include <sqlite3.h>
#include <stdio.h>

#define LINES_MAX 4096

struct lines {
	struct {
		uint64_t seq;
		uint32_t endpoint, software, kind;
	} v[LINES_MAX];
	size_t n;
};

static int take(void *ctx, const struct change *c)
{
	struct lines *l = ctx;

	assert_true(l->n < LINES_MAX);
	l->v[l->n].seq = c->seq;
	l->v[l->n].endpoint = c->endpoint;
	l->v[l->n].software = c->software;
	l->v[l->n++].kind = c->kind;
	return 0;
}

static void read_lines(struct fixture *f, const struct repository_filter *want,
		       struct lines *l)
{
	l->n = 0;
	assert_int_equal(f->p->read.rp->read(f->p->read.repo, want, take, l), 0);
}

static bool is_wanted(const struct lines *all, size_t i, const struct repository_filter *f)
{
	return all->v[i].seq >= f->from && all->v[i].seq <= f->to &&
	       (!f->endpoint || all->v[i].endpoint == f->endpoint) &&
	       (!f->software || all->v[i].software == f->software) &&
	       (!f->kinds || (f->kinds & CHANGE_BIT(all->v[i].kind)));
}

static void check_filter(struct fixture *f, const struct lines *all,
			 const struct repository_filter *want)
{
	static struct lines got;
	size_t n = 0;

	read_lines(f, want, &got);
	for (size_t k = 0; k < all->n && (!want->limit || n < want->limit); k++) {
		size_t i = want->descending ? all->n - 1 - k : k;

		if (!is_wanted(all, i, want))
			continue;
		assert_true(n < got.n);
		assert_int_equal(got.v[n++].seq, all->v[i].seq);
	}
	assert_int_equal(got.n, n);
}

/* --- transitions from the index alone ---------------------------------------------------- */

struct turns {
	struct change v[LINES_MAX]; /* changes from read, newest first */
	size_t n, seen;
	bool came[LINES_MAX];
	int64_t as_of;
};

static int take_change(void *ctx, const struct change *c)
{
	struct turns *t = ctx;

	assert_true(t->n < LINES_MAX);
	t->v[t->n++] = *c;
	return 0;
}

static int take_turn(void *ctx, const struct software_transition *turn)
{
	struct turns *t = ctx;
	size_t i = 0;

	while (i < t->n && t->v[i].seq != turn->seq)
		i++;
	assert_true(i < t->n && !t->came[i]);
	/* of the same endpoint and software, the newer ones have come */
	for (size_t k = 0; k < i; k++)
		assert_true(t->came[k] || t->v[k].endpoint != turn->endpoint ||
			    t->v[k].software != turn->software);
	assert_int_equal(turn->endpoint, t->v[i].endpoint);
	assert_int_equal(turn->software, t->v[i].software);
	assert_int_equal(turn->added, t->v[i].kind == CHANGE_ADDED);
	if (turn->effective != change_effective(&t->v[i]))
		assert_true(turn->effective > t->as_of &&
			    change_effective(&t->v[i]) > t->as_of);
	t->came[i] = true;
	t->seen++;
	return 0;
}

static void check_turns(struct fixture *f, uint64_t from, uint64_t to, uint32_t software,
			int64_t as_of)
{
	static struct turns t;
	struct repository_filter want = {
		.from = from,
		.to = to,
		.software = software,
		.kinds = CHANGE_BIT(CHANGE_ADDED) | CHANGE_BIT(CHANGE_REMOVED),
		.descending = true,
	};

	memset(&t, 0, sizeof(t));
	t.as_of = as_of;
	assert_int_equal(f->p->read.rp->read(f->p->read.repo, &want, take_change, &t), 0);
	want.kinds = 0;
	assert_int_equal(f->p->read.rp->turns(f->p->read.repo, &want, as_of, take_turn, &t),
			 0);
	assert_int_equal(t.seen, t.n);
}

static int take_known(void *ctx, const struct change *c)
{
	*(int64_t *)ctx = c->known_at;
	return 0;
}

static void check_all_turns(struct fixture *f, uint64_t first)
{
	const uint64_t last = f->p->read.ix.seq;

	for (uint64_t from = first; from <= last; from += 1 + (last - first) / 7) {
		const struct repository_filter line = { .from = from, .to = from };
		int64_t known = 0;

		assert_int_equal(
			f->p->read.rp->read(f->p->read.repo, &line, take_known, &known), 0);
		for (uint32_t software = 0; software <= 11; software++) {
			check_turns(f, from, last, software, 0);
			check_turns(f, from, last, software, known);
			check_turns(f, from, last, software, known - 1000);
			check_turns(f, from, last, software, INT64_MAX);
		}
	}
	check_turns(f, last + 1, last, 0, 0);
	for (uint32_t software = 0; software <= 11; software++) {
		check_turns(f, 1, last, software, 0); /* also of what was dropped */
		check_turns(f, 1, last / 2, software, INT64_MAX);
	}
}

static void check_all(struct fixture *f)
{
	static struct lines all;
	const uint64_t last = f->p->read.ix.seq;

	read_lines(f, &(struct repository_filter){ .from = 1, .to = last }, &all);
	assert_true(all.n > 100);
	for (uint32_t endpoint = 0; endpoint <= 6; endpoint++) {
		for (uint32_t software = 0; software <= 12; software++) {
			for (unsigned way = 0; way < 8; way++) {
				const struct repository_filter want = {
					.from = way & 1 ? last / 3 : 1,
					.to = way & 1 ? last * 2 / 3 : last,
					.endpoint = endpoint,
					.software = software,
					.kinds = way & 2 ? CHANGE_BIT(CHANGE_ADDED) : 0,
					.descending = way & 4,
					.limit = (way + software) % 3 ? 0 : 5,
				};

				check_filter(f, &all, &want);
			}
		}
	}
	check_all_turns(f, all.v[0].seq);
	/* before the first change there is nothing */
	check_filter(f, &all,
		     &(struct repository_filter){ .from = 1, .to = 0, .endpoint = 1 });
}

static void commit_events(struct fixture *f, unsigned endpoint, uint32_t eid)
{
	char name[32], id[32];
	struct report *r;

	const int64_t now = clock_wall_us(),
		      happened[] = { now - 5000, now - 100, 0, now + 100000000 };

	(void)snprintf(name, sizeof(name), "host%u.example", endpoint);
	r = fixture_report(f, name);
	if (eid == 1) {
		report_inventory(r, &(struct inventory_head){ 1, 0, 0 });
		report_inventory_end(r);
	}
	report_events(r, &(struct events_head){ 1, eid, eid + 1, eid + 1, 0 });
	for (uint32_t e = eid; e <= eid + 1; e++) {
		(void)snprintf(id, sizeof(id), "example.org__p%u", (endpoint + eid * 5) % 10);
		(void)report_event(
			r, &(struct event){ .eid = e,
					    /* late, on time, untimed, ahead */
					    .happened_at = happened[(e + endpoint) % 4],
					    .action = e % 2 ? EVENT_CREATED : EVENT_DELETED,
					    .software = { .identifier = span_str(id) } });
	}
	report_events_end(r);
	assert_int_equal(fixture_commit(f, r), 0);
}

static void history(const char *settings)
{
	struct fixture f;

	fixture_init(&f, settings);
	fixture_open(&f);
	for (uint32_t eid = 1; eid < 41; eid += 2)
		for (unsigned endpoint = 0; endpoint < 5; endpoint++)
			commit_events(&f, endpoint, eid);
	check_all(&f);
	posture_close(f.p);
	fixture_open(&f);
	check_all(&f);
	assert_int_equal(f.p->read.rp->prune(f.p->read.repo, f.p->read.ix.seq / 2, 1), 0);
	check_all(&f);
	commit_events(&f, 1, 41);
	check_all(&f);
	posture_close(f.p);
	fixture_open(&f);
	check_all(&f);
	fixture_free(&f);
}

static void test_small_runs(void **state)
{
	(void)state;
	history("synchronous = off\nrun_changes = 16\n");
}

static void test_runs(void **state)
{
	(void)state;
	history("synchronous = off\nrun_changes = 100\n");
}

/* A manager that ends while writing a segment, at any point, leaves rows that do not count. */
static void test_half_a_run(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, "synchronous = off\nrun_changes = 100\n");
	fixture_open(&f);
	for (uint32_t eid = 1; eid < 61; eid += 2) {
		for (unsigned endpoint = 0; endpoint < 5; endpoint++)
			commit_events(&f, endpoint, eid);
		posture_close(f.p);
		fixture_open(&f);
	}
	check_all(&f);
	fixture_free(&f);
}

static void test_memory_alone(void **state)
{
	(void)state;
	history("synchronous = off\n");
}

static void sql(struct fixture *f, const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(fixture_path(f, "posture.db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

struct said {
	unsigned cannot, again;
};

static void count_line(void *ctx, enum log_level level, const char *line)
{
	struct said *s = ctx;

	(void)level;
	s->cannot += strstr(line, "index cannot be written") && strstr(line, "no room");
	s->again += strstr(line, "index is written again") != NULL;
}

/* If only the index cannot be written, nothing is lost, answers stay the same, and the log
 * says so once. */
static void test_no_room(void **state)
{
	struct said said = { 0 };
	struct fixture f;

	(void)state;
	fixture_init(&f, "synchronous = off\nrun_changes = 50\n");
	fixture_open(&f);
	sql(&f, "CREATE TRIGGER no BEFORE INSERT ON change_by_endpoint"
		" BEGIN SELECT RAISE(ABORT, 'no room'); END");
	log_set_sink(count_line, &said);
	for (uint32_t eid = 1; eid < 41; eid += 2)
		for (unsigned endpoint = 0; endpoint < 5; endpoint++)
			commit_events(&f, endpoint, eid);
	assert_int_equal(said.cannot, 1);
	assert_int_equal(said.again, 0);
	check_all(&f);
	sql(&f, "DROP TRIGGER no");
	for (uint32_t eid = 41; eid < 61; eid += 2)
		for (unsigned endpoint = 0; endpoint < 5; endpoint++)
			commit_events(&f, endpoint, eid);
	assert_int_equal(said.cannot, 1);
	assert_int_equal(said.again, 1);
	log_set_sink(NULL, NULL);
	check_all(&f);
	fixture_free(&f);
}

UNIT_GROUP(repository_runs)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_runs), cmocka_unit_test(test_runs),
		cmocka_unit_test(test_half_a_run), cmocka_unit_test(test_memory_alone),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
