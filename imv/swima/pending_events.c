/* SPDX-License-Identifier: BSD-2-Clause */
#include "pending_events.h"

#include "base/err.h"

#include <stdlib.h>

void pending_events_reset(struct pending_events *n)
{
	arena_reset(&n->arena);
	free(n->events);
	free(n->items);
	free(n->names);
	*n = (struct pending_events){ 0 };
}

int pending_events_add(struct pending_events *n, uint32_t eid, uint32_t answer,
		       struct span identifier, int by)
{
	struct pending_event *v;
	struct span copy;

	if (n->n_events == n->cap_events) {
		size_t cap = n->cap_events ? n->cap_events * 2 : 64;

		if (!(v = reallocarray(n->events, cap, sizeof(*v))))
			return ST_ENOMEM;
		n->events = v;
		n->cap_events = cap;
	}
	copy = arena_copy(&n->arena, identifier);
	if (!copy.p)
		return ST_ENOMEM;
	n->events[n->n_events] =
		(struct pending_event){ eid, answer, (uint32_t)n->n_events, by, copy };
	n->n_events++;
	if (eid > n->newest)
		n->newest = eid;
	return 0;
}

int pending_events_describe(struct pending_events *n, struct span identifier, struct span name,
			    struct span version)
{
	struct pending_name *v, said = {
		.identifier = arena_copy(&n->arena, identifier),
		.name = arena_copy(&n->arena, name),
		.version = arena_copy(&n->arena, version),
		.at = n->n_names,
	};

	if (!said.identifier.p || !said.name.p || !said.version.p)
		return ST_ENOMEM;
	if (n->n_names == n->cap_names) {
		size_t cap = n->cap_names ? n->cap_names * 2 : 64;

		if (!(v = reallocarray(n->names, cap, sizeof(*v))))
			return ST_ENOMEM;
		n->names = v;
		n->cap_names = cap;
	}
	n->names[n->n_names++] = said;
	return 0;
}

static int by_eid(const void *a, const void *b)
{
	const struct pending_event *x = a, *y = b;

	if (x->eid != y->eid)
		return x->eid > y->eid ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

static int by_identifier(const void *a, const void *b)
{
	const struct pending_item *x = a, *y = b;

	return span_cmp(x->identifier, y->identifier);
}

static int by_name(const void *a, const void *b)
{
	const struct pending_name *x = a, *y = b;

	return span_cmp(x->identifier, y->identifier);
}

/* The last word first. */
static int by_name_and_age(const void *a, const void *b)
{
	const struct pending_name *x = a, *y = b;
	int cmp = by_name(a, b);

	return cmp ? cmp : (x->at < y->at) - (x->at > y->at);
}

/* Sorted by identifier, one of each. */
static void last_names(struct pending_events *n)
{
	size_t kept = 0;

	if (n->n_names)
		qsort(n->names, n->n_names, sizeof(*n->names), by_name_and_age);
	for (size_t i = 0; i < n->n_names; i++)
		if (!kept || by_name(&n->names[kept - 1], &n->names[i]) != 0) {
			n->names[kept] = n->names[i];
			n->names[kept].at = kept;
			kept++;
		}
	n->n_names = kept;
}

/* One item an event, of the answer that told this EID first. */
static void items_of_events(struct pending_events *n, uint32_t committed)
{
	uint32_t eid = 0, first = 0;

	n->n_items = 0;
	for (size_t i = 0; i < n->n_events; i++) {
		const struct pending_event *e = &n->events[i];

		if (e->eid <= committed)
			continue;
		if (e->eid != eid) {
			eid = e->eid;
			first = e->answer;
		}
		if (e->answer == first)
			n->items[n->n_items++] =
				(struct pending_item){ .identifier = e->identifier,
						       .by = e->by };
	}
}

int pending_events_sum(struct pending_events *n, uint32_t committed)
{
	struct pending_item *v = reallocarray(n->items, n->n_events + 1, sizeof(*v));
	size_t kept = 0;

	if (!v)
		return ST_ENOMEM;
	n->items = v;
	if (n->n_events)
		qsort(n->events, n->n_events, sizeof(*n->events), by_eid);
	last_names(n);
	items_of_events(n, committed);
	if (n->n_items)
		qsort(v, n->n_items, sizeof(*v), by_identifier);
	for (size_t i = 0; i < n->n_items; i++) {
		if (kept && span_eq(v[kept - 1].identifier, v[i].identifier))
			v[kept - 1].by += v[i].by;
		else
			v[kept++] = v[i];
	}
	n->n_items = kept;
	return 0;
}

struct pending_item *pending_events_find(const struct pending_events *n,
					 struct span identifier)
{
	const struct pending_item want = { .identifier = identifier };

	if (!n->n_items)
		return NULL;
	return bsearch(&want, n->items, n->n_items, sizeof(want), by_identifier);
}

const struct pending_name *pending_events_name(const struct pending_events *n,
					       struct span identifier)
{
	const struct pending_name want = { .identifier = identifier };

	if (!n->n_names)
		return NULL;
	return bsearch(&want, n->names, n->n_names, sizeof(want), by_name);
}
