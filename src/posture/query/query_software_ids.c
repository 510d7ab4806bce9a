/* SPDX-License-Identifier: BSD-2-Clause */
/* The software of a question, by name and version. */
#include "posture/query/query_software_ids.h"
#include "posture/posture_read.h"
#include "posture/query/history.h"
#include "posture/journal_page.h"
#include "base/err.h"

#define PORTION 1024 /* versions compared under one lock */

/* Of the n ids in wanted from index `from` on, moves those in the range to index *keep and
 * following; *keep is advanced. */
static int narrow_some(const struct dictionary *d, const struct version_range *r,
		       struct id_list *wanted, size_t from, size_t n, size_t *keep,
		       struct id_list *unordered)
{
	int err = 0;

	for (size_t i = from; i < from + n && !err; i++) {
		const struct dictionary_entry *e = dictionary_get(d, wanted->v[i]);

		switch (version_range_match(r, text_span(e->d.text[DESC_TYPE]),
					    text_span(e->d.text[DESC_VERSION]))) {
		case VERSION_IN:
			wanted->v[(*keep)++] = wanted->v[i];
			break;
		case VERSION_UNKNOWN:
			err = id_list_push(unordered, wanted->v[i]);
			break;
		default:
			break;
		}
	}
	return err;
}

static int wanted_narrow(struct posture_read *p, const struct version_range *r,
			 struct id_list *wanted, struct id_list *unordered)
{
	size_t keep = 0;
	int err = 0;

	for (size_t i = 0, n; i < wanted->n && !err; i += n) {
		n = wanted->n - i < PORTION ? wanted->n - i : PORTION;
		if ((err = query_interrupted()) != 0)
			break;
		index_read_lock(p);
		err = narrow_some(&p->ix.dictionary, r, wanted, i, n, &keep, unordered);
		index_unlock(p);
	}
	wanted->n = keep;
	return err;
}

int query_software_ids(struct posture_read *p, const struct software_query *q,
		       struct id_list *wanted, struct id_list *unordered)
{
	uint32_t from = 0;
	int err;

	wanted->n = 0;
	do { /* in portions, so that the writer gets the lock */
		index_read_lock(p);
		err = dictionary_match_some(&p->ix.dictionary, q->glob, &from, wanted);
		index_unlock(p);
		if (!err)
			err = query_interrupted();
	} while (!err && from);
	return err || !q->range ? err : wanted_narrow(p, q->range, wanted, unordered);
}
