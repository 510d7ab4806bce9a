/* Facts, results, assessments and notices: comparing what a report says with what is known. */
#include "posture/journal.h"
#include "posture/report_item.h"
#include "base/err.h"

static bool has_prefix(const struct text *x, struct span prefix)
{
	return x->n >= prefix.n && (!prefix.n || memcmp(x->s, prefix.p, prefix.n) == 0);
}

/* The staged text may go before the change is written: was is a copy. */
static int change_was(struct journal *j, struct change *c, const struct text *was)
{
	c->was = arena_copy(&j->arena, text_span(was));
	c->has_was = true;
	return c->was.p ? 0 : ST_ENOMEM;
}

static int change_gone(struct journal *j, struct change *c, const struct text *key,
		       const struct text *was)
{
	c->key = arena_copy(&j->arena, text_span(key));
	return c->key.p ? change_was(j, c, was) : ST_ENOMEM;
}

/* Puts a new content in the place of an old one. */
static int text_replace(struct text_table *t, struct text **x, struct span s)
{
	struct text *fresh = text_intern(t, s);

	if (!fresh)
		return ST_ENOMEM;
	text_drop(t, *x);
	*x = fresh;
	return 0;
}

static int fact_set(struct journal *j, struct staged_endpoint *s, const struct report_item *it)
{
	struct fact *f = endpoint_fact(s->e, it->name);
	struct change *c;
	int err = 0;

	if (f && text_is(f->value, it->text)) {
		f->stamp = j->stamp;
		return 0;
	}
	if (!(c = journal_change(j, s, CHANGE_FACT)))
		return ST_ENOMEM;
	c->key = it->name;
	c->value = it->text;
	if (f && (err = change_was(j, c, f->value)) == 0)
		err = text_replace(&j->ix->texts, &f->value, it->text);
	else if (!f && !(f = endpoint_fact_add(s->e, &j->ix->texts, it->name, it->text)))
		err = ST_ENOMEM;
	if (f)
		f->stamp = j->stamp;
	return err;
}

static int facts_end(struct journal *j, struct staged_endpoint *s,
		     const struct report_item *it)
{
	int err = 0;

	for (uint32_t i = s->e->n_facts; i-- > 0 && !err;) {
		struct fact *f = &s->e->facts[i];
		struct change *c;

		if (f->stamp == j->stamp || !has_prefix(f->name, it->name))
			continue;
		if (!(c = journal_change(j, s, CHANGE_FACT_GONE)))
			return ST_ENOMEM;
		err = change_gone(j, c, f->name, f->value);
		endpoint_fact_remove(s->e, &j->ix->texts, f);
	}
	return err;
}

static int result_set(struct journal *j, struct staged_endpoint *s,
		      const struct report_item *it)
{
	struct result *r = endpoint_result(s->e, it->name);
	struct change *c;
	int err = 0;

	if (r)
		r->stamp = j->stamp;
	if (r && r->verdict == it->number && text_is(r->reason, it->text))
		return 0;
	if (!(c = journal_change(j, s, CHANGE_RESULT)))
		return ST_ENOMEM;
	c->key = it->name;
	c->value = it->text;
	c->number = it->number;
	if (r) {
		c->number_was = r->verdict;
		if ((err = change_was(j, c, r->reason)) == 0)
			err = text_replace(&j->ix->texts, &r->reason, it->text);
		r->verdict = (uint8_t)it->number;
		return err;
	}
	r = endpoint_result_add(s->e, &j->ix->texts, it->name, it->text, (uint8_t)it->number);
	if (!r)
		return ST_ENOMEM;
	r->stamp = j->stamp;
	return 0;
}

static int results_end(struct journal *j, struct staged_endpoint *s,
		       const struct report_item *it)
{
	int err = 0;

	for (uint32_t i = s->e->n_results; i-- > 0 && !err;) {
		struct result *r = &s->e->results[i];
		struct change *c;

		if (r->stamp == j->stamp || !has_prefix(r->rule, it->name))
			continue;
		if (!(c = journal_change(j, s, CHANGE_RESULT_GONE)))
			return ST_ENOMEM;
		c->number_was = r->verdict;
		err = change_gone(j, c, r->rule, r->reason);
		endpoint_result_remove(s->e, &j->ix->texts, r);
	}
	return err;
}

static int assessment(struct journal *j, struct staged_endpoint *s,
		      const struct report_item *it)
{
	struct change *c = journal_change(j, s, CHANGE_ASSESSMENT);

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

static int notice(struct journal *j, struct staged_endpoint *s, const struct report_item *it)
{
	struct change *c = journal_change(j, s, CHANGE_NOTICE);

	if (!c)
		return ST_ENOMEM;
	c->key = it->name;
	c->value = it->text;
	return 0;
}

int facts_stage(struct journal *j, struct staged_endpoint *s, const struct report_item *it)
{
	static int (*const stage[])(struct journal *, struct staged_endpoint *,
				    const struct report_item *) = {
		[ITEM_FACT] = fact_set,         [ITEM_FACTS_END] = facts_end,
		[ITEM_RESULT] = result_set,     [ITEM_RESULTS_END] = results_end,
		[ITEM_ASSESSMENT] = assessment, [ITEM_NOTICE] = notice,
	};

	return stage[it->kind](j, s, it);
}
