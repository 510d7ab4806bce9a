/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/state/index.h"
#include "posture/state/index_order.h"
#include "posture/state/bitmap.h"
#include "base/err.h"

#include <stdlib.h>

static struct span key_of(uint32_t id, const void *ctx)
{
	return endpoint_key(index_endpoint(ctx, id));
}

int index_init(struct index *ix)
{
	pthread_rwlockattr_t attr;
	int rc;

	*ix = (struct index){
		.keys = { .key_of = key_of, .ctx = ix },
		.names = { .tie = index_name_cmp, .ctx = ix },
	};
	pthread_rwlockattr_init(&attr);
	/* glibc's default lets a stream of readers keep the writer out for ever */
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	rc = pthread_rwlock_init(&ix->lock, &attr);
	pthread_rwlockattr_destroy(&attr);
	return rc ? ST_ENOMEM : 0;
}

static void posting_free(struct posting *p)
{
	bitmap_free(p->sets);
	bitmap_free(p->added);
	bitmap_free(p->removed);
}

void index_free(struct index *ix)
{
	for (uint32_t i = 0; i < ix->n_endpoints; i++)
		endpoint_free(ix->endpoints[i], &ix->texts);
	for (uint32_t i = 0; i < ix->n_postings; i++)
		posting_free(&ix->postings[i]);
	software_sets_free(&ix->sets, true);
	dictionary_free(&ix->dictionary, &ix->texts);
	text_pool_free(&ix->texts);
	free(ix->postings);
	free(ix->endpoints);
	key_table_free(&ix->keys);
	ordered_ids_free(&ix->names);
	ordered_ids_free(&ix->known);
	ordered_ids_free(&ix->gaps);
	id_list_free(&ix->forgotten);
	id_list_free(&ix->idle);
	free(ix->inventories);
	pthread_rwlock_destroy(&ix->lock);
	*ix = (struct index){ 0 };
}

const struct endpoint *index_endpoint(const struct index *ix, uint32_t id)
{
	return id && id <= ix->n_endpoints ? ix->endpoints[id - 1] : NULL;
}

const struct endpoint *index_endpoint_by_key(const struct index *ix, struct span key)
{
	return index_endpoint(ix, key_table_find(&ix->keys, key));
}

struct who_has {
	const struct index *ix;
	struct bitmap *out;
	uint64_t count;
};

static bool add_set_endpoints(uint32_t set, void *ctx)
{
	struct who_has *w = ctx;

	bitmap_or(w->out, software_sets_get(&w->ix->sets, set)->endpoints);
	return true;
}

static bool count_set_endpoints(uint32_t set, void *ctx)
{
	struct who_has *w = ctx;

	w->count += bitmap_count(software_sets_get(&w->ix->sets, set)->endpoints);
	return true;
}

struct bitmap *index_who_has(const struct index *ix, uint32_t software)
{
	struct who_has w = { ix, bitmap_new(), 0 };

	if (!w.out || !software || software > ix->n_postings)
		return w.out;
	const struct posting *p = &ix->postings[software - 1];

	bitmap_each(p->sets, add_set_endpoints, &w);
	bitmap_andnot(w.out, p->removed);
	bitmap_or(w.out, p->added);
	return w.out;
}

/* An endpoint is on one set only, so the sets' endpoints do not overlap. */
uint64_t index_count(const struct index *ix, uint32_t software)
{
	struct who_has w = { ix, NULL, 0 };

	if (!software || software > ix->n_postings)
		return 0;
	const struct posting *p = &ix->postings[software - 1];

	bitmap_each(p->sets, count_set_endpoints, &w);
	return w.count - bitmap_count(p->removed) + bitmap_count(p->added);
}

struct beyond {
	const struct index *ix;
	uint64_t count, enough;
};

static bool add_until_enough(uint32_t set, void *ctx)
{
	struct beyond *b = ctx;

	b->count += bitmap_count(software_sets_get(&b->ix->sets, set)->endpoints);
	return b->count <= b->enough;
}

bool index_held_beyond(const struct index *ix, uint32_t software, uint64_t n)
{
	struct beyond b = { .ix = ix };
	uint64_t added;

	if (!software || software > ix->n_postings)
		return false;
	const struct posting *p = &ix->postings[software - 1];

	added = bitmap_count(p->added);
	b.enough = n + bitmap_count(p->removed);
	if (added > b.enough)
		return true;
	b.enough -= added;
	bitmap_each(p->sets, add_until_enough, &b);
	return b.count > b.enough;
}

/* v with room for n elements of this size, or NULL; *cap counts what there is room for. */
static void *grow(void *v, uint32_t *cap, uint32_t n, size_t size)
{
	uint32_t want = *cap * 2 > n ? *cap * 2 : n;
	void *more;

	if (v && n <= *cap)
		return v;
	want = want ? want : 1;
	if ((more = reallocarray(v, want, size)))
		*cap = want;
	return more;
}

static int reserve_endpoints(struct index *ix, uint32_t n)
{
	void *v;

	if (key_table_reserve(&ix->keys, n) < 0)
		return ST_ENOMEM;
	if (!(v = grow(ix->inventories, &ix->cap_inventories, n, sizeof(*ix->inventories))))
		return ST_ENOMEM;
	ix->inventories = v;
	if (!(v = grow(ix->endpoints, &ix->cap_endpoints, n, sizeof(struct endpoint *))))
		return ST_ENOMEM;
	ix->endpoints = v;
	return 0;
}

static int reserve_postings(struct index *ix, uint32_t n)
{
	uint32_t cap = ix->n_postings;
	struct posting *v = grow(ix->postings, &cap, n, sizeof(*v));

	if (!v)
		return ST_ENOMEM;
	if (cap > ix->n_postings)
		memset(v + ix->n_postings, 0, (cap - ix->n_postings) * sizeof(*v));
	ix->postings = v;
	ix->n_postings = cap;
	return 0;
}

int index_reserve(struct index *ix, uint32_t endpoints, uint32_t software)
{
	int err = reserve_endpoints(ix, ix->n_endpoints + endpoints);

	return err < 0 ? err : reserve_postings(ix, ix->dictionary.n + software);
}

int index_add_software(struct index *ix, struct dictionary_entry *e)
{
	return dictionary_add(&ix->dictionary, e);
}

static int posting_set(struct bitmap **b, uint32_t v)
{
	if (!*b && !(*b = bitmap_new()))
		return ST_ENOMEM;
	bitmap_add(*b, v);
	return 0;
}

static void posting_clear(struct bitmap **b, uint32_t v)
{
	if (!*b)
		return;
	bitmap_remove(*b, v);
	if (!bitmap_count(*b)) {
		bitmap_free(*b);
		*b = NULL;
	}
}

int index_add_set(struct index *ix, struct software_set *s)
{
	int err = software_sets_add(&ix->sets, s);

	for (size_t i = 0; i < s->n && !err; i++)
		err = posting_set(&ix->postings[s->members[i] - 1].sets, s->id);
	return err;
}

int index_link(struct index *ix, const struct endpoint *e)
{
	int err = 0;

	if (!e->set)
		return 0;
	bitmap_add(e->set->endpoints, e->id);
	for (uint32_t i = 0; i < e->n_added && !err; i++)
		err = posting_set(&ix->postings[endpoint_added(e)[i] - 1].added, e->id);
	for (uint32_t i = 0; i < e->n_removed && !err; i++)
		err = posting_set(&ix->postings[endpoint_removed(e)[i] - 1].removed, e->id);
	return err;
}

bool index_set_is_idle(const struct index *ix, const struct software_set *s)
{
	return !ix->sets_stay && !s->forgotten && (!s->named || s->named < ix->first_seq) &&
	       !bitmap_count(s->endpoints);
}

int index_find_idle(struct index *ix)
{
	int err = 0;

	ix->idle.n = 0;
	for (struct software_set *s = software_sets_next(&ix->sets, 0); s && !err;
	     s = software_sets_next(&ix->sets, s->id))
		if (index_set_is_idle(ix, s))
			err = id_list_push(&ix->idle, s->id);
	return err;
}

void index_drop_set(struct index *ix, uint32_t id)
{
	struct software_set *s = software_sets_get(&ix->sets, id);

	for (size_t i = 0; i < s->n; i++)
		posting_clear(&ix->postings[s->members[i] - 1].sets, id);
	software_sets_drop(&ix->sets, s);
}

static void software_unlink(struct index *ix, const struct endpoint *e)
{
	if (!e->set)
		return;
	bitmap_remove(e->set->endpoints, e->id);
	if (!bitmap_count(e->set->endpoints)) /* when there is no memory it stays longer */
		(void)id_list_push(&ix->idle, e->set->id);
	for (uint32_t i = 0; i < e->n_added; i++)
		posting_clear(&ix->postings[endpoint_added(e)[i] - 1].added, e->id);
	for (uint32_t i = 0; i < e->n_removed; i++)
		posting_clear(&ix->postings[endpoint_removed(e)[i] - 1].removed, e->id);
}

static struct bitmap **differs(struct index *ix, uint32_t software, bool added)
{
	struct posting *p = &ix->postings[software - 1];

	return added ? &p->added : &p->removed;
}

/* One side of an endpoint's difference from its set: only what is not as it was is touched,
 * however large the difference is. */
static int side_move(struct index *ix, uint32_t endpoint, const uint32_t *was, size_t n_was,
		     const uint32_t *now, size_t n_now, bool added)
{
	size_t w = 0, n = 0;
	int err = 0;

	while (!err && (w < n_was || n < n_now)) {
		if (w < n_was && n < n_now && was[w] == now[n]) {
			w++;
			n++;
		} else if (n == n_now || (w < n_was && was[w] < now[n])) {
			posting_clear(differs(ix, was[w++], added), endpoint);
		} else {
			err = posting_set(differs(ix, now[n++], added), endpoint);
		}
	}
	return err;
}

static int software_move(struct index *ix, const struct endpoint *old,
			 const struct endpoint *e)
{
	int err;

	if (old->set != e->set) {
		software_unlink(ix, old);
		return index_link(ix, e);
	}
	err = side_move(ix, e->id, endpoint_added(old), old->n_added, endpoint_added(e),
			e->n_added, true);
	return err < 0 ? err
		       : side_move(ix, e->id, endpoint_removed(old), old->n_removed,
				   endpoint_removed(e), e->n_removed, false);
}

/* Its set is needed by one more who is of the past. */
static void set_forgotten(struct index *ix, const struct endpoint *e)
{
	if (e->set)
		software_sets_get(&ix->sets, e->set->id)->forgotten++;
}

int index_load_forgotten(struct index *ix, uint32_t id, uint64_t seq)
{
	struct endpoint *e = ix->endpoints[id - 1];

	software_unlink(ix, e);
	e->forgotten_seq = seq;
	set_forgotten(ix, e);
	return id_list_push(&ix->forgotten, id);
}

/* It is out of every answer of now; who asks about the past still finds it. */
static int endpoint_forget(struct index *ix, const struct endpoint *old, struct endpoint *e)
{
	int err;

	software_unlink(ix, old);
	set_forgotten(ix, e);
	if ((err = id_list_push(&ix->forgotten, e->id)) < 0 ||
	    (err = index_order_forget(ix, old, e)) < 0)
		return err;
	key_table_take(&ix->keys, e->id);
	ix->endpoints[e->id - 1] = e;
	key_table_put(&ix->keys, e->id);
	return 0;
}

void index_who_had(const struct index *ix, uint32_t software, uint64_t seq, struct bitmap *out)
{
	for (size_t i = 0; i < ix->forgotten.n; i++) {
		const struct endpoint *e = index_endpoint(ix, ix->forgotten.v[i]);

		if (e->forgotten_seq > seq && endpoint_has_software(e, software))
			bitmap_add(out, e->id);
	}
}

static int endpoint_append(struct index *ix, struct endpoint *e)
{
	int err;

	if (e->id != ix->n_endpoints + 1 || index_endpoint_by_key(ix, endpoint_key(e)))
		return ST_EDB;
	ix->endpoints[ix->n_endpoints++] = e;
	key_table_put(&ix->keys, e->id);
	ix->octets += endpoint_octets(e);
	if (e->forgotten_seq) {
		set_forgotten(ix, e);
		if ((err = id_list_push(&ix->forgotten, e->id)) < 0)
			return err;
	}
	if (ix->loading)
		return 0;
	err = index_order_add(ix, e);
	return err < 0 || e->forgotten_seq ? err : index_link(ix, e);
}

int index_put_endpoint(struct index *ix, struct endpoint *e)
{
	struct endpoint *old = e->id <= ix->n_endpoints ? ix->endpoints[e->id - 1] : NULL;
	int err;

	if (e->inventory_seq && (!old || !old->inventory_seq))
		ix->inventories[ix->n_inventories++] =
			(struct inventory_start){ e->inventory_seq, e->id };
	if (!old)
		return endpoint_append(ix, e);
	if (e->forgotten_seq)
		err = endpoint_forget(ix, old, e);
	else if ((err = index_order_move(ix, old, e)) == 0)
		err = software_move(ix, old, e);
	ix->endpoints[e->id - 1] = e;
	ix->octets += endpoint_octets(e) - endpoint_octets(old);
	endpoint_free(old, &ix->texts);
	return err;
}
