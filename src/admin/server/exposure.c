/* SPDX-License-Identifier: BSD-2-Clause */
/* exposure PATTERN [--from T] [--to T]: which endpoints had it, from when to when */
#include "admin/commands.h"
#include "base/err.h"

#include <stdio.h>

enum {
	EX_ENDPOINT,
	EX_IDENTITY,
	EX_NAME,
	EX_VERSION,
	EX_IDENTIFIER,
	EX_SINCE,
	EX_UNTIL,
	EX_EARLIER,
	EX_SINCE_KNOWN,
	EX_UNTIL_KNOWN,
	EX_SINCE_AFTER,
	EX_UNTIL_AFTER,
	EX_COMPLETE,
	EX_STALE,
	EX_N
};

/* clang-format off */
static const struct command_column exposure_columns[] = {
	[EX_ENDPOINT] =    { "endpoint", "Endpoint", COL_TEXT, COL_CUT, NULL, "its name" },
	[EX_IDENTITY] =    { "identity", "Identity", COL_TEXT, COL_DETAIL | COL_CUT, NULL, "its key" },
	[EX_NAME] =        { "name", "Software", COL_TEXT, COL_CUT, "identifier",
			     "name; null: not described yet" },
	[EX_VERSION] =     { "version", "Version", COL_TEXT, COL_CUT, NULL, "version" },
	[EX_IDENTIFIER] =  { "identifier", "Identifier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
			     "software identifier (RFC 8412)" },
	[EX_SINCE] =       { "since", "Since", COL_TIME, COL_AFTER, NULL,
			     "the endpoint had it from then on" },
	[EX_UNTIL] =       { "until", "Until", COL_TIME, COL_AFTER, NULL,
			     "and not any more then; null: it still has" },
	[EX_EARLIER] =     { "earlier", "Earlier", COL_BOOL, COL_SPARE, NULL,
			     "the endpoint's first inventory showed it: it may have had it before" },
	[EX_SINCE_KNOWN] = { "since_known", "Since known", COL_TIME, COL_DETAIL, NULL,
			     "when the manager knew that it came" },
	[EX_UNTIL_KNOWN] = { "until_known", "Until known", COL_TIME, COL_DETAIL, NULL,
			     "when the manager knew that it went" },
	[EX_SINCE_AFTER] = { "since_after", "Since after", COL_TIME, COL_DETAIL, NULL,
			     "it came after that, nobody told when; null: that was told" },
	[EX_UNTIL_AFTER] = { "until_after", "Until after", COL_TIME, COL_DETAIL, NULL,
			     "likewise when it went" },
	[EX_COMPLETE] =    { "complete_through", "Complete through", COL_TIME, COL_DETAIL, NULL,
			     "the endpoint's software is known without a gap until then" },
	[EX_STALE] =       { "stale", "Stale", COL_BOOL, COL_DETAIL, NULL, "that is too long ago" },
	{ 0 },
};
/* clang-format on */

struct exposure {
	struct admin_call *call;
	const struct ask *ask;
};

/* The beginning of time where it was never known completely before. */
static struct cell exposure_after(bool untimed, int64_t after)
{
	return (struct cell){ .given = untimed, .n = after };
}

static int exposure_row(void *ctx, const struct exposure_row *row)
{
	const struct exposure *e = ctx;
	struct cell cells[EX_N] = {
		[EX_ENDPOINT] = cell_str(row->endpoint->name),
		[EX_IDENTITY] = cell_str(row->endpoint->key),
		[EX_NAME] = cell_known(row->software->name),
		[EX_VERSION] = cell_known(row->software->version),
		[EX_IDENTIFIER] = cell_text(row->software->identifier),
		[EX_SINCE] = cell_time(row->since),
		[EX_UNTIL] = cell_time(row->until),
		[EX_EARLIER] = cell_bool(row->earlier),
		[EX_SINCE_KNOWN] = cell_time(row->since_known),
		[EX_UNTIL_KNOWN] = cell_time(row->until_known),
		[EX_SINCE_AFTER] = exposure_after(row->since_untimed, row->since_after),
		[EX_UNTIL_AFTER] = exposure_after(row->until_untimed, row->until_after),
		[EX_COMPLETE] = cell_time(row->endpoint->complete_through),
		[EX_STALE] = cell_bool(fresh_is_stale(e->ask, row->endpoint)),
	};

	return call_row(e->call, cells);
}

/* The answer is worth what is known of the end of the time that was asked about. */
static int exposure_ask(struct admin_call *call, struct ask *a, struct exposure_query *q,
			struct freshness *fresh)
{
	q->from = request_time(call->request, "from");
	q->to = request_time(call->request, "to");
	if (q->from && q->to && q->to < q->from) {
		call_end(call, ADMIN_USAGE, "--to is before --from");
		return ST_EVALUE;
	}
	ask_at(a, (struct when){ q->to, a->when.known_at });
	return ask_software(call, a, &q->software, fresh);
}

static int exposure_run(struct admin_call *call)
{
	struct exposure_query q = { 0 };
	struct freshness all = { 0 };
	struct fresh fresh;
	uint64_t unordered = 0;
	char no[200];
	struct ask a;
	struct exposure e = { call, &a };
	int err;

	if (ask_begin(call, &a) < 0)
		return 0;
	if ((err = exposure_ask(call, &a, &q, &all)) == ST_EVALUE)
		return 0;
	q.software.unordered = &unordered;
	if (!err)
		err = query_exposure(a.posture, &q, exposure_row, &e);
	(void)snprintf(no, sizeof(no), "no endpoint had software that matches '%s'",
		       request_text(call->request, "pattern"));
	fresh_of(&all, &fresh);
	if (!err) {
		fresh_end(call, &fresh, call_rows(call) ? NULL : no);
		ask_unordered(call, &fresh, unordered);
	}
	return ask_end(call, &a, err);
}

/* clang-format off */
const struct command_view exposure_views[] = {
	{ NULL, NULL, VIEW_ROWS, "windows in which endpoints had it", exposure_columns, ANSWERED_BY(exposure_run) },
	{ 0 },
};
/* clang-format on */
