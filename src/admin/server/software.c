/* SPDX-License-Identifier: BSD-2-Clause */
/* software PATTERN [--endpoints] */
#include "admin/server/question.h"
#include "admin/server/software_args.h"
#include "admin/server/handlers.h"
#include "admin/views.h"
#include "base/arena.h"
#include "base/err.h"

#include <stdio.h>

#define HOLDERS_PIECE 256 /* names in one line of the answer */

/* clang-format on */

/* Each row depends on all endpoints, including those without the software. */
struct software_call {
	struct response *response;
	struct question question;
	struct freshness freshness;
};

static void software_cells(const struct software_call *s, const struct software_row *row,
			   struct cell cells[SW_N])
{
	cells[SW_COMPLETE] = cell_time(s->freshness.complete_through);
	cells[SW_STALE] = cell_bool(s->freshness.stale != 0);
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
	return response_row(s->response, cells);
}

static int software_ask(struct software_call *s,
			int (*row)(void *ctx, const struct software_row *row), void *ctx)
{
	const char *pattern = request_text(s->response->request, "pattern");
	struct software_query q;
	struct answer_freshness freshness;
	uint64_t unordered = 0;
	char no[200];
	int err = software_args_read(s->response, &s->question, &q, &s->freshness);

	if (err == ST_EVALUE)
		return 0;
	q.unordered = &unordered;
	if (!err)
		err = query_software(s->question.posture, &q, row, ctx);
	(void)snprintf(no, sizeof(no), "no software matches '%s'", pattern);
	freshness_from_query(&s->freshness, &freshness);
	if (!err)
		freshness_end(s->response, &freshness, response_rows(s->response) ? NULL : no);
	if (!err)
		software_args_unordered(s->response, &freshness, unordered);
	return question_end(s->response, &s->question, err);
}

static int software_run(struct response *response)
{
	struct software_call s = { .response = response };

	if (question_begin(response, &s.question) < 0)
		return 0;
	return software_ask(&s, software_row, &s);
}

/* One software and its endpoints, sent in pieces. */
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
		err = response_row(h->s.response, h->cells);
	else if (h->n)
		err = response_more(h->s.response, h->names, h->n);
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
	err = query_software_endpoints(h->s.question.posture, h->s.question.when, row->id,
				       h->s.question.filter, holders_add, h);
	return err ? err : h->n || !h->begun ? holders_flush(h) : 0;
}

static int holders_run(struct response *response)
{
	struct holders h = { .s = { .response = response } };
	int err;

	if (question_begin(response, &h.s.question) < 0)
		return 0;
	err = software_ask(&h.s, holders_row, &h);
	arena_reset(&h.arena);
	return err;
}

/* clang-format off */
const struct handler software_handlers[] = {
	{ NULL, software_run },
	{ "endpoints", holders_run },
	{ NULL, NULL },
};
/* clang-format on */
