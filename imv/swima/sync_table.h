/* SPDX-License-Identifier: BSD-2-Clause */
/* The state table of event synchronisation (RFC 8412, 3.7): what one assessment sends next, to
 * learn which software is installed from events or from an inventory. Pure data; event_sync.c
 * runs it. */
#ifndef STANCE_IMV_SWIMA_SYNC_TABLE_H
#define STANCE_IMV_SWIMA_SYNC_TABLE_H

/* By an inventory, or by the repository's knowledge and events; and what is under way. */
enum sync_state {
	SYNC_INVENTORY,       /* by an inventory; no request for events is open */
	SYNC_INVENTORY_ASKED, /* by an inventory; a request for later events is open */
	SYNC_INVENTORY_LOST,  /* by an inventory, but the events do not continue it */
	SYNC_EVENTS,          /* by events; no request is open */
	SYNC_EVENTS_ASKED,    /* by events; a request is open */
	SYNC_EVENTS_REFUSED,  /* by events; the open request was refused its subscription */
	SYNC_EVENTS_LOST,     /* by events, but they do not suffice */
	SYNC_N_STATES
};

enum sync_event {
	SYNC_BEGIN,            /* the assessment begins */
	SYNC_BEGIN_SUBSCRIBED, /* it begins, and a subscription without a gap exists */
	SYNC_ANSWER,           /* events in answer to the open request */
	SYNC_PUSHED,           /* events that fulfil a subscription */
	SYNC_BROKEN,           /* events that are malformed or do not continue the ledger */
	SYNC_SUBSCRIPTION_REFUSED, /* an error: no subscription; the request itself may be answered */
	SYNC_REQUEST_REFUSED, /* an error: no events */
	SYNC_INVENTORY_CAME,
	SYNC_OVERDUE, /* the end of a batch by which the open request should be answered */

	/* The end of a batch. */
	SYNC_END_UNHEARD,    /* no events came in this assessment */
	SYNC_END_HOLE,       /* an event is missing */
	SYNC_END_HOLE_AGAIN, /* it is still missing after it was requested */
	SYNC_END_PARTIAL,    /* the collector has more events */
	SYNC_END_RECONCILE,  /* all events came, and an inventory is due to verify them */
	SYNC_END_COMPLETE,   /* all events came */
	SYNC_END_SPENT,      /* too many requests in this assessment */
	SYNC_N_EVENTS
};

enum sync_action {
	SYNC_IMPOSSIBLE, /* the event cannot happen in this state */
	SYNC_NOTHING,
	SYNC_ASK_INVENTORY,
	SYNC_FALL_BACK, /* give up on events and request an inventory, if none was requested */
	SYNC_GIVE_UP_HOLE,    /* notice the missing event, then SYNC_FALL_BACK */
	SYNC_SUBSCRIBE_AFTER, /* request the events after the inventory, with a subscription */
	SYNC_ASK_KNOWN,       /* request the events after the last committed one */
	SYNC_ASK_AGAIN,       /* repeat the request without a subscription */
	SYNC_ASK_HOLE,        /* request the missing event and later ones */
	SYNC_ASK_REST,        /* request the events after the last one received */
	SYNC_N_ACTIONS
};

/* Actions from SYNC_SUBSCRIBE_AFTER on send a request for events; `next` is reached only if it
 * was sent. */
struct sync_cell {
	enum sync_action action;
	enum sync_state next;
};

struct sync_cell sync_table_at(enum sync_state state, enum sync_event event);

#endif
