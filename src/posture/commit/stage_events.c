/* SPDX-License-Identifier: BSD-2-Clause */
/* Events: each is applied once, in the order of EIDs, also beyond a gap. */
#include "posture/commit/stage_events.h"
#include "posture/commit/stage_identifiers.h"
#include "posture/commit/stage_inventory.h"
#include "posture/commit/commit.h"
#include "posture/report_item.h"
#include "base/err.h"

#include <stdlib.h>

/* One answer at work. */
struct events {
	struct commit *j;
	struct staged_endpoint *s;
	const struct report_item *it;
	bool moved; /* other software than before */
};

/* An endpoint that changes all the time is told by another set, or by one of its own, once it
 * is so far from its own: one in so many, but not for a few. */
#define DRIFT_MIN 64
#define DRIFT_SHARE 4

/* Whether the endpoint has it, as the events go by: j->added and j->removed are its difference
 * from its set. */
static bool is_present(const struct events *ev, uint32_t id)
{
	const struct commit *j = ev->j;
	const struct software_set *set = ev->s->e->set;

	if (id_list_has(j->added.v, j->added.n, id))
		return true;
	return id_list_has(set->members, set->n, id) &&
	       !id_list_has(j->removed.v, j->removed.n, id);
}

/* Now it has it (present), or has it no longer. */
static int move(struct events *ev, uint32_t id, bool present)
{
	struct commit *j = ev->j;
	const struct software_set *set = ev->s->e->set;
	bool in_set = id_list_has(set->members, set->n, id);
	struct id_list *differs = in_set ? &j->removed : &j->added;

	ev->moved = true;
	if (in_set != present)
		return id_list_insert(differs, id);
	id_list_remove(differs, id);
	return 0;
}

/* Only what the answer covers: EID 0 is no event, and what is beyond Last Consulted EID may
 * lack its like. */
static bool is_covered(const struct events_head *h, const struct item_software *sw)
{
	return sw->eid && sw->eid <= h->last_consulted;
}

static bool changes_software(const struct item_software *sw)
{
	return sw->identifier.n &&
	       (sw->action == EVENT_CREATED || sw->action == EVENT_DELETED ||
		sw->action == EVENT_ALTERED);
}

/* Brings together what says the same. */
static int same_cmp(const void *a, const void *b)
{
	const struct staged_software *x = a, *y = b;
	const struct item_software *s = x->software, *t = y->software;

	if (s->eid != t->eid)
		return s->eid > t->eid ? 1 : -1;
	if (x->id != y->id)
		return x->id > y->id ? 1 : -1;
	if (s->record_id != t->record_id)
		return s->record_id > t->record_id ? 1 : -1;
	if (s->action != t->action)
		return s->action > t->action ? 1 : -1;
	return 0;
}

/* By EID, and then as the report has them. */
static int order_cmp(const void *a, const void *b)
{
	const struct staged_software *x = a, *y = b;

	if (x->software->eid != y->software->eid)
		return x->software->eid > y->software->eid ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

/* The item's events that are not committed yet, each once, in the order of their EIDs, in
 * j->reported. The id of one that changes nothing is 0. */
static int collect(struct commit *j, const struct endpoint *e, const struct report_item *it)
{
	size_t n = 0;
	uint32_t at = 0;
	int err = commit_reported(j, it->n_software + 1);

	for (const struct item_software *sw = it->software; sw && !err; sw = sw->next) {
		struct staged_software *r = &j->reported[n];

		if (!is_covered(&it->events, sw) || event_coverage_has(&e->ledger, sw->eid))
			continue;
		*r = (struct staged_software){ 0, at++, sw };
		if (changes_software(sw))
			err = commit_resolve(j, sw, &r->id);
		n++;
	}
	if (err || !n) {
		j->n_reported = 0;
		return err;
	}
	qsort(j->reported, n, sizeof(*j->reported), same_cmp);
	j->n_reported = 1;
	for (size_t i = 1; i < n; i++)
		if (same_cmp(&j->reported[i], &j->reported[j->n_reported - 1]) != 0)
			j->reported[j->n_reported++] = j->reported[i];
	qsort(j->reported, j->n_reported, sizeof(*j->reported), order_cmp);
	return 0;
}

static struct change *event_change(struct events *ev, const struct staged_software *r,
				   enum change_kind kind)
{
	struct change *c = commit_change(ev->j, ev->s, kind);

	if (!c)
		return NULL;
	c->software = r->id;
	c->happened_at = r->software->happened_at;
	c->epoch = ev->it->events.epoch;
	c->eid = r->software->eid;
	c->record = r->software->record_id;
	c->value = r->software->locator;
	commit_untimed(c, ev->s->e->complete_through);
	return c;
}

/* One instance more, or less. */
static int count_event(struct events *ev, const struct staged_software *r, int by)
{
	struct event_coverage *l = &ev->s->e->ledger;
	int32_t was = event_coverage_count(l, r->id, is_present(ev, r->id));
	bool full = by > 0 ? was == INT32_MAX : was == INT32_MIN;
	int32_t now = full ? was : was + by;
	enum change_kind kind = (was > 0) == (now > 0) ? CHANGE_INSTANCES
				: now > 0              ? CHANGE_ADDED
						       : CHANGE_REMOVED;
	struct change *c = event_change(ev, r, kind);
	int err = 0;

	if (!c)
		return ST_ENOMEM;
	if (kind == CHANGE_INSTANCES) {
		c->number = now;
		c->number_was = was;
		c->has_was = true;
	} else {
		err = move(ev, r->id, now > 0);
	}
	return err < 0 ? err : event_coverage_set_count(l, r->id, now);
}

static int apply(struct events *ev, const struct staged_software *r)
{
	if (!r->id)
		return 0;
	switch (r->software->action) {
	case EVENT_CREATED:
		return count_event(ev, r, 1);
	case EVENT_DELETED:
		return count_event(ev, r, -1);
	case EVENT_ALTERED:
	default:
		return event_change(ev, r, CHANGE_ALTERED) ? 0 : ST_ENOMEM;
	}
}

static int apply_all(struct events *ev)
{
	const struct commit *j = ev->j;
	struct event_coverage *l = &ev->s->e->ledger;
	uint32_t eid = 0;
	int room = 0, err = 0;

	for (size_t i = 0; i < j->n_reported && !err; i++) {
		const struct staged_software *r = &j->reported[i];

		if (r->software->eid != eid) {
			eid = r->software->eid;
			if ((room = event_coverage_add(l, eid, EVENTS_GAPS_MAX)) < 0)
				return room;
		}
		if (room)
			err = apply(ev, r);
	}
	return err;
}

static int put_software(struct events *ev)
{
	struct commit *j = ev->j;
	struct endpoint *e = ev->s->e;
	size_t n = j->added.n + j->removed.n;
	const struct software_set *base;
	int err = endpoint_set_software(e, e->set, &j->added, &j->removed);

	commit_moved(j, ev->s);
	if (err || n <= DRIFT_MIN || n <= e->set->n / DRIFT_SHARE)
		return err;
	err = endpoint_software(e, &j->now);
	return err < 0 ? err : commit_set_software(j, ev->s, &base);
}

static int apply_events(struct events *ev)
{
	struct commit *j = ev->j;
	const struct endpoint *e = ev->s->e;
	int err;

	if ((err = id_list_copy(&j->added, endpoint_added(e), e->n_added)) < 0 ||
	    (err = id_list_copy(&j->removed, endpoint_removed(e), e->n_removed)) < 0 ||
	    (err = apply_all(ev)) < 0)
		return err;
	return ev->moved ? put_software(ev) : 0;
}

int events_stage(struct commit *j, struct staged_endpoint *s, const struct report_item *it)
{
	const struct events_head *h = &it->events;
	struct events ev = { .j = j, .s = s, .it = it };
	struct event_coverage *l = &s->e->ledger;
	int err;

	if (!s->e->set || h->epoch != s->e->epoch)
		return 0;
	if ((err = collect(j, s->e, it)) < 0 ||
	    (j->n_reported && (err = apply_events(&ev)) < 0))
		return err;
	if (it->text.n && (err = commit_incomplete(j, s, it)) < 0)
		return err;
	s->dirty = true;
	l->followed = true;
	if (h->last_eid > l->highest)
		l->highest = h->last_eid;
	if (l->contiguous > l->highest)
		l->highest = l->contiguous;
	if (!l->n_ranges)
		event_coverage_settle(l);
	if (event_coverage_has_gap(l) || h->last_consulted != h->last_eid ||
	    h->last_eid != l->highest)
		return 0;
	return commit_confirm(
		j, s, it, &(struct inventory_head){ h->epoch, h->last_eid, h->collected_at });
}
