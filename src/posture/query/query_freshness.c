/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/query_freshness.h"
#include "posture/query/freshness_at.h"

int query_freshness(struct posture *posture, struct when when,
		    const struct endpoint_filter *filter, int64_t since, struct freshness *f)
{
	struct posture_read *p = posture_read(posture);
	struct moment m;
	int err = moment_of(p, when, &m);

	return err < 0 ? err : freshness_at(p, &m, filter, NULL, since, f);
}
