/* SPDX-License-Identifier: BSD-2-Clause */
/* What each validator of a host has said about one endpoint in the assessment under way. */
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

/* A new assessment: nobody has said anything. */
void verdicts_clear(struct verdicts *v);

/* The answer of all, under policy; silence is no recommendation. ST_ENOMEM. */
int verdicts_sum(const struct verdicts *v, enum recommend_policy policy,
		 struct recommendation *r);

#endif
