/* SPDX-License-Identifier: BSD-2-Clause */
/* Building the index from the repository at start. What does not fit together is damage, and
 * is said so: nothing is guessed. */
#include "posture/state/index_load.h"
#include "posture/state/description.h"
#include "posture/state/index_order.h"
#include "posture/state/index_link.h"
#include "posture/repository.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

/* What has come for one endpoint. */
struct told {
	struct text **v;
	uint32_t n, cap;
};

struct index_loader {
	struct index *ix;
	char *err_msg;
	size_t err_msg_len;
	struct endpoint *told_of; /* who these are of */
	struct told facts, results;
	struct index_linker linker;
};

static int load_bad(struct index_loader *l, const char *what, uint32_t id)
{
	(void)snprintf(l->err_msg, l->err_msg_len, "repository is damaged: %s %u does not fit",
		       what, id);
	return ST_EDB;
}

static int load_software(void *ctx, const struct repository_software *s)
{
	struct index_loader *l = ctx;
	struct dictionary_entry *e = dictionary_entry_new(s->id, s->identifier);
	int err;

	if (!e)
		return ST_ENOMEM;
	if ((err = description_load(&e->d, s, &l->ix->texts)) < 0 ||
	    (err = index_reserve(l->ix, 0, 1)) < 0 ||
	    (err = index_add_software(l->ix, e)) < 0) {
		dictionary_entry_free(e, &l->ix->texts);
		return err == ST_EDB ? load_bad(l, "software", s->id) : err;
	}
	return 0;
}

static int load_set(void *ctx, const struct repository_set *rs)
{
	struct index_loader *l = ctx;
	struct software_set *s;
	int err;

	if (rs->id <= l->ix->sets.first + l->ix->sets.n ||
	    !index_members_fit(l->ix, rs->members, rs->n))
		return load_bad(l, "set", rs->id);
	if (!(s = software_set_new(rs->id, rs->members, rs->n)))
		return ST_ENOMEM;
	memcpy(s->digest, rs->digest, sizeof(s->digest));
	s->named = rs->named;
	if ((err = index_add_set(l->ix, s)) < 0 && !software_sets_get(&l->ix->sets, s->id))
		software_set_free(s);
	return err;
}

static int load_endpoint_software(struct index_loader *l, struct endpoint *e,
				  const struct repository_endpoint *r)
{
	const struct software_set *s = software_sets_get(&l->ix->sets, r->set);
	struct id_list added = { (uint32_t *)(uintptr_t)r->added, r->n_added, 0 };
	struct id_list removed = { (uint32_t *)(uintptr_t)r->removed, r->n_removed, 0 };

	if (!r->set != !r->inventory_seq || (r->set && !s))
		return load_bad(l, "inventory of endpoint", r->id);
	return s ? endpoint_set_software(e, s, &added, &removed) : 0;
}

static int load_endpoint(void *ctx, const struct repository_endpoint *r)
{
	struct index_loader *l = ctx;
	struct endpoint *e;
	int err;

	if (r->id != l->ix->n_endpoints + 1)
		return load_bad(l, "endpoint", r->id);
	if ((err = index_reserve(l->ix, 1, 0)) < 0)
		return err;
	if (!(e = endpoint_new(r->id, r->key, r->name)))
		return ST_ENOMEM;
	e->first_seq = r->first_seq;
	e->inventory_seq = r->inventory_seq;
	e->first_seen = r->first_seen;
	e->last_contact = r->last_contact;
	e->complete_through = r->complete_through;
	e->epoch = r->epoch;
	e->ledger.contiguous = e->ledger.highest = r->last_eid;
	e->ledger.inventory_at = r->complete_through;
	e->assessed = r->assessed;
	e->verdict = r->verdict;
	e->access = r->access;
	if ((err = load_endpoint_software(l, e, r)) < 0) {
		endpoint_free(e, &l->ix->texts);
		return err;
	}
	if ((err = index_put_endpoint(l->ix, e)) == ST_EDB) { /* another has its key */
		endpoint_free(e, &l->ix->texts);
		return load_bad(l, "endpoint", r->id);
	}
	return err;
}

static struct endpoint *loaded_endpoint(struct index_loader *l, uint32_t id)
{
	return id && id <= l->ix->n_endpoints ? l->ix->endpoints[id - 1] : NULL;
}

/* Gives the endpoint at work what has come for it. */
static int told_flush(struct index_loader *l)
{
	struct endpoint *e = l->told_of;
	uint32_t n_facts = l->facts.n, n_results = l->results.n;
	int err;

	if (!e)
		return 0;
	l->told_of = NULL;
	l->facts.n = l->results.n = 0;
	err = endpoint_take_told(e, l->facts.v, n_facts, l->results.v, n_results);
	for (uint32_t i = 0; err && i < n_facts; i++)
		text_drop(&l->ix->texts, l->facts.v[i]);
	for (uint32_t i = 0; err && i < n_results; i++)
		text_drop(&l->ix->texts, l->results.v[i]);
	l->ix->octets += (n_facts + n_results) * sizeof(struct text *);
	return err == ST_EDB ? load_bad(l, "facts of endpoint", e->id) : err;
}

/* The endpoint that something is told of: all of them are there by then. */
static int told_begin(struct index_loader *l, uint32_t id)
{
	struct endpoint *e = loaded_endpoint(l, id);
	int err = e == l->told_of ? 0 : told_flush(l);

	index_link_start(&l->linker, l->ix);
	l->told_of = e;
	return err || e ? err : load_bad(l, "facts of endpoint", id);
}

/* Takes x. */
static int told_add(struct index_loader *l, struct told *t, struct text *x)
{
	struct text **v;

	if (!x)
		return ST_ENOMEM;
	if (t->n == t->cap) {
		uint32_t cap = t->cap ? t->cap * 2 : 32;

		if (!(v = reallocarray(t->v, cap, sizeof(*v)))) {
			text_drop(&l->ix->texts, x);
			return ST_ENOMEM;
		}
		t->v = v;
		t->cap = cap;
	}
	t->v[t->n++] = x;
	return 0;
}

static int load_fact(void *ctx, const struct repository_fact *f)
{
	struct index_loader *l = ctx;
	int err = told_begin(l, f->endpoint);

	if (err < 0)
		return err;
	if (f->name.n && memchr(f->name.p, 0, f->name.n))
		return load_bad(l, "fact of endpoint", f->endpoint);
	return told_add(l, &l->facts, endpoint_fact_text(&l->ix->texts, f->name, f->value));
}

static int load_result(void *ctx, const struct repository_result *r)
{
	struct index_loader *l = ctx;
	int err = told_begin(l, r->endpoint);

	if (err < 0)
		return err;
	if (r->rule.n && memchr(r->rule.p, 0, r->rule.n))
		return load_bad(l, "result of endpoint", r->endpoint);
	return told_add(l, &l->results,
			endpoint_result_text(&l->ix->texts, r->rule, r->reason, r->verdict));
}

static void told_free(struct index_loader *l)
{
	for (uint32_t i = 0; i < l->facts.n; i++)
		text_drop(&l->ix->texts, l->facts.v[i]);
	for (uint32_t i = 0; i < l->results.n; i++)
		text_drop(&l->ix->texts, l->results.v[i]);
	free(l->facts.v);
	free(l->results.v);
}

/* How often software is there, and whether it is there, are two things that must agree. */
static bool instances_fit(const struct index *ix, const struct endpoint *e,
			  struct id_list *has)
{
	if (endpoint_software(e, has) < 0)
		return false;
	for (uint32_t i = 0; i < e->ledger.n_instances; i++) {
		const struct repository_instances *n = &e->ledger.instances[i];

		if (!n->software || n->software > ix->dictionary.n ||
		    id_list_has(has->v, has->n, n->software) != (n->count > 0))
			return false;
	}
	return true;
}

static int load_ledger(void *ctx, const struct repository_event_coverage *row)
{
	struct index_loader *l = ctx;
	struct endpoint *e = loaded_endpoint(l, row->endpoint);
	struct id_list has = { 0 };
	int err = e && e->set ? event_coverage_load(&e->ledger, row) : ST_EDB;

	if (!err && e->ledger.n_instances && !instances_fit(l->ix, e, &has))
		err = ST_EDB;
	id_list_free(&has);
	if (!err)
		l->ix->octets += event_coverage_octets(&e->ledger);
	return err == ST_EDB ? load_bad(l, "ledger of endpoint", row->endpoint) : err;
}

static int load_forgotten(void *ctx, const struct repository_forgotten *f)
{
	struct index_loader *l = ctx;

	if (!index_endpoint(l->ix, f->endpoint) || !f->seq)
		return load_bad(l, "forgotten endpoint", f->endpoint);
	if (index_link_end(&l->linker) < 0) /* it has what is about to be taken away */
		return l->linker.err;
	return index_load_forgotten(l->ix, f->endpoint, f->seq);
}

static int start_cmp(const void *a, const void *b)
{
	const struct inventory_start *x = a, *y = b;

	return (x->seq > y->seq) - (x->seq < y->seq);
}

static int load_end(struct index *ix, const struct repository_state *st)
{
	if (ix->n_inventories)
		qsort(ix->inventories, ix->n_inventories, sizeof(*ix->inventories), start_cmp);
	ix->loading = false;
	ix->seq = st->last_seq;
	ix->known_at = st->last_known;
	ix->first_seq = st->first_seq;
	if (index_find_idle(ix) < 0)
		return ST_ENOMEM;
	return index_order_known(ix);
}

int index_load(struct index *ix, const struct repository_plugin *pl, struct repository *repo,
	       char *err_msg, size_t err_msg_len)
{
	static const struct repository_loader loader = {
		.software = load_software,
		.set = load_set,
		.endpoint = load_endpoint,
		.fact = load_fact,
		.result = load_result,
		.ledger = load_ledger,
		.forgotten = load_forgotten,
	};
	struct index_loader l = { .ix = ix, .err_msg = err_msg, .err_msg_len = err_msg_len };
	struct repository_state st = { 0 };
	int err;

	*err_msg = '\0';
	ix->loading = true;
	if ((err = pl->state(repo, &st)) == 0 && (err = pl->load(repo, &loader, &l)) == 0)
		err = told_flush(&l);
	told_free(&l);
	if (!err)
		index_link_start(&l.linker, ix);
	if (index_link_end(&l.linker) < 0 && (!err || err == l.linker.err))
		err = l.linker.bad ? load_bad(&l, "inventory of endpoint", l.linker.bad)
				   : l.linker.err;
	if (!err)
		err = load_end(ix, &st);
	if (err && !*err_msg)
		(void)snprintf(err_msg, err_msg_len, "cannot read the repository: %s",
			       st_strerror(err));
	return err;
}
