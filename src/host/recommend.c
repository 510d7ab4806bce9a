/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/recommend.h"

#include <string.h>

#define N_ACTIONS 4
#define N_EVALUATIONS 5

/* How bad an answer is; 0: no opinion. */
static const unsigned action_rank[N_ACTIONS] = {
	[TNC_IMV_ACTION_RECOMMENDATION_NO_RECOMMENDATION] = 0,
	[TNC_IMV_ACTION_RECOMMENDATION_ALLOW] = 1,
	[TNC_IMV_ACTION_RECOMMENDATION_ISOLATE] = 2,
	[TNC_IMV_ACTION_RECOMMENDATION_NO_ACCESS] = 3,
};
static const unsigned evaluation_rank[N_EVALUATIONS] = {
	[TNC_IMV_EVALUATION_RESULT_DONT_KNOW] = 0,
	[TNC_IMV_EVALUATION_RESULT_COMPLIANT] = 1,
	[TNC_IMV_EVALUATION_RESULT_NONCOMPLIANT_MINOR] = 2,
	[TNC_IMV_EVALUATION_RESULT_NONCOMPLIANT_MAJOR] = 3,
	[TNC_IMV_EVALUATION_RESULT_ERROR] = 4,
};
static const char *const policy_names[] = { "default", "all", "any" };
static const char *const action_names[] = { "allow", "no access", "isolate",
					    "no recommendation" };
static const char *const evaluation_names[] = { "compliant", "non-compliant minor",
						"non-compliant major", "error", "don't know" };

int recommend_policy_of(const char *name)
{
	for (int i = 0; i <= RECOMMEND_ANY; i++)
		if (strcmp(name, policy_names[i]) == 0)
			return i;
	return -1;
}

bool recommendation_valid(const struct recommendation *r)
{
	return r->action < N_ACTIONS && r->evaluation < N_EVALUATIONS;
}

/* Folds one more answer into *sum; each half on its own. */
static void merge(enum recommend_policy policy, const unsigned *rank, TNC_UInt32 none,
		  TNC_UInt32 *sum, TNC_UInt32 v)
{
	bool replace = rank[v] > rank[*sum];

	if (policy == RECOMMEND_ALL) {
		if (*sum != v)
			*sum = none;
		return;
	}
	if (policy == RECOMMEND_ANY)
		replace = rank[v] && (!rank[*sum] || rank[v] < rank[*sum]);
	if (replace)
		*sum = v;
}

struct recommendation recommend(enum recommend_policy policy, const struct recommendation *r,
				size_t n)
{
	struct recommendation sum = n ? r[0] : RECOMMENDATION_NONE;

	for (size_t i = 1; i < n; i++) {
		merge(policy, action_rank, TNC_IMV_ACTION_RECOMMENDATION_NO_RECOMMENDATION,
		      &sum.action, r[i].action);
		merge(policy, evaluation_rank, TNC_IMV_EVALUATION_RESULT_DONT_KNOW,
		      &sum.evaluation, r[i].evaluation);
	}
	return sum;
}

enum pb_access recommend_access(TNC_IMV_Action_Recommendation action)
{
	switch (action) {
	case TNC_IMV_ACTION_RECOMMENDATION_ALLOW:
		return PB_ACCESS_ALLOWED;
	case TNC_IMV_ACTION_RECOMMENDATION_ISOLATE:
		return PB_QUARANTINED;
	default:
		return PB_ACCESS_DENIED;
	}
}

TNC_ConnectionState recommend_state(enum pb_access access)
{
	switch (access) {
	case PB_ACCESS_ALLOWED:
		return TNC_CONNECTION_STATE_ACCESS_ALLOWED;
	case PB_QUARANTINED:
		return TNC_CONNECTION_STATE_ACCESS_ISOLATED;
	default:
		return TNC_CONNECTION_STATE_ACCESS_NONE;
	}
}

const char *recommend_action_name(TNC_IMV_Action_Recommendation action)
{
	return action < N_ACTIONS ? action_names[action] : "unknown";
}

const char *recommend_evaluation_name(TNC_IMV_Evaluation_Result evaluation)
{
	return evaluation < N_EVALUATIONS ? evaluation_names[evaluation] : "unknown";
}
