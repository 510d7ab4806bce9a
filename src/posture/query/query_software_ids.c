/* SPDX-License-Identifier: BSD-2-Clause */
/* Which software a question is about: by name, and by version. */
#include "posture/core.h"
#include "posture/query/history.h"
#include "posture/query/journal_page.h"
#include "base/err.h"

#define PORTION 1024 /* versions that are compared under one lock */

/* Keeps in wanted, from *keep on, what of the n at `from` is in the range. */
static int narrow_some(const struct dictionary *d, const struct version_range *r,
		       struct ids *wanted, size_t from, size_t n, size_t *keep,
		       struct ids *unordered)
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
			err = ids_push(unordered, wanted->v[i]);
			break;
		default:
			break;
		}
	}
	return err;
}

static int wanted_narrow(struct posture *p, const struct version_range *r, struct ids *wanted,
			 struct ids *unordered)
{
	size_t keep = 0;
	int err = 0;

	for (size_t i = 0, n; i < wanted->n && !err; i += n) {
		n = wanted->n - i < PORTION ? wanted->n - i : PORTION;
		if ((err = page_watch()) != 0)
			break;
		index_read_lock(p);
		err = narrow_some(&p->ix.dictionary, r, wanted, i, n, &keep, unordered);
		index_unlock(p);
	}
	wanted->n = keep;
	return err;
}

int history_wanted(struct posture *p, const struct software_query *q, struct ids *wanted,
		   struct ids *unordered)
{
	uint32_t from = 0;
	int err;

	wanted->n = 0;
	do { /* a large dictionary must not keep the writer out */
		index_read_lock(p);
		err = dictionary_match_some(&p->ix.dictionary, q->glob, &from, wanted);
		index_unlock(p);
		if (!err)
			err = page_watch();
	} while (!err && from);
	return err || !q->range ? err : wanted_narrow(p, q->range, wanted, unordered);
}

int query_is_name(struct posture *p, const char *glob, bool *is)
{
	const struct software_query q = { .glob = glob };
	struct ids ids = { 0 };
	int err = history_wanted(p, &q, &ids, NULL);

	*is = ids.n != 0;
	ids_free(&ids);
	return err;
}
