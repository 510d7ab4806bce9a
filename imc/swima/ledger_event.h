/* SPDX-License-Identifier: BSD-2-Clause */
/* The events of the ledger (RFC 8412, 3.7). */
#ifndef STANCE_IMC_SWIMA_LEDGER_EVENT_H
#define STANCE_IMC_SWIMA_LEDGER_EVENT_H

#include "ledger.h"

/* Appends ev under the next EID, which it sets. Inside a change. */
int ledger_append(struct ledger *l, struct ledger_event *ev);

/* Drops all events and begins a new epoch, because events cannot describe the change.
 * Validators then have to request the inventory (RFC 8412, 3.7.1). */
void ledger_new_epoch(struct ledger *l);

/* Iterates over the events from EID `from` on, outside of a change. ledger_events starts;
 * ST_EBUSY: another process has changed the ledger. ledger_event_next returns 1 and *ev,
 * borrowed until the next call; 0 at the end; ST_EDB. ledger_events_end ends. */
int ledger_events(struct ledger *l, uint32_t from);
int ledger_event_next(struct ledger *l, struct ledger_event *ev);
void ledger_events_end(struct ledger *l);

/* Appends the kept copy of a deleted record; nothing if there is none. Returns w->err or
 * ST_EDB. */
int ledger_copy(struct ledger *l, uint32_t record, struct wr *w);

/* Set state.chain, the hash of the chain of events: begin to the value before the first event
 * of the epoch, next to the value after ev. */
int ledger_chain_begin(struct ledger *l);
int ledger_chain_next(struct ledger *l, const struct ledger_event *ev);

/* Drops the oldest events if there are too many, which begins a new epoch. */
int ledger_drop_oldest(struct ledger *l);

#endif
