/* SPDX-License-Identifier: BSD-2-Clause */
#include "sync_table.h"

#define INV SYNC_INVENTORY
#define INV_ASKED SYNC_INVENTORY_ASKED
#define INV_LOST SYNC_INVENTORY_LOST
#define EV SYNC_EVENTS
#define EV_ASKED SYNC_EVENTS_ASKED
#define EV_REFUSED SYNC_EVENTS_REFUSED
#define EV_LOST SYNC_EVENTS_LOST

/* clang-format off */
static const struct sync_cell table[SYNC_N_STATES][SYNC_N_EVENTS] = {
	[INV] = {
		[SYNC_BEGIN] =                { SYNC_ASK_INVENTORY, INV },
		[SYNC_PUSHED] =               { SYNC_NOTHING, INV },
		[SYNC_BROKEN] =               { SYNC_NOTHING, INV_LOST },
		[SYNC_INVENTORY_CAME] =       { SYNC_NOTHING, INV },
		[SYNC_END_UNHEARD] =          { SYNC_SUBSCRIBE_AFTER, INV_ASKED },
		[SYNC_END_HOLE] =             { SYNC_ASK_HOLE, INV_ASKED },
		[SYNC_END_HOLE_AGAIN] =       { SYNC_GIVE_UP_HOLE, INV },
		[SYNC_END_PARTIAL] =          { SYNC_ASK_REST, INV_ASKED },
		[SYNC_END_COMPLETE] =         { SYNC_NOTHING, INV },
		[SYNC_END_SPENT] =            { SYNC_NOTHING, INV },
	},
	[INV_ASKED] = {
		[SYNC_ANSWER] =               { SYNC_NOTHING, INV },
		[SYNC_PUSHED] =               { SYNC_NOTHING, INV_ASKED },
		[SYNC_BROKEN] =               { SYNC_NOTHING, INV_LOST },
		[SYNC_SUBSCRIPTION_REFUSED] = { SYNC_NOTHING, INV },
		[SYNC_REQUEST_REFUSED] =      { SYNC_NOTHING, INV },
		[SYNC_INVENTORY_CAME] =       { SYNC_NOTHING, INV },
		[SYNC_OVERDUE] =              { SYNC_NOTHING, INV },
		[SYNC_END_UNHEARD] =          { SYNC_NOTHING, INV_ASKED },
		[SYNC_END_HOLE] =             { SYNC_NOTHING, INV_ASKED },
		[SYNC_END_HOLE_AGAIN] =       { SYNC_NOTHING, INV_ASKED },
		[SYNC_END_PARTIAL] =          { SYNC_NOTHING, INV_ASKED },
		[SYNC_END_COMPLETE] =         { SYNC_NOTHING, INV_ASKED },
		[SYNC_END_SPENT] =            { SYNC_NOTHING, INV_ASKED },
	},
	[INV_LOST] = {
		[SYNC_PUSHED] =               { SYNC_NOTHING, INV_LOST },
		[SYNC_BROKEN] =               { SYNC_NOTHING, INV_LOST },
		[SYNC_INVENTORY_CAME] =       { SYNC_NOTHING, INV },
		[SYNC_END_UNHEARD] =          { SYNC_FALL_BACK, INV },
		[SYNC_END_HOLE] =             { SYNC_FALL_BACK, INV },
		[SYNC_END_HOLE_AGAIN] =       { SYNC_FALL_BACK, INV },
		[SYNC_END_PARTIAL] =          { SYNC_FALL_BACK, INV },
		[SYNC_END_COMPLETE] =         { SYNC_FALL_BACK, INV },
		[SYNC_END_SPENT] =            { SYNC_FALL_BACK, INV },
	},
	[EV] = {
		[SYNC_BEGIN] =                { SYNC_ASK_KNOWN, EV_ASKED },
		[SYNC_BEGIN_SUBSCRIBED] =     { SYNC_NOTHING, EV },
		[SYNC_PUSHED] =               { SYNC_NOTHING, EV },
		[SYNC_BROKEN] =               { SYNC_NOTHING, EV_LOST },
		[SYNC_INVENTORY_CAME] =       { SYNC_NOTHING, INV },
		[SYNC_END_UNHEARD] =          { SYNC_ASK_KNOWN, EV_ASKED },
		[SYNC_END_HOLE] =             { SYNC_ASK_HOLE, EV_ASKED },
		[SYNC_END_HOLE_AGAIN] =       { SYNC_GIVE_UP_HOLE, INV },
		[SYNC_END_PARTIAL] =          { SYNC_ASK_REST, EV_ASKED },
		[SYNC_END_RECONCILE] =        { SYNC_FALL_BACK, INV },
		[SYNC_END_COMPLETE] =         { SYNC_NOTHING, EV },
		[SYNC_END_SPENT] =            { SYNC_NOTHING, EV },
	},
	[EV_ASKED] = {
		[SYNC_ANSWER] =               { SYNC_NOTHING, EV },
		[SYNC_PUSHED] =               { SYNC_NOTHING, EV_ASKED },
		[SYNC_BROKEN] =               { SYNC_NOTHING, EV_LOST },
		[SYNC_SUBSCRIPTION_REFUSED] = { SYNC_NOTHING, EV_REFUSED },
		[SYNC_REQUEST_REFUSED] =      { SYNC_NOTHING, EV_LOST },
		[SYNC_INVENTORY_CAME] =       { SYNC_NOTHING, INV },
		[SYNC_OVERDUE] =              { SYNC_NOTHING, EV_LOST },
		[SYNC_END_UNHEARD] =          { SYNC_NOTHING, EV_ASKED },
		[SYNC_END_HOLE] =             { SYNC_NOTHING, EV_ASKED },
		[SYNC_END_HOLE_AGAIN] =       { SYNC_NOTHING, EV_ASKED },
		[SYNC_END_PARTIAL] =          { SYNC_NOTHING, EV_ASKED },
		[SYNC_END_RECONCILE] =        { SYNC_NOTHING, EV_ASKED },
		[SYNC_END_COMPLETE] =         { SYNC_NOTHING, EV_ASKED },
		[SYNC_END_SPENT] =            { SYNC_NOTHING, EV_ASKED },
	},
	[EV_REFUSED] = { /* some collectors refuse the subscription and answer the request all the same */
		[SYNC_ANSWER] =               { SYNC_NOTHING, EV },
		[SYNC_PUSHED] =               { SYNC_NOTHING, EV_REFUSED },
		[SYNC_BROKEN] =               { SYNC_NOTHING, EV_LOST },
		[SYNC_REQUEST_REFUSED] =      { SYNC_NOTHING, EV_LOST },
		[SYNC_INVENTORY_CAME] =       { SYNC_NOTHING, INV },
		[SYNC_END_UNHEARD] =          { SYNC_ASK_AGAIN, EV_ASKED },
		[SYNC_END_HOLE] =             { SYNC_ASK_AGAIN, EV_ASKED },
		[SYNC_END_HOLE_AGAIN] =       { SYNC_ASK_AGAIN, EV_ASKED },
		[SYNC_END_PARTIAL] =          { SYNC_ASK_AGAIN, EV_ASKED },
		[SYNC_END_RECONCILE] =        { SYNC_ASK_AGAIN, EV_ASKED },
		[SYNC_END_COMPLETE] =         { SYNC_ASK_AGAIN, EV_ASKED },
		[SYNC_END_SPENT] =            { SYNC_ASK_AGAIN, EV_ASKED },
	},
	[EV_LOST] = { /* the request may still be open: its answer is stored all the same */
		[SYNC_ANSWER] =               { SYNC_NOTHING, EV_LOST },
		[SYNC_PUSHED] =               { SYNC_NOTHING, EV_LOST },
		[SYNC_BROKEN] =               { SYNC_NOTHING, EV_LOST },
		[SYNC_SUBSCRIPTION_REFUSED] = { SYNC_NOTHING, EV_LOST },
		[SYNC_REQUEST_REFUSED] =      { SYNC_NOTHING, EV_LOST },
		[SYNC_INVENTORY_CAME] =       { SYNC_NOTHING, INV },
		[SYNC_OVERDUE] =              { SYNC_NOTHING, EV_LOST },
		[SYNC_END_UNHEARD] =          { SYNC_FALL_BACK, INV },
		[SYNC_END_HOLE] =             { SYNC_FALL_BACK, INV },
		[SYNC_END_HOLE_AGAIN] =       { SYNC_FALL_BACK, INV },
		[SYNC_END_PARTIAL] =          { SYNC_FALL_BACK, INV },
		[SYNC_END_RECONCILE] =        { SYNC_FALL_BACK, INV },
		[SYNC_END_COMPLETE] =         { SYNC_FALL_BACK, INV },
		[SYNC_END_SPENT] =            { SYNC_FALL_BACK, INV },
	},
};
/* clang-format on */

struct sync_cell sync_table_at(enum sync_state state, enum sync_event event)
{
	return table[state][event];
}
