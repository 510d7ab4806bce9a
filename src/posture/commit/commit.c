/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/commit/commit.h"
#include "posture/commit/stage_descriptions.h"
#include "posture/commit/stage_events.h"
#include "posture/commit/stage_facts.h"
#include "posture/commit/stage_forget.h"
#include "posture/commit/stage_inventory.h"
#include "posture/commit/stage_limits.h"
#include "posture/state/description.h"
#include "posture/repository.h"
#include "posture/report_item.h"
#include "base/err.h"
#include "base/log.h"

#include <stdlib.h>

#define DROP_MAX 64 /* sets dropped by one commit, which others wait for */

void commit_begin(struct commit *j, struct index *ix, const struct posture_conf *conf,
		  int64_t now)
{
	*j = (struct commit){ .ix = ix, .conf = conf };
	j->known_at = now > ix->known_at ? now : ix->known_at + 1;
	j->sets.first = ix->sets.n;
}

struct change *commit_change(struct commit *j, struct staged_endpoint *s,
			     enum change_kind kind)
{
	struct change *c;

	if (j->n_changes == j->cap_changes) {
		size_t cap = j->cap_changes ? j->cap_changes * 2 : 64;

		if (!(c = reallocarray(j->changes, cap, sizeof(*c))))
			return NULL;
		j->changes = c;
		j->cap_changes = cap;
	}
	c = &j->changes[j->n_changes++];
	*c = (struct change){
		.seq = j->ix->seq + j->n_changes,
		.kind = kind,
		.endpoint = s->e->id,
		.known_at = j->known_at,
	};
	s->dirty = true;
	s->e->last_contact = j->known_at;
	return c;
}

void commit_untimed(struct change *c, int64_t after)
{
	if (!change_untimed(c))
		return;
	c->number_was = after;
	c->has_was = true;
}

static int endpoint_first_seen(struct commit *j, struct staged_endpoint *s)
{
	struct change *c = commit_change(j, s, CHANGE_ENDPOINT);

	if (!c)
		return ST_ENOMEM;
	c->key = arena_copy(&j->arena, endpoint_key(s->e)); /* it may get another yet */
	c->value = arena_copy(&j->arena, endpoint_name(s->e));
	s->e->first_seq = c->seq;
	s->e->first_seen = j->known_at;
	return c->key.p && c->value.p ? 0 : ST_ENOMEM;
}

/* The endpoint of r as it will be after this commit so far. */
static int endpoint_stage(struct commit *j, const struct report *r,
			  struct staged_endpoint **out)
{
	const struct endpoint *old;
	struct staged_endpoint *s;

	HASH_FIND(hh, j->endpoints, r->key.p, r->key.n, s);
	if ((*out = s))
		return 0;
	if (!(s = arena_alloc(&j->arena, sizeof(*s))))
		return ST_ENOMEM;
	old = index_endpoint_by_key(j->ix, r->key);
	if (old && (old->forgotten_seq || forget_staged(j, old)))
		old = NULL; /* who has the key of one of the past is refused: his is taken */
	s->fresh = !old;
	s->e = old ? endpoint_copy(old)
		   : endpoint_new(j->ix->n_endpoints + j->n_fresh + 1, r->key, r->name);
	if (!s->e)
		return ST_ENOMEM;
	j->n_fresh += s->fresh;
	HASH_ADD_KEYPTR(hh, j->endpoints, endpoint_key(s->e).p, endpoint_key(s->e).n, s);
	*out = s;
	return s->fresh ? endpoint_first_seen(j, s) : 0;
}

void commit_moved(struct commit *j, struct staged_endpoint *s)
{
	if (s->moved)
		return;
	s->moved = true;
	s->next_moved = j->moved;
	j->moved = s;
	j->n_moved++;
}

static int items_stage(struct commit *j, struct staged_endpoint *s, const struct report *r)
{
	size_t first = j->n_changes;
	int err = 0;

	j->stamp++;
	j->report = r;
	j->n_described = 0;
	for (const struct report_item *it = r->items; it && !err; it = it->next) {
		switch (it->kind) {
		case ITEM_INVENTORY:
			err = inventory_stage(j, s, it);
			break;
		case ITEM_EVENTS:
			err = events_stage(j, s, it);
			break;
		case ITEM_DESCRIBE:
			err = commit_described(j, 0, it->software);
			break;
		default:
			err = facts_stage(j, s, it);
			break;
		}
	}
	return err < 0 ? err : descriptions_stage(j, s, first);
}

static bool is_known(const struct commit *j, const struct report *r)
{
	const struct staged_endpoint *s;

	HASH_FIND(hh, j->endpoints, r->key.p, r->key.n, s);
	return s || index_endpoint_by_key(j->ix, r->key);
}

/* What forgetting needs is not counted against the endpoint. */
static int journal_forget(struct commit *j, const struct report *r,
			  const struct report_item *it)
{
	struct staged_endpoint *s;
	int err;

	if (!is_known(j, r))
		return 0;
	err = endpoint_stage(j, r, &s);
	return err < 0 ? err : forget_stage(j, s, it);
}

int commit_report(struct commit *j, const struct report *r, bool *refused)
{
	struct staged_endpoint *s;
	uint32_t software;
	size_t changes;
	int err;

	*refused = false;
	for (const struct report_item *it = r->items; it; it = it->next)
		if (it->kind == ITEM_FORGET)
			return journal_forget(j, r, it);
	if ((err = endpoint_stage(j, r, &s)) < 0)
		return err;
	err = limits_check(j, s, r);
	if (err == ST_ELIMIT) {
		*refused = true;
		return 0;
	}
	software = j->n_software;
	changes = j->n_changes;
	if (!err && (err = items_stage(j, s, r)) == 0)
		limits_charge(j, s, software, changes);
	return err;
}

static int batch_software(struct commit *j, struct repository_batch *b)
{
	struct repository_software *v;
	struct staged_description *d, *next;
	size_t n = j->n_software + HASH_COUNT(j->descriptions);

	if (!n)
		return 0;
	if (!(v = arena_alloc(&j->arena, n * sizeof(*v))))
		return ST_ENOMEM;
	b->software = v;
	for (uint32_t i = 0; i < j->n_software; i++)
		description_store(j->software[i], &j->software[i]->d, &v[b->n_software++]);
	HASH_ITER(hh, j->descriptions, d, next)
	if (d->dirty)
		description_store(d->entry, &d->d, &v[b->n_software++]);
	return 0;
}

static int batch_sets(struct commit *j, struct repository_batch *b)
{
	struct repository_set *v;

	if (!j->sets.n)
		return 0;
	if (!(v = arena_alloc(&j->arena, j->sets.n * sizeof(*v))))
		return ST_ENOMEM;
	b->sets = v;
	for (struct software_set *s = software_sets_next(&j->sets, 0); s;
	     s = software_sets_next(&j->sets, s->id)) {
		v[b->n_sets] = (struct repository_set){
			.id = s->id,
			.members = s->members,
			.n = s->n,
			.named = s->named,
		};
		memcpy(v[b->n_sets++].digest, s->digest, SOFTWARE_SET_DIGEST);
	}
	return 0;
}

int commit_name_set(struct commit *j, const struct software_set *s, uint64_t seq)
{
	struct software_set *fresh = software_sets_get(&j->sets, s->id);
	struct repository_named *v;

	if (fresh) {
		fresh->named = seq;
		return 0;
	}
	for (size_t i = 0; i < j->n_named; i++) {
		if (j->named[i].set == s->id) {
			j->named[i].seq = seq;
			return 0;
		}
	}
	if (j->n_named == j->cap_named) {
		size_t cap = j->cap_named ? 2 * j->cap_named : 16;

		if (!(v = reallocarray(j->named, cap, sizeof(*v))))
			return ST_ENOMEM;
		j->named = v;
		j->cap_named = cap;
	}
	j->named[j->n_named++] = (struct repository_named){ s->id, seq };
	return 0;
}

/* Some of the sets that nobody needs any more, unless an endpoint does after this commit, or a
 * change of it names one. */
static int batch_dropped(struct commit *j, struct repository_batch *b)
{
	struct id_list used = { 0 };
	struct staged_endpoint *s, *next;
	int err = id_list_reserve(&used, HASH_COUNT(j->endpoints) + j->n_named + 1);

	if (err < 0 || !j->n_changes) /* a commit that writes nothing drops nothing */
		goto out;
	j->looked = j->ix->idle.n < DROP_MAX ? j->ix->idle.n : DROP_MAX;
	HASH_ITER(hh, j->endpoints, s, next)
	if (s->e->set)
		used.v[used.n++] = s->e->set->id;
	for (size_t i = 0; i < j->n_named; i++)
		used.v[used.n++] = j->named[i].set;
	id_list_sort(&used);
	for (size_t i = j->ix->idle.n - j->looked; i < j->ix->idle.n && !err; i++) {
		const struct software_set *set =
			software_sets_get(&j->ix->sets, j->ix->idle.v[i]);

		if (set && index_set_is_idle(j->ix, set) &&
		    !id_list_has(used.v, used.n, set->id))
			err = id_list_insert(&j->dropped, set->id);
	}
	b->dropped_sets = j->dropped.v;
	b->n_dropped_sets = j->dropped.n;
out:
	id_list_free(&used);
	return err;
}

static int batch_endpoints(struct commit *j, struct repository_batch *b)
{
	struct repository_endpoint *v;
	struct staged_endpoint *s, *next;
	size_t n = HASH_COUNT(j->endpoints);

	if (!n)
		return 0;
	if (!(v = arena_alloc(&j->arena, n * sizeof(*v))))
		return ST_ENOMEM;
	b->endpoints = v;
	HASH_ITER(hh, j->endpoints, s, next)
	if (s->dirty)
		endpoint_store(s->e, &v[b->n_endpoints++]);
	return 0;
}

/* Of endpoints whose ledger is not what it was. */
static int batch_ledgers(struct commit *j, struct repository_batch *b)
{
	struct repository_event_coverage *v;
	struct staged_endpoint *s, *next;
	size_t n = HASH_COUNT(j->endpoints);

	if (!n)
		return 0;
	if (!(v = arena_alloc(&j->arena, n * sizeof(*v))))
		return ST_ENOMEM;
	b->ledgers = v;
	HASH_ITER(hh, j->endpoints, s, next)
	{
		const struct endpoint *old = index_endpoint(j->ix, s->e->id);

		if (s->dirty && s->e->set &&
		    (!old || !old->set || !event_coverage_equal(&old->ledger, &s->e->ledger)))
			endpoint_store_ledger(s->e, &v[b->n_ledgers++]);
	}
	return 0;
}

/* All that e tells of itself. */
static int batch_told_of(struct commit *j, const struct endpoint *e,
			 struct repository_attributes *t)
{
	struct repository_fact *f = arena_alloc(&j->arena, (e->n_facts + 1) * sizeof(*f));
	struct repository_result *r = arena_alloc(&j->arena, (e->n_results + 1) * sizeof(*r));

	if (!f || !r)
		return ST_ENOMEM;
	for (uint32_t i = 0; i < e->n_facts; i++) {
		struct fact_view v = endpoint_fact_at(e, i);

		f[i] = (struct repository_fact){ e->id, v.name, v.value };
	}
	for (uint32_t i = 0; i < e->n_results; i++) {
		struct fact_view v = endpoint_result_at(e, i);

		r[i] = (struct repository_result){ e->id, v.name, v.value, v.verdict };
	}
	*t = (struct repository_attributes){ e->id, f, e->n_facts, r, e->n_results };
	return 0;
}

static int batch_told(struct commit *j, struct repository_batch *b)
{
	struct repository_attributes *v;
	struct staged_endpoint *s, *next;
	size_t n = HASH_COUNT(j->endpoints);
	int err = 0;

	if (!n)
		return 0;
	if (!(v = arena_alloc(&j->arena, n * sizeof(*v))))
		return ST_ENOMEM;
	b->told = v;
	HASH_ITER(hh, j->endpoints, s, next)
	if (s->told && !err)
		err = batch_told_of(j, s->e, &v[b->n_told++]);
	return err;
}

static int batch_forgotten(struct commit *j, struct repository_batch *b)
{
	struct repository_forgotten *v;
	struct staged_endpoint *s, *next;

	if (!j->n_forgotten)
		return 0;
	if (!(v = arena_alloc(&j->arena, j->n_forgotten * sizeof(*v))))
		return ST_ENOMEM;
	b->forgotten = v;
	HASH_ITER(hh, j->endpoints, s, next)
	if (s->forgotten)
		v[b->n_forgotten++] = (struct repository_forgotten){
			.endpoint = s->e->id,
			.seq = s->e->forgotten_seq,
			.key = endpoint_key(s->e),
		};
	return 0;
}

int commit_batch(struct commit *j, struct repository_batch *b)
{
	int err;

	*b = (struct repository_batch){ .changes = j->changes, .n_changes = j->n_changes };
	pthread_rwlock_wrlock(&j->ix->lock);
	err = index_reserve(j->ix, j->n_fresh, j->n_software);
	pthread_rwlock_unlock(&j->ix->lock);
	if (err < 0 || (err = batch_software(j, b)) < 0 || (err = batch_sets(j, b)) < 0)
		return err;
	if ((err = batch_endpoints(j, b)) < 0 || (err = batch_told(j, b)) < 0 ||
	    (err = batch_forgotten(j, b)) < 0 || (err = batch_dropped(j, b)) < 0)
		return err;
	b->named = j->named;
	b->n_named = j->n_named;
	return batch_ledgers(j, b);
}

/* What is durable but cannot be shown for want of memory would make every later answer and
 * every later difference wrong. A new start rebuilds it from the repository. */
static void must(int err)
{
	if (err < 0) {
		log_error(NULL, "cannot follow the journal: error=\"%s\"", st_strerror(err));
		abort();
	}
}

static void apply_software(struct commit *j)
{
	struct staged_description *d, *next;

	HASH_CLEAR(hh, j->software_by_identifier);
	for (uint32_t i = 0; i < j->n_software; i++)
		must(index_add_software(j->ix, j->software[i]));
	j->n_software = 0;
	HASH_ITER(hh, j->descriptions, d, next)
	{
		HASH_DEL(j->descriptions, d);
		must(dictionary_describe(&j->ix->dictionary, d->entry, &d->d, &j->ix->texts));
	}
}

static void apply_sets(struct commit *j)
{
	software_sets_unlink(&j->sets);
	for (struct software_set *s = software_sets_next(&j->sets, 0); s;
	     s = software_sets_next(&j->sets, s->id)) {
		must(index_add_set(j->ix, s));
		(void)id_list_push(&j->ix->idle, s->id); /* perhaps; looked at with the next */
	}
	software_sets_free(&j->sets, false);
}

static void apply_dropped(struct commit *j)
{
	j->ix->idle.n -= j->looked;
	for (size_t i = 0; i < j->dropped.n; i++)
		index_drop_set(j->ix, j->dropped.v[i]);
	for (size_t i = 0; i < j->n_named; i++)
		software_sets_get(&j->ix->sets, j->named[i].set)->named = j->named[i].seq;
}

static int fresh_first(struct staged_endpoint *a, struct staged_endpoint *b)
{
	return (a->e->id > b->e->id) - (a->e->id < b->e->id);
}

void commit_apply(struct commit *j)
{
	struct staged_endpoint *s, *next;

	apply_dropped(j);
	apply_software(j);
	apply_sets(j);
	HASH_SORT(j->endpoints, fresh_first); /* new ones come in the order of their ids */
	HASH_ITER(hh, j->endpoints, s, next)
	{
		HASH_DEL(j->endpoints, s);
		if (s->dirty)
			must(index_put_endpoint(j->ix, s->e));
		else
			endpoint_free(s->e, &j->ix->texts);
	}
	j->ix->seq += j->n_changes;
	if (j->n_changes)
		j->ix->known_at = j->known_at;
}

void commit_reset(struct commit *j)
{
	struct staged_description *d, *next_d;
	struct staged_endpoint *s, *next_s;

	HASH_ITER(hh, j->endpoints, s, next_s)
	{
		HASH_DEL(j->endpoints, s);
		endpoint_free(s->e, &j->ix->texts);
	}
	HASH_ITER(hh, j->descriptions, d, next_d)
	{
		HASH_DEL(j->descriptions, d);
		description_drop(&d->d, &j->ix->texts);
	}
	HASH_CLEAR(hh, j->software_by_identifier);
	for (uint32_t i = 0; i < j->n_software; i++)
		dictionary_entry_free(j->software[i], &j->ix->texts);
	software_sets_free(&j->sets, true);
	free(j->software);
	free(j->changes);
	free(j->named);
	id_list_free(&j->dropped);
	free(j->reported);
	free(j->described);
	id_list_free(&j->now);
	id_list_free(&j->before);
	id_list_free(&j->added);
	id_list_free(&j->removed);
	arena_reset(&j->arena);
	*j = (struct commit){ 0 };
}
