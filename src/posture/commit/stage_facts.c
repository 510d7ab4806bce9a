/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts, results, assessments and notices: comparing what a report says with what is known. */
#include "posture/commit/stage_facts.h"
#include "posture/commit/commit.h"
#include "posture/report_item.h"
#include "base/err.h"

#include <stdlib.h>

static bool has_prefix(struct span x, struct span prefix)
{
	return x.n >= prefix.n && (!prefix.n || memcmp(x.p, prefix.p, prefix.n) == 0);
}

/* The staged text may go before the change is written: was is a copy. */
static int change_was(struct commit *j, struct change *c, struct span was)
{
	c->was = arena_copy(&j->arena, was);
	c->has_was = true;
	return c->was.p ? 0 : ST_ENOMEM;
}

static int change_gone(struct commit *j, struct change *c, const struct fact_view *f)
{
	c->key = arena_copy(&j->arena, f->name);
	return c->key.p ? change_was(j, c, f->value) : ST_ENOMEM;
}

static int fact_set(struct commit *j, struct staged_endpoint *s, const struct report_item *it)
{
	struct change *c;
	struct span was;
	bool had = endpoint_has_fact(s->e, it->name, &was);

	if (had && span_eq(was, it->text))
		return 0;
	if (!(c = commit_change(j, s, CHANGE_FACT)))
		return ST_ENOMEM;
	c->key = it->name;
	c->value = it->text;
	if (had && change_was(j, c, was) < 0)
		return ST_ENOMEM;
	s->told = true;
	return endpoint_fact_set(s->e, &j->ix->texts, it->name, it->text);
}

static int name_cmp(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

/* The names of all items of this kind in the report at work, sorted; made when first asked
 * for. */
static int names_of(struct commit *j, enum item_kind kind, const struct staged_names **out)
{
	struct staged_names *names = &j->names[kind == ITEM_RESULT];

	*out = names;
	if (names->stamp == j->stamp)
		return 0;
	*names = (struct staged_names){ .stamp = j->stamp };
	if (!(names->v = arena_alloc(&j->arena, (j->report->n_items + 1) * sizeof(*names->v))))
		return ST_ENOMEM;
	for (const struct report_item *it = j->report->items; it; it = it->next)
		if (it->kind == kind)
			names->v[names->n++] = it->name;
	qsort(names->v, names->n, sizeof(*names->v), name_cmp);
	return 0;
}

static bool is_named(const struct staged_names *names, struct span name)
{
	return names->n && bsearch(&name, names->v, names->n, sizeof(*names->v), name_cmp);
}

static int facts_end(struct commit *j, struct staged_endpoint *s, const struct report_item *it)
{
	const struct staged_names *names;
	int err = names_of(j, ITEM_FACT, &names);

	for (uint32_t i = s->e->n_facts; i-- > 0 && !err;) {
		struct fact_view f = endpoint_fact_at(s->e, i);
		struct change *c;

		if (!has_prefix(f.name, it->name) || is_named(names, f.name))
			continue;
		if (!(c = commit_change(j, s, CHANGE_FACT_GONE)))
			return ST_ENOMEM;
		err = change_gone(j, c, &f);
		s->told = true;
		endpoint_fact_remove(s->e, &j->ix->texts, i);
	}
	return err;
}

static int result_set(struct commit *j, struct staged_endpoint *s,
		      const struct report_item *it)
{
	struct fact_view was;
	bool had = endpoint_has_result(s->e, it->name, &was);
	struct change *c;

	if (had && was.verdict == it->number && span_eq(was.value, it->text))
		return 0;
	if (!(c = commit_change(j, s, CHANGE_RESULT)))
		return ST_ENOMEM;
	c->key = it->name;
	c->value = it->text;
	c->number = it->number;
	if (had) {
		c->number_was = was.verdict;
		if (change_was(j, c, was.value) < 0)
			return ST_ENOMEM;
	}
	s->told = true;
	return endpoint_result_set(s->e, &j->ix->texts, it->name, it->text,
				   (uint8_t)it->number);
}

static int results_end(struct commit *j, struct staged_endpoint *s,
		       const struct report_item *it)
{
	const struct staged_names *names;
	int err = names_of(j, ITEM_RESULT, &names);

	for (uint32_t i = s->e->n_results; i-- > 0 && !err;) {
		struct fact_view r = endpoint_result_at(s->e, i);
		struct change *c;

		if (!has_prefix(r.name, it->name) || is_named(names, r.name))
			continue;
		if (!(c = commit_change(j, s, CHANGE_RESULT_GONE)))
			return ST_ENOMEM;
		c->number_was = r.verdict;
		err = change_gone(j, c, &r);
		s->told = true;
		endpoint_result_remove(s->e, &j->ix->texts, i);
	}
	return err;
}

static int assessment(struct commit *j, struct staged_endpoint *s,
		      const struct report_item *it)
{
	struct change *c = commit_change(j, s, CHANGE_ASSESSMENT);

	if (!c)
		return ST_ENOMEM;
	c->number = it->number;
	c->has_was = s->e->assessed;
	c->number_was = c->has_was ? change_pack(s->e->verdict, s->e->access) : 0;
	s->e->assessed = true;
	s->e->verdict = (uint8_t)change_verdict(it->number);
	s->e->access = (uint8_t)change_access(it->number);
	return 0;
}

static int notice(struct commit *j, struct staged_endpoint *s, const struct report_item *it)
{
	struct change *c = commit_change(j, s, CHANGE_NOTICE);

	if (!c)
		return ST_ENOMEM;
	c->key = it->name;
	c->value = it->text;
	return 0;
}

int facts_stage(struct commit *j, struct staged_endpoint *s, const struct report_item *it)
{
	static int (*const stage[])(struct commit *, struct staged_endpoint *,
				    const struct report_item *) = {
		[ITEM_FACT] = fact_set,         [ITEM_FACTS_END] = facts_end,
		[ITEM_RESULT] = result_set,     [ITEM_RESULTS_END] = results_end,
		[ITEM_ASSESSMENT] = assessment, [ITEM_NOTICE] = notice,
	};

	return stage[it->kind](j, s, it);
}
