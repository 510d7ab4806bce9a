/* SPDX-License-Identifier: BSD-2-Clause */
/* endpoints; endpoint NAME [software|facts|results|events] */
#include "admin/server/question.h"
#include "admin/server/events.h"
#include "admin/server/handlers.h"
#include "admin/views.h"
#include "base/err.h"

struct endpoint_call {
	struct response *call;
	const struct question *ask;
};

static int endpoint_row(void *ctx, const struct endpoint_row *row)
{
	const struct endpoint_call *e = ctx;
	bool now = row->has_inventory && !question_is_past(e->ask);
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
		[EP_STALE] = cell_bool(freshness_is_stale(e->ask, row)),
		[EP_GAP] = now ? cell_bool(row->has_gap) : cell_null(),
		[EP_EPOCH] = now ? cell_count(row->epoch) : cell_null(),
		[EP_EID] = now ? cell_count(row->contiguous_eid) : cell_null(),
	};

	return response_row(e->call, cells);
}

static int endpoints_run(struct response *call)
{
	struct question a;
	struct endpoint_call e = { call, &a };
	int err;

	if (question_begin(call, &a) < 0)
		return 0;
	err = query_endpoints(a.posture, a.when, a.filter, endpoint_row, &e);
	if (!err && !response_rows(call))
		response_end(call, ADMIN_NO, "no %sendpoint %s known%s",
			     a.filter ? "matching " : "", question_is_past(&a) ? "was" : "is",
			     question_is_past(&a) ? " at that time" : "");
	return question_end(call, &a, err);
}

/* What the views of one endpoint have in common: find it, then let query answer. */
static int endpoint_ask(struct response *call,
			int (*query)(struct response *call, const struct question *a,
				     const struct subject *who))
{
	struct subject who;
	struct question a;
	int err;

	if (question_begin(call, &a) < 0)
		return 0;
	err = question_endpoint(call, &a, request_text(call->request, "name"), &who);
	if (err == ST_ENOENT || err == ST_EVALUE)
		return 0;
	if (!err)
		err = query(call, &a, &who);
	return question_end(call, &a, err);
}

static int endpoint_query(struct response *call, const struct question *a,
			  const struct subject *who)
{
	struct endpoint_call e = { call, a };

	(void)who;
	return query_resolve(a->posture, a->when, request_text(call->request, "name"),
			     endpoint_row, &e);
}

static int endpoint_run(struct response *call)
{
	return endpoint_ask(call, endpoint_query);
}

struct inventory_call {
	struct response *call;
	const struct subject *who;
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
		[INV_COMPLETE] = cell_time(i->who->fresh.complete_through),
		[INV_STALE] = cell_bool(i->who->fresh.stale != 0),
	};

	return response_row(i->call, cells);
}

/* An empty list means "nothing is installed" only when the endpoint has told us so. */
static int inventory_query(struct response *call, const struct question *a,
			   const struct subject *who)
{
	struct inventory_call i = { call, who, !question_is_past(a) };
	int err = query_inventory(a->posture, a->when, who->id, inventory_row, &i);

	if (!err)
		freshness_end(call, &who->fresh,
			      response_rows(call) ? NULL : "no software is installed");
	return err;
}

static int inventory_run(struct response *call)
{
	return endpoint_ask(call, inventory_query);
}

static int fact_row(void *ctx, const struct fact_row *row)
{
	return response_row(ctx,
			    (struct cell[]){ cell_text(row->name), cell_text(row->value) });
}

static int fact_query(struct response *call, const struct question *a,
		      const struct subject *who)
{
	return query_facts(a->posture, a->when, who->id, fact_row, call);
}

static int fact_run(struct response *call)
{
	return endpoint_ask(call, fact_query);
}

struct results {
	struct response *call;
	bool bad, open; /* a rule is broken; a rule could not be decided */
};

static int result_row(void *ctx, const struct result_row *row)
{
	struct results *r = ctx;
	struct cell cells[] = { cell_text(row->rule), cell_str(verdict_name(row->verdict)),
				cell_known(row->reason) };

	r->bad |= row->verdict == VERDICT_MINOR || row->verdict == VERDICT_MAJOR;
	r->open |= row->verdict == VERDICT_ERROR || row->verdict == VERDICT_UNKNOWN;
	return response_row(r->call, cells);
}

static int result_query(struct response *call, const struct question *a,
			const struct subject *who)
{
	struct results r = { .call = call };
	int err = query_results(a->posture, a->when, who->id, result_row, &r);

	if (!err && r.bad)
		response_end(call, ADMIN_NO, "not compliant");
	else if (!err && r.open)
		response_end(call, ADMIN_STALE, "some rules are undecided");
	return err;
}

static int result_run(struct response *call)
{
	return endpoint_ask(call, result_query);
}

static int event_run(struct response *call)
{
	return endpoint_ask(call, events_query);
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
