#include "posture/two_clocks.h"

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

/* What the journal says, line by line, in the simplest way. */
struct replay {
	struct fixture *f;
	struct when when;
	bool inventory[TWO_CLOCKS_ENDPOINTS];
	uint32_t touched[TWO_CLOCKS_ENDPOINTS], first[TWO_CLOCKS_ENDPOINTS],
		state[TWO_CLOCKS_ENDPOINTS];
};

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
	uint32_t bit = 1u << id_of(&row->software);
	bool whole = c->happened_at % CLOCK_SEC == 0; /* some time in that second */
	int64_t happened = c->happened_at + (whole ? CLOCK_SEC - 1 : 0);
	int64_t effect = c->happened_at && happened < c->known_at ? happened : c->known_at;

	if (!(r->touched[i] & bit) && c->kind == CHANGE_REMOVED)
		r->first[i] |= bit;
	r->touched[i] |= bit;
	if (c->known_at > r->when.known_at || effect > r->when.as_of)
		return 0;
	/* the newest line that counts decides */
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

/* A window that is open at the moment is software that is there. */
static int check_window(void *ctx, const struct exposure_row *row)
{
	uint32_t *states = ctx;
	unsigned i;

	assert_int_equal(sscanf(row->endpoint->name, "host%u.", &i), 1);
	uint32_t bit = 1u << id_of(row->software);

	assert_true(states[i] & bit);
	states[i] &= ~bit;
	assert_true(row->since_known >= row->since);
	assert_true(!row->until || row->until > row->since);
	return 0;
}

static void check_exposure(const struct replay *r)
{
	const struct exposure_query q = {
		.software = { .when = { 0, r->when.known_at }, .glob = "id-*" },
		.from = r->when.as_of,
		.to = r->when.as_of,
	};
	uint32_t states[TWO_CLOCKS_ENDPOINTS];

	memcpy(states, r->state, sizeof(states));
	assert_int_equal(query_exposure(r->f->p, &q, check_window, states), 0);
	for (unsigned i = 0; i < TWO_CLOCKS_ENDPOINTS; i++)
		assert_int_equal(states[i], 0);
}

void two_clocks_check(struct fixture *f, struct when when, const uint32_t *present)
{
	const struct change_query q = { .kinds = CHANGE_SOFTWARE };
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
		assert_int_equal(row.has_inventory, r.inventory[i]);
		assert_int_equal(row.software_count, __builtin_popcount(bits));
		if (id)
			assert_int_equal(query_inventory(f->p, when, id, check_then, &bits),
					 0);
		assert_int_equal(bits, 0);
	}
	assert_int_equal(query_software(f->p, SOFTWARE_OF(when, "id-*"), check_holders, &r),
			 0);
	check_exposure(&r);
}
