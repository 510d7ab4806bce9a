/* software PATTERN [--endpoints] */
#include "admin/commands.h"
#include "base/arena.h"
#include "base/err.h"

#define HOLDERS_PIECE 256 /* names in one line of the answer */

enum { SW_NAME, SW_VERSION, SW_IDENTIFIER, SW_ENDPOINTS, SW_N };

/* clang-format off */
#define SOFTWARE_COLUMNS(endpoints_type, endpoints_help)                                        \
	[SW_NAME] =       { "name", "Software", COL_TEXT, COL_CUT, "identifier",                \
			    "name; null: not described yet" },                                  \
	[SW_VERSION] =    { "version", "Version", COL_TEXT, COL_CUT, NULL, "version" },         \
	[SW_IDENTIFIER] = { "identifier", "Identifier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,   \
			    "software identifier (RFC 8412)" },                                 \
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

static void software_cells(const struct software_row *row, struct cell cells[SW_N])
{
	cells[SW_NAME] = cell_known(row->name);
	cells[SW_VERSION] = cell_known(row->version);
	cells[SW_IDENTIFIER] = cell_text(row->identifier);
	cells[SW_ENDPOINTS] = cell_count(row->endpoints);
}

static int software_row(void *ctx, const struct software_row *row)
{
	struct cell cells[SW_N];

	software_cells(row, cells);
	return call_row(ctx, cells);
}

static int software_ask(struct admin_call *call,
			int (*row)(void *ctx, const struct software_row *row), void *ctx,
			struct ask *a)
{
	const char *pattern = request_text(call->request, "pattern");
	int err = query_software(a->posture, a->as_of, pattern, row, ctx);

	if (!err && !call_rows(call))
		call_end(call, ADMIN_NO, "no software matches '%s'", pattern);
	return ask_end(call, a, err);
}

static int software_run(struct admin_call *call)
{
	struct ask a;

	if (ask_begin(call, &a) < 0)
		return 0;
	return software_ask(call, software_row, call, &a);
}

/* One software and, piece by piece, who has it. */
struct holders {
	struct admin_call *call;
	const struct ask *ask;
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
		err = call_row(h->call, h->cells);
	else if (h->n)
		err = call_more(h->call, h->names, h->n);
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

	software_cells(row, h->cells);
	h->begun = false;
	err = query_software_endpoints(h->ask->posture, h->ask->as_of, row->id, holders_add,
				       h);
	return err ? err : h->n || !h->begun ? holders_flush(h) : 0;
}

static int holders_run(struct admin_call *call)
{
	struct ask a;
	struct holders h = { .call = call, .ask = &a };
	int err;

	if (ask_begin(call, &a) < 0)
		return 0;
	err = software_ask(call, holders_row, &h, &a);
	arena_reset(&h.arena);
	return err;
}

/* clang-format off */
const struct command_view software_views[] = {
	{ NULL, NULL,        VIEW_ROWS, "software and how many have it", software_columns, software_run },
	{ NULL, "endpoints", VIEW_ROWS, "software and who has it", holders_columns, holders_run },
	{ 0 },
};
/* clang-format on */
