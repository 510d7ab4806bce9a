/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of endpoints, now or at a past moment. */
#include "posture/query/history_rows.h"
#include "posture/posture_read.h"
#include "posture/query/history.h"
#include "posture/journal_page.h"
#include "base/err.h"

#include <stdlib.h>

#define CONTACT_LINES 8 /* lines read for each endpoint to find last contacts */
#define STRETCH 32768   /* lines read between two calls of query_interrupted */
#define APART_MAX 64    /* endpoints whose changes are read one after the other */

/* A row, and what is needed to undo changes in it. */
struct past_row {
	struct endpoint_row row;
	uint64_t first_seq;
	bool changed;  /* the journal has changes to it after the moment */
	bool late;     /* its first inventory came after the moment */
	bool doubted;  /* an untimed change may have happened before the moment, */
	int64_t after; /* but after this time */
};

/* A software of an endpoint that a late reported change has decided. */
struct undone_row {
	UT_hash_handle hh;
	uint64_t pair;
};

struct undo_rows {
	const struct moment *m;
	struct arena *a;
	struct undone_row *settled; /* in the arena */
	struct past_row *rows;
	size_t n;
	uint32_t *by_id; /* position + 1, by endpoint id; NULL: there is one row only */
	uint32_t max_id;
	size_t changed; /* rows whose last contact is still unknown */
	uint64_t turns;
};

int history_brief(const struct moment *m, const struct endpoint *e,
		  const struct uncertainty *d, struct arena *a, struct endpoint_row *row)
{
	*row = (struct endpoint_row){
		.id = e->id,
		.key = arena_str(a, endpoint_key(e)),
		.name = arena_str(a, endpoint_name(e)),
		.first_seen = e->first_seen,
		.complete_through =
			uncertainty_complete_through(d, e->id, e->complete_through),
		.has_inventory = e->set && (!m->past || e->inventory_seq <= m->seq),
		.has_gap = event_coverage_has_gap(&e->ledger) || e->incomplete,
	};
	return row->key && row->name ? 0 : ST_ENOMEM;
}

static int row_now(struct arena *a, const struct endpoint *e, struct past_row *r)
{
	struct span platform;
	bool has_platform = endpoint_has_fact(e, span_str(FACT_PLATFORM), &platform);

	r->first_seq = e->first_seq;
	r->row = (struct endpoint_row){
		.id = e->id,
		.key = arena_str(a, endpoint_key(e)),
		.name = arena_str(a, endpoint_name(e)),
		.first_seen = e->first_seen,
		.last_contact = e->last_contact,
		.complete_through = e->complete_through,
		.has_inventory = e->set && !r->late,
		.epoch = e->epoch,
		.contiguous_eid = e->ledger.contiguous,
		.highest_eid = e->ledger.highest,
		.has_gap = event_coverage_has_gap(&e->ledger) ||
			   endpoint_has_fact(e, span_str(FACT_INCOMPLETE), NULL),
		.software_count = r->late ? 0 : endpoint_software_count(e),
		.assessed = e->assessed,
		.verdict = e->assessed ? (enum verdict)e->verdict : VERDICT_UNKNOWN,
		.access = e->assessed ? (enum access)e->access : ACCESS_NONE,
	};
	if (has_platform)
		r->row.platform = arena_copy(a, platform);
	return r->row.key && r->row.name && (!has_platform || r->row.platform.p) ? 0
										 : ST_ENOMEM;
}

static int rows_now(struct posture_read *p, const struct moment *m, const struct id_list *ids,
		    struct undo_rows *u)
{
	int err = 0;

	for (size_t i = 0; i < ids->n && !err; i++) {
		const struct endpoint *e = index_endpoint(&p->ix, ids->v[i]);

		if (!e || !endpoint_was(e, m->past ? m->seq : p->ix.seq))
			continue;
		if (e->id > u->max_id)
			u->max_id = e->id;
		u->rows[u->n].changed = m->as_of && e->last_contact > m->as_of;
		u->rows[u->n].late = m->past && e->inventory_seq > m->seq;
		err = row_now(u->a, e, &u->rows[u->n++]);
	}
	return err;
}

static int rows_index(struct undo_rows *u)
{
	if (u->n <= 1)
		return 0;
	if (!(u->by_id = calloc((size_t)u->max_id + 1, sizeof(*u->by_id))))
		return ST_ENOMEM;
	for (size_t i = 0; i < u->n; i++)
		u->by_id[u->rows[i].row.id] = (uint32_t)i + 1;
	return 0;
}

static struct past_row *row_of(const struct undo_rows *u, uint32_t endpoint)
{
	if (!u->by_id)
		return u->n && u->rows[0].row.id == endpoint ? &u->rows[0] : NULL;
	return endpoint <= u->max_id && u->by_id[endpoint] ? &u->rows[u->by_id[endpoint] - 1]
							   : NULL;
}

static int undo_platform(struct undo_rows *u, struct endpoint_row *r, const struct change *c)
{
	if (!span_eq(c->key, span_str(FACT_PLATFORM)))
		return 0;
	r->platform = arena_copy(u->a, c->was);
	return r->platform.p ? 0 : ST_ENOMEM;
}

static int row_settle(struct undo_rows *u, uint64_t pair)
{
	struct undone_row *s = arena_alloc(u->a, sizeof(*s));

	if (!s)
		return ST_ENOMEM;
	s->pair = pair;
	HASH_ADD(hh, u->settled, pair, sizeof(pair), s);
	return 0;
}

static int undo_count(struct undo_rows *u, struct past_row *past,
		      const struct software_transition *t)
{
	uint64_t pair = (uint64_t)t->endpoint << 32 | t->software;
	struct undone_row *s;

	HASH_FIND(hh, u->settled, &pair, sizeof(pair), s);
	if (s || past->late)
		return 0;
	if (t->seq <= u->m->known && t->effective <= u->m->as_of)
		return row_settle(u, pair);
	if (t->added)
		past->row.software_count--;
	else
		past->row.software_count++;
	if (t->untimed && moment_is_uncertain(u->m, t->seq, t->after) &&
	    (!past->doubted || t->after < past->after)) {
		past->doubted = true;
		past->after = t->after;
	}
	return 0;
}

static int undo_turn(void *ctx, const struct software_transition *t)
{
	struct undo_rows *u = ctx;
	struct past_row *past = row_of(u, t->endpoint);
	int err = ++u->turns % STRETCH == 0 ? query_interrupted() : 0;

	return err || !past ? err : undo_count(u, past, t);
}

static int undo_row(struct undo_rows *u, const struct change *c)
{
	struct past_row *past = row_of(u, c->endpoint);
	struct software_transition t;
	struct endpoint_row *r;

	if (!past)
		return 0;
	r = &past->row;
	past->changed = true;
	switch (c->kind) {
	case CHANGE_FACT:
	case CHANGE_FACT_GONE:
		return undo_platform(u, r, c);
	case CHANGE_ADDED:
	case CHANGE_REMOVED:
		t = history_transition_of(c);
		return undo_count(u, past, &t);
	case CHANGE_CONFIRMED:
		if (c->seq > u->m->known)
			r->complete_through = c->number_was;
		break;
	case CHANGE_ASSESSMENT:
		r->assessed = c->has_was;
		r->verdict = c->has_was ? (enum verdict)change_verdict(c->number_was)
					: VERDICT_UNKNOWN;
		r->access = (enum access)change_access(c->number_was);
		break;
	default:
		break;
	}
	return 0;
}

/* last_contact of one row: the time of its last change up to the moment. */
static int row_contact(struct posture_read *p, const struct moment *m, struct past_row *past,
		       struct journal_page *pg)
{
	struct repository_filter f = {
		.from = 1,
		.to = m->seq,
		.endpoint = past->row.id,
		.descending = true,
		.limit = 1,
	};
	int err = journal_page_read(p, &f, pg);

	if (!err)
		past->row.last_contact = pg->n ? pg->v[0].known_at : p->oldest;
	return err;
}

static int take_contact(void *ctx, const struct change *c)
{
	struct undo_rows *u = ctx;
	struct past_row *past = row_of(u, c->endpoint);

	if (!past || !past->changed)
		return 0;
	past->row.last_contact = c->known_at;
	past->changed = false;
	u->changed--;
	return 0;
}

/* With many rows, the last lines before the moment give most of the last contacts. The
 * remaining endpoints are looked up one by one. */
static int rows_contact(struct posture_read *p, const struct moment *m, struct undo_rows *u,
			struct journal_page *pg)
{
	uint64_t look = u->n > APART_MAX ? CONTACT_LINES * u->n : 0, to = m->seq;
	int err = 0;

	for (size_t i = 0; i < u->n; i++)
		u->changed += u->rows[i].changed;
	while (look && u->changed && to && !err) {
		uint64_t n = look < STRETCH ? look : STRETCH;
		struct repository_filter f = { .to = to, .descending = true };

		n = n < to ? n : to;
		f.from = to - n + 1;
		if ((err = query_interrupted()) == 0)
			err = p->rp->read(p->repo, &f, take_contact, u);
		to -= n;
		look -= n;
	}
	for (size_t i = 0; i < u->n && !err; i++)
		if (u->rows[i].changed)
			err = row_contact(p, m, &u->rows[i], pg);
	return err;
}

static int rows_undo_in(struct posture_read *p, struct repository_filter f,
			struct undo_rows *u, struct journal_page *pg)
{
	int err;

	do {
		err = journal_page_read(p, &f, pg);
		for (size_t i = 0; i < pg->n && !err; i++)
			err = undo_row(u, &pg->v[i]);
	} while (!err && journal_page_next(pg, &f));
	return err;
}

/* Many rows in one pass. Software comes from the transitions of the repository, if the plugin
 * has them; everything else comes from the journal. */
static int rows_undo_many(struct posture_read *p, const struct moment *m, uint64_t head,
			  struct undo_rows *u, struct journal_page *pg)
{
	struct repository_filter f = { .from = m->seq + 1, .to = head, .descending = true };
	int err = 0;

	f.kinds = CHANGE_BIT(CHANGE_FACT) | CHANGE_BIT(CHANGE_FACT_GONE) |
		  CHANGE_BIT(CHANGE_ASSESSMENT);
	if (m->known != UINT64_MAX)
		f.kinds |= CHANGE_BIT(CHANGE_CONFIRMED);
	if (!history_has_transitions(p))
		f.kinds |= CHANGE_BIT(CHANGE_ADDED) | CHANGE_BIT(CHANGE_REMOVED);
	if ((err = rows_undo_in(p, f, u, pg)) < 0 || !history_has_transitions(p))
		return err;
	f.kinds = 0;
	return p->rp->turns(p->repo, &f, m->as_of, undo_turn, u);
}

static int rows_undo(struct posture_read *p, const struct moment *m, uint64_t head,
		     struct undo_rows *u)
{
	struct repository_filter f = { .from = m->seq + 1, .to = head, .descending = true };
	struct journal_page *pg = calloc(1, sizeof(*pg));
	int err = pg ? rows_index(u) : ST_ENOMEM;

	if (!err && u->n > APART_MAX)
		err = rows_undo_many(p, m, head, u, pg);
	for (size_t i = 0; i < u->n && u->n <= APART_MAX && !err; i++) {
		f.endpoint = u->rows[i].row.id;
		err = rows_undo_in(p, f, u, pg);
	}
	if (!err)
		err = rows_contact(p, m, u, pg);
	journal_page_free(pg);
	free(pg);
	free(u->by_id);
	HASH_CLEAR(hh, u->settled);
	return err;
}

int history_rows(struct posture_read *p, const struct moment *m, const struct id_list *ids,
		 struct arena *a, struct endpoint_row **rows, size_t *n)
{
	struct undo_rows u = { .m = m, .a = a, .rows = calloc(ids->n + 1, sizeof(*u.rows)) };
	int err = u.rows ? 0 : ST_ENOMEM;
	uint64_t head;

	*n = 0;
	index_read_lock(p);
	head = p->ix.seq;
	if (!err)
		err = rows_now(p, m, ids, &u);
	index_unlock(p);
	if (!err && m->past && m->seq < head)
		err = rows_undo(p, m, head, &u);
	if (!err && !(*rows = arena_alloc(a, (u.n + 1) * sizeof(**rows))))
		err = ST_ENOMEM;
	for (size_t i = 0; i < u.n && !err; i++) {
		struct past_row *past = &u.rows[i];

		if (past->doubted && past->after < past->row.complete_through)
			past->row.complete_through = past->after;
		(*rows)[(*n)++] = past->row;
	}
	free(u.rows);
	return err;
}
