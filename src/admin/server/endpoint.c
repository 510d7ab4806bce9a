/* SPDX-License-Identifier: BSD-2-Clause */
/* endpoints; endpoint NAME [software|facts|results|events] */
#include "admin/commands.h"
#include "base/err.h"

enum {
	EP_NAME,
	EP_IDENTITY,
	EP_PLATFORM,
	EP_SOFTWARE,
	EP_RESULT,
	EP_ACCESS,
	EP_FIRST_SEEN,
	EP_LAST_CONTACT,
	EP_COMPLETE,
	EP_STALE,
	EP_GAP,
	EP_EPOCH,
	EP_EID,
	EP_N
};

/* clang-format off */
static const struct command_column endpoint_columns[] = {
	[EP_NAME] =         { "name", "Name", COL_TEXT, COL_CUT, NULL,
			      "what people call the endpoint" },
	[EP_IDENTITY] =     { "identity", "Identity", COL_TEXT, COL_DETAIL, NULL,
			      "its key, from its certificate" },
	[EP_PLATFORM] =     { "platform", "Platform", COL_TEXT, COL_CUT | COL_SPARE, NULL,
			      "its operating system" },
	[EP_SOFTWARE] =     { "software_count", "Software", COL_COUNT, 0, NULL,
			      "how much is installed; null: never told" },
	[EP_RESULT] =       { "result", "Result", COL_TEXT, 0, NULL,
			      "of its last assessment" },
	[EP_ACCESS] =       { "access", "Access", COL_TEXT, COL_DETAIL, NULL,
			      "what was recommended then" },
	[EP_FIRST_SEEN] =   { "first_seen", "First seen", COL_TIME, COL_DETAIL, NULL,
			      "when it came for the first time" },
	[EP_LAST_CONTACT] = { "last_contact", "Last contact", COL_TIME, COL_SPARE, NULL,
			      "when it was last heard of" },
	[EP_COMPLETE] =     { "complete_through", "Complete through", COL_TIME, 0, NULL,
			      "its software is known without a gap until then; null: never was" },
	[EP_STALE] =        { "stale", "Stale", COL_BOOL, 0, NULL,
			      "that is too long ago, or never was; or there is a gap" },
	[EP_GAP] =          { "gap", "Gap", COL_BOOL, COL_DETAIL, NULL,
			      "events of its ledger are missing; null: not asked about now" },
	[EP_EPOCH] =        { "epoch", "Epoch", COL_COUNT, COL_DETAIL, NULL,
			      "of its ledger, likewise" },
	[EP_EID] =          { "eid", "Eid", COL_COUNT, COL_DETAIL, NULL,
			      "the last event of it before any gap, likewise" },
	{ 0 },
};

enum { SW_NAME, SW_VERSION, SW_ARCH, SW_TYPE, SW_IDENTIFIER, SW_SOURCE, SW_SOURCE_VERSION,
       SW_PURL, SW_SUPPLIER, SW_INSTANCES, SW_COMPLETE, SW_STALE, SW_N };

static const struct command_column inventory_columns[] = {
	[SW_NAME] =           { "name", "Software", COL_TEXT, COL_CUT, "identifier",
				"name; null: not described yet" },
	[SW_VERSION] =        { "version", "Version", COL_TEXT, COL_CUT, NULL, "version" },
	[SW_ARCH] =           { "arch", "Arch", COL_TEXT, 0, NULL, "architecture" },
	[SW_TYPE] =           { "type", "Type", COL_TEXT, 0, NULL,
				"kind of package: deb, rpm, pypi, ..." },
	[SW_IDENTIFIER] =     { "identifier", "Identifier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
				"software identifier (RFC 8412)" },
	[SW_SOURCE] =         { "source", "Source", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
				"package it was built from" },
	[SW_SOURCE_VERSION] = { "source_version", "Source version", COL_TEXT, COL_DETAIL, NULL,
				"version of that package" },
	[SW_PURL] =           { "purl", "Purl", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
				"package URL" },
	[SW_SUPPLIER] =       { "supplier", "Supplier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
				"who made it" },
	[SW_INSTANCES] =      { "instances", "Instances", COL_COUNT, COL_DETAIL, NULL,
				"how often it is installed; null: not asked about now" },
	[SW_COMPLETE] =       { "complete_through", "Complete through", COL_TIME, COL_DETAIL, NULL,
				"the endpoint's software is known without a gap until then" },
	[SW_STALE] =          { "stale", "Stale", COL_BOOL, COL_DETAIL, NULL,
				"that is too long ago" },
	{ 0 },
};

static const struct command_column fact_columns[] = {
	{ "name", "Fact", COL_TEXT, 0, NULL, "name of the fact" },
	{ "value", "Value", COL_TEXT, COL_CUT, NULL, "its value" },
	{ 0 },
};

static const struct command_column result_columns[] = {
	{ "rule", "Rule", COL_TEXT, 0, NULL, "the validator and its rule" },
	{ "result", "Result", COL_TEXT, 0, NULL,
	  "compliant, non-compliant minor or major, error, unknown" },
	{ "reason", "Reason", COL_TEXT, COL_CUT, NULL, "why, in words" },
	{ 0 },
};
/* clang-format on */

struct endpoint_call {
	struct admin_call *call;
	const struct ask *ask;
};

static int endpoint_row(void *ctx, const struct endpoint_row *row)
{
	const struct endpoint_call *e = ctx;
	bool now = row->has_inventory && !ask_past(e->ask);
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
		[EP_STALE] = cell_bool(fresh_is_stale(e->ask, row)),
		[EP_GAP] = now ? cell_bool(row->has_gap) : cell_null(),
		[EP_EPOCH] = now ? cell_count(row->epoch) : cell_null(),
		[EP_EID] = now ? cell_count(row->contiguous_eid) : cell_null(),
	};

	return call_row(e->call, cells);
}

static int endpoints_run(struct admin_call *call)
{
	struct ask a;
	struct endpoint_call e = { call, &a };
	int err;

	if (ask_begin(call, &a) < 0)
		return 0;
	err = query_endpoints(a.posture, a.when, a.filter, endpoint_row, &e);
	if (!err && !call_rows(call))
		call_end(call, ADMIN_NO, "no %sendpoint %s", a.filter ? "such " : "",
			 ask_past(&a) ? "was known then" : "has come yet");
	return ask_end(call, &a, err);
}

/* What the views of one endpoint have in common: find it, then let query answer. */
static int endpoint_ask(struct admin_call *call,
			int (*query)(struct admin_call *call, const struct ask *a,
				     const struct subject *who))
{
	struct subject who;
	struct ask a;
	int err;

	if (ask_begin(call, &a) < 0)
		return 0;
	err = ask_endpoint(call, &a, request_text(call->request, "name"), &who);
	if (err == ST_ENOENT || err == ST_EVALUE)
		return 0;
	if (!err)
		err = query(call, &a, &who);
	return ask_end(call, &a, err);
}

static int endpoint_query(struct admin_call *call, const struct ask *a,
			  const struct subject *who)
{
	struct endpoint_call e = { call, a };

	(void)who;
	return query_resolve(a->posture, a->when, request_text(call->request, "name"),
			     endpoint_row, &e);
}

static int endpoint_run(struct admin_call *call)
{
	return endpoint_ask(call, endpoint_query);
}

struct inventory_call {
	struct admin_call *call;
	const struct subject *who;
	bool now;
};

static int inventory_row(void *ctx, const struct software_row *row)
{
	const struct inventory_call *i = ctx;
	struct cell cells[SW_N] = {
		[SW_NAME] = cell_known(row->name),
		[SW_VERSION] = cell_known(row->version),
		[SW_ARCH] = cell_known(row->arch),
		[SW_TYPE] = cell_known(row->type),
		[SW_IDENTIFIER] = cell_text(row->identifier),
		[SW_SOURCE] = cell_known(row->source_name),
		[SW_SOURCE_VERSION] = cell_known(row->source_version),
		[SW_PURL] = cell_known(row->purl),
		[SW_SUPPLIER] = cell_known(row->supplier),
		[SW_INSTANCES] = cell_nonzero(i->now ? row->instances : 0),
		[SW_COMPLETE] = cell_time(i->who->fresh.complete_through),
		[SW_STALE] = cell_bool(i->who->fresh.stale != 0),
	};

	return call_row(i->call, cells);
}

/* An empty list means "nothing is installed" only when the endpoint has told us so. */
static int inventory_query(struct admin_call *call, const struct ask *a,
			   const struct subject *who)
{
	struct inventory_call i = { call, who, !ask_past(a) };
	int err = query_inventory(a->posture, a->when, who->id, inventory_row, &i);

	if (!err)
		fresh_end(call, &who->fresh,
			  call_rows(call) ? NULL : "nothing is installed on it");
	return err;
}

static int inventory_run(struct admin_call *call)
{
	return endpoint_ask(call, inventory_query);
}

static int fact_row(void *ctx, const struct fact_row *row)
{
	return call_row(ctx, (struct cell[]){ cell_text(row->name), cell_text(row->value) });
}

static int fact_query(struct admin_call *call, const struct ask *a, const struct subject *who)
{
	return query_facts(a->posture, a->when, who->id, fact_row, call);
}

static int fact_run(struct admin_call *call)
{
	return endpoint_ask(call, fact_query);
}

struct results {
	struct admin_call *call;
	bool bad, open; /* a rule is broken; a rule could not be decided */
};

static int result_row(void *ctx, const struct result_row *row)
{
	struct results *r = ctx;
	struct cell cells[] = { cell_text(row->rule), cell_str(verdict_name(row->verdict)),
				cell_known(row->reason) };

	r->bad |= row->verdict == VERDICT_MINOR || row->verdict == VERDICT_MAJOR;
	r->open |= row->verdict == VERDICT_ERROR || row->verdict == VERDICT_UNKNOWN;
	return call_row(r->call, cells);
}

static int result_query(struct admin_call *call, const struct ask *a,
			const struct subject *who)
{
	struct results r = { .call = call };
	int err = query_results(a->posture, a->when, who->id, result_row, &r);

	if (!err && r.bad)
		call_end(call, ADMIN_NO, "not compliant");
	else if (!err && r.open)
		call_end(call, ADMIN_STALE, "not every rule could be decided");
	return err;
}

static int result_run(struct admin_call *call)
{
	return endpoint_ask(call, result_query);
}

static int event_run(struct admin_call *call)
{
	return endpoint_ask(call, events_query);
}

/* clang-format off */
const struct command_view endpoints_views[] = {
	{ NULL, NULL, VIEW_ROWS, "all endpoints", endpoint_columns, ANSWERED_BY(endpoints_run) },
	{ 0 },
};

const struct command_view endpoint_views[] = {
	{ NULL,       NULL, VIEW_ONE,  "the endpoint itself", endpoint_columns, ANSWERED_BY(endpoint_run) },
	{ "software", NULL, VIEW_ROWS, "what is installed on it", inventory_columns, ANSWERED_BY(inventory_run) },
	{ "facts",    NULL, VIEW_ROWS, "what is known about it", fact_columns, ANSWERED_BY(fact_run) },
	{ "results",  NULL, VIEW_ROWS, "how it did in each rule", result_columns, ANSWERED_BY(result_run) },
	{ "events",   NULL, VIEW_ROWS, "what has happened to its software", events_columns, ANSWERED_BY(event_run) },
	{ 0 },
};
/* clang-format on */
