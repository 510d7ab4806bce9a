/* SPDX-License-Identifier: BSD-2-Clause */
/* How much memory the present takes, and for what. The lock is released now and then: counting
 * all bitmaps takes long, and others must not wait for it. */
#include "posture/core.h"
#include "posture/state/bitmap.h"

#define AT_ONCE 1024 /* postings */

/* Of the next postings from `from` on; returns where to go on, 0: that was all. */
static uint32_t count_postings(const struct index *ix, uint32_t from, uint64_t *octets)
{
	uint32_t end = ix->n_postings - from < AT_ONCE ? ix->n_postings : from + AT_ONCE;

	for (uint32_t i = from; i < end; i++)
		*octets += bitmap_octets(ix->postings[i].sets) +
			   bitmap_octets(ix->postings[i].added) +
			   bitmap_octets(ix->postings[i].removed);
	return end < ix->n_postings ? end : 0;
}

static void count_rest(const struct index *ix, struct posture_memory *m)
{
	m->dictionary = ix->dictionary.octets + ix->n_postings * sizeof(*ix->postings);
	m->sets = ix->sets.octets;
	m->endpoints = ix->octets + ix->cap_endpoints * sizeof(*ix->endpoints) +
		       ix->cap_inventories * sizeof(*ix->inventories) +
		       key_table_octets(&ix->keys) + ordered_ids_octets(&ix->names) +
		       ordered_ids_octets(&ix->known) + ordered_ids_octets(&ix->gaps);
	m->texts = ix->texts.octets;
	for (struct software_set *s = software_sets_next(&ix->sets, 0); s;
	     s = software_sets_next(&ix->sets, s->id))
		m->bitmaps += bitmap_octets(s->endpoints);
}

void posture_memory(struct posture *p, struct posture_memory *m)
{
	uint32_t at = 0;

	*m = (struct posture_memory){ 0 };
	do {
		index_read_lock(&p->read);
		at = count_postings(&p->read.ix, at, &m->bitmaps);
		if (!at)
			count_rest(&p->read.ix, m);
		index_unlock(&p->read);
	} while (at);
}
