/* SPDX-License-Identifier: BSD-2-Clause */
/* The software of one simulated endpoint: the image with its drift, what has changed since,
 * and the events that tell it (RFC 8412, 3.6). Costs nothing until something changes. */
#ifndef STANCE_LOAD_ENDPOINT_SOFTWARE_H
#define STANCE_LOAD_ENDPOINT_SOFTWARE_H

#include "load/package_image.h"
#include "wire/swima_events.h"

#define SOFTWARE_GONE 0x8000 /* with a revision: it has been removed */
#define SOFTWARE_EVENTS 512  /* kept; older ones are forgotten */

struct endpoint_software_event {
	int64_t at; /* wall us */
	uint32_t k;
	uint16_t revision;
	uint8_t action; /* enum swima_action */
};

struct endpoint_software {
	const struct package_image *image; /* borrowed */
	uint32_t number;                   /* of the endpoint */
	uint32_t epoch, last_eid;
	uint16_t *revisions; /* NULL: as in the image */
	struct endpoint_software_event
		*events; /* of EIDs last_eid - n + 1 to last_eid, in a ring */
	uint32_t n_events, cap_events;
};

void endpoint_software_init(struct endpoint_software *s, const struct package_image *image,
			    uint32_t number, uint32_t epoch);
void endpoint_software_reset(struct endpoint_software *s);

/* The revision of package k, with SOFTWARE_GONE when it is not installed. */
uint16_t endpoint_software_revision(const struct endpoint_software *s, uint32_t k);

/* Something that happens to package k: an upgrade (two events) or, when remove is set, a
 * removal (one); what is gone is installed again (one). The number of events, or ST_ENOMEM. */
int endpoint_software_change(struct endpoint_software *s, uint32_t k, bool remove,
			     int64_t now);

/* The event, or NULL when it is not known any more or has not happened. */
const struct endpoint_software_event *
endpoint_software_event(const struct endpoint_software *s, uint32_t eid);

/* Fills *rec for a revision; its spans borrow from id and tag, which are written anew. tag
 * NULL: without the record. */
int endpoint_software_record(const struct endpoint_software *s, uint32_t k, uint16_t revision,
			     struct wr *id, struct wr *tag, struct swima_record *rec);

#endif
