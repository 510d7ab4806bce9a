/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/query/uncertainty.h"
#include "base/err.h"

#include <stdlib.h>

void doubts_free(struct doubts *d)
{
	free(d->v);
	*d = (struct doubts){ 0 };
}

static int doubt_cmp(const void *a, const void *b)
{
	const struct doubt *x = a, *y = b;

	if (x->endpoint != y->endpoint)
		return x->endpoint < y->endpoint ? -1 : 1;
	return (x->after > y->after) - (x->after < y->after);
}

void doubts_settle(struct doubts *d)
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

/* What is full is settled before it grows: one endpoint may be added for each of its software. */
int doubts_add(struct doubts *d, uint32_t endpoint, int64_t after)
{
	struct doubt *v;

	if (!d)
		return 0;
	if (d->n == d->cap)
		doubts_settle(d);
	if (d->n >= d->cap / 2 && d->sorted == d->n) {
		size_t cap = d->cap ? 2 * d->cap : 256;

		if (!(v = reallocarray(d->v, cap, sizeof(*v))))
			return ST_ENOMEM;
		d->v = v;
		d->cap = cap;
	}
	d->v[d->n++] = (struct doubt){ endpoint, after };
	return 0;
}

int64_t doubts_through(const struct doubts *d, uint32_t endpoint, int64_t through)
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
