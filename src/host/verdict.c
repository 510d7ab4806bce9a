/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/verdict.h"

#include "base/err.h"

#include <stdlib.h>

int verdicts_init(struct verdicts *v, size_t n)
{
	v->n = n;
	v->v = n ? calloc(n, sizeof(*v->v)) : NULL;
	return n && !v->v ? ST_ENOMEM : 0;
}

void verdicts_clear(struct verdicts *v)
{
	for (size_t i = 0; v->v && i < v->n; i++) {
		reasons_reset(&v->v[i].reasons);
		v->v[i] = (struct host_verdict){ .recommendation = RECOMMENDATION_NONE };
	}
}

void verdicts_free(struct verdicts *v)
{
	verdicts_clear(v);
	free(v->v);
	*v = (struct verdicts){ 0 };
}

int verdicts_sum(const struct verdicts *v, enum recommend_policy policy,
		 struct recommendation *r)
{
	struct recommendation *all;

	*r = RECOMMENDATION_NONE;
	if (!v->n)
		return 0;
	if (!(all = malloc(v->n * sizeof(*all))))
		return ST_ENOMEM;
	for (size_t i = 0; i < v->n; i++)
		all[i] = v->v[i].given ? v->v[i].recommendation : RECOMMENDATION_NONE;
	*r = recommend(policy, all, v->n);
	free(all);
	return 0;
}
