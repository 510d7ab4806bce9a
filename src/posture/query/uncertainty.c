/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/query/uncertainty.h"
#include "base/err.h"

#include <stdlib.h>

void uncertainty_free(struct uncertainty *d)
{
	free(d->v);
	*d = (struct uncertainty){ 0 };
}

static int doubt_cmp(const void *a, const void *b)
{
	const struct uncertain_endpoint *x = a, *y = b;

	if (x->endpoint != y->endpoint)
		return x->endpoint < y->endpoint ? -1 : 1;
	return (x->after > y->after) - (x->after < y->after);
}

void uncertainty_settle(struct uncertainty *d)
{
	size_t keep = 0;

	if (d->sorted == d->n)
		return;
	qsort(d->v, d->n, sizeof(*d->v), doubt_cmp);
	for (size_t i = 0; i < d->n; i++)
		if (!keep || d->v[keep - 1].endpoint != d->v[i].endpoint)
			d->v[keep++] = d->v[i];
	d->n = d->sorted = keep;
}

/* A full array is settled before it grows: an endpoint may be added once for each software. */
int uncertainty_add(struct uncertainty *d, uint32_t endpoint, int64_t after)
{
	struct uncertain_endpoint *v;

	if (!d)
		return 0;
	if (d->n == d->cap)
		uncertainty_settle(d);
	if (d->n >= d->cap / 2 && d->sorted == d->n) {
		size_t cap = d->cap ? 2 * d->cap : 256;

		if (!(v = reallocarray(d->v, cap, sizeof(*v))))
			return ST_ENOMEM;
		d->v = v;
		d->cap = cap;
	}
	d->v[d->n++] = (struct uncertain_endpoint){ endpoint, after };
	return 0;
}

int64_t uncertainty_complete_through(const struct uncertainty *d, uint32_t endpoint,
				     int64_t through)
{
	size_t lo = 0, hi = d ? d->n : 0;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (d->v[mid].endpoint < endpoint)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!d || lo == d->n || d->v[lo].endpoint != endpoint || d->v[lo].after > through)
		return through;
	return d->v[lo].after;
}
