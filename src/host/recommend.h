/* SPDX-License-Identifier: BSD-2-Clause */
/* How the recommendations of all validators are combined into one (RFC 5793, 4.6 and 4.7). */
#ifndef STANCE_HOST_RECOMMEND_H
#define STANCE_HOST_RECOMMEND_H

#include "tncif/tncifimv.h"
#include "wire/pb_msg.h"

#include <stdbool.h>

enum recommend_policy {
	RECOMMEND_DEFAULT, /* the worst wins; no recommendation does not count */
	RECOMMEND_ALL,     /* all agree, or there is no recommendation */
	RECOMMEND_ANY      /* the best wins */
};

/* The policy called name ("default", "all", "any"), or -1. */
int recommend_policy_of(const char *name);

/* The recommendation and evaluation of one validator. */
struct recommendation {
	TNC_IMV_Action_Recommendation action;
	TNC_IMV_Evaluation_Result evaluation;
};

/* Also the result of zero validators. */
#define RECOMMENDATION_NONE                                                                   \
	((struct recommendation){ TNC_IMV_ACTION_RECOMMENDATION_NO_RECOMMENDATION,            \
				  TNC_IMV_EVALUATION_RESULT_DONT_KNOW })

bool recommendation_valid(const struct recommendation *r);

/* Combines the recommendations of n validators under policy. */
struct recommendation recommend(enum recommend_policy policy, const struct recommendation *r,
				size_t n);

/* The PB-Access-Recommendation of an action; no recommendation is denied. */
enum pb_access recommend_access(TNC_IMV_Action_Recommendation action);

/* The connection state for the modules, TNC_CONNECTION_STATE_ACCESS_.... */
TNC_ConnectionState recommend_state(enum pb_access access);

/* "allow", "no access", "isolate", "no recommendation"; "compliant" ...; "unknown". */
const char *recommend_action_name(TNC_IMV_Action_Recommendation action);
const char *recommend_evaluation_name(TNC_IMV_Evaluation_Result evaluation);

#endif
