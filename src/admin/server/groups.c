/* SPDX-License-Identifier: BSD-2-Clause */
/* groups: the groups of stance.conf and their numbers of endpoints */
#include "admin/server/question.h"
#include "admin/server/handlers.h"
#include "admin/views.h"
#include "admin/server/group.h"
#include "base/arena.h"
#include "base/err.h"

#include <stdlib.h>

static int groups_row(struct response *response, const struct question *question,
		      const struct group *g)
{
	struct span *patterns = calloc(g->n_endpoints + 1, sizeof(*patterns));
	struct endpoint_filter *members = NULL;
	int err = patterns ? group_members(question->posture, g, NULL, &members) : ST_ENOMEM;

	if (!err) {
		for (size_t i = 0; i < g->n_endpoints; i++)
			patterns[i] = span_str(g->endpoints[i]);
		err = response_row(
			response,
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

static int groups_run(struct response *response)
{
	struct group_list *list;
	struct question question;
	int err = 0;

	if (question_begin(response, &question) < 0)
		return 0;
	list = groups_hold(response->env->groups);
	for (size_t i = 0; i < group_list_size(list) && !err; i++)
		err = groups_row(response, &question, group_list_at(list, i));
	if (!err && !group_list_size(list))
		response_end(response, ADMIN_NO, "stance.conf defines no groups");
	group_list_drop(list);
	return question_end(response, &question, err);
}

/* clang-format off */
const struct handler groups_handlers[] = {
	{ NULL, groups_run },
	{ NULL, NULL },
};
/* clang-format on */
