/* SPDX-License-Identifier: BSD-2-Clause */
/* At a start: who has what, from what is known of each endpoint, in a thread of its own while
 * the repository is read on. It touches sets' and postings' bitmaps and the order of names,
 * which nobody else does then, and reads what no longer changes of endpoints. */
#include "posture/state/index_link.h"
#include "posture/state/index_order.h"
#include "posture/state/bitmap.h"
#include "base/err.h"

bool index_members_fit(const struct index *ix, const uint32_t *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!v[i] || v[i] > ix->dictionary.n || (i && v[i] <= v[i - 1]))
			return false;
	return true;
}

/* The difference from its set is one: nothing is added that is there, or removed that is
 * not. */
static bool delta_fits(const struct index *ix, const struct endpoint *e)
{
	const struct software_set *s = e->set;

	if (!index_members_fit(ix, endpoint_added(e), e->n_added) ||
	    !index_members_fit(ix, endpoint_removed(e), e->n_removed))
		return false;
	for (uint32_t i = 0; i < e->n_added; i++)
		if (id_list_has(s->members, s->n, endpoint_added(e)[i]))
			return false;
	for (uint32_t i = 0; i < e->n_removed; i++)
		if (!id_list_has(s->members, s->n, endpoint_removed(e)[i]))
			return false;
	return true;
}

static int link_all(struct index_linker *l)
{
	struct index *ix = l->ix;
	int err = 0;

	for (uint32_t i = 0; i < ix->n_endpoints && !err; i++) {
		const struct endpoint *e = ix->endpoints[i];

		if (e->forgotten_seq)
			continue;
		if (e->set && !delta_fits(ix, e)) {
			l->bad = e->id;
			return ST_EDB;
		}
		err = index_link(ix, e);
	}
	for (uint32_t i = 0; i < ix->n_postings && !err; i++) {
		bitmap_pack(ix->postings[i].sets);
		bitmap_pack(ix->postings[i].added);
		bitmap_pack(ix->postings[i].removed);
	}
	for (struct software_set *s = software_sets_next(&ix->sets, 0); s && !err;
	     s = software_sets_next(&ix->sets, s->id))
		bitmap_pack(s->endpoints);
	return err ? err : index_order_names(ix);
}

static void *link_main(void *ctx)
{
	struct index_linker *l = ctx;

	l->err = link_all(l);
	return NULL;
}

void index_link_start(struct index_linker *l, struct index *ix)
{
	if (l->ix)
		return;
	l->ix = ix;
	l->running = pthread_create(&l->thread, NULL, link_main, l) == 0;
	if (!l->running)
		link_main(l);
}

int index_link_end(struct index_linker *l)
{
	if (l->running)
		pthread_join(l->thread, NULL);
	l->running = false;
	return l->err;
}
