/* SPDX-License-Identifier: BSD-2-Clause */
#include "two_clocks.h"

#include <stdio.h>

static unsigned id_of(const struct software_row *row)
{
	char id[32];
	unsigned i;

	(void)snprintf(id, sizeof(id), "%.*s", (int)row->identifier.n, row->identifier.p);
	assert_int_equal(sscanf(id, "id-%u", &i), 1);
	assert_true(i < 32);
	return i;
}

static int check_then(void *ctx, const struct software_row *row)
{
	uint32_t *bits = ctx;
	uint32_t bit = 1u << id_of(row);

	assert_true(*bits & bit);
	*bits &= ~bit;
	return 0;
}

/* Replays the journal line by line, in the simplest way. */
struct replay {
	struct fixture *f;
	struct when when;
	bool inventory[TWO_CLOCKS_ENDPOINTS];
	uint32_t touched[TWO_CLOCKS_ENDPOINTS], first[TWO_CLOCKS_ENDPOINTS],
		state[TWO_CLOCKS_ENDPOINTS];
	/* complete_through: by all lines so far; by those that were known */
	int64_t confirmed[TWO_CLOCKS_ENDPOINTS], through[TWO_CLOCKS_ENDPOINTS];
	uint32_t doubted[TWO_CLOCKS_ENDPOINTS];  /* software whose state is unknown, */
	int64_t after[TWO_CLOCKS_ENDPOINTS][32]; /* since this time */
	bool seen[TWO_CLOCKS_ENDPOINTS];
};

/* A line that does not count at the moment. */
static void replay_doubt(struct replay *r, unsigned i, unsigned id, const struct change *c)
{
	if (c->happened_at || c->known_at > r->when.known_at ||
	    r->confirmed[i] >= r->when.as_of || r->doubted[i] & 1u << id)
		return;
	r->doubted[i] |= 1u << id;
	r->after[i][id] = r->confirmed[i];
}

static int replay_line(void *ctx, const struct change_row *row)
{
	const struct change *c = &row->change;
	struct replay *r = ctx;
	unsigned i;

	assert_int_equal(sscanf(row->endpoint_name, "host%u.", &i), 1);
	if (c->kind == CHANGE_INVENTORY) {
		r->inventory[i] =
			c->known_at <= r->when.as_of && c->known_at <= r->when.known_at;
		return 0;
	}
	if (c->kind == CHANGE_CONFIRMED) {
		r->confirmed[i] = c->number;
		if (c->known_at <= r->when.known_at)
			r->through[i] = c->number;
		return 0;
	}
	unsigned id = id_of(&row->software);
	uint32_t bit = 1u << id;
	bool whole = c->happened_at % CLOCK_SEC == 0; /* some time in that second */
	int64_t happened = c->happened_at + (whole ? CLOCK_SEC - 1 : 0);
	int64_t effect = c->happened_at && happened < c->known_at ? happened : c->known_at;

	if (!(r->touched[i] & bit) && c->kind == CHANGE_REMOVED)
		r->first[i] |= bit;
	r->touched[i] |= bit;
	if (c->known_at > r->when.known_at || effect > r->when.as_of) {
		replay_doubt(r, i, id, c);
		return 0;
	}
	/* the newest line that counts decides */
	r->doubted[i] &= ~bit;
	r->first[i] &= ~bit;
	r->state[i] &= ~bit;
	if (c->kind == CHANGE_ADDED)
		r->state[i] |= bit;
	return 0;
}

static int count_holder(void *ctx, const struct endpoint_row *row)
{
	uint32_t *bits = ctx;
	unsigned i;

	assert_int_equal(sscanf(row->name, "host%u.", &i), 1);
	*bits |= 1u << i;
	return 0;
}

static int check_holders(void *ctx, const struct software_row *row)
{
	const struct replay *r = ctx;
	uint32_t bit = 1u << id_of(row), got = 0, want = 0;

	for (unsigned i = 0; i < TWO_CLOCKS_ENDPOINTS; i++)
		want |= r->state[i] & bit ? 1u << i : 0;
	assert_int_equal(
		query_software_endpoints(r->f->p, r->when, row->id, NULL, count_holder, &got),
		0);
	assert_int_equal(got, want);
	assert_int_equal(row->endpoints, __builtin_popcount(want));
	return 0;
}

/* How far the endpoint's software, or one of it, is known. */
static int64_t through_of(const struct replay *r, unsigned i, uint32_t which)
{
	int64_t through = r->inventory[i] ? r->through[i] : 0;

	for (unsigned id = 0; id < 32; id++)
		if (r->doubted[i] & which & 1u << id && r->after[i][id] < through)
			through = r->after[i][id];
	return through;
}

static void check_fresh(const struct replay *r, uint32_t which, int64_t since,
			const struct freshness *f)
{
	struct freshness want = { 0 };

	for (unsigned i = 0; i < TWO_CLOCKS_ENDPOINTS; i++) {
		int64_t through = through_of(r, i, which);

		if (!r->seen[i])
			continue;
		if (!want.endpoints++ || through < want.complete_through)
			want.complete_through = through;
		want.stale += !through || through < since;
	}
	assert_int_equal(f->endpoints, want.endpoints);
	assert_int_equal(f->stale, want.stale);
	assert_int_equal(f->complete_through, want.complete_through);
}

/* A window that contains the moment is installed software. A later window with an untimed
 * begin may have begun before the moment. */
struct check_windows {
	const struct replay *r;
	uint32_t states[TWO_CLOCKS_ENDPOINTS];
};

static int check_window(void *ctx, const struct exposure_row *row)
{
	struct check_windows *w = ctx;
	int64_t as_of = w->r->when.as_of;
	unsigned i;

	assert_int_equal(sscanf(row->endpoint->name, "host%u.", &i), 1);
	uint32_t bit = 1u << id_of(row->software);

	assert_true(row->since_known >= row->since);
	assert_true(!row->until || row->until > row->since);
	assert_true(!row->since_untimed || row->since_after <= row->since);
	assert_true(!row->until_untimed || row->until_after <= row->until);
	if (row->since > as_of) {
		assert_true(row->since_untimed && row->since_after < as_of);
		assert_true(w->r->doubted[i] & bit);
		return 0;
	}
	assert_true(w->states[i] & bit);
	w->states[i] &= ~bit;
	return 0;
}

static void check_exposure(const struct replay *r)
{
	struct freshness fresh;
	const struct exposure_query q = {
		.software = { .when = r->when,
			      .glob = "id-*",
			      .fresh = &fresh,
			      .since = r->when.as_of - 1000 },
		.from = r->when.as_of,
		.to = r->when.as_of,
	};
	struct check_windows w = { r, { 0 } };

	memcpy(w.states, r->state, sizeof(w.states));
	assert_int_equal(query_exposure(r->f->p, &q, check_window, &w), 0);
	for (unsigned i = 0; i < TWO_CLOCKS_ENDPOINTS; i++)
		assert_int_equal(w.states[i], 0);
	check_fresh(r, UINT32_MAX, q.software.since, &fresh);
}

static int no_row(void *ctx, const struct endpoint_row *row)
{
	(void)ctx, (void)row;
	return 0;
}

/* Freshness that is filled before the first row covers the software of the question only. */
static void check_software(struct replay *r)
{
	struct freshness fresh;
	struct software_query q = {
		.when = r->when,
		.glob = "id-*",
		.fresh = &fresh,
		.since = r->when.as_of - 1000,
	};
	char one[16];
	unsigned id = (unsigned)(r->when.as_of % 24);

	assert_int_equal(query_software(r->f->p, &q, check_holders, r), 0);
	check_fresh(r, UINT32_MAX, q.since, &fresh);
	(void)snprintf(one, sizeof(one), "id-%u", id);
	q.glob = one;
	assert_int_equal(query_software(r->f->p, &q, check_holders, r), 0);
	check_fresh(r, 1u << id, q.since, &fresh);
	assert_int_equal(query_lacking(r->f->p, &q, no_row, NULL), 0);
	check_fresh(r, 1u << id, q.since, &fresh);
}

void two_clocks_check(struct fixture *f, struct when when, const uint32_t *present)
{
	const struct change_query q = { .kinds = CHANGE_SOFTWARE |
						 CHANGE_BIT(CHANGE_CONFIRMED) };
	struct replay r = { .f = f, .when = when };
	char name[32];

	assert_int_equal(query_changes(f->p, &q, replay_line, &r), 0);
	for (unsigned i = 0; i < TWO_CLOCKS_ENDPOINTS; i++) {
		uint32_t untouched = present[i] & ~r.touched[i], id, bits;
		struct endpoint_row row;

		r.state[i] |= untouched | r.first[i];
		r.state[i] = r.inventory[i] ? r.state[i] : 0;
		bits = r.state[i];
		(void)snprintf(name, sizeof(name), "host%u.example", i);
		id = fixture_endpoint(f, when, name, &row);
		r.seen[i] = id != 0;
		assert_int_equal(row.has_inventory, r.inventory[i]);
		if (r.inventory[i])
			assert_int_equal(row.complete_through, through_of(&r, i, UINT32_MAX));
		assert_int_equal(row.software_count, __builtin_popcount(bits));
		if (id)
			assert_int_equal(query_inventory(f->p, when, id, check_then, &bits),
					 0);
		assert_int_equal(bits, 0);
	}
	check_software(&r);
	check_exposure(&r);
}
