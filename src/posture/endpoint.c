#include "posture/endpoint.h"
#include "posture/plugin.h"
#include "posture/set.h"
#include "base/err.h"

#include <stdlib.h>

struct endpoint *endpoint_new(uint32_t id, struct text_table *t, struct span key,
			      struct span name)
{
	struct endpoint *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->id = id;
	e->key = text_intern(t, key);
	e->name = text_intern(t, name);
	if (!e->key || !e->name) {
		endpoint_free(e, t);
		return NULL;
	}
	return e;
}

void endpoint_free(struct endpoint *e, struct text_table *t)
{
	if (!e)
		return;
	for (uint32_t i = 0; i < e->n_facts; i++) {
		text_drop(t, e->facts[i].name);
		text_drop(t, e->facts[i].value);
	}
	for (uint32_t i = 0; i < e->n_results; i++) {
		text_drop(t, e->results[i].rule);
		text_drop(t, e->results[i].reason);
	}
	text_drop(t, e->key);
	text_drop(t, e->name);
	free(e->facts);
	free(e->results);
	free(e->delta);
	ledger_free(&e->ledger);
	free(e);
}

/* n elements of this size again; NULL for none. *ok turns false when out of memory. */
static void *array_copy(const void *from, size_t n, size_t size, bool *ok)
{
	void *to = n ? malloc(n * size) : NULL;

	if (to)
		memcpy(to, from, n * size);
	else if (n)
		*ok = false;
	return to;
}

struct endpoint *endpoint_copy(const struct endpoint *e)
{
	struct endpoint *c = malloc(sizeof(*c));
	bool ok = c != NULL;

	if (!ok)
		return NULL;
	*c = *e;
	c->delta = array_copy(e->delta, e->n_added + e->n_removed, sizeof(*e->delta), &ok);
	c->facts = array_copy(e->facts, e->n_facts, sizeof(*e->facts), &ok);
	c->results = array_copy(e->results, e->n_results, sizeof(*e->results), &ok);
	ok &= ledger_copy(&c->ledger, &e->ledger) == 0;
	if (!ok) {
		ledger_free(&c->ledger);
		free(c->delta);
		free(c->facts);
		free(c->results);
		free(c);
		return NULL;
	}
	text_ref(c->key);
	text_ref(c->name);
	for (uint32_t i = 0; i < c->n_facts; i++) {
		text_ref(c->facts[i].name);
		text_ref(c->facts[i].value);
		c->facts[i].stamp = 0;
	}
	for (uint32_t i = 0; i < c->n_results; i++) {
		text_ref(c->results[i].rule);
		text_ref(c->results[i].reason);
		c->results[i].stamp = 0;
	}
	return c;
}

uint32_t endpoint_software_count(const struct endpoint *e)
{
	return e->set ? (uint32_t)e->set->n + e->n_added - e->n_removed : 0;
}

int endpoint_software(const struct endpoint *e, struct ids *out)
{
	out->n = 0;
	if (!e->set)
		return 0;
	return ids_patch(e->set->members, e->set->n, endpoint_added(e), e->n_added,
			 endpoint_removed(e), e->n_removed, out);
}

int endpoint_set_software(struct endpoint *e, const struct set *base, const struct ids *added,
			  const struct ids *removed)
{
	uint32_t *delta = NULL;
	size_t n = added->n + removed->n;

	if (n && !(delta = malloc(n * sizeof(*delta))))
		return ST_ENOMEM;
	if (added->n)
		memcpy(delta, added->v, added->n * sizeof(*delta));
	if (removed->n)
		memcpy(delta + added->n, removed->v, removed->n * sizeof(*delta));
	free(e->delta);
	e->delta = delta;
	e->n_added = (uint32_t)added->n;
	e->n_removed = (uint32_t)removed->n;
	e->set = base;
	return 0;
}

/* Where name is or would be. */
static uint32_t fact_place(const struct endpoint *e, struct span name, bool *found)
{
	uint32_t lo = 0, hi = e->n_facts;

	*found = false;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int c = span_cmp(text_span(e->facts[mid].name), name);

		*found |= c == 0;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static uint32_t result_place(const struct endpoint *e, struct span rule, bool *found)
{
	uint32_t lo = 0, hi = e->n_results;

	*found = false;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int c = span_cmp(text_span(e->results[mid].rule), rule);

		*found |= c == 0;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct fact_view endpoint_fact_at(const struct endpoint *e, uint32_t i)
{
	return (struct fact_view){ text_span(e->facts[i].name), text_span(e->facts[i].value),
				   0 };
}

struct fact_view endpoint_result_at(const struct endpoint *e, uint32_t i)
{
	return (struct fact_view){ text_span(e->results[i].rule),
				   text_span(e->results[i].reason), e->results[i].verdict };
}

bool endpoint_has_fact(const struct endpoint *e, struct span name, struct span *value)
{
	const struct fact *f = endpoint_fact(e, name);

	if (value)
		*value = text_span(f ? f->value : NULL);
	return f != NULL;
}

struct fact *endpoint_fact(const struct endpoint *e, struct span name)
{
	bool found;
	uint32_t at = fact_place(e, name, &found);

	return found ? &e->facts[at] : NULL;
}

struct result *endpoint_result(const struct endpoint *e, struct span rule)
{
	bool found;
	uint32_t at = result_place(e, rule, &found);

	return found ? &e->results[at] : NULL;
}

struct fact *endpoint_fact_add(struct endpoint *e, struct text_table *t, struct span name,
			       struct span value)
{
	struct fact *v = reallocarray(e->facts, e->n_facts + 1, sizeof(*v));
	struct fact f = { text_intern(t, name), text_intern(t, value), 0 };
	bool found;

	if (v)
		e->facts = v;
	if (!v || !f.name || !f.value) {
		text_drop(t, f.name);
		text_drop(t, f.value);
		return NULL;
	}
	uint32_t at = fact_place(e, name, &found);

	memmove(v + at + 1, v + at, (e->n_facts++ - at) * sizeof(*v));
	v[at] = f;
	return &v[at];
}

struct result *endpoint_result_add(struct endpoint *e, struct text_table *t, struct span rule,
				   struct span reason, uint8_t verdict)
{
	struct result *v = reallocarray(e->results, e->n_results + 1, sizeof(*v));
	struct result r = { text_intern(t, rule), text_intern(t, reason), verdict, 0 };
	bool found;

	if (v)
		e->results = v;
	if (!v || !r.rule || !r.reason) {
		text_drop(t, r.rule);
		text_drop(t, r.reason);
		return NULL;
	}
	uint32_t at = result_place(e, rule, &found);

	memmove(v + at + 1, v + at, (e->n_results++ - at) * sizeof(*v));
	v[at] = r;
	return &v[at];
}

void endpoint_fact_remove(struct endpoint *e, struct text_table *t, struct fact *f)
{
	text_drop(t, f->name);
	text_drop(t, f->value);
	memmove(f, f + 1, (size_t)(e->facts + --e->n_facts - f) * sizeof(*f));
}

void endpoint_result_remove(struct endpoint *e, struct text_table *t, struct result *r)
{
	text_drop(t, r->rule);
	text_drop(t, r->reason);
	memmove(r, r + 1, (size_t)(e->results + --e->n_results - r) * sizeof(*r));
}

void endpoint_store(const struct endpoint *e, struct repository_endpoint *row)
{
	*row = (struct repository_endpoint){
		.id = e->id,
		.key = text_span(e->key),
		.name = text_span(e->name),
		.first_seq = e->first_seq,
		.inventory_seq = e->inventory_seq,
		.first_seen = e->first_seen,
		.last_contact = e->last_contact,
		.complete_through = e->complete_through,
		.epoch = e->epoch,
		.last_eid = e->ledger.contiguous,
		.assessed = e->assessed,
		.verdict = e->verdict,
		.access = e->access,
		.set = e->set ? e->set->id : 0,
		.added = endpoint_added(e),
		.removed = endpoint_removed(e),
		.n_added = e->n_added,
		.n_removed = e->n_removed,
	};
}

void endpoint_store_ledger(const struct endpoint *e, struct repository_ledger *row)
{
	*row = (struct repository_ledger){
		.endpoint = e->id,
		.highest_eid = e->ledger.highest,
		.followed = e->ledger.followed,
		.inventory_at = e->ledger.inventory_at,
		.ranges = e->ledger.ranges,
		.n_ranges = e->ledger.n_ranges,
		.instances = e->ledger.instances,
		.n_instances = e->ledger.n_instances,
	};
}

size_t endpoint_octets(const struct endpoint *e)
{
	return sizeof(*e) + (e->n_added + e->n_removed) * sizeof(*e->delta) +
	       e->n_facts * sizeof(*e->facts) + e->n_results * sizeof(*e->results) +
	       ledger_octets(&e->ledger);
}
