/* SPDX-License-Identifier: BSD-2-Clause */
/* exposure PATTERN [--from T] [--to T]: which endpoints had it, from when to when */
#include "admin/server/question.h"
#include "admin/server/software_args.h"
#include "admin/server/handlers.h"
#include "admin/views.h"
#include "base/err.h"

#include <stdio.h>

struct exposure {
	struct response *call;
	const struct question *ask;
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
		[EX_STALE] = cell_bool(freshness_is_stale(e->ask, row->endpoint)),
	};

	return response_row(e->call, cells);
}

/* The answer is worth what is known of the end of the time that was asked about. */
static int exposure_ask(struct response *call, struct question *a, struct exposure_query *q,
			struct freshness *fresh)
{
	q->from = request_time(call->request, "from");
	q->to = request_time(call->request, "to");
	if (q->from && q->to && q->to < q->from) {
		response_end(call, ADMIN_USAGE, "--to is before --from");
		return ST_EVALUE;
	}
	question_at(a, (struct when){ q->to, a->when.known_at });
	return software_args_read(call, a, &q->software, fresh);
}

static int exposure_run(struct response *call)
{
	struct exposure_query q = { 0 };
	struct freshness all = { 0 };
	struct answer_freshness fresh;
	uint64_t unordered = 0;
	char no[200];
	struct question a;
	struct exposure e = { call, &a };
	int err;

	if (question_begin(call, &a) < 0)
		return 0;
	if ((err = exposure_ask(call, &a, &q, &all)) == ST_EVALUE)
		return 0;
	q.software.unordered = &unordered;
	if (!err)
		err = query_exposure(a.posture, &q, exposure_row, &e);
	(void)snprintf(no, sizeof(no), "no endpoint had software matching '%s'",
		       request_text(call->request, "pattern"));
	freshness_from_query(&all, &fresh);
	if (!err) {
		freshness_end(call, &fresh, response_rows(call) ? NULL : no);
		software_args_unordered(call, &fresh, unordered);
	}
	return question_end(call, &a, err);
}

/* clang-format off */
const struct handler exposure_handlers[] = {
	{ NULL, exposure_run },
	{ NULL, NULL },
};
/* clang-format on */
