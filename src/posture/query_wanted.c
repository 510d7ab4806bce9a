/* Which software a question is about: by name, and by version. */
#include "posture/core.h"
#include "posture/history.h"
#include "base/err.h"

/* Keeps in wanted what is in the range. */
static int wanted_narrow(const struct dictionary *d, const struct version_range *r,
			 struct ids *wanted, struct ids *unordered)
{
	size_t keep = 0;
	int err = 0;

	for (size_t i = 0; i < wanted->n && !err; i++) {
		const struct dictionary_entry *e = dictionary_get(d, wanted->v[i]);

		switch (version_range_match(r, text_span(e->d.text[DESC_TYPE]),
					    text_span(e->d.text[DESC_VERSION]))) {
		case VERSION_IN:
			wanted->v[keep++] = wanted->v[i];
			break;
		case VERSION_UNKNOWN:
			err = ids_push(unordered, wanted->v[i]);
			break;
		default:
			break;
		}
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
		if (!err && !from && q->range)
			err = wanted_narrow(&p->ix.dictionary, q->range, wanted, unordered);
		index_unlock(p);
	} while (!err && from);
	return err;
}
