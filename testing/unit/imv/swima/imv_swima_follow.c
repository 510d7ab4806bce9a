/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "unit/imv/fake_posture.h"
#include "imv_swima_follow.h"

#include "tncif/tncifimv.h"
#include "base/clock.h"

#include <stdio.h>

void sync(const char *conf, uint32_t contiguous)
{
	fake_state = (struct endpoint_state){
		.id = 3,
		.has_inventory = true,
		.epoch = EPOCH,
		.contiguous_eid = contiguous,
		.highest_eid = contiguous,
		.inventory_at = clock_wall_us(),
	};
	fake_n_rows = 0;
	start_following(conf, true);
	fake_state_err = 0;
	tncs_disconnect(TNCS_CONNECTION);
	tncs_connect(TNCS_CONNECTION);
	tncs_begin(TNCS_CONNECTION);
}

void end_batch(void)
{
	tncs_say(TNCS_CONNECTION, TNCS_COLLECTOR, (struct span){ 0 });
}

/* A request, in words. */
static const char *words(const struct swima_request *q)
{
	static char text[64];

	snprintf(text, sizeof(text), "%s from %u%s%s",
		 q->flags & SWIMA_IDENTIFIERS ? "identifiers" : "records", q->earliest_eid,
		 q->flags & SWIMA_SUBSCRIBE ? " subscribe" : "", q->count ? " targeted" : "");
	return text;
}

uint32_t must_ask(const char *want)
{
	struct swima_request q = { 0 };
	uint32_t id = asked(&q);

	assert_string_equal(id ? words(&q) : "nothing", want);
	return id;
}

bool asks(const char *want)
{
	struct swima_request q;
	struct pa_attr a;
	bool found = false;

	for (size_t i = 0; tncs_attr(i, &a); i++) {
		struct rd r = a.value;

		if (!pa_attr_is(&a, PEN_IETF, PA_SWIMA_REQUEST))
			continue;
		assert_int_equal(swima_request_decode(&r, &q), 0);
		found |= strcmp(words(&q), want) == 0;
	}
	return found;
}

void write_events(struct wr *w, uint8_t flags, uint32_t id, uint32_t epoch, uint32_t consulted,
		  uint32_t last, const char *const *events)
{
	const struct swima_head h = { .flags = flags,
				      .request_id = id,
				      .epoch = epoch,
				      .last_eid = last,
				      .last_consulted_eid = consulted };
	struct swima_writer sw;

	assert_int_equal(swima_writer_begin(&sw, w, PA_SW_ID_EVENTS, &h), 0);
	for (; *events; events++) {
		struct swima_event ev = { .time = SPAN_LIT("2026-11-21T12:00:00Z") };
		char action, name[96];
		unsigned eid;
		int n;

		assert_int_equal(sscanf(*events, "%u%c%n", &eid, &action, &n), 2);
		ev.eid = eid;
		ev.action = action == '+'   ? SWIMA_CREATION
			    : action == '-' ? SWIMA_DELETION
			    : action == '~' ? SWIMA_ALTERATION
					    : 77;
		snprintf(name, sizeof(name), "lab.example__%s", *events + n);
		ev.rec = (struct swima_record){ .record_id = eid, .id = span_str(name) };
		assert_int_equal(swima_writer_event(&sw, &ev), 0);
	}
	assert_int_equal(swima_writer_end(&sw), 0);
}

void say_events(uint32_t collector, uint8_t flags, uint32_t id, uint32_t epoch,
		uint32_t consulted, uint32_t last, const char *const *events)
{
	struct wr w = { 0 };

	(void)pa_msg_encode(&w, 7);
	write_events(&w, flags, id, epoch, consulted, last, events);
	tncs_say(TNCS_CONNECTION, collector, wr_span(&w));
	wr_reset(&w);
}

void must_allow(void)
{
	must_ask("nothing");
	must_recommend(TNC_IMV_ACTION_RECOMMENDATION_ALLOW,
		       TNC_IMV_EVALUATION_RESULT_COMPLIANT);
}

uint32_t resume(uint32_t contiguous)
{
	sync("", contiguous);
	end_batch();
	return must_ask("identifiers from 21 subscribe");
}
