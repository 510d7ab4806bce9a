/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/query/history.h"
#include "posture/state/bitmap.h"
#include "posture/posture_read.h"
#include "posture/journal_page.h"
#include "base/err.h"

#include <stdlib.h>

#define APART_MAX 16        /* software ids whose changes are read one by one */
#define TURNS_APART_MAX 256 /* software ids whose transitions are read one by one */
#define TURNS_LOOK 65536    /* transitions between two calls of query_interrupted */

int moment_of(struct posture_read *p, struct when when, struct moment *m)
{
	int64_t at = when.as_of ? when.as_of : when.known_at, known_at = when.known_at;
	int err;

	if (known_at && known_at < at) /* a change takes effect before it is known */
		at = known_at;
	*m = (struct moment){ .past = at != 0, .known = UINT64_MAX, .as_of = at };
	if (!m->past)
		return 0;
	if (at < p->oldest)
		return ST_ELIMIT;
	if ((err = p->rp->seq_at(p->repo, at, &m->seq)) < 0)
		return err;
	if (known_at == at)
		m->known = m->seq;
	else if (known_at)
		err = p->rp->seq_at(p->repo, known_at, &m->known);
	return err;
}

struct moment moment_now(const struct posture_read *p)
{
	return (struct moment){ .past = true, .seq = p->ix.seq, .known = p->ix.seq };
}

bool moment_keeps(const struct moment *m, const struct change *c)
{
	return c->seq <= m->known && change_effective(c) <= m->as_of;
}

bool moment_is_uncertain(const struct moment *m, uint64_t seq, int64_t after)
{
	return seq <= m->known && after < m->as_of;
}

int history_undo(struct posture_read *p, const struct moment *m, uint64_t head,
		 const struct repository_filter *narrow,
		 int (*fn)(void *ctx, const struct change *c), void *ctx)
{
	struct repository_filter f = *narrow;
	struct journal_page *pg;
	int err = 0;

	if (!m->past || m->seq >= head)
		return 0;
	if (!(pg = calloc(1, sizeof(*pg))))
		return ST_ENOMEM;
	f.from = m->seq + 1;
	f.to = head;
	f.descending = true;
	do {
		err = journal_page_read(p, &f, pg);
		for (size_t i = 0; i < pg->n && !err; i++)
			err = fn(ctx, &pg->v[i]);
	} while (!err && journal_page_next(pg, &f));
	journal_page_free(pg);
	free(pg);
	return err;
}

/* --- one endpoint's software ------------------------------------------------------------- */

struct undo_software {
	const struct moment *m;
	struct bitmap *have;
	struct bitmap *settled; /* software that a late reported change has decided */
};

static int undo_software(void *ctx, const struct change *c)
{
	struct undo_software *u = ctx;

	if (c->kind == CHANGE_INVENTORY) {
		bitmap_free(u->have);
		u->have = bitmap_new();
	} else if (bitmap_has(u->settled, c->software)) {
		return 0;
	} else if (moment_keeps(u->m, c)) {
		bitmap_add(u->settled, c->software);
	} else if (c->kind == CHANGE_ADDED) {
		bitmap_remove(u->have, c->software);
	} else {
		bitmap_add(u->have, c->software);
	}
	return u->have ? 0 : ST_ENOMEM;
}

int history_software(struct posture_read *p, const struct moment *m, uint32_t endpoint,
		     struct bitmap **out)
{
	const struct repository_filter narrow = { .endpoint = endpoint,
						  .kinds = CHANGE_SOFTWARE };
	struct undo_software u = { m, NULL, bitmap_new() };
	const struct endpoint *e;
	struct id_list ids = { 0 };
	uint64_t head;
	int err;

	index_read_lock(p);
	head = p->ix.seq;
	e = index_endpoint(&p->ix, endpoint);
	err = e && endpoint_was(e, m->past ? m->seq : head) ? endpoint_software(e, &ids)
							    : ST_ENOENT;
	index_unlock(p);
	if (!err && (!u.settled || !(u.have = bitmap_of(ids.v, ids.n))))
		err = ST_ENOMEM;
	if (!err)
		err = history_undo(p, m, head, &narrow, undo_software, &u);
	id_list_free(&ids);
	bitmap_free(u.settled);
	if (err)
		bitmap_free(u.have);
	*out = err ? NULL : u.have;
	return err;
}

/* --- facts and results ------------------------------------------------------------------- */

struct past_name {
	UT_hash_handle hh;
	size_t at; /* in facts */
};

struct undo_facts {
	struct arena *a;
	struct past_facts *facts;
	struct past_name *names; /* in the arena */
};

static int past_fact_add(struct undo_facts *u, struct span name, struct past_name **out)
{
	struct past_facts *f = u->facts;
	struct past_name *n = arena_alloc(u->a, sizeof(*n));
	struct past_fact *more;

	if (f->n == f->cap) {
		size_t cap = f->cap ? 2 * f->cap : 32;

		if (!(more = arena_alloc(u->a, cap * sizeof(*more))))
			return ST_ENOMEM;
		if (f->n)
			memcpy(more, f->v, f->n * sizeof(*more));
		f->v = more;
		f->cap = cap;
	}
	f->v[f->n].name = arena_copy(u->a, name);
	if (!n || !f->v[f->n].name.p)
		return ST_ENOMEM;
	n->at = f->n++;
	HASH_ADD_KEYPTR(hh, u->names, f->v[n->at].name.p, name.n, n);
	*out = n;
	return 0;
}

static int past_fact_put(struct undo_facts *u, struct span name, struct span value,
			 int64_t verdict, bool gone)
{
	struct past_name *known;
	struct past_fact *at;
	int err;

	HASH_FIND(hh, u->names, name.p, name.n, known);
	if (!known && (err = past_fact_add(u, name, &known)) < 0)
		return err;
	at = &u->facts->v[known->at];
	at->value = arena_copy(u->a, value);
	at->verdict = verdict;
	at->gone = gone;
	return at->value.p ? 0 : ST_ENOMEM;
}

static int undo_fact(void *ctx, const struct change *c)
{
	return past_fact_put(ctx, c->key, c->was, c->number_was, !c->has_was);
}

static int facts_now(struct undo_facts *u, const struct endpoint *e, enum change_kind what)
{
	uint32_t n = what == CHANGE_FACT ? e->n_facts : e->n_results;
	int err = 0;

	for (uint32_t i = 0; i < n && !err; i++) {
		struct fact_view f = what == CHANGE_FACT ? endpoint_fact_at(e, i)
							 : endpoint_result_at(e, i);

		err = past_fact_put(u, f.name, f.value, f.verdict, false);
	}
	return err;
}

static int past_fact_cmp(const void *a, const void *b)
{
	const struct past_fact *x = a, *y = b;

	return span_cmp(x->name, y->name);
}

int history_facts(struct posture_read *p, const struct moment *m, uint32_t endpoint,
		  enum change_kind what, struct arena *a, struct past_facts *out)
{
	const struct repository_filter narrow = {
		.endpoint = endpoint,
		.kinds = what == CHANGE_FACT
				 ? CHANGE_BIT(CHANGE_FACT) | CHANGE_BIT(CHANGE_FACT_GONE)
				 : CHANGE_BIT(CHANGE_RESULT) | CHANGE_BIT(CHANGE_RESULT_GONE),
	};
	struct undo_facts u = { a, out, NULL };
	const struct endpoint *e;
	uint64_t head;
	int err;

	*out = (struct past_facts){ 0 };
	index_read_lock(p);
	head = p->ix.seq;
	e = index_endpoint(&p->ix, endpoint);
	err = e && endpoint_was(e, m->past ? m->seq : head) ? facts_now(&u, e, what)
							    : ST_ENOENT;
	index_unlock(p);
	if (!err)
		err = history_undo(p, m, head, &narrow, undo_fact, &u);
	HASH_CLEAR(hh, u.names);
	if (!err && out->n)
		qsort(out->v, out->n, sizeof(*out->v), past_fact_cmp);
	return err;
}

/* --- endpoints that had a software
 * -------------------------------------------------------- */

struct undo_who {
	const struct moment *m;
	const struct id_list *software;
	struct bitmap **who;
	struct bitmap *
		*settled; /* endpoints that a late reported change has decided; or NULL */
	struct uncertainty *doubts;
	uint64_t turns;
};

static int who_settle(struct undo_who *u, size_t i, uint32_t endpoint)
{
	if (!u->settled[i] && !(u->settled[i] = bitmap_new()))
		return ST_ENOMEM;
	bitmap_add(u->settled[i], endpoint);
	return 0;
}

static int undo_turn(void *ctx, const struct software_transition *t)
{
	struct undo_who *u = ctx;
	const uint32_t *at;
	size_t lo = 0, hi = u->software->n;
	int err;

	if (++u->turns % TURNS_LOOK == 0 && (err = query_interrupted()) != 0)
		return err;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (u->software->v[mid] < t->software)
			lo = mid + 1;
		else
			hi = mid;
	}
	at = u->software->v + lo;
	if (lo == u->software->n || *at != t->software)
		return 0;
	if (u->settled[lo] && bitmap_has(u->settled[lo], t->endpoint))
		return 0;
	if (t->seq <= u->m->known && t->effective <= u->m->as_of)
		return who_settle(u, lo, t->endpoint);
	if (t->added)
		bitmap_remove(u->who[lo], t->endpoint);
	else
		bitmap_add(u->who[lo], t->endpoint);
	return t->untimed && moment_is_uncertain(u->m, t->seq, t->after)
		       ? uncertainty_add(u->doubts, t->endpoint, t->after)
		       : 0;
}

struct software_transition history_transition_of(const struct change *c)
{
	return (struct software_transition){
		.seq = c->seq,
		.endpoint = c->endpoint,
		.software = c->software,
		.added = c->kind == CHANGE_ADDED,
		.effective = change_effective(c),
		.known_at = c->known_at,
		.untimed = change_untimed(c),
		.after = c->number_was,
	};
}

static int undo_who(void *ctx, const struct change *c)
{
	const struct software_transition t = history_transition_of(c);

	return undo_turn(ctx, &t);
}

/* Endpoints whose first inventory came after the moment. */
static struct bitmap *late_endpoints(const struct index *ix, const struct moment *m)
{
	struct bitmap *late = bitmap_new();

	for (uint32_t i = ix->n_inventories; late && i-- > 0;) {
		if (ix->inventories[i].seq <= m->seq)
			break;
		bitmap_add(late, ix->inventories[i].endpoint);
	}
	return late;
}

/* From the index of the repository alone. */
static int undo_turns(struct posture_read *p, const struct moment *m, uint64_t head,
		      struct undo_who *u)
{
	struct repository_filter f = { .from = m->seq + 1, .to = head, .descending = true };
	bool apart = u->software->n <= TURNS_APART_MAX;
	int err = 0;

	for (size_t i = 0; i < (apart ? u->software->n : 1) && !err; i++) {
		f.software = apart ? u->software->v[i] : 0;
		if ((err = query_interrupted()) == 0)
			err = p->rp->turns(p->repo, &f, m->as_of, undo_turn, u);
	}
	return err;
}

bool history_has_transitions(const struct posture_read *p)
{
	return p->rp->size >= sizeof(struct repository_plugin) && p->rp->turns;
}

static int undo_all_who(struct posture_read *p, const struct moment *m, uint64_t head,
			struct undo_who *u)
{
	struct repository_filter narrow = {
		.kinds = CHANGE_BIT(CHANGE_ADDED) | CHANGE_BIT(CHANGE_REMOVED),
	};
	int err = 0;

	if (!m->past || m->seq >= head || !u->software->n)
		return 0;
	if (history_has_transitions(p))
		return undo_turns(p, m, head, u);
	if (u->software->n > APART_MAX)
		return history_undo(p, m, head, &narrow, undo_who, u);
	for (size_t i = 0; i < u->software->n && !err; i++) {
		narrow.software = u->software->v[i];
		err = history_undo(p, m, head, &narrow, undo_who, u);
	}
	return err;
}

int history_who_has(struct posture_read *p, const struct moment *m,
		    const struct id_list *software, struct bitmap ***out,
		    struct uncertainty *d)
{
	struct undo_who u = {
		.m = m,
		.doubts = d,
		.software = software,
		.who = calloc(software->n + 1, sizeof(struct bitmap *)),
		.settled = calloc(software->n + 1, sizeof(struct bitmap *)),
	};
	struct bitmap *late = NULL;
	uint64_t head;
	int err = u.who && u.settled ? 0 : ST_ENOMEM;

	index_read_lock(p);
	head = p->ix.seq;
	for (size_t i = 0; i < software->n && !err; i++)
		if (!(u.who[i] = index_who_has(&p->ix, software->v[i])))
			err = ST_ENOMEM;
	for (size_t i = 0; i < software->n && !err && m->past; i++)
		index_who_had(&p->ix, software->v[i], m->seq, u.who[i]);
	if (!err && m->past && !(late = late_endpoints(&p->ix, m)))
		err = ST_ENOMEM;
	index_unlock(p);
	if (!err)
		err = undo_all_who(p, m, head, &u);
	for (size_t i = 0; u.who && u.settled && i < software->n; i++) {
		bitmap_free(u.settled[i]);
		if (err)
			bitmap_free(u.who[i]);
		else
			bitmap_andnot(u.who[i], late);
	}
	bitmap_free(late);
	free(u.settled);
	if (err)
		free(u.who);
	*out = err ? NULL : u.who;
	return err;
}
