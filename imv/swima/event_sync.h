/* SPDX-License-Identifier: BSD-2-Clause */
/* Following the event ledger of an endpoint (RFC 8412, 3.7): asking for events, or for an
 * inventory when events do not suffice. */
#ifndef STANCE_IMV_SWIMA_EVENT_SYNC_H
#define STANCE_IMV_SWIMA_EVENT_SYNC_H

#include "swima_session.h"

/* An assessment begins: sends a request for events, for an inventory, or none. */
int event_sync_begin(struct imv *imv, struct swima_session *s);

/* The messages of a batch are handled: sends requests for what is still missing. */
int event_sync_ending(struct imv *imv, struct swima_session *s);

/* Handles an attribute with events. */
int event_sync_take(struct imv *imv, struct swima_session *s, const struct pa_attr *a);

/* An inventory with head h arrived, instead of events or to verify them. */
void event_sync_inventory(struct imv *imv, struct swima_session *s,
			  const struct swima_head *h);

/* Handles a PA-TNC error about a request for events or a subscription. False: it is about
 * something else. */
bool event_sync_error(struct imv *imv, struct swima_session *s, const struct pa_error *e);

/* True while the assessment is judged by the known software and events, not by an
 * inventory. */
bool event_sync_is_used(const struct swima_session *s);

/* Drops everything that this connection reported about the ledger. */
void event_sync_forget(struct swima_session *s);

/* Reports the number of collectors with an inventory as a fact, when it is more than one. */
void event_sync_report_collectors(struct imv *imv, struct swima_session *s);

/* Gives the rules the known software as the events changed it. */
void event_sync_see(struct imv *imv, struct swima_session *s);

/* Reports one notice in an assessment: why the ledger is not followed. */
#define event_sync_notice(imv, s, ...)                                                        \
	event_sync_notice_of(imv, s, "swima.ledger", __VA_ARGS__)
void event_sync_notice_of(struct imv *imv, struct swima_session *s, const char *subject,
			  const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
