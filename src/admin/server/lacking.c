/* SPDX-License-Identifier: BSD-2-Clause */
/* lacking PATTERN: endpoints without matching software */
#include "admin/server/question.h"
#include "admin/server/software_args.h"
#include "admin/server/handlers.h"
#include "admin/views.h"
#include "base/err.h"

#include <stdio.h>

struct lacking {
	struct response *response;
	const struct question *question;
};

static int lacking_next(void *ctx, const struct endpoint_row *row)
{
	struct lacking *l = ctx;
	struct cell cells[LA_N] = {
		[LA_NAME] = cell_str(row->name),
		[LA_IDENTITY] = cell_str(row->key),
		[LA_PLATFORM] =
			l->question->when.as_of ? cell_null() : cell_known(row->platform),
		[LA_SOFTWARE] = row->has_inventory && !l->question->when.as_of
					? cell_count(row->software_count)
					: cell_null(),
		[LA_COMPLETE] = cell_time(row->complete_through),
		[LA_STALE] = cell_bool(freshness_is_stale(l->question, row)),
	};

	return response_row(l->response, cells);
}

static int lacking_run(struct response *response)
{
	const char *pattern = request_text(response->request, "pattern");
	struct freshness all = { 0 }; /* of all endpoints: one that had it may have lost it */
	struct lacking l = { .response = response };
	struct answer_freshness freshness;
	char no[200] = "no endpoint is known";
	struct software_query q;
	uint64_t unordered = 0;
	struct question question;
	int err;

	if (question_begin(response, &question) < 0)
		return 0;
	if ((err = software_args_read(response, &question, &q, &all)) == ST_EVALUE)
		return 0;
	l.question = &question;
	q.unordered = &unordered;
	if (!err)
		err = query_lacking(question.posture, &q, lacking_next, &l);
	freshness_from_query(&all, &freshness);
	if (freshness.endpoints)
		(void)snprintf(no, sizeof(no), "every endpoint has software matching '%s'",
			       pattern);
	if (!err) {
		freshness_end(response, &freshness, response_rows(response) ? NULL : no);
		software_args_unordered(response, &freshness, unordered);
	}
	return question_end(response, &question, err);
}

/* clang-format off */
const struct handler lacking_handlers[] = {
	{ NULL, lacking_run },
	{ NULL, NULL },
};
/* clang-format on */
