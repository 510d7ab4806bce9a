/* SPDX-License-Identifier: BSD-2-Clause */
/* endpoints; endpoint NAME [software|facts|results|events] */
#include "admin/server/question.h"
#include "admin/server/events.h"
#include "admin/server/handlers.h"
#include "admin/views.h"
#include "base/err.h"

struct endpoint_call {
	struct response *response;
	const struct question *question;
};

static int endpoint_row(void *ctx, const struct endpoint_row *row)
{
	const struct endpoint_call *e = ctx;
	bool now = row->has_inventory && !question_is_past(e->question);
	bool advised = row->assessed && row->access != ACCESS_NONE;
	struct cell cells[EP_N] = {
		[EP_NAME] = cell_str(row->name),
		[EP_IDENTITY] = cell_str(row->key),
		[EP_PLATFORM] = cell_known(row->platform),
		[EP_SOFTWARE] =
			row->has_inventory ? cell_count(row->software_count) : cell_null(),
		[EP_RESULT] = cell_str(row->assessed ? verdict_name(row->verdict) : NULL),
		[EP_ACCESS] = cell_str(advised ? access_name(row->access) : NULL),
		[EP_FIRST_SEEN] = cell_time(row->first_seen),
		[EP_LAST_CONTACT] = cell_time(row->last_contact),
		[EP_COMPLETE] = cell_time(row->complete_through),
		[EP_STALE] = cell_bool(freshness_is_stale(e->question, row)),
		[EP_GAP] = now ? cell_bool(row->has_gap) : cell_null(),
		[EP_EPOCH] = now ? cell_count(row->epoch) : cell_null(),
		[EP_EID] = now ? cell_count(row->contiguous_eid) : cell_null(),
	};

	return response_row(e->response, cells);
}

static int endpoints_run(struct response *response)
{
	struct question question;
	struct endpoint_call e = { response, &question };
	int err;

	if (question_begin(response, &question) < 0)
		return 0;
	err = query_endpoints(question.posture, question.when, question.filter, endpoint_row,
			      &e);
	if (!err && !response_rows(response))
		response_end(response, ADMIN_NO, "no %sendpoint %s known%s",
			     question.filter ? "matching " : "",
			     question_is_past(&question) ? "was" : "is",
			     question_is_past(&question) ? " at that time" : "");
	return question_end(response, &question, err);
}

/* The common part of the views of one endpoint: finds it and calls query. */
static int endpoint_ask(struct response *response,
			int (*query)(struct response *response,
				     const struct question *question,
				     const struct subject *subject))
{
	struct subject subject;
	struct question question;
	int err;

	if (question_begin(response, &question) < 0)
		return 0;
	err = question_endpoint(response, &question, request_text(response->request, "name"),
				&subject);
	if (err == ST_ENOENT || err == ST_EVALUE)
		return 0;
	if (!err)
		err = query(response, &question, &subject);
	return question_end(response, &question, err);
}

static int endpoint_query(struct response *response, const struct question *question,
			  const struct subject *subject)
{
	struct endpoint_call e = { response, question };

	(void)subject;
	return query_resolve(question->posture, question->when,
			     request_text(response->request, "name"), endpoint_row, &e);
}

static int endpoint_run(struct response *response)
{
	return endpoint_ask(response, endpoint_query);
}

struct inventory_call {
	struct response *response;
	const struct subject *subject;
	bool now;
};

static int inventory_row(void *ctx, const struct software_row *row)
{
	const struct inventory_call *i = ctx;
	struct cell cells[INV_N] = {
		[INV_NAME] = cell_known(row->name),
		[INV_VERSION] = cell_known(row->version),
		[INV_ARCH] = cell_known(row->arch),
		[INV_TYPE] = cell_known(row->type),
		[INV_IDENTIFIER] = cell_text(row->identifier),
		[INV_SOURCE] = cell_known(row->source_name),
		[INV_SOURCE_VERSION] = cell_known(row->source_version),
		[INV_PURL] = cell_known(row->purl),
		[INV_SUPPLIER] = cell_known(row->supplier),
		[INV_INSTANCES] = cell_nonzero(i->now ? row->instances : 0),
		[INV_COMPLETE] = cell_time(i->subject->freshness.complete_through),
		[INV_STALE] = cell_bool(i->subject->freshness.stale != 0),
	};

	return response_row(i->response, cells);
}

/* An empty list means that no software is installed only if the endpoint has reported its
 * software. */
static int inventory_query(struct response *response, const struct question *question,
			   const struct subject *subject)
{
	struct inventory_call i = { response, subject, !question_is_past(question) };
	int err = query_inventory(question->posture, question->when, subject->id,
				  inventory_row, &i);

	if (!err)
		freshness_end(response, &subject->freshness,
			      response_rows(response) ? NULL : "no software is installed");
	return err;
}

static int inventory_run(struct response *response)
{
	return endpoint_ask(response, inventory_query);
}

static int fact_row(void *ctx, const struct fact_row *row)
{
	return response_row(ctx,
			    (struct cell[]){ cell_text(row->name), cell_text(row->value) });
}

static int fact_query(struct response *response, const struct question *question,
		      const struct subject *subject)
{
	return query_facts(question->posture, question->when, subject->id, fact_row, response);
}

static int fact_run(struct response *response)
{
	return endpoint_ask(response, fact_query);
}

struct results {
	struct response *response;
	bool bad, open; /* a rule is broken; a rule could not be decided */
};

static int result_row(void *ctx, const struct result_row *row)
{
	struct results *r = ctx;
	struct cell cells[] = { cell_text(row->rule), cell_str(verdict_name(row->verdict)),
				cell_known(row->reason) };

	r->bad |= row->verdict == VERDICT_MINOR || row->verdict == VERDICT_MAJOR;
	r->open |= row->verdict == VERDICT_ERROR || row->verdict == VERDICT_UNKNOWN;
	return response_row(r->response, cells);
}

static int result_query(struct response *response, const struct question *question,
			const struct subject *subject)
{
	struct results r = { .response = response };
	int err =
		query_results(question->posture, question->when, subject->id, result_row, &r);

	if (!err && r.bad)
		response_end(response, ADMIN_NO, "not compliant");
	else if (!err && r.open)
		response_end(response, ADMIN_STALE, "some rules are undecided");
	return err;
}

static int result_run(struct response *response)
{
	return endpoint_ask(response, result_query);
}

static int event_run(struct response *response)
{
	return endpoint_ask(response, events_query);
}

/* clang-format off */
const struct handler endpoints_handlers[] = {
	{ NULL, endpoints_run },
	{ NULL, NULL },
};

const struct handler endpoint_handlers[] = {
	{ NULL, endpoint_run },
	{ "software", inventory_run },
	{ "facts", fact_run },
	{ "results", result_run },
	{ "events", event_run },
	{ NULL, NULL },
};
/* clang-format on */
