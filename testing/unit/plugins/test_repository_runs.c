/* The journal's index: whatever is asked of it, the answer is what a look at every line gives;
 * with runs of any size, after a start, and after the oldest lines were dropped. */
#include "posture/fixture.h"
#include "posture/core.h"
#include "base/err.h"

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
	assert_int_equal(f->p->rp->read(f->p->repo, want, take, l), 0);
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

static void check_all(struct fixture *f)
{
	static struct lines all;
	const uint64_t last = f->p->ix.seq;

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
	/* before the first change there is nothing */
	check_filter(f, &all,
		     &(struct repository_filter){ .from = 1, .to = 0, .endpoint = 1 });
}

static void commit_events(struct fixture *f, unsigned endpoint, uint32_t eid)
{
	char name[32], id[32];
	struct report *r;

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
	assert_int_equal(f.p->rp->prune(f.p->repo, f.p->ix.seq / 2, 1), 0);
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

static void test_memory_alone(void **state)
{
	(void)state;
	history("synchronous = off\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_runs),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_memory_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
