/* SPDX-License-Identifier: BSD-2-Clause */
/* lacking PATTERN: which endpoints have no such software */
#include "admin/commands.h"
#include "base/err.h"

#include <stdio.h>

enum { LA_NAME, LA_IDENTITY, LA_PLATFORM, LA_SOFTWARE, LA_COMPLETE, LA_STALE, LA_N };

/* clang-format off */
static const struct command_column lacking_columns[] = {
	[LA_NAME] =     { "name", "Name", COL_TEXT, COL_CUT, NULL, "of an endpoint without it" },
	[LA_IDENTITY] = { "identity", "Identity", COL_TEXT, COL_DETAIL, NULL, "its key" },
	[LA_PLATFORM] = { "platform", "Platform", COL_TEXT, COL_CUT | COL_SPARE, NULL,
			  "its operating system" },
	[LA_SOFTWARE] = { "software_count", "Software", COL_COUNT, 0, NULL,
			  "how much is installed on it; null: never told, or asked as of a moment" },
	[LA_COMPLETE] = { "complete_through", "Complete through", COL_TIME, 0, NULL,
			  "it did not have it then; null: nothing is known" },
	[LA_STALE] =    { "stale", "Stale", COL_BOOL, 0, NULL,
			  "that is too long ago: it may have it by now" },
	{ 0 },
};
/* clang-format on */

struct lacking {
	struct admin_call *call;
	const struct ask *ask;
};

static int lacking_next(void *ctx, const struct endpoint_row *row)
{
	struct lacking *l = ctx;
	struct cell cells[LA_N] = {
		[LA_NAME] = cell_str(row->name),
		[LA_IDENTITY] = cell_str(row->key),
		[LA_PLATFORM] = l->ask->when.as_of ? cell_null() : cell_known(row->platform),
		[LA_SOFTWARE] = row->has_inventory && !l->ask->when.as_of
					? cell_count(row->software_count)
					: cell_null(),
		[LA_COMPLETE] = cell_time(row->complete_through),
		[LA_STALE] = cell_bool(fresh_is_stale(l->ask, row)),
	};

	return call_row(l->call, cells);
}

static int lacking_run(struct admin_call *call)
{
	const char *pattern = request_text(call->request, "pattern");
	struct freshness all = { 0 }; /* who has it may have lost it */
	struct lacking l = { .call = call };
	struct fresh fresh;
	char no[200] = "no endpoint has come yet";
	struct software_query q;
	uint64_t unordered = 0;
	struct ask a;
	int err;

	if (ask_begin(call, &a) < 0)
		return 0;
	if ((err = ask_software(call, &a, &q, &all)) == ST_EVALUE)
		return 0;
	l.ask = &a;
	q.unordered = &unordered;
	if (!err)
		err = query_lacking(a.posture, &q, lacking_next, &l);
	fresh_of(&all, &fresh);
	if (fresh.endpoints)
		(void)snprintf(no, sizeof(no), "every endpoint has software that matches '%s'",
			       pattern);
	if (!err) {
		fresh_end(call, &fresh, call_rows(call) ? NULL : no);
		ask_unordered(call, &fresh, unordered);
	}
	return ask_end(call, &a, err);
}

/* clang-format off */
const struct command_view lacking_views[] = {
	{ NULL, NULL, VIEW_ROWS, "endpoints without such software", lacking_columns, ANSWERED_BY(lacking_run) },
	{ 0 },
};
/* clang-format on */
