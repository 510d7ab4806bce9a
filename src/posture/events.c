/* Events: each is applied once, in the order of EIDs, also beyond a gap. */
#include "posture/journal.h"
#include "posture/bitmap.h"
#include "posture/report_item.h"
#include "base/err.h"

#include <stdlib.h>

/* One answer at work. */
struct events {
	struct journal *j;
	struct staged_endpoint *s;
	const struct report_item *it;
	struct bitmap *present; /* what the endpoint has, as the events go by */
	bool moved;             /* other software than before */
};

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
	const struct reported *x = a, *y = b;
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
	const struct reported *x = a, *y = b;

	if (x->software->eid != y->software->eid)
		return x->software->eid > y->software->eid ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

/* The item's events that are not committed yet, each once, in the order of their EIDs, in
 * j->reported. The id of one that changes nothing is 0. */
static int collect(struct journal *j, const struct endpoint *e, const struct report_item *it)
{
	size_t n = 0;
	uint32_t at = 0;
	int err = journal_reported(j, it->n_software + 1);

	for (const struct item_software *sw = it->software; sw && !err; sw = sw->next) {
		struct reported *r = &j->reported[n];

		if (!is_covered(&it->events, sw) || ledger_has(&e->ledger, sw->eid))
			continue;
		*r = (struct reported){ 0, at++, sw };
		if (changes_software(sw))
			err = journal_resolve(j, sw, &r->id);
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

static struct change *event_change(struct events *ev, const struct reported *r,
				   enum change_kind kind)
{
	struct change *c = journal_change(ev->j, ev->s, kind);

	if (!c)
		return NULL;
	c->software = r->id;
	c->happened_at = r->software->happened_at;
	c->epoch = ev->it->events.epoch;
	c->eid = r->software->eid;
	c->record = r->software->record_id;
	c->value = r->software->locator;
	return c;
}

/* One instance more, or less. */
static int count_event(struct events *ev, const struct reported *r, int by)
{
	struct ledger *l = &ev->s->e->ledger;
	bool present = bitmap_has(ev->present, r->id);
	int32_t was = ledger_count(l, r->id, present);
	bool full = by > 0 ? was == INT32_MAX : was == INT32_MIN;
	int32_t now = full ? was : was + by;
	enum change_kind kind = (was > 0) == (now > 0) ? CHANGE_INSTANCES
				: now > 0              ? CHANGE_ADDED
						       : CHANGE_REMOVED;
	struct change *c = event_change(ev, r, kind);

	if (!c)
		return ST_ENOMEM;
	if (kind == CHANGE_INSTANCES) {
		c->number = now;
		c->number_was = was;
		c->has_was = true;
	} else if (now > 0) {
		bitmap_add(ev->present, r->id);
		ev->moved = true;
	} else {
		bitmap_remove(ev->present, r->id);
		ev->moved = true;
	}
	return ledger_set_count(l, r->id, now);
}

static int apply(struct events *ev, const struct reported *r)
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
	const struct journal *j = ev->j;
	struct ledger *l = &ev->s->e->ledger;
	uint32_t eid = 0;
	int room = 0, err = 0;

	for (size_t i = 0; i < j->n_reported && !err; i++) {
		const struct reported *r = &j->reported[i];

		if (r->software->eid != eid) {
			eid = r->software->eid;
			if ((room = ledger_add(l, eid, EVENTS_GAPS_MAX)) < 0)
				return room;
		}
		if (room)
			err = apply(ev, r);
	}
	return err;
}

static int put_software(struct events *ev)
{
	struct journal *j = ev->j;
	const struct set *base;
	int err = ids_reserve(&j->now, bitmap_count(ev->present) + 1);

	if (err < 0)
		return err;
	j->now.n = bitmap_count(ev->present);
	bitmap_members(ev->present, j->now.v);
	return journal_set_software(j, ev->s, &base);
}

static int apply_events(struct events *ev)
{
	struct journal *j = ev->j;
	int err = endpoint_software(ev->s->e, &j->before);

	if (err < 0)
		return err;
	if (!(ev->present = bitmap_of(j->before.v, j->before.n)))
		return ST_ENOMEM;
	if ((err = apply_all(ev)) == 0 && ev->moved)
		err = put_software(ev);
	bitmap_free(ev->present);
	return err;
}

int events_stage(struct journal *j, struct staged_endpoint *s, const struct report_item *it)
{
	const struct events_head *h = &it->events;
	struct events ev = { .j = j, .s = s, .it = it };
	struct ledger *l = &s->e->ledger;
	int err;

	if (!s->e->set || h->epoch != s->e->epoch)
		return 0;
	if ((err = collect(j, s->e, it)) < 0 ||
	    (j->n_reported && (err = apply_events(&ev)) < 0))
		return err;
	if (it->text.n && (err = journal_incomplete(j, s, it)) < 0)
		return err;
	s->dirty = true;
	l->followed = true;
	if (h->last_eid > l->highest)
		l->highest = h->last_eid;
	if (l->contiguous > l->highest)
		l->highest = l->contiguous;
	if (!l->n_ranges)
		ledger_settle(l);
	if (ledger_has_gap(l) || h->last_consulted != h->last_eid || h->last_eid != l->highest)
		return 0;
	return journal_confirm(
		j, s, it, &(struct inventory_head){ h->epoch, h->last_eid, h->collected_at });
}
