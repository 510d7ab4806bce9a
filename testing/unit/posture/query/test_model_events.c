/* SPDX-License-Identifier: BSD-2-Clause */
/* Random histories of software on endpoints with event ledgers, against a replay that keeps
 * everything. Reports are lost, repeated and late; clocks are wrong and are set. */
#include "two_clocks.h"
#include "base/clock.h"

#include <stdio.h>

#define ENDPOINTS TWO_CLOCKS_ENDPOINTS
#define SOFTWARE 24
#define INSTANCES 40 /* on one endpoint */
#define LOG 512      /* events of one epoch; then the ledger begins anew */

struct fact_of_life {
	enum event_action action;
	uint8_t software;
	uint32_t record;
	int64_t happened;
};

/* An endpoint as it is, and its ledger. */
struct truth {
	uint32_t epoch, last, next_record;
	int64_t clock;                    /* its own */
	struct fact_of_life log[LOG + 1]; /* by EID */
	struct {
		uint32_t record;
		uint8_t software;
	} have[INSTANCES];
	unsigned n;
};

/* What the manager received and must know: the inventory, and which events. */
struct told {
	bool inventory;
	uint32_t epoch, base_eid, highest;
	int base[SOFTWARE];
	struct fact_of_life log[LOG + 1];
	bool has[LOG + 1];
	int64_t complete_through;
};

struct past {
	int64_t at;
	uint32_t present[ENDPOINTS]; /* a bit for each software */
};

static struct fixture f;
static struct truth truths[ENDPOINTS];
static struct told told[ENDPOINTS];
static struct past *history;
static size_t n_history;
static uint64_t seed;
static uint32_t next_epoch = 1;

static unsigned rnd(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 16) % n);
}

static struct span identifier(unsigned i)
{
	static char text[4][16];
	static unsigned next;

	(void)snprintf(text[next %= 4], sizeof(text[0]), "id-%u", i);
	return S(text[next++]);
}

/* --- life -------------------------------------------------------------------------------- */

static void new_ledger(struct truth *t)
{
	t->epoch = next_epoch++;
	t->last = 0;
}

static void happen(struct truth *t, enum event_action action, uint8_t software,
		   uint32_t record)
{
	if (t->last == LOG)
		new_ledger(t);
	t->log[++t->last] =
		(struct fact_of_life){ action, software, record, rnd(10) ? t->clock++ : 0 };
}

static void install(struct truth *t, uint8_t software)
{
	if (t->n == INSTANCES)
		return;
	t->have[t->n].record = ++t->next_record;
	t->have[t->n++].software = software;
	happen(t, EVENT_CREATED, software, t->next_record);
}

static void uninstall(struct truth *t, unsigned i)
{
	happen(t, EVENT_DELETED, t->have[i].software, t->have[i].record);
	t->have[i] = t->have[--t->n];
}

static void live(struct truth *t)
{
	unsigned i = t->n ? rnd(t->n) : 0, what = rnd(8);
	uint8_t other = (uint8_t)rnd(SOFTWARE);

	if (!t->n || what < 3) {
		install(t, other);
	} else if (what < 5) {
		uninstall(t, i);
	} else if (what < 7) { /* an upgrade */
		uninstall(t, i);
		install(t, other);
	} else {
		happen(t, EVENT_ALTERED, t->have[i].software, t->have[i].record);
	}
}

/* --- the replay -------------------------------------------------------------------------- */

static void counts_of(const struct told *m, int counts[SOFTWARE])
{
	memcpy(counts, m->base, sizeof(m->base));
	for (uint32_t eid = m->base_eid + 1; eid <= LOG; eid++) {
		if (!m->has[eid])
			continue;
		if (m->log[eid].action == EVENT_CREATED)
			counts[m->log[eid].software]++;
		if (m->log[eid].action == EVENT_DELETED)
			counts[m->log[eid].software]--;
	}
}

static uint32_t present_of(const struct told *m)
{
	int counts[SOFTWARE];
	uint32_t bits = 0;

	counts_of(m, counts);
	for (unsigned i = 0; i < SOFTWARE; i++)
		bits |= counts[i] > 0 ? 1u << i : 0;
	return bits;
}

static uint32_t contiguous_of(const struct told *m)
{
	uint32_t eid = m->base_eid;

	while (eid < LOG && m->has[eid + 1])
		eid++;
	return eid;
}

static unsigned islands_of(const struct told *m)
{
	unsigned n = 0;

	for (uint32_t eid = contiguous_of(m) + 1; eid <= LOG; eid++)
		n += m->has[eid] && !m->has[eid - 1];
	return n;
}

static bool has_room(const struct told *m, uint32_t eid)
{
	return eid == contiguous_of(m) + 1 || m->has[eid - 1] ||
	       (eid < LOG && m->has[eid + 1]) || islands_of(m) < EVENTS_GAPS_MAX;
}

static void learn_inventory(struct told *m, const struct truth *t, int64_t clock)
{
	m->inventory = true;
	m->epoch = t->epoch;
	m->base_eid = m->highest = t->last;
	memset(m->base, 0, sizeof(m->base));
	memset(m->has, 0, sizeof(m->has));
	for (unsigned i = 0; i < t->n; i++)
		m->base[t->have[i].software]++;
	if (clock > m->complete_through)
		m->complete_through = clock;
}

static void learn_event(struct told *m, uint32_t eid, const struct fact_of_life *e)
{
	if (eid <= m->base_eid || m->has[eid] || !has_room(m, eid))
		return;
	m->has[eid] = true;
	m->log[eid] = *e;
}

/* --- reporting --------------------------------------------------------------------------- */

/* A response, perhaps kept to be sent again later. */
struct answer {
	uint32_t epoch, first, consulted, last;
	struct fact_of_life log[LOG + 1];
	bool has[LOG + 1];
};

static struct answer stale[ENDPOINTS];

static struct answer answer_from(const struct truth *t, uint32_t first)
{
	struct answer a = { .epoch = t->epoch, .first = first, .last = t->last };

	memcpy(a.log, t->log, sizeof(a.log));
	a.consulted = t->last;
	if (first <= t->last && rnd(3) == 0) /* a part of it */
		a.consulted = first + rnd(t->last - first + 1);
	for (uint32_t eid = first; eid <= a.consulted; eid++)
		a.has[eid] = true;
	if (rnd(6) == 0) /* and some of it lost */
		for (uint32_t eid = first; eid <= a.consulted; eid++)
			a.has[eid] = rnd(3) != 0;
	return a;
}

static void tell_event(struct report *r, const struct answer *a, uint32_t eid)
{
	const struct fact_of_life *e = &a->log[eid];
	const struct event ev = {
		.eid = eid,
		.happened_at = e->happened,
		.action = e->action,
		.software = { .identifier = identifier(e->software), .record_id = e->record },
	};

	assert_int_equal(report_event(r, &ev), 0);
	if (rnd(20) == 0)
		assert_int_equal(report_event(r, &ev), 0);
}

static void tell_events(struct report *r, struct told *m, const struct answer *a,
			int64_t clock)
{
	const struct events_head head = { a->epoch, a->first, a->consulted, a->last, 0 };
	bool backwards = rnd(2);

	assert_int_equal(report_events(r, &head), 0);
	for (uint32_t i = 1; i <= a->last; i++) {
		uint32_t eid = backwards ? a->last + 1 - i : i;

		if (a->has[eid])
			tell_event(r, a, eid);
	}
	assert_int_equal(report_events_end(r), 0);
	if (!m->inventory || m->epoch != a->epoch)
		return;
	for (uint32_t eid = 1; eid <= a->last; eid++)
		if (a->has[eid])
			learn_event(m, eid, &a->log[eid]);
	if (a->last > m->highest)
		m->highest = a->last;
	if (contiguous_of(m) >= m->highest && a->consulted == a->last &&
	    a->last == m->highest && clock > m->complete_through)
		m->complete_through = clock;
}

static void tell_inventory(struct report *r, struct told *m, const struct truth *t,
			   int64_t clock)
{
	unsigned first = t->n ? rnd(t->n) : 0;

	assert_int_equal(report_inventory(r, &(struct inventory_head){ t->epoch, t->last, 0 }),
			 0);
	for (unsigned k = 0; k < t->n; k++) {
		unsigned i = (first + k) % t->n;
		const struct software sw = { .identifier = identifier(t->have[i].software),
					     .record_id = t->have[i].record };

		assert_int_equal(report_software(r, &sw), 0);
	}
	assert_int_equal(report_inventory_end(r), 0);
	learn_inventory(m, t, clock);
}

/* Requests as a validator does: an inventory if there is none, else the next events; sometimes
 * events from another EID. */
static void tell(unsigned i, int64_t clock)
{
	char name[32];
	struct truth *t = &truths[i];
	struct told *m = &told[i];
	uint32_t from = contiguous_of(m) + 1;
	struct report *r;

	(void)snprintf(name, sizeof(name), "host%u.example", i);
	r = fixture_report(&f, name);
	if (rnd(12) == 0) { /* the connection is lost: nothing is submitted */
		struct told scratch = *m;

		tell_inventory(r, &scratch, t, clock);
		report_free(r);
		return;
	}
	if (stale[i].epoch && rnd(8) == 0)
		tell_events(r, m, &stale[i], clock); /* again, however old */
	if (!m->inventory || m->epoch != t->epoch || m->highest > t->last || rnd(12) == 0) {
		if (rnd(2) && m->inventory) {
			struct answer a = answer_from(t, 1);

			tell_events(r, m, &a, clock); /* of an epoch that is not known */
		}
		tell_inventory(r, m, t, clock);
	} else {
		if (rnd(5) == 0)
			from = 1 + rnd(t->last + 1);
		stale[i] = answer_from(t, from);
		tell_events(r, m, &stale[i], clock);
	}
	assert_int_equal(report_submit(r, NULL, NULL), 0);
}

/* --- comparing --------------------------------------------------------------------------- */

static unsigned id_of(const struct software_row *row)
{
	char id[32];
	unsigned i;

	(void)snprintf(id, sizeof(id), "%.*s", (int)row->identifier.n, row->identifier.p);
	assert_int_equal(sscanf(id, "id-%u", &i), 1);
	assert_true(i < SOFTWARE);
	return i;
}

static int check_now(void *ctx, const struct software_row *row)
{
	int *counts = ctx;
	unsigned i = id_of(row);

	assert_int_equal(counts[i], row->instances);
	assert_true(counts[i] > 0);
	counts[i] = 0;
	return 0;
}

static int check_then(void *ctx, const struct software_row *row)
{
	uint32_t *bits = ctx;
	uint32_t bit = 1u << id_of(row);

	assert_true(*bits & bit);
	*bits &= ~bit;
	return 0;
}

static void check_known(unsigned i, const char *name)
{
	const struct told *m = &told[i];
	const struct truth *t = &truths[i];
	struct endpoint_state known;
	char key[64];
	int counts[SOFTWARE];

	(void)snprintf(key, sizeof(key), "dns:%s", name);
	assert_int_equal(posture_known(f.p, key, &known), 0);
	assert_int_equal(known.has_inventory, m->inventory);
	assert_int_equal(known.epoch, m->epoch);
	assert_int_equal(known.contiguous_eid, contiguous_of(m));
	assert_int_equal(known.highest_eid, m->highest);
	assert_int_equal(known.has_gap, contiguous_of(m) < m->highest);
	assert_int_equal(known.complete_through, m->complete_through);
	if (m->epoch != t->epoch || contiguous_of(m) != t->last)
		return;
	/* nothing is missing: the repository has the true state */
	counts_of(m, counts);
	for (unsigned k = 0; k < t->n; k++)
		counts[t->have[k].software]--;
	for (unsigned k = 0; k < SOFTWARE; k++)
		assert_int_equal(counts[k], 0);
}

static void check_endpoint(unsigned i)
{
	char name[32];
	struct endpoint_row row;
	int counts[SOFTWARE];
	uint32_t id;

	(void)snprintf(name, sizeof(name), "host%u.example", i);
	id = fixture_endpoint(&f, WHEN_NOW, name, &row);
	if (!told[i].inventory)
		return;
	assert_true(id != 0);
	counts_of(&told[i], counts);
	assert_int_equal(query_inventory(f.p, WHEN_NOW, id, check_now, counts), 0);
	for (unsigned k = 0; k < SOFTWARE; k++)
		assert_true(counts[k] <= 0);
	assert_int_equal(row.software_count, __builtin_popcount(present_of(&told[i])));
	check_known(i, name);
}

static void check_past(const struct past *p)
{
	unsigned i = rnd(ENDPOINTS);
	uint32_t bits = p->present[i], id;
	struct endpoint_row row;
	char name[32];

	if (!p->at) /* before the first change; in a query 0 means now */
		return;
	(void)snprintf(name, sizeof(name), "host%u.example", i);
	if (!(id = fixture_endpoint(&f, KNOWN_AT(p->at), name, &row))) {
		assert_int_equal(bits, 0);
		return;
	}
	assert_int_equal(row.software_count, __builtin_popcount(bits));
	assert_int_equal(query_inventory(f.p, KNOWN_AT(p->at), id, check_then, &bits), 0);
	assert_int_equal(bits, 0);
}

/* --- two clocks (two_clocks.h) ------------------------------------------------------------ */

static void check_some_moment(void)
{
	int64_t as_of = history[rnd((unsigned)n_history)].at + (int64_t)rnd(2000) - 1000;
	int64_t known = history[rnd((unsigned)n_history)].at;
	uint32_t present[TWO_CLOCKS_ENDPOINTS];

	for (unsigned i = 0; i < ENDPOINTS; i++)
		present[i] = present_of(&told[i]);
	if (rnd(3) == 0)
		known = as_of + rnd(4000);
	if (known > 1 && as_of > 1)
		two_clocks_check(&f, (struct when){ as_of, known }, present);
}

static void remember(void)
{
	struct past *p = &history[n_history++];

	p->at = fixture_last_known(&f);
	for (unsigned i = 0; i < ENDPOINTS; i++)
		p->present[i] = present_of(&told[i]);
}

static void restart(void)
{
	posture_close(f.p);
	fixture_open(&f);
	for (unsigned i = 0; i < ENDPOINTS; i++)
		check_endpoint(i);
}

static void step(int64_t clock)
{
	for (unsigned n = 1 + rnd(3); n > 0; n--) {
		unsigned i = rnd(ENDPOINTS);

		if (rnd(20) == 0) /* its clock is set */
			truths[i].clock = clock + (int64_t)rnd(8000) - 6000;
		truths[i].clock += rnd(300);
		for (unsigned k = rnd(4); k > 0; k--)
			live(&truths[i]);
		if (rnd(100) == 0)
			new_ledger(&truths[i]); /* it lost the file of its ledger */
		if (rnd(4))
			tell(i, clock);
	}
	assert_int_equal(fixture_commit(&f, NULL), 0);
	remember();
	check_endpoint(rnd(ENDPOINTS));
	if (rnd(8) == 0)
		fixture_check_freshness(&f, clock - rnd(20000));
	if (n_history > 1) {
		size_t back = rnd(100) ? rnd(64) : rnd((unsigned)n_history);

		check_past(&history[n_history - 1 - (back < n_history ? back : 0)]);
		if (rnd(25) == 0)
			check_some_moment();
	}
}

static void test_model(void **state)
{
	const char *env = getenv("STANCE_MODEL_STEPS"), *from = getenv("STANCE_MODEL_SEED");
	size_t steps = env ? strtoul(env, NULL, 10) : 400;
	int64_t clock = INT64_C(1000000) * CLOCK_SEC;

	(void)state;
	seed = from ? strtoull(from, NULL, 10) : (uint64_t)clock_wall_us();
	seed |= 1;
	print_message("STANCE_MODEL_SEED=%llu STANCE_MODEL_STEPS=%zu\n",
		      (unsigned long long)seed, steps);
	fixture_init(&f, "synchronous = off\nrun_changes = 100\n");
	fixture_open(&f);
	assert_non_null(history = calloc(steps, sizeof(*history)));
	for (unsigned i = 0; i < ENDPOINTS; i++)
		new_ledger(&truths[i]);
	for (unsigned i = 0; i < ENDPOINTS; i++)
		truths[i].clock = clock;
	for (size_t s = 0; s < steps; s++) {
		clock += 1 + rnd(1000);
		clock_fake(clock);
		step(clock);
		clock = history[s].at > clock ? history[s].at : clock;
		if (rnd(150) == 0)
			restart();
	}
	char err_msg[256] = "";
	assert_int_equal(posture_check(f.p, err_msg, sizeof(err_msg)), 0);
	clock_fake(0);
	free(history);
	fixture_free(&f);
}

UNIT_GROUP_THREADED(model_events)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
