/* SPDX-License-Identifier: BSD-2-Clause */
/* Inventories: the new set of software is compared with the last one,
 * and put where it costs least: on a set that exists, on one that nearly fits, or stored. */
#include "posture/commit/stage_inventory.h"
#include "posture/commit/stage_facts.h"
#include "posture/commit/stage_identifiers.h"
#include "posture/commit/commit.h"
#include "posture/report_item.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

/* An endpoint may differ from its set by so many; beyond it gets a set of its own. */
#define DELTA_MIN 16
#define DELTA_SHARE 8

/* By id, and then as the report has them. */
static int reported_cmp(const void *a, const void *b)
{
	const struct staged_software *x = a, *y = b;

	if (x->id != y->id)
		return x->id > y->id ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

/* All of the item's software, sorted by id, in j->reported; each id once in j->now. */
static int resolve_all(struct commit *j, const struct report_item *it)
{
	uint32_t id;
	int err;

	j->now.n = j->n_reported = 0;
	if ((err = id_list_reserve(&j->now, it->n_software + 1)) < 0 ||
	    (err = commit_reported(j, it->n_software + 1)) < 0)
		return err;
	for (const struct item_software *sw = it->software; sw; sw = sw->next) {
		if ((err = commit_resolve(j, sw, &id)) < 0)
			return err;
		j->now.v[j->now.n++] = id;
		j->reported[j->n_reported] =
			(struct staged_software){ id, (uint32_t)j->n_reported, sw };
		j->n_reported++;
	}
	id_list_sort(&j->now);
	qsort(j->reported, j->n_reported, sizeof(*j->reported), reported_cmp);
	return 0;
}

static bool is_small(const struct commit *j)
{
	size_t n = j->added.n + j->removed.n;

	return n <= DELTA_MIN || n <= j->now.n / DELTA_SHARE;
}

/* j->added and j->removed become the way from base to j->now; *fits if it is short. */
static int try_base(struct commit *j, const struct software_set *base, bool *fits)
{
	int err = id_list_diff(base->members, base->n, j->now.v, j->now.n, &j->added,
			       &j->removed);

	*fits = !err && is_small(j);
	return err;
}

static int set_create(struct commit *j, const struct software_set **base)
{
	struct software_set *s =
		software_set_new(j->sets.first + j->sets.n + 1, j->now.v, j->now.n);
	const struct dictionary_entry **e = calloc(j->now.n + 1, sizeof(*e));
	int err = s && e ? 0 : ST_ENOMEM;

	for (size_t i = 0; i < j->now.n && !err; i++)
		e[i] = commit_software(j, j->now.v[i]);
	if (!err)
		err = software_set_digest(e, j->now.n, s->digest);
	if (!err)
		err = software_sets_add(&j->sets, s);
	free(e);
	if (err)
		software_set_free(s);
	j->added.n = j->removed.n = 0;
	*base = s;
	return err;
}

/* The set that j->now is to be told by, with the difference in j->added and j->removed. */
static int find_base(struct commit *j, const struct endpoint *e,
		     const struct software_set **base)
{
	const struct software_set *s;
	bool fits = false;
	int err = 0;

	if ((s = software_sets_find(&j->ix->sets, j->now.v, j->now.n)) ||
	    (s = software_sets_find(&j->sets, j->now.v, j->now.n)))
		return try_base(j, *base = s, &fits);
	if ((s = e->set))
		err = try_base(j, *base = s, &fits);
	if (!err && !fits && (s = software_sets_near(&j->ix->sets, j->now.v, j->now.n)))
		err = try_base(j, *base = s, &fits);
	if (!err && !fits && (s = software_sets_near(&j->sets, j->now.v, j->now.n)))
		err = try_base(j, *base = s, &fits);
	return err || fits ? err : set_create(j, base);
}

int commit_set_software(struct commit *j, struct staged_endpoint *s,
			const struct software_set **base)
{
	int err = find_base(j, s->e, base);

	commit_moved(j, s);
	return err < 0 ? err : endpoint_set_software(s->e, *base, &j->added, &j->removed);
}

/* "+12 -7": how the inventory differs from its set, in dictionary ids. */
static int delta_text(struct commit *j, struct span *out)
{
	size_t max = 12 * (j->added.n + j->removed.n) + 1, n = 0;
	char *s = arena_alloc(&j->arena, max);

	if (!s)
		return ST_ENOMEM;
	for (size_t i = 0; i < j->added.n; i++)
		n += (size_t)snprintf(s + n, max - n, "%s+%u", n ? " " : "", j->added.v[i]);
	for (size_t i = 0; i < j->removed.n; i++)
		n += (size_t)snprintf(s + n, max - n, "%s-%u", n ? " " : "", j->removed.v[i]);
	*out = span_of(s, n);
	return 0;
}

static int digest_text(struct commit *j, const uint8_t digest[SOFTWARE_SET_DIGEST],
		       struct span *out)
{
	char *s = arena_alloc(&j->arena, 2 * SOFTWARE_SET_DIGEST + 1);

	if (!s)
		return ST_ENOMEM;
	for (int i = 0; i < SOFTWARE_SET_DIGEST; i++)
		(void)snprintf(s + 2 * i, 3, "%02x", digest[i]);
	*out = span_of(s, 2 * SOFTWARE_SET_DIGEST);
	return 0;
}

static void change_head(struct change *c, const struct inventory_head *h)
{
	c->happened_at = h->collected_at;
	c->epoch = h->epoch;
	c->eid = h->last_eid;
}

static int inventory_first(struct commit *j, struct staged_endpoint *s,
			   const struct report_item *it)
{
	const struct software_set *base = NULL;
	struct change *c;
	int err;

	if ((err = commit_set_software(j, s, &base)) < 0)
		return err;
	if (!(c = commit_change(j, s, CHANGE_INVENTORY)))
		return ST_ENOMEM;
	change_head(c, &it->head);
	c->number = (int64_t)j->now.n;
	s->e->inventory_seq = c->seq;
	if ((err = commit_name_set(j, base, c->seq)) < 0 ||
	    (err = digest_text(j, base->digest, &c->key)) < 0)
		return err;
	return delta_text(j, &c->value);
}

/* What the report at work says first about this id, which it holds. */
static const struct item_software *reported(const struct commit *j, uint32_t id)
{
	size_t lo = 0, hi = j->n_reported;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (j->reported[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < j->n_reported ? j->reported[lo].software : NULL;
}

/* A difference came about some time before the inventory that shows it: nobody told when. */
static void difference_head(struct change *c, const struct inventory_head *h)
{
	change_head(c, h);
	c->happened_at = 0;
}

/* Events had told the whole story up to this very event, and it was another one. */
static bool contradicts(const struct endpoint *e, const struct inventory_head *h)
{
	return e->ledger.followed && e->epoch == h->epoch &&
	       !event_coverage_has_gap(&e->ledger) && e->ledger.contiguous == h->last_eid;
}

/* Up to when nothing is missing of what the inventory shows: as far as the software was
 * complete; but what confirmed that since the last inventory is worth nothing if it was not
 * the whole story. */
static int64_t known_through(const struct endpoint *e, const struct inventory_head *h)
{
	int64_t at = e->ledger.inventory_at;

	return contradicts(e, h) && at < e->complete_through ? at : e->complete_through;
}

static int software_changes(struct commit *j, struct staged_endpoint *s,
			    const struct report_item *it, const struct id_list *ids,
			    enum change_kind kind)
{
	int64_t after = known_through(s->e, &it->head);

	for (size_t i = 0; i < ids->n; i++) {
		struct change *c = commit_change(j, s, kind);
		const struct item_software *sw =
			kind == CHANGE_ADDED ? reported(j, ids->v[i]) : NULL;

		if (!c)
			return ST_ENOMEM;
		difference_head(c, &it->head);
		commit_untimed(c, after);
		c->software = ids->v[i];
		if (sw) {
			c->value = sw->locator;
			c->record = sw->record_id;
		}
	}
	return 0;
}

/* Software that stays, but not as often as before: those of l that the other ledger says
 * something else about. already: it has been compared from the other side. */
static int instances_changes(struct commit *j, struct staged_endpoint *s,
			     const struct report_item *it, const struct event_coverage *l,
			     const struct event_coverage *other, bool already, size_t *n)
{
	for (uint32_t i = 0; i < l->n_instances; i++) {
		uint32_t id = l->instances[i].software;
		int32_t here = l->instances[i].count,
			there = event_coverage_count(other, id, true);
		struct change *c;

		if (here == there || (already && there != 1) ||
		    !id_list_has(j->before.v, j->before.n, id) ||
		    !id_list_has(j->now.v, j->now.n, id))
			continue;
		if (!(c = commit_change(j, s, CHANGE_INSTANCES)))
			return ST_ENOMEM;
		difference_head(c, &it->head);
		c->software = id;
		c->number = already ? there : here;
		c->number_was = already ? here : there;
		c->has_was = true;
		++*n;
	}
	return 0;
}

static int disagreement(struct commit *j, struct staged_endpoint *s,
			const struct report_item *it, size_t instances)
{
	struct change *c = commit_change(j, s, CHANGE_NOTICE);
	char text[160];

	if (!c)
		return ST_ENOMEM;
	(void)snprintf(text, sizeof(text),
		       "the inventory contradicts the events before it: added=%zu removed=%zu"
		       " instances=%zu",
		       j->added.n, j->removed.n, instances);
	change_head(c, &it->head);
	c->key = span_str("swima.disagreement");
	c->value = arena_copy(&j->arena, span_str(text));
	return c->value.p ? 0 : ST_ENOMEM;
}

static int inventory_next(struct commit *j, struct staged_endpoint *s,
			  const struct report_item *it, const struct event_coverage *now)
{
	const struct software_set *base = NULL;
	size_t instances = 0;
	int err;

	if ((err = endpoint_software(s->e, &j->before)) < 0 ||
	    (err = id_list_diff(j->before.v, j->before.n, j->now.v, j->now.n, &j->added,
				&j->removed)) < 0 ||
	    (err = instances_changes(j, s, it, now, &s->e->ledger, false, &instances)) < 0 ||
	    (err = instances_changes(j, s, it, &s->e->ledger, now, true, &instances)) < 0)
		return err;
	if (!j->added.n && !j->removed.n && !instances)
		return 0;
	if ((err = software_changes(j, s, it, &j->removed, CHANGE_REMOVED)) < 0 ||
	    (err = software_changes(j, s, it, &j->added, CHANGE_ADDED)) < 0)
		return err;
	if (contradicts(s->e, &it->head) && (err = disagreement(j, s, it, instances)) < 0)
		return err;
	return j->added.n || j->removed.n ? commit_set_software(j, s, &base) : 0;
}

int commit_incomplete(struct commit *j, struct staged_endpoint *s,
		      const struct report_item *it)
{
	struct report_item fact = *it;

	fact.kind = it->text.n ? ITEM_FACT : ITEM_FACTS_END;
	return facts_stage(j, s, &fact);
}

/* Not the end of the assessment: what happens after the answer was sent is not in it. */
static int64_t heard_at(const struct commit *j, const struct report_item *it)
{
	return it->heard_at < j->known_at ? it->heard_at : j->known_at;
}

int commit_confirm(struct commit *j, struct staged_endpoint *s, const struct report_item *it,
		   const struct inventory_head *h)
{
	int64_t through = heard_at(j, it);
	int64_t was = s->e->complete_through;
	struct change *c;

	if (s->e->incomplete)
		return 0;
	if (!(c = commit_change(j, s, CHANGE_CONFIRMED)))
		return ST_ENOMEM;
	change_head(c, h);
	c->number_was = was;
	c->has_was = was != 0;
	/* a moment that has not come yet is what a wrong clock has left: nobody knows it */
	c->number = was > through && was <= clock_wall_us() ? was : through;
	s->e->complete_through = c->number;
	return 0;
}

/* What is installed several times, from the report at work. */
static int count_instances(const struct commit *j, struct event_coverage *l)
{
	int err = 0;

	for (size_t i = 0, n; i < j->n_reported && !err; i += n) {
		for (n = 1; i + n < j->n_reported; n++)
			if (j->reported[i + n].id != j->reported[i].id)
				break;
		if (n > 1)
			err = event_coverage_set_count(l, j->reported[i].id, (int32_t)n);
	}
	return err;
}

/* Somebody has not told of his software: what he told of before counts still. */
static int keep_lacking(struct commit *j, const struct endpoint *e, struct event_coverage *now)
{
	const struct event_coverage *l = &e->ledger;
	int err = endpoint_software(e, &j->before);

	if (!err)
		err = id_list_diff(j->now.v, j->now.n, j->before.v, j->before.n, &j->added,
				   &j->removed);
	for (uint32_t i = 0; i < l->n_instances && !err; i++)
		if (id_list_has(j->added.v, j->added.n, l->instances[i].software))
			err = event_coverage_set_count(now, l->instances[i].software,
						       l->instances[i].count);
	for (size_t i = 0; i < j->added.n && !err; i++)
		err = id_list_push(&j->now, j->added.v[i]);
	id_list_sort(&j->now);
	return err;
}

int inventory_stage(struct commit *j, struct staged_endpoint *s, const struct report_item *it)
{
	struct endpoint *e = s->e;
	struct event_coverage now = { 0 };
	int err;

	event_coverage_restart(&now, it->head.last_eid, heard_at(j, it));
	now.followed = e->ledger.followed && e->epoch == it->head.epoch;
	s->dirty = true;
	if ((err = resolve_all(j, it)) < 0 || (err = count_instances(j, &now)) < 0 ||
	    (it->lacks.n && e->set && (err = keep_lacking(j, e, &now)) < 0) ||
	    (err = e->set ? inventory_next(j, s, it, &now) : inventory_first(j, s, it)) < 0) {
		event_coverage_free(&now);
		return err;
	}
	event_coverage_free(&e->ledger);
	e->ledger = now;
	e->epoch = it->head.epoch;
	err = commit_incomplete(j, s, it);
	return err < 0 ? err : commit_confirm(j, s, it, &it->head);
}
