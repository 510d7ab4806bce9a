/* How far the software of the fleet is known, from the orders that the index keeps. */
#include "posture/query.h"
#include "posture/core.h"

#include <stdio.h>

void query_freshness(struct posture *p, int64_t since, struct freshness *f)
{
	struct index_freshness all;
	const struct endpoint *worst;

	index_read_lock(p);
	index_freshness(&p->ix, since, &all);
	*f = (struct freshness){
		.endpoints = all.endpoints,
		.stale = all.stale,
		.complete_through = all.complete_through,
	};
	if ((worst = index_endpoint(&p->ix, all.worst)))
		(void)snprintf(f->worst, sizeof(f->worst), "%s",
			       (const char *)endpoint_name(worst).p);
	index_unlock(p);
}
