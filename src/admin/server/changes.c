/* SPDX-License-Identifier: BSD-2-Clause */
/* changes [--since T] [--until T] [--endpoint NAME] [--kind KIND] [--follow] */
#include "admin/server/changes.h"
#include "admin/server/follow.h"
#include "admin/server/handlers.h"
#include "admin/views.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdio.h>

/* clang-format off */

/* The values of --kind. The default leaves out assessments and confirmations without a
 * change. */
static const struct {
	const char *name;
	uint32_t kinds;
} changes_kinds[] = {
	{ "software",    CHANGE_SOFTWARE_EVENTS },
	{ "facts",       CHANGE_BIT(CHANGE_FACT) | CHANGE_BIT(CHANGE_FACT_GONE) },
	{ "results",     CHANGE_BIT(CHANGE_RESULT) | CHANGE_BIT(CHANGE_RESULT_GONE) },
	{ "endpoints",   CHANGE_BIT(CHANGE_ENDPOINT) | CHANGE_BIT(CHANGE_FORGOTTEN) },
	{ "notices",     CHANGE_BIT(CHANGE_NOTICE) },
	{ "assessments", CHANGE_BIT(CHANGE_ASSESSMENT) },
	{ "all",         0 },
};
/* clang-format on */

#define CHANGES_DEFAULT (~(CHANGE_BIT(CHANGE_ASSESSMENT) | CHANGE_BIT(CHANGE_CONFIRMED)))

static void changes_software(const struct change_row *row, struct cell cells[CH_N])
{
	cells[CH_NAME] = cell_known(row->software.name);
	cells[CH_VERSION] = cell_known(row->software.version);
	cells[CH_IDENTIFIER] = cell_known(row->software.identifier);
	cells[CH_LOCATOR] = cell_known(row->change.value);
}

/* A verdict, and the one before. */
static void changes_verdicts(const struct change *c, struct cell cells[CH_N])
{
	if (c->kind != CHANGE_RESULT_GONE)
		cells[CH_VALUE] = cell_str(verdict_name(change_verdict(c->number)));
	if (c->has_was || c->kind == CHANGE_RESULT_GONE)
		cells[CH_WAS] = cell_str(verdict_name(change_verdict(c->number_was)));
}

/* Fills the columns that depend on the kind of change; text: buffer for a formatted number. */
static void changes_cells(const struct change_row *row, struct cell cells[CH_N], char text[40])
{
	const struct change *c = &row->change;

	if (row->software.id)
		changes_software(row, cells);
	switch (c->kind) {
	case CHANGE_ADDED:
	case CHANGE_REMOVED:
	case CHANGE_ALTERED:
		break;
	case CHANGE_INSTANCES:
		(void)snprintf(text, 40, "%lld times", (long long)c->number);
		cells[CH_VALUE] = cell_str(text);
		break;
	case CHANGE_INVENTORY:
		(void)snprintf(text, 40, "%lld installed", (long long)c->number);
		cells[CH_VALUE] = cell_str(text);
		break;
	case CHANGE_CONFIRMED:
		clock_format(c->number, text);
		cells[CH_VALUE] = cell_str(text);
		break;
	case CHANGE_RESULT:
	case CHANGE_RESULT_GONE:
		cells[CH_NAME] = cell_text(c->key);
		cells[CH_REASON] = cell_known(c->value);
		changes_verdicts(c, cells);
		break;
	case CHANGE_ASSESSMENT:
		cells[CH_REASON] = cell_str(access_name(change_access(c->number)));
		changes_verdicts(c, cells);
		break;
	default:
		cells[CH_NAME] = cell_text(c->key);
		if (c->kind != CHANGE_FACT_GONE)
			cells[CH_VALUE] = cell_text(c->value);
		if (c->has_was)
			cells[CH_WAS] = cell_text(c->was);
	}
}

int changes_row(struct response *response, const struct change_row *row)
{
	const struct change *c = &row->change;
	struct cell cells[CH_N] = {
		[CH_SEQ] = cell_count(c->seq),
		[CH_TIME] = cell_time(c->known_at),
		[CH_HAPPENED] = cell_time(c->happened_at),
		[CH_ENDPOINT] = cell_str(row->endpoint_name),
		[CH_IDENTITY] = cell_str(row->endpoint_key),
		[CH_CHANGE] = cell_str(change_kind_name(c->kind)),
		[CH_EPOCH] = cell_nonzero(c->epoch),
		[CH_EID] = cell_nonzero(c->eid),
	};
	char text[40];

	changes_cells(row, cells, text);
	return response_row(response, cells);
}

static int changes_next(void *ctx, const struct change_row *row)
{
	return changes_row(ctx, row);
}

/* 0, or ST_EVALUE: the end of the answer is set. */
static int changes_pick_kinds(struct response *response, uint32_t *kinds)
{
	const char *name = request_text(response->request, "kind");

	*kinds = CHANGES_DEFAULT;
	if (!name)
		return 0;
	for (size_t i = 0; i < sizeof(changes_kinds) / sizeof(changes_kinds[0]); i++)
		if (strcmp(changes_kinds[i].name, name) == 0) {
			*kinds = changes_kinds[i].kinds;
			return 0;
		}
	response_end(response, ADMIN_USAGE,
		     "--kind: unknown kind '%s'; use software, facts, results, endpoints, "
		     "notices, assessments or all",
		     name);
	return ST_EVALUE;
}

int changes_narrow(struct response *response, const struct question *question,
		   struct change_query *q)
{
	const char *name = request_text(response->request, "endpoint");
	struct subject subject;
	int err;

	q->since = request_time(response->request, "since");
	q->until = request_time(response->request, "until");
	q->as_of = question->when.as_of;
	q->filter = question->filter;
	if (question->when.known_at && (!q->until || q->until > question->when.known_at))
		q->until = question->when.known_at;
	if ((err = changes_pick_kinds(response, &q->kinds)) < 0)
		return err;
	if (!name)
		return 0;
	err = question_endpoint(response, question, name, &subject);
	q->endpoint = subject.id;
	return err;
}

/* With --kind software the answer also reports freshness: of one endpoint (--endpoint) it is
 * read here into *f; of all endpoints the query fills *all. */
static int changes_freshness(struct response *response, const struct question *question,
			     struct change_query *q, struct freshness *all,
			     struct answer_freshness *f)
{
	const char *name = request_text(response->request, "endpoint");
	const char *kind = request_text(response->request, "kind");
	struct subject subject = { 0 };
	struct question then = *question;
	int err;

	if (!kind || strcmp(kind, "software") != 0)
		return 0;
	question_at(&then, (struct when){ question->when.as_of, q->until });
	if (!name) {
		q->fresh = all;
		q->fresh_when = then.when;
		q->fresh_since = then.now - then.stale_us;
		return 0;
	}
	err = question_endpoint(response, &then, name, &subject);
	*f = subject.freshness;
	return err == ST_ENOENT ? 0 : err;
}

static int changes_run(struct response *response)
{
	struct change_query q = { 0 };
	struct freshness all = { 0 };
	struct answer_freshness freshness = { 0 };
	struct question question;
	int err;

	if (question_begin(response, &question) < 0)
		return 0;
	err = changes_narrow(response, &question, &q);
	if (err == ST_ENOENT || err == ST_EVALUE)
		return 0;
	if (!err && (err = changes_freshness(response, &question, &q, &all, &freshness)) == 0)
		err = query_changes(question.posture, &q, changes_next, response);
	if (q.fresh)
		freshness_from_query(&all, &freshness);
	if (!err)
		freshness_end(response, &freshness,
			      response_rows(response) ? NULL : "no changes");
	return question_end(response, &question, err);
}

/* clang-format off */
const struct handler changes_handlers[] = {
	{ NULL, changes_run },
	{ "follow", follow_run },
	{ NULL, NULL },
};
/* clang-format on */
