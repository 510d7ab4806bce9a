/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/state/event_coverage.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

void event_coverage_free(struct event_coverage *l)
{
	free(l->ranges);
	free(l->instances);
	*l = (struct event_coverage){ 0 };
}

/* n elements of this size again; NULL for none, and *ok turns false when out of memory. */
static void *again(const void *from, size_t n, size_t size, bool *ok)
{
	void *to = n ? calloc(n, size) : NULL;

	if (to)
		memcpy(to, from, n * size);
	else if (n)
		*ok = false;
	return to;
}

int event_coverage_copy(struct event_coverage *to, const struct event_coverage *from)
{
	bool ok = true;

	*to = *from;
	to->cap_instances = from->n_instances;
	to->ranges = again(from->ranges, from->n_ranges, sizeof(*to->ranges), &ok);
	to->instances = again(from->instances, from->n_instances, sizeof(*to->instances), &ok);
	if (!ok)
		event_coverage_free(to);
	return ok ? 0 : ST_ENOMEM;
}

bool event_coverage_equal(const struct event_coverage *a, const struct event_coverage *b)
{
	return a->contiguous == b->contiguous && a->highest == b->highest &&
	       a->followed == b->followed && a->inventory_at == b->inventory_at &&
	       a->n_ranges == b->n_ranges && a->n_instances == b->n_instances &&
	       (!a->n_ranges ||
		memcmp(a->ranges, b->ranges, a->n_ranges * sizeof(*a->ranges)) == 0) &&
	       (!a->n_instances || memcmp(a->instances, b->instances,
					  a->n_instances * sizeof(*a->instances)) == 0);
}

void event_coverage_restart(struct event_coverage *l, uint32_t last_eid, int64_t at)
{
	event_coverage_free(l);
	l->contiguous = l->highest = last_eid;
	l->inventory_at = at;
}

bool event_coverage_has(const struct event_coverage *l, uint32_t eid)
{
	if (eid <= l->contiguous)
		return true;
	for (uint32_t i = 0; i < l->n_ranges; i++)
		if (l->ranges[i].from <= eid && eid <= l->ranges[i].to)
			return true;
	return false;
}

static void range_remove(struct event_coverage *l, uint32_t i)
{
	memmove(l->ranges + i, l->ranges + i + 1, (--l->n_ranges - i) * sizeof(*l->ranges));
	if (!l->n_ranges) {
		free(l->ranges);
		l->ranges = NULL;
	}
}

/* The gap below the first range may be closed now. */
static void ranges_absorb(struct event_coverage *l)
{
	while (l->n_ranges && l->ranges[0].from == l->contiguous + 1) {
		l->contiguous = l->ranges[0].to;
		range_remove(l, 0);
	}
}

static int range_insert(struct event_coverage *l, uint32_t i, uint32_t eid)
{
	struct repository_range *v = reallocarray(l->ranges, l->n_ranges + 1, sizeof(*v));

	if (!v)
		return ST_ENOMEM;
	memmove(v + i + 1, v + i, (l->n_ranges++ - i) * sizeof(*v));
	v[i] = (struct repository_range){ eid, eid };
	l->ranges = v;
	return 1;
}

int event_coverage_add(struct event_coverage *l, uint32_t eid, uint32_t max)
{
	uint32_t i = 0;

	if (eid == l->contiguous + 1) {
		l->contiguous = eid;
		ranges_absorb(l);
		return 1;
	}
	while (i < l->n_ranges && l->ranges[i].to < eid - 1)
		i++;
	if (i == l->n_ranges || eid + 1 < l->ranges[i].from)
		return l->n_ranges < max ? range_insert(l, i, eid) : 0;
	if (l->ranges[i].from == eid + 1) {
		l->ranges[i].from = eid;
		return 1;
	}
	l->ranges[i].to = eid;
	if (i + 1 < l->n_ranges && l->ranges[i + 1].from == eid + 1) {
		l->ranges[i].to = l->ranges[i + 1].to;
		range_remove(l, i + 1);
	}
	return 1;
}

/* Where software is or would be. */
static uint32_t instances_place(const struct event_coverage *l, uint32_t software)
{
	uint32_t lo = 0, hi = l->n_instances;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (l->instances[mid].software < software)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool is_at(const struct event_coverage *l, uint32_t i, uint32_t software)
{
	return i < l->n_instances && l->instances[i].software == software;
}

int32_t event_coverage_count(const struct event_coverage *l, uint32_t software, bool present)
{
	uint32_t i = instances_place(l, software);

	return is_at(l, i, software) ? l->instances[i].count : present;
}

static int instances_insert(struct event_coverage *l, uint32_t i, uint32_t software,
			    int32_t count)
{
	if (l->n_instances == l->cap_instances) {
		uint32_t cap = l->cap_instances ? l->cap_instances * 2 : 4;
		struct repository_instances *v =
			reallocarray(l->instances, cap, sizeof(*l->instances));

		if (!v)
			return ST_ENOMEM;
		l->instances = v;
		l->cap_instances = cap;
	}
	memmove(l->instances + i + 1, l->instances + i,
		(l->n_instances++ - i) * sizeof(*l->instances));
	l->instances[i] = (struct repository_instances){ software, count };
	return 0;
}

int event_coverage_set_count(struct event_coverage *l, uint32_t software, int32_t count)
{
	uint32_t i = instances_place(l, software);

	if (count == 0 || count == 1) {
		if (is_at(l, i, software))
			memmove(l->instances + i, l->instances + i + 1,
				(--l->n_instances - i) * sizeof(*l->instances));
		return 0;
	}
	if (!is_at(l, i, software))
		return instances_insert(l, i, software, count);
	l->instances[i].count = count;
	return 0;
}

void event_coverage_settle(struct event_coverage *l)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < l->n_instances; i++)
		if (l->instances[i].count > 0)
			l->instances[n++] = l->instances[i];
	l->n_instances = n;
}

static bool row_fits(const struct event_coverage *l,
		     const struct repository_event_coverage *row)
{
	uint64_t free_from = (uint64_t)l->contiguous + 2;

	for (size_t i = 0; i < row->n_ranges; i++) {
		const struct repository_range *r = &row->ranges[i];

		if (r->from < free_from || r->to < r->from || r->to > row->highest_eid)
			return false;
		free_from = (uint64_t)r->to + 2;
	}
	for (size_t i = 0; i < row->n_instances; i++)
		if (row->instances[i].count == 0 || row->instances[i].count == 1 ||
		    (i && row->instances[i].software <= row->instances[i - 1].software))
			return false;
	return row->highest_eid >= l->contiguous;
}

int event_coverage_load(struct event_coverage *l, const struct repository_event_coverage *row)
{
	const struct event_coverage stored = {
		.contiguous = l->contiguous,
		.highest = row->highest_eid,
		.followed = row->followed,
		.inventory_at = row->inventory_at,
		.ranges = (struct repository_range *)(uintptr_t)row->ranges,
		.instances = (struct repository_instances *)(uintptr_t)row->instances,
		.n_ranges = (uint32_t)row->n_ranges,
		.n_instances = (uint32_t)row->n_instances,
	};

	if (!row_fits(l, row))
		return ST_EDB;
	event_coverage_free(l);
	return event_coverage_copy(l, &stored);
}

size_t event_coverage_octets(const struct event_coverage *l)
{
	return l->n_ranges * sizeof(*l->ranges) + l->n_instances * sizeof(*l->instances);
}
