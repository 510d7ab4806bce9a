/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/change.h"
#include "base/err.h"

static const char *const names[CHANGE_N] = {
	[CHANGE_ENDPOINT] = "endpoint-seen",
	[CHANGE_FACT] = "fact-set",
	[CHANGE_FACT_GONE] = "fact-cleared",
	[CHANGE_INVENTORY] = "inventory",
	[CHANGE_ADDED] = "software-added",
	[CHANGE_REMOVED] = "software-removed",
	[CHANGE_CONFIRMED] = "inventory-confirmed",
	[CHANGE_RESULT] = "result",
	[CHANGE_RESULT_GONE] = "result-cleared",
	[CHANGE_ASSESSMENT] = "assessment",
	[CHANGE_NOTICE] = "notice",
	[CHANGE_ALTERED] = "software-altered",
	[CHANGE_INSTANCES] = "software-instances",
	[CHANGE_FORGOTTEN] = "endpoint-forgotten",
};

const char *change_kind_name(enum change_kind kind)
{
	unsigned k = kind;

	return k < CHANGE_N && names[k] ? names[k] : "unknown";
}

int change_kind_of(const char *name)
{
	for (int k = 1; k < CHANGE_N; k++)
		if (strcmp(names[k], name) == 0)
			return k;
	return ST_ENOENT;
}
