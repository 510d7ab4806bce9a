/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/endpoint_software.h"

#include <stdlib.h>

void endpoint_software_init(struct endpoint_software *s, const struct package_image *image,
			    uint32_t number, uint32_t epoch)
{
	*s = (struct endpoint_software){ .image = image, .number = number, .epoch = epoch };
}

void endpoint_software_reset(struct endpoint_software *s)
{
	free(s->revisions);
	free(s->events);
	endpoint_software_init(s, s->image, s->number, s->epoch);
}

uint16_t endpoint_software_revision(const struct endpoint_software *s, uint32_t k)
{
	return s->revisions ? s->revisions[k] : package_image_revision(s->image, s->number, k);
}

/* Room for two more events, and for revisions of our own. */
static int endpoint_software_room(struct endpoint_software *s)
{
	uint32_t cap = s->cap_events ? s->cap_events * 2 : 16;
	struct endpoint_software_event *more;

	if (!s->revisions) {
		s->revisions = malloc((s->image->n + 1) * sizeof(*s->revisions));
		if (!s->revisions)
			return ST_ENOMEM;
		for (uint32_t k = 0; k < s->image->n; k++)
			s->revisions[k] = package_image_revision(s->image, s->number, k);
	}
	if (s->n_events + 2 <= s->cap_events || s->cap_events == SOFTWARE_EVENTS)
		return 0;
	/* the ring has not wrapped before it has its full size: event EID is at EID - 1 */
	if (!(more = realloc(s->events, cap * sizeof(*more))))
		return ST_ENOMEM;
	s->events = more;
	s->cap_events = cap;
	return 0;
}

static void endpoint_software_append(struct endpoint_software *s, uint32_t k,
				     uint16_t revision, uint8_t action, int64_t now)
{
	s->events[s->last_eid % s->cap_events] =
		(struct endpoint_software_event){ now, k, revision, action };
	s->last_eid++;
	if (s->n_events < s->cap_events)
		s->n_events++;
}

/* Never one that the package had before: the record is a new one (RFC 8412, 3.4.4). */
static uint16_t endpoint_software_next(uint16_t revision)
{
	revision &= (uint16_t)~SOFTWARE_GONE;
	if (revision < IMAGE_UPGRADED)
		return IMAGE_UPGRADED;
	return revision + 1 < SOFTWARE_GONE ? (uint16_t)(revision + 1) : IMAGE_UPGRADED;
}

int endpoint_software_change(struct endpoint_software *s, uint32_t k, bool remove, int64_t now)
{
	uint32_t before = s->last_eid;
	uint16_t old;

	if (endpoint_software_room(s) < 0)
		return ST_ENOMEM;
	old = s->revisions[k];
	if (!(old & SOFTWARE_GONE))
		endpoint_software_append(s, k, old, SWIMA_DELETION, now);
	if (!(old & SOFTWARE_GONE) && remove) {
		s->revisions[k] = old | SOFTWARE_GONE;
	} else {
		s->revisions[k] = endpoint_software_next(old);
		endpoint_software_append(s, k, s->revisions[k], SWIMA_CREATION, now);
	}
	return (int)(s->last_eid - before);
}

const struct endpoint_software_event *
endpoint_software_event(const struct endpoint_software *s, uint32_t eid)
{
	if (!eid || eid > s->last_eid || eid + s->n_events <= s->last_eid)
		return NULL;
	return &s->events[(eid - 1) % s->cap_events];
}

int endpoint_software_record(const struct endpoint_software *s, uint32_t k, uint16_t revision,
			     struct wr *id, struct wr *tag, struct swima_record *rec)
{
	int err;

	*rec = (struct swima_record){
		.record_id = 1 + k + revision * s->image->n,
		.model_pen = PEN_IETF,
		.model = SWIMA_MODEL_SWID_2015,
	};
	wr_truncate(id, 0);
	err = package_image_identifier(s->image, k, revision, id);
	rec->id = wr_span(id);
	if (!err && tag) {
		wr_truncate(tag, 0);
		err = package_image_tag(s->image, k, revision, tag);
		rec->record = wr_span(tag);
	}
	return err;
}
