/* SPDX-License-Identifier: BSD-2-Clause */
#include "response.h"

#include "identifier.h"

#include "base/clock.h"
#include "base/err.h"
#include "wire/swima_events.h"

#include <stdlib.h>

/* --- inventories --- */

/* Sets wanted for the software that a targeted request names. Unknown identifiers are
 * ignored. */
static int response_select(struct collection *c, struct swima_request *q, bool *wanted)
{
	struct span id;
	int err = 0;

	while (!err && swima_request_next(q, &id) > 0)
		err = collection_select(c, id, wanted);
	return err;
}

static int response_record(struct swima_writer *sw, struct collection *c, size_t i,
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

static int response_records(struct swima_writer *sw, struct collection *c, const bool *wanted)
{
	struct wr scratch = { 0 };
	int err = 0;

	for (size_t i = 0; i < collection_count(c) && !err; i++)
		if (!wanted || wanted[i])
			err = response_record(sw, c, i, &scratch);
	wr_reset(&scratch);
	return err;
}

static int response_inventory(struct swima_writer *sw, struct collection *c,
			      struct swima_request *q)
{
	bool *wanted = NULL;
	int err = 0;

	if (q->count) {
		if (!(wanted = calloc(collection_count(c) + 1, sizeof(*wanted))))
			return ST_ENOMEM;
		err = response_select(c, q, wanted);
	}
	if (!err)
		err = response_records(sw, c, wanted);
	free(wanted);
	return err;
}

/* --- events --- */

/* The identifiers of a targeted request, sorted. */
struct targets {
	struct arena arena;
	struct span *ids; /* NULL: all software */
	size_t n;
};

static int target_cmp(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static int targets_read(struct targets *t, struct swima_request *q)
{
	struct span id;

	if (!q->count)
		return 0;
	/* q is decoded, so q->count is bounded by the size of the message */
	if (!(t->ids = calloc(q->count, sizeof(*t->ids))))
		return ST_ENOMEM;
	while (t->n < q->count && swima_request_next(q, &id) > 0) {
		t->ids[t->n] = identifier_normalise(&t->arena, id);
		if (id.n && !t->ids[t->n].p)
			return ST_ENOMEM;
		t->n++;
	}
	qsort(t->ids, t->n, sizeof(*t->ids), target_cmp);
	return 0;
}

static bool targets_match(const struct targets *t, struct span id)
{
	return !t->ids || bsearch(&id, t->ids, t->n, sizeof(*t->ids), target_cmp);
}

static void targets_reset(struct targets *t)
{
	arena_reset(&t->arena);
	free(t->ids);
}

static int response_event(struct swima_writer *sw, struct collection *c,
			  const struct ledger_event *ev, struct wr *scratch)
{
	char time[CLOCK_TEXT];
	struct swima_event out = {
		.eid = ev->eid,
		.time = { (const uint8_t *)time, PA_TIME },
		.action = ev->action,
		.rec = {
			.record_id = ev->record,
			.model_pen = PEN_IETF,
			.model = ev->model,
			.source = ev->source,
			.id = ev->identifier,
			.locator = ev->locator,
		},
	};
	int err;

	clock_format_sec(ev->at, time);
	if (sw->type == PA_SW_EVENTS) {
		wr_truncate(scratch, 0);
		if ((err = collection_describe_event(c, ev, scratch)) < 0)
			return err;
		out.rec.record = wr_span(scratch);
	}
	return swima_writer_event(sw, &out);
}

/* Writes events until the attribute is full. params->consulted is the last that fits. */
static int response_events(struct swima_writer *sw, struct collection *c,
			   const struct targets *t, struct response_params *params)
{
	struct wr scratch = { 0 };
	struct ledger_event ev;
	int got = 0, err;

	if ((err = collection_events(c, params->from)) < 0)
		return err;
	params->consulted = params->from - 1;
	while (!err && (got = collection_event_next(c, &ev)) > 0) {
		if (targets_match(t, ev.identifier))
			err = response_event(sw, c, &ev, &scratch);
		if (!err)
			params->consulted = ev.eid;
	}
	collection_events_end(c);
	wr_reset(&scratch);
	if (err == ST_ELIMIT && sw->count)
		err = 0;
	return err ? err : got < 0 ? got : 0;
}

static int response_events_from(struct swima_writer *sw, struct collection *c,
				struct swima_request *q, struct response_params *params)
{
	struct targets t = { 0 };
	int err;

	if (params->from > collection_last_eid(c))
		return 0;
	if ((err = targets_read(&t, q)) == 0 &&
	    (err = response_events(sw, c, &t, params)) == 0)
		swima_writer_consulted(sw, params->consulted);
	targets_reset(&t);
	return err;
}

int response_concerns(struct collection *c, struct swima_request *q, uint32_t from)
{
	struct targets t = { 0 };
	struct ledger_event ev;
	int err, got = 0;
	bool found = false;

	if ((err = targets_read(&t, q)) == 0 && (err = collection_events(c, from)) == 0) {
		while (!found && (got = collection_event_next(c, &ev)) > 0)
			found = targets_match(&t, ev.identifier);
		collection_events_end(c);
	}
	targets_reset(&t);
	return err ? err : got < 0 ? got : found;
}

int response_write(struct wr *w, struct collection *c, struct swima_request *q,
		   struct response_params *params)
{
	struct swima_writer sw;
	struct swima_head head = {
		.flags = params->flags,
		.request_id = q->request_id,
		.epoch = collection_epoch(c),
		.last_eid = collection_last_eid(c),
		.last_consulted_eid = collection_last_eid(c),
	};
	int err = swima_writer_begin(&sw, w, swima_answer_type(q), &head);

	params->consulted = head.last_eid;
	if (!err)
		err = q->earliest_eid ? response_events_from(&sw, c, q, params)
				      : response_inventory(&sw, c, q);
	return err ? err : swima_writer_end(&sw);
}
