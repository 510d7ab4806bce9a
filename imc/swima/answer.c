#include "answer.h"

#include "wire/swima_events.h"

#include <stdlib.h>

/* Marks what a targeted request is about. Unknown identifiers just add nothing. */
static int answer_select(struct collection *c, struct swima_request *q, bool *wanted)
{
	struct span id;
	int err = 0;

	while (!err && swima_request_next(q, &id) > 0)
		err = collection_select(c, id, wanted);
	return err;
}

static int answer_record(struct swima_writer *sw, struct collection *c, size_t i,
			 struct wr *scratch)
{
	struct swima_record rec;
	int err;

	collection_record(c, i, &rec);
	if (sw->type == PA_SW_INVENTORY) {
		wr_truncate(scratch, 0);
		if ((err = collection_describe(c, i, scratch)) < 0)
			return err;
		rec.record = wr_span(scratch);
	}
	return swima_writer_record(sw, &rec);
}

static int answer_records(struct swima_writer *sw, struct collection *c, const bool *wanted)
{
	struct wr scratch = { 0 };
	int err = 0;

	for (size_t i = 0; i < collection_count(c) && !err; i++)
		if (!wanted || wanted[i])
			err = answer_record(sw, c, i, &scratch);
	wr_reset(&scratch);
	return err;
}

static int answer_inventory(struct swima_writer *sw, struct collection *c,
			    struct swima_request *q)
{
	bool *wanted = NULL;
	int err = 0;

	if (q->count) {
		if (!(wanted = calloc(collection_count(c) + 1, sizeof(*wanted))))
			return ST_ENOMEM;
		err = answer_select(c, q, wanted);
	}
	if (!err)
		err = answer_records(sw, c, wanted);
	free(wanted);
	return err;
}

int answer_write(struct wr *w, struct collection *c, struct swima_request *q)
{
	struct swima_writer sw;
	struct swima_head head = {
		.request_id = q->request_id,
		.epoch = collection_epoch(c),
		.last_eid = collection_last_eid(c),
		.last_consulted_eid = collection_last_eid(c),
	};
	int err = swima_writer_begin(&sw, w, swima_answer_type(q), &head);

	/* An epoch ends with every change, so that there are no events in any: what the
	 * request is about lies beyond Last EID. */
	if (!err && !q->earliest_eid)
		err = answer_inventory(&sw, c, q);
	return err ? err : swima_writer_end(&sw);
}
