/* SPDX-License-Identifier: BSD-2-Clause */
/* What endpoints say that software is. The dictionary is everybody's: who says it has to have
 * the software, and says something else than is known only while nobody else has it. */
#include "posture/commit/stage_descriptions.h"
#include "posture/commit/stage_identifiers.h"
#include "posture/state/description.h"
#include "posture/core.h"
#include "posture/commit/commit.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

#define NOTICES_MAX 8 /* in one report */
#define NOTICES_PER_DAY 32
#define SHOWN 160 /* octets of an identifier, of a name */

/* The descriptions of one report at work. */
struct telling {
	struct commit *j;
	struct staged_endpoint *s;
	size_t first; /* the report's first change */
	bool looked;  /* j->before: what the report has removed */
	uint32_t noticed[NOTICES_MAX];
	unsigned n_noticed;
	size_t refused;
	const char *err_msg; /* the first notice */
};

int commit_described(struct commit *j, uint32_t id, const struct item_software *sw)
{
	struct described *v;

	if (!sw->description)
		return 0;
	if (j->n_described == j->cap_described) {
		size_t cap = j->cap_described ? j->cap_described * 2 : 64;

		if (!(v = reallocarray(j->described, cap, sizeof(*v))))
			return ST_ENOMEM;
		j->described = v;
		j->cap_described = cap;
	}
	j->described[j->n_described++] = (struct described){ id, sw };
	return 0;
}

/* As it will be after this commit so far. */
static const struct description_of *description_now(const struct commit *j,
						    const struct dictionary_entry *e)
{
	struct staged_description *d;

	if (e->id > j->ix->dictionary.n)
		return &e->d;
	HASH_FIND(hh, j->descriptions, &e->id, sizeof(e->id), d);
	return d ? &d->d : &e->d;
}

static int describe(struct commit *j, struct dictionary_entry *e, const struct software *s)
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

static bool had(const struct commit *j, const struct staged_endpoint *s, uint32_t id)
{
	const struct endpoint *old = index_endpoint(j->ix, s->e->id);

	return old && !old->forgotten_seq && endpoint_has_software(old, id);
}

/* Somebody besides s has it, after this commit so far: the index, and what the reports before
 * this one have changed. */
static bool others_have(const struct commit *j, const struct staged_endpoint *s, uint32_t id)
{
	uint64_t gone = had(j, s, id);

	if (index_held_beyond(j->ix, id, j->n_moved + 1))
		return true;
	for (const struct staged_endpoint *m = j->moved; m; m = m->next_moved) {
		bool has = !m->forgotten && endpoint_has_software(m->e, id);

		if (m == s || has == had(j, m, id))
			continue;
		if (has)
			return true;
		gone++;
	}
	return index_held_beyond(j->ix, id, gone);
}

/* The report at work has taken it away: it was there until then, and the journal says so. */
static int has_removed(struct telling *t, uint32_t id, bool *removed)
{
	struct commit *j = t->j;
	int err = 0;

	if (!t->looked) {
		j->before.n = 0;
		for (size_t i = t->first; i < j->n_changes && !err; i++)
			if (j->changes[i].kind == CHANGE_REMOVED)
				err = id_list_push(&j->before, j->changes[i].software);
		id_list_sort(&j->before);
		t->looked = !err;
	}
	*removed = !err && id_list_has(j->before.v, j->before.n, id);
	return err;
}

static bool is_noticed(const struct telling *t, uint32_t id)
{
	for (unsigned i = 0; i < t->n_noticed; i++)
		if (t->noticed[i] == id)
			return true;
	return false;
}

static const char *field_name(unsigned differs)
{
	static const char *const names[DESC_N] = {
		[DESC_NAME] = "name",
		[DESC_VERSION] = "version",
		[DESC_ARCH] = "architecture",
		[DESC_TYPE] = "type",
		[DESC_SOURCE_NAME] = "source name",
		[DESC_SOURCE_VERSION] = "source version",
		[DESC_PURL] = "package URL",
		[DESC_SUPPLIER] = "supplier",
	};
	int i = 0;

	while (!(differs & 1u << i))
		i++;
	return names[i];
}

/* So much of it as a person needs, with a NUL behind it; NULL: out of memory. */
static const char *shown(struct commit *j, struct span s)
{
	return (const char *)text_clean(&j->arena, s, SHOWN).p;
}

/* Said to people once for each identifier, and not without end. */
static int refuse(struct telling *t, const struct dictionary_entry *e,
		  const struct software *s, unsigned differs, bool has)
{
	const struct description_of *d = description_now(t->j, e);
	struct commit *j = t->j;
	const char *identifier, *known, *told;
	char text[4 * SHOWN + 160];
	struct change *c;

	t->refused++;
	if (t->n_noticed == NOTICES_MAX || t->s->e->spent.disputes >= NOTICES_PER_DAY ||
	    is_noticed(t, e->id))
		return 0;
	identifier = shown(j, dictionary_identifier(e));
	known = shown(j, text_span(d->text[DESC_NAME]));
	told = shown(j, s->name);
	if (!identifier || !known || !told || !(c = commit_change(j, t->s, CHANGE_NOTICE)))
		return ST_ENOMEM;
	(void)snprintf(text, sizeof(text),
		       "description refused, %s: identifier=\"%s\" name=\"%s\" told=\"%s\""
		       " differs=\"%s\"",
		       has ? "others have this software too"
			   : "it does not have this software",
		       identifier, known, told, field_name(differs));
	c->key = span_str("software.description");
	c->value = arena_copy(&j->arena, span_str(text));
	if (!c->value.p)
		return ST_ENOMEM;
	t->noticed[t->n_noticed++] = e->id;
	t->s->e->spent.disputes++;
	t->err_msg = t->err_msg ? t->err_msg : (const char *)c->value.p;
	return 0;
}

static int tell(struct telling *t, const struct described *x)
{
	struct commit *j = t->j;
	const struct software *s = x->software->description;
	struct dictionary_entry *e =
		x->id ? commit_software(j, x->id) : commit_find(j, x->software->identifier);
	struct description_news news;
	bool has, removed = false;
	int err;

	if (!e)
		return 0; /* nobody has it, nor has had it */
	news = description_compare(description_now(j, e), s);
	if (!news.differs && !news.adds && !news.model)
		return 0;
	has = endpoint_has_software(t->s->e, e->id);
	if (news.differs)
		return has && !others_have(j, t->s, e->id)
			       ? describe(j, e, s)
			       : refuse(t, e, s, news.differs, has);
	if (!has && (err = has_removed(t, e->id, &removed)) < 0)
		return err;
	if (!has && !removed)
		return 0;
	return news.adds || (has && !others_have(j, t->s, e->id)) ? describe(j, e, s) : 0;
}

int descriptions_stage(struct commit *j, struct staged_endpoint *s, size_t first)
{
	struct telling t = { .j = j, .s = s, .first = first };
	int err = 0;

	for (size_t i = 0; i < j->n_described && !err; i++)
		err = tell(&t, &j->described[i]);
	if (!err && t.err_msg)
		log_warn(&(struct log){ .limit = &j->report->posture->descriptions },
			 "software described otherwise than it is known: endpoint=%s "
			 "refused=%zu"
			 " reason=\"%s\"",
			 (const char *)endpoint_name(s->e).p, t.refused, t.err_msg);
	return err;
}
