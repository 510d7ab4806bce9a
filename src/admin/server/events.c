/* SPDX-License-Identifier: BSD-2-Clause */
/* endpoint NAME events: its software events, numbered as in its ledger. */
#include "admin/server/events.h"
#include "admin/views.h"
#include "base/err.h"

#define EVENTS_KINDS (CHANGE_SOFTWARE_EVENTS & ~CHANGE_BIT(CHANGE_INVENTORY))

/* RFC 8412, 3.7. A further installation of known software is a creation, too. */
static const char *events_action(const struct change *c)
{
	switch (c->kind) {
	case CHANGE_ADDED:
		return "created";
	case CHANGE_REMOVED:
		return "deleted";
	case CHANGE_INSTANCES:
		return c->number > c->number_was ? "created" : "deleted";
	default:
		return "altered";
	}
}

static int events_row(void *ctx, const struct change_row *row)
{
	const struct change *c = &row->change;
	struct cell cells[EV_N] = {
		[EV_EPOCH] = c->eid ? cell_count(c->epoch) : cell_null(),
		[EV_EID] = cell_nonzero(c->eid),
		[EV_HAPPENED] = cell_time(c->happened_at),
		[EV_KNOWN] = cell_time(c->known_at),
		[EV_ACTION] = cell_str(events_action(c)),
		[EV_NAME] = cell_known(row->software.name),
		[EV_VERSION] = cell_known(row->software.version),
		[EV_IDENTIFIER] = cell_known(row->software.identifier),
		[EV_LOCATOR] = cell_known(c->value),
		[EV_RECORD] = cell_nonzero(c->record),
		[EV_SEQ] = cell_count(c->seq),
	};

	return response_row(ctx, cells);
}

int events_query(struct response *response, const struct question *question,
		 const struct subject *subject)
{
	const struct change_query q = {
		.until = question->when.known_at,
		.as_of = question->when.as_of,
		.endpoint = subject->id,
		.kinds = EVENTS_KINDS,
	};
	int err = query_changes(question->posture, &q, events_row, response);

	if (!err)
		freshness_end(response, &subject->freshness,
			      response_rows(response) ? NULL : "no software events");
	return err;
}
