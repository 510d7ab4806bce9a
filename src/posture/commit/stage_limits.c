/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits on what one endpoint can add to the dictionary and to the journal in a day, and on what
 * all endpoints can add to the dictionary. An authenticated endpoint can be hostile, too, and
 * must not fill the manager's memory or disk. */
#include "posture/commit/stage_limits.h"
#include "posture/commit/stage_identifiers.h"
#include "posture/commit/commit.h"
#include "posture/posture.h"
#include "posture/report_item.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

#define DAY_US (86400 * (int64_t)CLOCK_SEC)

/* The software that r mentions, at most. */
static size_t mentions(const struct report *r)
{
	size_t n = 0;

	for (const struct report_item *it = r->items; it; it = it->next)
		for (const struct item_software *sw = it->software; sw; sw = sw->next)
			n++;
	return n;
}

static int identifier_cmp(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	size_t n = x->n < y->n ? x->n : y->n;
	int order = memcmp(x->p, y->p, n);

	return order ? order : (x->n > y->n) - (x->n < y->n);
}

static size_t count_distinct(struct span *v, size_t n)
{
	size_t distinct = 0;

	qsort(v, n, sizeof(*v), identifier_cmp);
	for (size_t i = 0; i < n; i++)
		if (!i || identifier_cmp(&v[i - 1], &v[i]) != 0)
			distinct++;
	return distinct;
}

/* How many identifiers of r, which mentions n, are in nobody's dictionary yet. */
static int count_new(const struct commit *j, const struct report *r, size_t n, size_t *out)
{
	struct span *v = calloc(n, sizeof(*v));

	if (!v)
		return ST_ENOMEM;
	n = 0;
	for (const struct report_item *it = r->items; it; it = it->next)
		for (const struct item_software *sw = it->software; sw; sw = sw->next)
			if (sw->identifier.n && !commit_find(j, sw->identifier))
				v[n++] = sw->identifier;
	*out = count_distinct(v, n);
	free(v);
	return 0;
}

/* Said once in the endpoint's day, to the administrator and in its history. */
static int refuse(struct commit *j, struct staged_endpoint *s, const char *err_msg,
		  uint32_t max)
{
	struct change *c;
	char text[160];

	if (s->e->spent.refused)
		return ST_ELIMIT;
	(void)snprintf(text, sizeof(text), "report refused: %s (%u)", err_msg, max);
	if (!(c = commit_change(j, s, CHANGE_NOTICE)))
		return ST_ENOMEM;
	c->happened_at = j->known_at;
	c->key = span_str("report.refused");
	c->value = arena_copy(&j->arena, span_str(text));
	if (!c->value.p)
		return ST_ENOMEM;
	s->e->spent.refused = true;
	log_warn(NULL, "report refused: endpoint=%s reason=\"%s\" limit=%u",
		 (const char *)endpoint_name(s->e).p, err_msg, max);
	return ST_ELIMIT;
}

static bool is_told(const struct report_item *it)
{
	return it->kind == ITEM_FACT || it->kind == ITEM_RESULT;
}

/* Octets of the facts and results that e has. */
static uint64_t octets_told(const struct endpoint *e)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < e->n_facts + e->n_results; i++)
		n += e->told[i]->n;
	return n;
}

/* Of those, what r tells anew. v has room for all that it tells. */
static uint64_t octets_replaced(const struct endpoint *e, const struct report *r,
				enum item_kind kind, struct span *v)
{
	uint32_t n_told = kind == ITEM_FACT ? e->n_facts : e->n_results;
	struct text *const *told = kind == ITEM_FACT ? e->told : e->told + e->n_facts;
	uint64_t octets = 0;
	size_t n = 0;

	for (const struct report_item *it = r->items; it; it = it->next)
		if (it->kind == kind)
			v[n++] = it->name;
	qsort(v, n, sizeof(*v), identifier_cmp);
	for (uint32_t i = 0; n && i < n_told; i++) {
		struct span name = span_str(told[i]->s); /* a NUL is behind it */

		if (bsearch(&name, v, n, sizeof(*v), identifier_cmp))
			octets += told[i]->n;
	}
	return octets;
}

/* Octets of the facts and results that e will have after r, at most. The row of an endpoint is
 * written anew when one of them changes. */
static int facts_octets(const struct endpoint *e, const struct report *r, uint64_t max,
			uint64_t *out)
{
	struct span *v;
	size_t n = 0;

	*out = octets_told(e);
	for (const struct report_item *it = r->items; it; it = it->next) {
		n += is_told(it);
		*out += is_told(it) ? it->name.n + it->text.n : 0;
	}
	if (*out <= max || !n || !e->told)
		return 0; /* whatever it tells anew */
	if (!(v = calloc(n, sizeof(*v))))
		return ST_ENOMEM;
	*out -= octets_replaced(e, r, ITEM_FACT, v) + octets_replaced(e, r, ITEM_RESULT, v);
	free(v);
	return 0;
}

int limits_check(struct commit *j, struct staged_endpoint *s, const struct report *r)
{
	const struct posture_conf *c = j->conf;
	struct spent *spent = &s->e->spent;
	uint64_t known = (uint64_t)j->ix->dictionary.n + j->n_software;
	size_t n = mentions(r);
	uint64_t octets;
	int err;

	if (j->known_at - spent->from >= DAY_US)
		*spent = (struct spent){ .from = j->known_at };
	if (spent->changes >= c->changes_per_day)
		return refuse(j, s, "too many changes in a day", c->changes_per_day);
	if ((err = facts_octets(s->e, r, c->facts_octets, &octets)) < 0)
		return err;
	if (octets > c->facts_octets)
		return refuse(j, s, "more facts than one endpoint may have", c->facts_octets);
	/* mostly there is room for whatever it says */
	if (!n ||
	    (spent->taught + n <= c->new_software_per_day && known + n <= c->max_software))
		return 0;
	if ((err = count_new(j, r, n, &n)) < 0)
		return err;
	if (n && spent->taught + n > c->new_software_per_day)
		return refuse(j, s, "too much unknown software in a day",
			      c->new_software_per_day);
	if (n && known + n > c->max_software)
		return refuse(j, s, "no room for more software", c->max_software);
	return 0;
}

void limits_charge(struct commit *j, struct staged_endpoint *s, uint32_t software,
		   size_t changes)
{
	size_t more = j->n_changes - changes;

	s->e->spent.taught += j->n_software - software;
	s->e->spent.changes = more < UINT32_MAX - s->e->spent.changes
				      ? s->e->spent.changes + (uint32_t)more
				      : UINT32_MAX;
	if (j->n_software != software)
		s->dirty = true; /* so that this is remembered with it */
}
