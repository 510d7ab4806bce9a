/* SPDX-License-Identifier: BSD-2-Clause */
/* SWIMA events, RFC 8412, 5.8 and 5.10: what happened to the software of an endpoint. */
#ifndef STANCE_WIRE_SWIMA_EVENTS_H
#define STANCE_WIRE_SWIMA_EVENTS_H

#include "base/api.h"
#include "wire/pa_ietf.h"
#include "wire/swima.h"

ST_API_BEGIN

enum swima_action {
	SWIMA_CREATION = 1,
	SWIMA_DELETION = 2,
	SWIMA_ALTERATION = 3
	/* others are undefined: a validator ignores such an event and keeps the rest */
};

struct swima_event {
	uint32_t eid;
	struct span time; /* PA_TIME octets, checked with pa_time_ok */
	uint8_t action;   /* may be a value that enum swima_action lacks */
	struct swima_record rec;
};

struct swima_event_list {
	struct swima_head head;
	uint32_t left;    /* events still to come */
	bool with_record; /* type 17 */
	struct rd rd;     /* rd.err, rd.err_at after a failure */
};

/* a is attribute 15 or 17. Fails when Last Consulted EID is beyond Last EID. */
int swima_event_list_begin(struct swima_event_list *l, const struct pa_attr *a);

/* 1 and *ev, 0 at the end (every octet is then used up), ST_E... Events come in the order of
 * the wire, which means nothing; some peers give several events one EID. */
int swima_event_next(struct swima_event_list *l, struct swima_event *ev);

/* Adds an event to a 15 or 17; like swima_writer_record. */
int swima_writer_event(struct swima_writer *sw, const struct swima_event *ev);

/* Writes Last Consulted EID anew, before or after swima_writer_end: a partial answer knows it
 * only when it is full. */
void swima_writer_consulted(struct swima_writer *sw, uint32_t eid);

/* "CREATION", ... or "unknown". */
const char *swima_action_name(uint8_t action);

ST_API_END

#endif
