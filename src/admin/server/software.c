/* SPDX-License-Identifier: BSD-2-Clause */
/* software PATTERN [--endpoints] */
#include "admin/commands.h"
#include "base/arena.h"
#include "base/err.h"

#include <stdio.h>

#define HOLDERS_PIECE 256 /* names in one line of the answer */

enum { SW_NAME, SW_VERSION, SW_IDENTIFIER, SW_COMPLETE, SW_STALE, SW_ENDPOINTS, SW_N };

/* clang-format off */
#define SOFTWARE_COLUMNS(endpoints_type, endpoints_help)                                        \
	[SW_NAME] =       { "name", "Software", COL_TEXT, COL_CUT, "identifier",                \
			    "name; null: not described yet" },                                  \
	[SW_VERSION] =    { "version", "Version", COL_TEXT, COL_CUT, NULL, "version" },         \
	[SW_IDENTIFIER] = { "identifier", "Identifier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,   \
			    "software identifier (RFC 8412)" },                                 \
	[SW_COMPLETE] =   { "complete_through", "Complete through", COL_TIME, COL_DETAIL, NULL, \
			    "all endpoints are known up to then; null: one has never told" },   \
	[SW_STALE] =      { "stale", "Stale", COL_BOOL, COL_DETAIL, NULL,                       \
			    "for one that is too long ago: it may have it by now, or not" },    \
	[SW_ENDPOINTS] =  { "endpoints", "Endpoints", endpoints_type, 0, NULL, endpoints_help }

static const struct command_column software_columns[] = {
	SOFTWARE_COLUMNS(COL_COUNT, "how many endpoints have it"),
	{ 0 },
};

static const struct command_column holders_columns[] = {
	SOFTWARE_COLUMNS(COL_LIST, "names of the endpoints that have it"),
	{ 0 },
};
/* clang-format on */

/* Every row rests on all endpoints: who is not counted has been asked too. */
struct software_call {
	struct admin_call *call;
	struct ask ask;
	struct freshness fresh;
};

static void software_cells(const struct software_call *s, const struct software_row *row,
			   struct cell cells[SW_N])
{
	cells[SW_COMPLETE] = cell_time(s->fresh.complete_through);
	cells[SW_STALE] = cell_bool(s->fresh.stale != 0);
	cells[SW_NAME] = cell_known(row->name);
	cells[SW_VERSION] = cell_known(row->version);
	cells[SW_IDENTIFIER] = cell_text(row->identifier);
	cells[SW_ENDPOINTS] = cell_count(row->endpoints);
}

static int software_row(void *ctx, const struct software_row *row)
{
	const struct software_call *s = ctx;
	struct cell cells[SW_N];

	software_cells(s, row, cells);
	return call_row(s->call, cells);
}

static int software_ask(struct software_call *s,
			int (*row)(void *ctx, const struct software_row *row), void *ctx)
{
	const char *pattern = request_text(s->call->request, "pattern");
	struct software_query q;
	struct fresh fresh;
	uint64_t unordered = 0;
	char no[200];
	int err = ask_software(s->call, &s->ask, &q, &s->fresh);

	if (err == ST_EVALUE)
		return 0;
	q.unordered = &unordered;
	if (!err)
		err = query_software(s->ask.posture, &q, row, ctx);
	(void)snprintf(no, sizeof(no), "no software matches '%s'", pattern);
	fresh_of(&s->fresh, &fresh);
	if (!err)
		fresh_end(s->call, &fresh, call_rows(s->call) ? NULL : no);
	if (!err)
		ask_unordered(s->call, &fresh, unordered);
	return ask_end(s->call, &s->ask, err);
}

static int software_run(struct admin_call *call)
{
	struct software_call s = { .call = call };

	if (ask_begin(call, &s.ask) < 0)
		return 0;
	return software_ask(&s, software_row, &s);
}

/* One software and, piece by piece, who has it. */
struct holders {
	struct software_call s;
	struct cell cells[SW_N];
	bool begun; /* the row is out, the rest is more of its list */
	struct arena arena;
	struct span names[HOLDERS_PIECE];
	size_t n;
};

static int holders_flush(struct holders *h)
{
	int err = 0;

	h->cells[SW_ENDPOINTS] = cell_list(h->names, h->n);
	if (!h->begun)
		err = call_row(h->s.call, h->cells);
	else if (h->n)
		err = call_more(h->s.call, h->names, h->n);
	h->begun = true;
	h->n = 0;
	arena_reset(&h->arena);
	return err;
}

static int holders_add(void *ctx, const struct endpoint_row *row)
{
	struct holders *h = ctx;
	struct span name = arena_copy(&h->arena, span_str(row->name));

	if (!name.p)
		return ST_ENOMEM;
	h->names[h->n++] = name;
	return h->n == HOLDERS_PIECE ? holders_flush(h) : 0;
}

static int holders_row(void *ctx, const struct software_row *row)
{
	struct holders *h = ctx;
	int err;

	software_cells(&h->s, row, h->cells);
	h->begun = false;
	err = query_software_endpoints(h->s.ask.posture, h->s.ask.when, row->id,
				       h->s.ask.filter, holders_add, h);
	return err ? err : h->n || !h->begun ? holders_flush(h) : 0;
}

static int holders_run(struct admin_call *call)
{
	struct holders h = { .s = { .call = call } };
	int err;

	if (ask_begin(call, &h.s.ask) < 0)
		return 0;
	err = software_ask(&h.s, holders_row, &h);
	arena_reset(&h.arena);
	return err;
}

/* clang-format off */
const struct command_view software_views[] = {
	{ NULL, NULL,        VIEW_ROWS, "software and how many have it", software_columns, ANSWERED_BY(software_run) },
	{ NULL, "endpoints", VIEW_ROWS, "software and who has it", holders_columns, ANSWERED_BY(holders_run) },
	{ 0 },
};
/* clang-format on */
