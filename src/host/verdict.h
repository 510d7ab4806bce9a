/* SPDX-License-Identifier: BSD-2-Clause */
/* The recommendation and reasons of each validator in one endpoint's current assessment. */
#ifndef STANCE_HOST_VERDICT_H
#define STANCE_HOST_VERDICT_H

#include "host/reason.h"
#include "host/recommend.h"

struct host_verdict {
	bool given;
	struct recommendation recommendation;
	struct reasons reasons;
};

struct verdicts {
	struct host_verdict *v; /* by module_index */
	size_t n;
};

int verdicts_init(struct verdicts *v, size_t n);
void verdicts_free(struct verdicts *v);

/* Removes all verdicts; for the begin of an assessment. */
void verdicts_clear(struct verdicts *v);

/* Combines the verdicts under policy into *r; a missing one counts as no recommendation. 0 or
 * ST_ENOMEM. */
int verdicts_sum(const struct verdicts *v, enum recommend_policy policy,
		 struct recommendation *r);

#endif
