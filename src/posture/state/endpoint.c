/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/state/endpoint.h"
#include "posture/repository.h"
#include "posture/report.h"
#include "posture/state/software_set.h"
#include "base/err.h"

#include <stddef.h>
#include <stdlib.h>

struct endpoint *endpoint_new(uint32_t id, struct span key, struct span name)
{
	bool tail = name.n <= key.n && memcmp(key.p + key.n - name.n, name.p, name.n) == 0;
	struct endpoint *e;

	if (key.n > UINT32_MAX / 2 || name.n > UINT32_MAX / 2)
		return NULL;
	if (!(e = calloc(1, sizeof(*e) + key.n + 1 + (tail ? 0 : name.n + 1))))
		return NULL;
	e->id = id;
	e->n_key = (uint32_t)key.n;
	e->n_name = (uint32_t)name.n;
	e->name_at = (uint32_t)(tail ? key.n - name.n : key.n + 1);
	memcpy(e->s, key.p, key.n);
	if (name.n)
		memcpy(e->s + e->name_at, name.p, name.n);
	return e;
}

struct endpoint *endpoint_renamed(struct endpoint *e, struct span key)
{
	struct endpoint *to = endpoint_new(e->id, key, endpoint_name(e));
	struct endpoint keep;

	if (!to)
		return NULL;
	keep = *to;
	memcpy(to, e, offsetof(struct endpoint, s));
	to->n_key = keep.n_key;
	to->n_name = keep.n_name;
	to->name_at = keep.name_at;
	free(e); /* what it pointed to is the other's now */
	return to;
}

/* Octets of the structure and what stands behind it. */
static size_t endpoint_size(const struct endpoint *e)
{
	size_t end = (size_t)e->name_at + e->n_name;

	return sizeof(*e) + (end > e->n_key ? end : e->n_key) + 1;
}

void endpoint_free(struct endpoint *e, struct text_pool *t)
{
	if (!e)
		return;
	for (uint32_t i = 0; i < e->n_facts + e->n_results; i++)
		text_drop(t, e->told[i]);
	free(e->told);
	free(e->delta);
	event_coverage_free(&e->ledger);
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
	size_t size = endpoint_size(e), n = e->n_facts + e->n_results;
	struct endpoint *c = malloc(size);
	bool ok = c != NULL;

	if (!ok)
		return NULL;
	memcpy(c, e, size);
	c->delta = array_copy(e->delta, e->n_added + e->n_removed, sizeof(*e->delta), &ok);
	c->told = array_copy(e->told, n, sizeof(*e->told), &ok);
	ok &= event_coverage_copy(&c->ledger, &e->ledger) == 0;
	if (!ok) {
		event_coverage_free(&c->ledger);
		free(c->delta);
		free(c->told);
		free(c);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		text_ref(c->told[i]);
	return c;
}

uint32_t endpoint_software_count(const struct endpoint *e)
{
	return e->set ? (uint32_t)e->set->n + e->n_added - e->n_removed : 0;
}

bool endpoint_has_software(const struct endpoint *e, uint32_t software)
{
	if (!e->set)
		return false;
	if (id_list_has(endpoint_added(e), e->n_added, software))
		return true;
	return id_list_has(e->set->members, e->set->n, software) &&
	       !id_list_has(endpoint_removed(e), e->n_removed, software);
}

int endpoint_software(const struct endpoint *e, struct id_list *out)
{
	out->n = 0;
	if (!e->set)
		return 0;
	return id_list_patch(e->set->members, e->set->n, endpoint_added(e), e->n_added,
			     endpoint_removed(e), e->n_removed, out);
}

int endpoint_set_software(struct endpoint *e, const struct software_set *base,
			  const struct id_list *added, const struct id_list *removed)
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

/* --- facts and results ------------------------------------------------------------------- */

static struct span told_name(const struct text *x)
{
	return span_of(x->s, strlen(x->s));
}

static struct span told_value(const struct text *x)
{
	size_t n = strlen(x->s) + 1;

	return span_of(x->s + n, x->n - n);
}

static struct text *const *results_of(const struct endpoint *e)
{
	return e->told ? e->told + e->n_facts : NULL;
}

/* Where name is, or would be, among n of v. */
static uint32_t told_place(struct text *const *v, uint32_t n, struct span name, bool *found)
{
	uint32_t lo = 0, hi = n;

	*found = false;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int c = span_cmp(told_name(v[mid]), name);

		*found |= c == 0;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Takes x in the place of the text at `at`, or in front of it. */
static int told_put(struct endpoint *e, struct text_pool *t, uint32_t at, bool found,
		    struct text *x)
{
	uint32_t n = e->n_facts + e->n_results;
	struct text **v;

	if (!x)
		return ST_ENOMEM;
	if (found) {
		text_drop(t, e->told[at]);
		e->told[at] = x;
		return 0;
	}
	if (!(v = reallocarray(e->told, n + 1, sizeof(*v)))) {
		text_drop(t, x);
		return ST_ENOMEM;
	}
	e->told = v;
	memmove(v + at + 1, v + at, (n - at) * sizeof(*v));
	v[at] = x;
	return 1;
}

static void told_remove(struct endpoint *e, struct text_pool *t, uint32_t at)
{
	uint32_t n = e->n_facts + e->n_results;

	text_drop(t, e->told[at]);
	memmove(e->told + at, e->told + at + 1, (n - at - 1) * sizeof(*e->told));
	if (n == 1) {
		free(e->told);
		e->told = NULL;
	}
}

struct text *endpoint_fact_text(struct text_pool *t, struct span name, struct span value)
{
	const struct span parts[] = { name, span_of("", 1), value };

	return text_intern_parts(t, parts, 3);
}

struct text *endpoint_result_text(struct text_pool *t, struct span rule, struct span reason,
				  uint8_t verdict)
{
	const struct span parts[] = { rule, span_of("", 1), span_of(&verdict, 1), reason };

	return text_intern_parts(t, parts, 4);
}

struct fact_view endpoint_fact_at(const struct endpoint *e, uint32_t i)
{
	const struct text *x = e->told[i];

	return (struct fact_view){ told_name(x), told_value(x), 0 };
}

struct fact_view endpoint_result_at(const struct endpoint *e, uint32_t i)
{
	const struct text *x = e->told[e->n_facts + i];
	struct span value = told_value(x);

	return (struct fact_view){ told_name(x), span_of(value.p + 1, value.n - 1),
				   value.p[0] };
}

bool endpoint_has_fact(const struct endpoint *e, struct span name, struct span *value)
{
	bool found;
	uint32_t at = told_place(e->told, e->n_facts, name, &found);

	if (value)
		*value = found ? told_value(e->told[at]) : (struct span){ 0 };
	return found;
}

bool endpoint_has_result(const struct endpoint *e, struct span rule, struct fact_view *r)
{
	bool found;
	uint32_t at = told_place(results_of(e), e->n_results, rule, &found);

	if (r)
		*r = found ? endpoint_result_at(e, at) : (struct fact_view){ 0 };
	return found;
}

static bool is_incomplete(struct span name)
{
	return span_eq(name, span_str(FACT_INCOMPLETE));
}

int endpoint_fact_set(struct endpoint *e, struct text_pool *t, struct span name,
		      struct span value)
{
	bool found;
	uint32_t at = told_place(e->told, e->n_facts, name, &found);
	int added = told_put(e, t, at, found, endpoint_fact_text(t, name, value));

	if (added < 0)
		return added;
	e->n_facts += (uint32_t)added;
	e->incomplete |= is_incomplete(name);
	return 0;
}

int endpoint_result_set(struct endpoint *e, struct text_pool *t, struct span rule,
			struct span reason, uint8_t verdict)
{
	bool found;
	uint32_t at = told_place(results_of(e), e->n_results, rule, &found);
	int added = told_put(e, t, e->n_facts + at, found,
			     endpoint_result_text(t, rule, reason, verdict));

	if (added < 0)
		return added;
	e->n_results += (uint32_t)added;
	return 0;
}

void endpoint_fact_remove(struct endpoint *e, struct text_pool *t, uint32_t i)
{
	e->incomplete &= !is_incomplete(told_name(e->told[i]));
	told_remove(e, t, i);
	e->n_facts--;
}

void endpoint_result_remove(struct endpoint *e, struct text_pool *t, uint32_t i)
{
	told_remove(e, t, e->n_facts + i);
	e->n_results--;
}

static bool told_sorted(struct text *const *v, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		if (span_cmp(told_name(v[i - 1]), told_name(v[i])) >= 0)
			return false;
	return true;
}

/* Behind what is in to, n more; returns the place behind them. */
static struct text **told_append(struct text **to, struct text *const *v, uint32_t n)
{
	if (n)
		memcpy(to, v, n * sizeof(*v));
	return to + n;
}

int endpoint_take_told(struct endpoint *e, struct text *const *facts, uint32_t n_facts,
		       struct text *const *results, uint32_t n_results)
{
	uint32_t all_facts = e->n_facts + n_facts, all_results = e->n_results + n_results;
	size_t n = (size_t)all_facts + all_results;
	struct text **v = n ? malloc(n * sizeof(*v)) : NULL, **at = v;

	if (!n || !v)
		return n ? ST_ENOMEM : 0;
	at = told_append(at, e->told, e->n_facts);
	at = told_append(at, facts, n_facts);
	at = told_append(at, results_of(e), e->n_results);
	(void)told_append(at, results, n_results);
	if (!told_sorted(v, all_facts) || !told_sorted(v + all_facts, all_results)) {
		free(v);
		return ST_EDB;
	}
	free(e->told);
	e->told = v;
	e->n_facts = all_facts;
	e->n_results = all_results;
	e->incomplete = endpoint_has_fact(e, span_str(FACT_INCOMPLETE), NULL);
	return 0;
}

/* --- for the repository ------------------------------------------------------------------ */

void endpoint_store(const struct endpoint *e, struct repository_endpoint *row)
{
	*row = (struct repository_endpoint){
		.id = e->id,
		.key = endpoint_key(e),
		.name = endpoint_name(e),
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

void endpoint_store_ledger(const struct endpoint *e, struct repository_event_coverage *row)
{
	*row = (struct repository_event_coverage){
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
	size_t blocks = 1 + (e->delta != NULL) + (e->told != NULL);

	return blocks * 16 + endpoint_size(e) +
	       (e->n_added + e->n_removed) * sizeof(*e->delta) +
	       (e->n_facts + e->n_results) * sizeof(*e->told) +
	       event_coverage_octets(&e->ledger);
}
