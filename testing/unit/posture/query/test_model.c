/* SPDX-License-Identifier: BSD-2-Clause */
/* Random reports about many endpoints, against a replay that keeps everything: the present,
 * every moment of the past, and both after a restart. */
#include "posture/fixture.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdio.h>

#define ENDPOINTS 24
#define SOFTWARE 48
#define FACTS 6
#define RULES 3
#define CLONE_FAMILIES 3

/* What an endpoint is known to be. Values are 1 and up; 0 is "not there". */
struct model {
	bool seen, inventory, assessed;
	bool has[SOFTWARE];
	uint8_t fact[FACTS], rule[RULES], verdict;
	int64_t complete_through;
};

struct past {
	int64_t at;
	struct model e[ENDPOINTS];
};

static struct fixture f;
static struct model now[ENDPOINTS];
static struct past *history;
static size_t n_history, kept_history; /* earlier changes were dropped */
static unsigned seed;

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

static const char *endpoint_name(unsigned i)
{
	static char text[32];

	(void)snprintf(text, sizeof(text), "host%u.example", i);
	return text;
}

static void change_facts(struct report *r, struct model *m)
{
	unsigned keep = rnd(4);

	for (unsigned i = 0; i < FACTS; i++) {
		if (rnd(3) == 0) {
			m->fact[i] = (uint8_t)(1 + rnd(3));
			report_fact(r, named("os.f", i), S(named("v", m->fact[i])));
		} else if (keep == 0) {
			m->fact[i] = 0;
		}
	}
	if (keep == 0)
		report_facts_end(r, "os.");
}

static void change_rules(struct report *r, struct model *m)
{
	unsigned keep = rnd(3);

	for (unsigned i = 0; i < RULES; i++) {
		if (rnd(2) == 0) {
			m->rule[i] = (uint8_t)(1 + rnd(4));
			report_result(r, named("os.r", i), (enum verdict)m->rule[i],
				      S(named("because", m->rule[i])));
		} else if (keep == 0) {
			m->rule[i] = 0;
		}
	}
	if (keep == 0)
		report_results_end(r, "os.");
}

/* Mostly a few packages; sometimes none, sometimes a shared image. */
static void change_software(struct model *m)
{
	unsigned what = rnd(10);

	if (!m->inventory || what == 0) {
		unsigned family = rnd(CLONE_FAMILIES);

		for (unsigned i = 0; i < SOFTWARE; i++)
			m->has[i] = i % (family + 2) != 0;
	}
	for (unsigned n = what < 4 ? 0 : rnd(4); n > 0; n--)
		m->has[rnd(SOFTWARE)] ^= true;
	if (what == 9 && rnd(8) == 0)
		memset(m->has, 0, sizeof(m->has));
	m->inventory = true;
}

static void report_model(struct report *r, const struct model *m)
{
	const struct inventory_head head = { 0x5a, 7, 1000 };
	unsigned first = rnd(SOFTWARE);

	assert_int_equal(report_inventory(r, &head), 0);
	for (unsigned k = 0; k < SOFTWARE; k++) {
		unsigned i = (first + k) % SOFTWARE; /* in any order */

		if (m->has[i])
			fixture_software(r, named("id-", i), rnd(3) ? "" : named("pkg-", i),
					 "1.0");
	}
	assert_int_equal(report_inventory_end(r), 0);
}

static void step_one(int64_t clock)
{
	unsigned i = rnd(ENDPOINTS);
	struct model *m = &now[i];
	struct report *r = fixture_report(&f, endpoint_name(i));

	m->seen = true;
	if (rnd(2))
		change_facts(r, m);
	if (rnd(3) == 0)
		change_rules(r, m);
	if (rnd(2)) {
		change_software(m);
		report_model(r, m);
		if (clock > m->complete_through)
			m->complete_through = clock;
	}
	if (rnd(2)) {
		m->assessed = true;
		m->verdict = (uint8_t)rnd(VERDICT_N);
		report_assessment(r, (enum verdict)m->verdict, ACCESS_ALLOWED);
	}
	assert_int_equal(report_submit(r, NULL, NULL), 0);
}

static int count_row(void *ctx, const struct endpoint_row *row)
{
	(void)row;
	++*(unsigned *)ctx;
	return 0;
}

/* Forgets an endpoint. An unknown endpoint changes nothing. */
static void step_forget(void)
{
	unsigned i = rnd(ENDPOINTS);
	struct report *r = fixture_report(&f, endpoint_name(i));

	assert_int_equal(report_forget(r, "model"), 0);
	assert_int_equal(report_submit(r, NULL, NULL), 0);
	now[i] = (struct model){ 0 };
}

/* Drops the oldest part of the journal. */
static void step_prune(void)
{
	kept_history += rnd((unsigned)(n_history - kept_history));
	assert_int_equal(posture_prune(f.p, history[kept_history].at), 0);
	if (kept_history)
		assert_int_equal(query_endpoints(f.p, KNOWN_AT(history[kept_history].at - 1),
						 NULL, count_row, &(unsigned){ 0 }),
				 ST_ELIMIT);
}

static int check_software(void *ctx, const struct software_row *row)
{
	bool *has = ctx;
	unsigned i;
	char id[64];

	(void)snprintf(id, sizeof(id), "%.*s", (int)row->identifier.n, row->identifier.p);
	assert_int_equal(sscanf(id, "id-%u", &i), 1);
	assert_true(i < SOFTWARE && has[i]);
	has[i] = false;
	return 0;
}

static int check_fact(void *ctx, const struct fact_row *row)
{
	uint8_t *fact = ctx;
	unsigned i, v;
	char text[64];

	(void)snprintf(text, sizeof(text), "%.*s %.*s", (int)row->name.n, row->name.p,
		       (int)row->value.n, row->value.p);
	assert_int_equal(sscanf(text, "os.f%u v%u", &i, &v), 2);
	assert_true(i < FACTS);
	assert_int_equal(fact[i], v);
	fact[i] = 0;
	return 0;
}

static int check_rule(void *ctx, const struct result_row *row)
{
	uint8_t *rule = ctx;
	unsigned i, v;
	char text[64];

	(void)snprintf(text, sizeof(text), "%.*s %.*s", (int)row->rule.n, row->rule.p,
		       (int)row->reason.n, row->reason.p);
	assert_int_equal(sscanf(text, "os.r%u because%u", &i, &v), 2);
	assert_true(i < RULES);
	assert_int_equal(rule[i], v);
	assert_int_equal(rule[i], row->verdict);
	rule[i] = 0;
	return 0;
}

static void check_row(const struct model *m, const struct endpoint_row *row)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SOFTWARE; i++)
		n += m->has[i];
	assert_int_equal(row->has_inventory, m->inventory);
	assert_int_equal(row->software_count, n);
	assert_int_equal(row->assessed, m->assessed);
	if (m->assessed)
		assert_int_equal(row->verdict, m->verdict);
	assert_int_equal(row->complete_through, m->complete_through);
}

static void check_endpoint(unsigned i, struct when when, const struct model *m)
{
	struct endpoint_row row;
	struct model rest = *m;
	uint32_t id = fixture_endpoint(&f, when, endpoint_name(i), &row);

	assert_int_equal(id != 0, m->seen);
	if (!m->seen)
		return;
	check_row(m, &row);
	assert_int_equal(query_inventory(f.p, when, id, check_software, rest.has), 0);
	assert_int_equal(query_facts(f.p, when, id, check_fact, rest.fact), 0);
	assert_int_equal(query_results(f.p, when, id, check_rule, rest.rule), 0);
	for (unsigned k = 0; k < SOFTWARE; k++)
		assert_false(rest.has[k]);
	for (unsigned k = 0; k < FACTS; k++)
		assert_int_equal(rest.fact[k], 0);
	for (unsigned k = 0; k < RULES; k++)
		assert_int_equal(rest.rule[k], 0);
}

static int check_fleet_row(void *ctx, const struct endpoint_row *row)
{
	const struct model *e = ctx;
	unsigned i;

	assert_int_equal(sscanf(row->name, "host%u.", &i), 1);
	assert_true(e[i].seen);
	check_row(&e[i], row);
	return 0;
}

struct want_software {
	const struct model *e;
	struct when when;
};

static int check_who_has(void *ctx, const struct software_row *row)
{
	const struct want_software *w = ctx;
	unsigned i, want = 0, got = 0;
	char id[64];

	(void)snprintf(id, sizeof(id), "%.*s", (int)row->identifier.n, row->identifier.p);
	assert_int_equal(sscanf(id, "id-%u", &i), 1);
	for (unsigned e = 0; e < ENDPOINTS; e++)
		want += w->e[e].has[i];
	assert_int_equal(row->endpoints, want);
	if (rnd(16))
		return 0;
	assert_int_equal(
		query_software_endpoints(f.p, w->when, row->id, NULL, count_row, &got), 0);
	assert_int_equal(got, want);
	return 0;
}

/* Endpoints without the software are in the answer, and no others. */
struct want_lacking {
	const struct model *e;
	bool came[ENDPOINTS];
};

static bool model_has_some(const struct model *m)
{
	bool has = false;

	for (unsigned i = 10; i < 20; i++)
		has |= m->has[i];
	return has;
}

static int check_lacking(void *ctx, const struct endpoint_row *row)
{
	struct want_lacking *w = ctx;
	unsigned e;

	assert_int_equal(sscanf(row->name, "host%u.", &e), 1);
	assert_false(model_has_some(&w->e[e]));
	w->came[e] = true;
	return 0;
}

static void check_lacking_all(struct when when, const struct model *e)
{
	struct want_lacking w = { .e = e };

	assert_int_equal(query_lacking(f.p, SOFTWARE_OF(when, "id-1?"), check_lacking, &w), 0);
	for (unsigned i = 0; i < ENDPOINTS; i++)
		assert_int_equal(w.came[i], e[i].seen && !model_has_some(&e[i]));
}

static void check_moment(struct when when, const struct model *e)
{
	struct want_software w = { e, when };
	unsigned pick = rnd(ENDPOINTS);

	check_endpoint(pick, when, &e[pick]);
	if (rnd(3) == 0)
		assert_int_equal(query_endpoints(f.p, when, NULL, check_fleet_row,
						 (void *)(uintptr_t)e),
				 0);
	if (rnd(3) == 0)
		assert_int_equal(query_software(f.p,
						SOFTWARE_OF(when, rnd(2) ? "id-*" : "id-1?"),
						check_who_has, &w),
				 0);
	if (rnd(3) == 0)
		check_lacking_all(when, e);
}

static void test_model(void **state)
{
	const char *env = getenv("STANCE_MODEL_STEPS"), *from = getenv("STANCE_MODEL_SEED");
	size_t steps = env ? strtoul(env, NULL, 10) : 250;
	int64_t clock = INT64_C(1000000) * CLOCK_SEC;

	(void)state;
	seed = from ? (unsigned)strtoul(from, NULL, 10) : (unsigned)clock_wall_us();
	print_message("STANCE_MODEL_SEED=%u STANCE_MODEL_STEPS=%zu\n", seed, steps);
	fixture_init(&f, "synchronous = off\nrun_changes = 100\n");
	fixture_open(&f);
	assert_non_null(history = calloc(steps, sizeof(*history)));
	for (size_t s = 0; s < steps; s++) {
		clock += 1 + rnd(1000);
		clock_fake(clock);
		for (unsigned n = 1 + rnd(3); n > 0; n--)
			rnd(25) ? step_one(clock) : step_forget();
		assert_int_equal(fixture_commit(&f, NULL), 0);
		history[n_history].at = fixture_last_known(&f);
		memcpy(history[n_history++].e, now, sizeof(now));
		clock = history[n_history - 1].at > clock ? history[n_history - 1].at : clock;
		check_moment(WHEN_NOW, now);
		fixture_check_freshness(&f, clock - rnd(20000));
		if (rnd(200) == 0)
			step_prune();
		struct past *old =
			&history[kept_history + rnd((unsigned)(n_history - kept_history))];
		check_moment(KNOWN_AT(old->at), old->e);
		if (rnd(60) == 0) {
			posture_close(f.p);
			fixture_open(&f);
		}
	}
	char err_msg[256] = "";
	assert_int_equal(posture_check(f.p, err_msg, sizeof(err_msg)), 0);
	clock_fake(0);
	free(history);
	fixture_free(&f);
}

UNIT_GROUP_THREADED(model)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
