/* Inventories: identifiers become dictionary ids, the new set is compared with the last one,
 * and put where it costs least: on a set that exists, on one that nearly fits, or stored. */
#include "posture/journal.h"
#include "posture/report_item.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

/* An endpoint may differ from its set by so many; beyond it gets a set of its own. */
#define DELTA_MIN 16
#define DELTA_SHARE 8

static struct dictionary_entry *software_find(const struct journal *j, struct span identifier)
{
	struct dictionary_entry *e = dictionary_find(&j->ix->dictionary, identifier);

	if (!e)
		HASH_FIND(hh, j->software_by_identifier, identifier.p, identifier.n, e);
	return e;
}

static const struct dictionary_entry *software_get(const struct journal *j, uint32_t id)
{
	uint32_t known = j->ix->dictionary.n;

	return id <= known ? dictionary_get(&j->ix->dictionary, id)
			   : j->software[id - known - 1];
}

static struct dictionary_entry *software_new(struct journal *j, struct span identifier)
{
	struct dictionary_entry *e, **v;

	if (j->n_software == j->cap_software) {
		uint32_t cap = j->cap_software ? j->cap_software * 2 : 64;

		if (!(v = reallocarray(j->software, cap, sizeof(*v))))
			return NULL;
		j->software = v;
		j->cap_software = cap;
	}
	e = dictionary_entry_new(j->ix->dictionary.n + j->n_software + 1, identifier);
	if (!e)
		return NULL;
	j->software[j->n_software++] = e;
	HASH_ADD_KEYPTR(hh, j->software_by_identifier, e->s, e->n, e);
	return e;
}

/* A description that is known already is not written again. */
static int describe(struct journal *j, struct dictionary_entry *e, const struct software *s)
{
	struct staged_description *d;
	bool changed = false;

	if (e->id > j->ix->dictionary.n)
		return description_merge(&e->d, s, &j->ix->texts, &changed);
	HASH_FIND(hh, j->descriptions, &e->id, sizeof(e->id), d);
	if (!d) {
		if (!(d = arena_alloc(&j->arena, sizeof(*d))))
			return ST_ENOMEM;
		d->id = e->id;
		d->entry = e;
		description_copy(&d->d, &e->d);
		HASH_ADD(hh, j->descriptions, id, sizeof(d->id), d);
	}
	return description_merge(&d->d, s, &j->ix->texts, &d->dirty);
}

static int resolve(struct journal *j, const struct item_software *sw, uint32_t *id)
{
	struct dictionary_entry *e = software_find(j, sw->identifier);

	if (!e && !(e = software_new(j, sw->identifier)))
		return ST_ENOMEM;
	*id = e->id;
	return sw->description ? describe(j, e, sw->description) : 0;
}

int description_stage(struct journal *j, const struct report_item *it)
{
	uint32_t id;

	return resolve(j, it->software, &id);
}

static int reported_reserve(struct journal *j, size_t n)
{
	struct reported *v;

	if (n <= j->cap_reported)
		return 0;
	if (!(v = reallocarray(j->reported, n, sizeof(*v))))
		return ST_ENOMEM;
	j->reported = v;
	j->cap_reported = n;
	return 0;
}

/* All of the item's software as sorted ids in j->now. */
static int resolve_all(struct journal *j, const struct report_item *it)
{
	uint32_t id;
	int err;

	j->now.n = j->n_reported = 0;
	if ((err = ids_reserve(&j->now, it->n_software + 1)) < 0 ||
	    (err = reported_reserve(j, it->n_software + 1)) < 0)
		return err;
	for (const struct item_software *sw = it->software; sw; sw = sw->next) {
		if ((err = resolve(j, sw, &id)) < 0)
			return err;
		j->now.v[j->now.n++] = id;
		j->reported[j->n_reported++] = (struct reported){ id, sw };
	}
	ids_sort(&j->now);
	return 0;
}

static bool is_small(const struct journal *j)
{
	size_t n = j->added.n + j->removed.n;

	return n <= DELTA_MIN || n <= j->now.n / DELTA_SHARE;
}

/* j->added and j->removed become the way from base to j->now; *fits if it is short. */
static int try_base(struct journal *j, const struct set *base, bool *fits)
{
	int err = ids_diff(base->members, base->n, j->now.v, j->now.n, &j->added, &j->removed);

	*fits = !err && is_small(j);
	return err;
}

static int set_create(struct journal *j, const struct set **base)
{
	struct set *s = set_new(j->sets.first + j->sets.n + 1, j->now.v, j->now.n);
	const struct dictionary_entry **e = calloc(j->now.n + 1, sizeof(*e));
	int err = s && e ? 0 : ST_ENOMEM;

	for (size_t i = 0; i < j->now.n && !err; i++)
		e[i] = software_get(j, j->now.v[i]);
	if (!err)
		err = set_digest(e, j->now.n, s->digest);
	if (!err)
		err = sets_add(&j->sets, s);
	free(e);
	if (err)
		set_free(s);
	j->added.n = j->removed.n = 0;
	*base = s;
	return err;
}

/* The set that j->now is to be told by, with the difference in j->added and j->removed. */
static int find_base(struct journal *j, const struct endpoint *e, const struct set **base)
{
	const struct set *s;
	bool fits = false;
	int err = 0;

	if ((s = sets_find(&j->ix->sets, j->now.v, j->now.n)) ||
	    (s = sets_find(&j->sets, j->now.v, j->now.n)))
		return try_base(j, *base = s, &fits);
	if ((s = e->set))
		err = try_base(j, *base = s, &fits);
	if (!err && !fits && (s = sets_near(&j->ix->sets, j->now.v, j->now.n)))
		err = try_base(j, *base = s, &fits);
	if (!err && !fits && (s = sets_near(&j->sets, j->now.v, j->now.n)))
		err = try_base(j, *base = s, &fits);
	return err || fits ? err : set_create(j, base);
}

/* "+12 -7": how the inventory differs from its set, in dictionary ids. */
static int delta_text(struct journal *j, struct span *out)
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

static int digest_text(struct journal *j, const uint8_t digest[SET_DIGEST], struct span *out)
{
	char *s = arena_alloc(&j->arena, 2 * SET_DIGEST + 1);

	if (!s)
		return ST_ENOMEM;
	for (int i = 0; i < SET_DIGEST; i++)
		(void)snprintf(s + 2 * i, 3, "%02x", digest[i]);
	*out = span_of(s, 2 * SET_DIGEST);
	return 0;
}

static void change_head(struct change *c, const struct inventory_head *h)
{
	c->happened_at = h->collected_at;
	c->epoch = h->epoch;
	c->eid = h->last_eid;
}

static int inventory_first(struct journal *j, struct staged_endpoint *s,
			   const struct report_item *it)
{
	const struct set *base = NULL;
	struct change *c;
	int err;

	if ((err = find_base(j, s->e, &base)) < 0 ||
	    (err = endpoint_set_software(s->e, base, &j->added, &j->removed)) < 0)
		return err;
	if (!(c = journal_change(j, s, CHANGE_INVENTORY)))
		return ST_ENOMEM;
	change_head(c, &it->head);
	c->number = (int64_t)j->now.n;
	s->e->inventory_seq = c->seq;
	if ((err = digest_text(j, base->digest, &c->key)) < 0)
		return err;
	return delta_text(j, &c->value);
}

static int reported_cmp(const void *a, const void *b)
{
	const struct reported *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* What the report at work says about this id, which it holds. */
static const struct item_software *reported(const struct journal *j, uint32_t id)
{
	const struct reported want = { .id = id }, *r;

	r = bsearch(&want, j->reported, j->n_reported, sizeof(want), reported_cmp);
	return r ? r->software : NULL;
}

static int software_changes(struct journal *j, struct staged_endpoint *s,
			    const struct report_item *it, const struct ids *ids,
			    enum change_kind kind)
{
	if (kind == CHANGE_ADDED && ids->n)
		qsort(j->reported, j->n_reported, sizeof(*j->reported), reported_cmp);
	for (size_t i = 0; i < ids->n; i++) {
		struct change *c = journal_change(j, s, kind);
		const struct item_software *sw =
			kind == CHANGE_ADDED ? reported(j, ids->v[i]) : NULL;

		if (!c)
			return ST_ENOMEM;
		change_head(c, &it->head);
		c->software = ids->v[i];
		if (sw) {
			c->value = sw->locator;
			c->record = sw->record_id;
		}
	}
	return 0;
}

static int inventory_next(struct journal *j, struct staged_endpoint *s,
			  const struct report_item *it)
{
	const struct set *base = NULL;
	int err;

	if ((err = endpoint_software(s->e, &j->before)) < 0 ||
	    (err = ids_diff(j->before.v, j->before.n, j->now.v, j->now.n, &j->added,
			    &j->removed)) < 0)
		return err;
	if (!j->added.n && !j->removed.n)
		return 0;
	if ((err = software_changes(j, s, it, &j->removed, CHANGE_REMOVED)) < 0 ||
	    (err = software_changes(j, s, it, &j->added, CHANGE_ADDED)) < 0 ||
	    (err = find_base(j, s->e, &base)) < 0)
		return err;
	return endpoint_set_software(s->e, base, &j->added, &j->removed);
}

int inventory_stage(struct journal *j, struct staged_endpoint *s, const struct report_item *it)
{
	/* not the end of the assessment: what happens after the list was sent is not in it */
	int64_t through = it->heard_at < j->known_at ? it->heard_at : j->known_at;
	int64_t was = s->e->complete_through;
	struct change *c;
	int err;

	if ((err = resolve_all(j, it)) < 0 ||
	    (err = s->e->set ? inventory_next(j, s, it) : inventory_first(j, s, it)) < 0)
		return err;
	if (!(c = journal_change(j, s, CHANGE_CONFIRMED)))
		return ST_ENOMEM;
	change_head(c, &it->head);
	c->number_was = was;
	c->has_was = was != 0;
	/* a moment that has not come yet is what a wrong clock has left: nobody knows it */
	c->number = was > through && was <= clock_wall_us() ? was : through;
	s->e->complete_through = c->number;
	s->e->epoch = it->head.epoch;
	s->e->last_eid = it->head.last_eid;
	return 0;
}
