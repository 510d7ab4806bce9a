/* SPDX-License-Identifier: BSD-2-Clause */
/* Every message of testing/vectors/swima, said to the validator: what is right arrives, what
 * is wrong changes nothing, and nothing is ever answered with an error (RFC 8412, 3.9). One
 * line for each. */
#include "unit.h"

#include "unit/imv/fake_posture.h"
#include "imv_swima_follow.h"
#include "vectors.h"

#include <stdio.h>

#define VECTOR_EPOCH 0x2f4a91c3u
#define VECTOR_ID 24 /* of the Request ID Copy in the message */

enum said { OUT_OF_THE_BLUE, AS_INVENTORY, AS_EVENTS, AS_FULFILLMENT };

static const struct played {
	const char *name;
	enum said said;
	uint32_t contiguous; /* AS_EVENTS, AS_FULFILLMENT: what is known before */
	const char *report;  /* a line of what is stored, or its beginning; NULL: nothing is */
} played[] = {
	{ "id-inventory", AS_INVENTORY, 0, "software strongswan.org__strongSwan-6-0-6" },
	{ "inventory-swid", AS_INVENTORY, 0,
	  "software strongswan.org__Debian_12-x86_64-bash-5.2.15-2~b2" },
	{ "inventory-coswid", AS_INVENTORY, 0, "software https://lab.example__bash-5.2.15" },
	{ "id-events-upgrade", AS_EVENTS, 12, "event 14 - " },
	{ "id-events-partial-fulfillment", AS_FULFILLMENT, 14, "event 15 " },
	{ "id-events-empty", AS_EVENTS, 16, "events 2f4a91c3 17-16/16" },
	{ "id-events-unknown-action", AS_EVENTS, 12, "event 13 ? " },
	{ "events-deletion-no-record", AS_EVENTS, 13, "event 14 - " },
	{ "bad-id-inventory-truncated", AS_INVENTORY, 0, NULL },
	{ "bad-id-nul", AS_INVENTORY, 0, NULL },
	{ "bad-record-overrun", AS_INVENTORY, 0, NULL },
	{ "bad-consulted", AS_EVENTS, 4, NULL },
	{ "bad-event-time", AS_EVENTS, 4, NULL },
};

/* Requests, which only collectors get; lists nobody has asked for; errors. */
static const struct played other = { NULL, OUT_OF_THE_BLUE, 0, NULL };

static const struct played *find(const char *name)
{
	for (size_t i = 0; i < sizeof(played) / sizeof(played[0]); i++)
		if (strcmp(played[i].name, name) == 0)
			return &played[i];
	return &other;
}

/* The assessment has come to where an answer like this is waited for; its id. */
static uint32_t wait_for(const struct played *p)
{
	char want[48];
	uint32_t id;

	if (p->said < AS_EVENTS) {
		start("", true);
		return must_ask_inventory();
	}
	sync("", p->contiguous);
	fake_state.epoch = VECTOR_EPOCH;
	tncs_begin(TNCS_CONNECTION);
	end_batch();
	snprintf(want, sizeof(want), "identifiers from %u subscribe", p->contiguous + 1);
	id = must_ask(want);
	if (p->said == AS_FULFILLMENT) {
		say_events(TNCS_COLLECTOR, 0, id, VECTOR_EPOCH, p->contiguous, p->contiguous,
			   (const char *const[]){ NULL });
		must_allow();
		tncs_begin(TNCS_CONNECTION);
		fake_forget();
	}
	return id;
}

static void no_error(void)
{
	struct pa_attr a;

	for (size_t i = 0; tncs_attr(i, &a); i++)
		assert_true(a.type != PA_ERROR);
}

static void play(const char *name, const struct vector *v)
{
	const struct played *p = find(name);
	uint8_t copy[2048];
	uint32_t id;

	fake_forget();
	id = wait_for(p);
	assert_true(v->n <= sizeof(copy));
	memcpy(copy, v->p, v->n);
	if (p->said != OUT_OF_THE_BLUE)
		wr_put32(copy + VECTOR_ID, id);
	tncs_say(TNCS_CONNECTION, TNCS_COLLECTOR, span_of(copy, v->n));
	no_error();
	if (p->said == AS_FULFILLMENT) /* it is the first part */
		assert_true(asks("identifiers from 16"));
	if (!tncs_recommended)
		tncs_solicit(TNCS_CONNECTION);
	assert_true(tncs_recommended);
	if (p->report && !fake_count(p->report))
		fail_msg("%s: no \"%s\" in:\n%s", name, p->report, fake_log);
	if (!p->report) {
		assert_int_equal(fake_count("software "), 0);
		assert_int_equal(fake_count("event "), 0);
	}
	assert_int_equal(teardown(NULL), 0);
	printf("imv-swima  %-34s %s, no error: as demanded\n", name,
	       p->report ? "is stored" : "changes nothing");
}

static void test_vectors(void **state)
{
	struct vectors v = { 0 };
	char name[128];

	(void)state;
	vectors_load(&v, VECTOR_DIR "/swima");
	for (size_t i = 0; i < v.n; i++) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(v.v[i].name, "."),
			 v.v[i].name);
		play(name, &v.v[i]);
	}
	printf("imv-swima  %zu vectors\n", v.n);
	vectors_free(&v);
}

UNIT_GROUP(imv_swima_vectors)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_vectors) };

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
