/* SPDX-License-Identifier: BSD-2-Clause */
/* exposure PATTERN [--from T] [--to T]: periods during which endpoints had it */
#include "admin/server/question.h"
#include "admin/server/software_args.h"
#include "admin/server/handlers.h"
#include "admin/views.h"
#include "base/err.h"

#include <stdio.h>

struct exposure {
	struct response *response;
	const struct question *question;
};

/* 1970-01-01 if the endpoint was never completely known before. */
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
		[EX_STALE] = cell_bool(freshness_is_stale(e->question, row->endpoint)),
	};

	return response_row(e->response, cells);
}

/* Freshness is judged at the end of the requested period. */
static int exposure_ask(struct response *response, struct question *question,
			struct exposure_query *q, struct freshness *freshness)
{
	q->from = request_time(response->request, "from");
	q->to = request_time(response->request, "to");
	if (q->from && q->to && q->to < q->from) {
		response_end(response, ADMIN_USAGE, "--to is before --from");
		return ST_EVALUE;
	}
	question_at(question, (struct when){ q->to, question->when.known_at });
	return software_args_read(response, question, &q->software, freshness);
}

static int exposure_run(struct response *response)
{
	struct exposure_query q = { 0 };
	struct freshness all = { 0 };
	struct answer_freshness freshness;
	uint64_t unordered = 0;
	char no[200];
	struct question question;
	struct exposure e = { response, &question };
	int err;

	if (question_begin(response, &question) < 0)
		return 0;
	if ((err = exposure_ask(response, &question, &q, &all)) == ST_EVALUE)
		return 0;
	q.software.unordered = &unordered;
	if (!err)
		err = query_exposure(question.posture, &q, exposure_row, &e);
	(void)snprintf(no, sizeof(no), "no endpoint had software matching '%s'",
		       request_text(response->request, "pattern"));
	freshness_from_query(&all, &freshness);
	if (!err) {
		freshness_end(response, &freshness, response_rows(response) ? NULL : no);
		software_args_unordered(response, &freshness, unordered);
	}
	return question_end(response, &question, err);
}

/* clang-format off */
const struct handler exposure_handlers[] = {
	{ NULL, exposure_run },
	{ NULL, NULL },
};
/* clang-format on */
