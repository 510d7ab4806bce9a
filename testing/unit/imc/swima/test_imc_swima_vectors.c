/* SPDX-License-Identifier: BSD-2-Clause */
/* Every message of testing/vectors/swima is sent to the collector. The response is the one
 * that the RFCs require. One line for each. */
#include "unit.h"

#include "imc_swima_lab.h"
#include "vectors.h"

#include "base/err.h"

#include <stdio.h>
#include <sys/utsname.h>

static bool amd64(void)
{
	struct utsname u;

	return uname(&u) == 0 && strcmp(u.machine, "x86_64") == 0;
}

static void nothing(void)
{
	struct pa_attr a;

	assert_false(tncc_attr(0, &a));
}

static void all_records(void)
{
	(void)inventory(PA_SW_INVENTORY, 1, SMALL_COUNT);
}

static void all_identifiers(void)
{
	(void)inventory(PA_SW_ID_INVENTORY, 2, SMALL_COUNT);
}

/* Of the two requested packages this system has bash. */
static void two_records(void)
{
	(void)inventory(PA_SW_INVENTORY, 3, amd64() ? 1 : 0);
}

static void subscribed_to_events(void)
{
	check_no_events(PA_SW_ID_EVENTS, 4);
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 4 }, 1);
}

static void subscribed_to_one(void)
{
	(void)inventory(PA_SW_ID_INVENTORY, 5, amd64() ? 1 : 0);
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 5 }, 1);
}

static void no_subscriptions(void)
{
	(void)only_response(PA_SUBSCRIPTION_RESPONSE);
	check_value("subscription-response-none");
}

static void sources(void)
{
	struct pa_attr a = only_response(PA_SOURCE_RESPONSE);
	struct swima_sources l;

	assert_int_equal(swima_sources_begin(&l, &a), 0);
	assert_int_equal(l.count, 2);
}

static const struct played {
	const char *name;
	const char *demanded;
	void (*check)(void);
	const char *reply; /* or the error sent, octet for octet */
} played[] = {
	{ "request-inventory", "an inventory with records", all_records, NULL },
	{ "request-identifiers", "an inventory of identifiers", all_identifiers, NULL },
	{ "request-targeted", "an inventory of what is named", two_records, NULL },
	{ "request-subscribe-events", "events, and a subscription", subscribed_to_events,
	  NULL },
	{ "request-clear-subscribe-targeted", "an inventory, and one subscription",
	  subscribed_to_one, NULL },
	{ "subscription-request", "an empty list", no_subscriptions, NULL },
	{ "source-request", "the sources", sources, NULL },

	{ "bad-request-short", "its error", NULL, "bad-request-short-reply" },
	{ "bad-request-count", "its error", NULL, "bad-request-count-reply" },
	{ "bad-request-overrun", "its error", NULL, "bad-request-overrun-reply" },
	{ "bad-request-trailing", "its error", NULL, "bad-request-trailing-reply" },
	{ "bad-attribute-length", "its error", NULL, "bad-attribute-length-reply" },
	{ "bad-unknown-noskip", "its error", NULL, "bad-unknown-noskip-reply" },

	/* attributes for validators only, valid or not: RFC 8412, 5.7 to 5.15 */
	{ "id-inventory", "nothing", nothing, NULL },
	{ "id-events-upgrade", "nothing", nothing, NULL },
	{ "id-events-partial-fulfillment", "nothing", nothing, NULL },
	{ "id-events-empty", "nothing", nothing, NULL },
	{ "id-events-unknown-action", "nothing", nothing, NULL },
	{ "inventory-swid", "nothing", nothing, NULL },
	{ "inventory-coswid", "nothing", nothing, NULL },
	{ "events-deletion-no-record", "nothing", nothing, NULL },
	{ "subscription-response", "nothing", nothing, NULL },
	{ "subscription-response-none", "nothing", nothing, NULL },
	{ "source-response", "nothing", nothing, NULL },
	{ "bad-id-inventory-truncated", "nothing", nothing, NULL },
	{ "bad-consulted", "nothing", nothing, NULL },
	{ "bad-event-time", "nothing", nothing, NULL },
	{ "bad-id-nul", "nothing", nothing, NULL },
	{ "bad-record-overrun", "nothing", nothing, NULL },
	{ "bad-sources-count", "nothing", nothing, NULL },
	{ "bad-subscriptions-trailing", "nothing", nothing, NULL },
};

/* The offset in the first is that of the missing field or of the value: either is valid
 * (RFC 5792, 4.2.8). */
static void check_reply(const char *name)
{
	struct vectors v = { 0 };
	char path[80];
	struct span want;
	struct pa_attr a = only_response(PA_ERROR);

	snprintf(path, sizeof(path), "swima/%s.hex", name);
	want = vector_one(&v, path);
	assert_true(want.n > 36 && pa_attr_value(&a).n == want.n - 20);
	if (strcmp(name, "bad-request-short-reply") == 0)
		assert_memory_equal(pa_attr_value(&a).p, want.p + 20, 16);
	else
		check_value(name);
	vectors_free(&v);
}

/* An error is never the response to an error (RFC 5792, 4.2.8). */
static const struct played an_error = { NULL, "nothing", nothing, NULL };

static const struct played *find(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(played) / sizeof(played[0]); i++)
		if (strcmp(played[i].name, name) == 0)
			return &played[i];
	if (strncmp(name, "error-", 6) == 0 || (n > 6 && strcmp(name + n - 6, "-reply") == 0))
		return &an_error;
	return NULL;
}

static void play(const char *name, struct span message)
{
	const struct played *p = find(name);

	if (!p)
		fail_msg("%s.hex is not in the table", name);
	start(SMALL, "identifiers = \"compatible\"\nregid = \"strongswan.org\"");
	tncc_deliver(TNCC_CONNECTION, TNCC_VALIDATOR, message);
	if (p->reply)
		check_reply(p->reply);
	else
		p->check();
	/* afterwards the collector still responds */
	send_request(TNCC_VALIDATOR, SWIMA_IDENTIFIERS, 77, 0, NULL, 0);
	(void)inventory(PA_SW_ID_INVENTORY, 77, SMALL_COUNT);
	stop();
	printf("imc-swima  %-34s %s: as demanded\n", name, p->demanded);
}

static void test_vectors(void **state)
{
	struct vectors v = { 0 };
	char name[128];

	(void)state;
	vectors_load(&v, VECTOR_DIR "/swima");
	assert_true(v.n > sizeof(played) / sizeof(played[0]));
	for (size_t i = 0; i < v.n; i++) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(v.v[i].name, "."),
			 v.v[i].name);
		play(name, vector_span(&v.v[i]));
	}
	printf("imc-swima  %zu vectors\n", v.n);
	vectors_free(&v);
}

/* Two vectors together: the status lists the requests that created the subscriptions, and
 * their ids are in use. */
static void test_together(void **state)
{
	(void)state;
	start(SMALL, "");
	send_vector("request-subscribe-events");
	send_vector("request-subscribe-events");
	(void)only_error(PA_E_SWIMA_SUBSCRIPTION_REUSE, 4);
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 4 }, 1);
	send_vector("request-clear-subscribe-targeted");
	send_vector("request-subscribe-events");
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 5, 4 }, 2);
	stop();
}

UNIT_GROUP(imc_swima_vectors)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_together),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
