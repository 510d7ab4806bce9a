/* SPDX-License-Identifier: BSD-2-Clause */
/* groups: what stance.conf calls a group, and how many belong to it */
#include "admin/commands.h"
#include "admin/server/group.h"
#include "base/arena.h"
#include "base/err.h"

#include <stdlib.h>

enum { GR_NAME, GR_COUNT, GR_PLATFORM, GR_ENDPOINTS, GR_N };

/* clang-format off */
static const struct command_column groups_columns[] = {
	[GR_NAME] =      { "name", "Group", COL_TEXT, 0, NULL, "of the group" },
	[GR_COUNT] =     { "endpoints", "Endpoints", COL_COUNT, 0, NULL, "how many belong to it now" },
	[GR_PLATFORM] =  { "platform", "Platform", COL_TEXT, COL_CUT, NULL,
			   "pattern for their platforms; null: any" },
	[GR_ENDPOINTS] = { "patterns", "Patterns", COL_LIST, COL_CUT, NULL,
			   "for their names or identities; none: any" },
	{ 0 },
};
/* clang-format on */

static int groups_row(struct admin_call *call, const struct ask *a, const struct group *g)
{
	struct span *patterns = calloc(g->n_endpoints + 1, sizeof(*patterns));
	struct endpoint_filter *members = NULL;
	int err = patterns ? group_members(a->posture, g, NULL, &members) : ST_ENOMEM;

	if (!err) {
		for (size_t i = 0; i < g->n_endpoints; i++)
			patterns[i] = span_str(g->endpoints[i]);
		err = call_row(call,
			       (struct cell[GR_N]){
				       [GR_NAME] = cell_str(g->name),
				       [GR_COUNT] = cell_count(endpoint_filter_count(members)),
				       [GR_PLATFORM] = cell_str(g->platform),
				       [GR_ENDPOINTS] = cell_list(patterns, g->n_endpoints),
			       });
	}
	endpoint_filter_free(members);
	free(patterns);
	return err;
}

static int groups_run(struct admin_call *call)
{
	struct group_list *list;
	struct ask a;
	int err = 0;

	if (ask_begin(call, &a) < 0)
		return 0;
	list = groups_hold(call->env->groups);
	for (size_t i = 0; i < group_list_size(list) && !err; i++)
		err = groups_row(call, &a, group_list_at(list, i));
	if (!err && !group_list_size(list))
		call_end(call, ADMIN_NO, "stance.conf has no groups");
	group_list_drop(list);
	return ask_end(call, &a, err);
}

/* clang-format off */
const struct command_view groups_views[] = {
	{ NULL, NULL, VIEW_ROWS, "groups of endpoints", groups_columns, ANSWERED_BY(groups_run) },
	{ 0 },
};
/* clang-format on */
