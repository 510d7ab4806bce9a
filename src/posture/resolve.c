/* What reports say about software in words becomes dictionary ids, new ones where need be. */
#include "posture/journal.h"
#include "posture/report_item.h"
#include "base/err.h"

#include <stdlib.h>

struct dictionary_entry *journal_find(const struct journal *j, struct span identifier)
{
	struct dictionary_entry *e = dictionary_find(&j->ix->dictionary, identifier);

	if (!e)
		HASH_FIND(hh, j->software_by_identifier, identifier.p, identifier.n, e);
	return e;
}

const struct dictionary_entry *journal_software(const struct journal *j, uint32_t id)
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

int journal_resolve(struct journal *j, const struct item_software *sw, uint32_t *id)
{
	struct dictionary_entry *e = journal_find(j, sw->identifier);

	if (!e && !(e = software_new(j, sw->identifier)))
		return ST_ENOMEM;
	*id = e->id;
	return sw->description ? describe(j, e, sw->description) : 0;
}

int description_stage(struct journal *j, const struct report_item *it)
{
	uint32_t id;

	return journal_resolve(j, it->software, &id);
}

int journal_reported(struct journal *j, size_t n)
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
