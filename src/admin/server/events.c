/* SPDX-License-Identifier: BSD-2-Clause */
/* endpoint NAME events: what happened to its software, in the numbers of its own ledger. */
#include "admin/commands.h"
#include "base/err.h"

enum {
	EV_EPOCH,
	EV_EID,
	EV_HAPPENED,
	EV_KNOWN,
	EV_ACTION,
	EV_NAME,
	EV_VERSION,
	EV_IDENTIFIER,
	EV_LOCATOR,
	EV_RECORD,
	EV_SEQ,
	EV_N
};

/* clang-format off */
const struct command_column events_columns[] = {
	[EV_EPOCH] =      { "epoch", "Epoch", COL_COUNT, COL_DETAIL, NULL,
			    "of the endpoint's ledger (RFC 8412, 3.7)" },
	[EV_EID] =        { "eid", "Eid", COL_COUNT, 0, NULL,
			    "event identifier in it; without a record: the last one before the "
			    "inventory that showed the change" },
	[EV_HAPPENED] =   { "happened_at", "Happened", COL_TIME, 0, NULL,
			    "when, by the endpoint's clock; null: not told" },
	[EV_KNOWN] =      { "time", "Known", COL_TIME, COL_SPARE, NULL, "when the manager knew" },
	[EV_ACTION] =     { "action", "Action", COL_TEXT, 0, NULL, "created, deleted, altered" },
	[EV_NAME] =       { "name", "Name", COL_TEXT, COL_CUT, "identifier", "of the software" },
	[EV_VERSION] =    { "version", "Version", COL_TEXT, COL_CUT, NULL, "of the software" },
	[EV_IDENTIFIER] = { "identifier", "Identifier", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
			    "software identifier (RFC 8412)" },
	[EV_LOCATOR] =    { "locator", "Locator", COL_TEXT, COL_DETAIL | COL_CUT, NULL,
			    "where it is on the endpoint" },
	[EV_RECORD] =     { "record", "Record", COL_COUNT, COL_DETAIL, NULL,
			    "record identifier on the endpoint; null: an inventory showed it" },
	[EV_SEQ] =        { "seq", "Seq", COL_COUNT, COL_DETAIL, NULL, "number in the journal" },
	{ 0 },
};
/* clang-format on */

#define EVENTS_KINDS (CHANGE_SOFTWARE_EVENTS & ~CHANGE_BIT(CHANGE_INVENTORY))

/* RFC 8412, 3.7. One more of what is there already is created, too. */
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

	return call_row(ctx, cells);
}

int events_query(struct admin_call *call, const struct ask *a, const struct subject *who)
{
	const struct change_query q = {
		.until = a->when.known_at,
		.as_of = a->when.as_of,
		.endpoint = who->id,
		.kinds = EVENTS_KINDS,
	};
	int err = query_changes(a->posture, &q, events_row, call);

	if (!err)
		fresh_end(call, &who->fresh,
			  call_rows(call) ? NULL : "nothing has happened to its software");
	return err;
}
