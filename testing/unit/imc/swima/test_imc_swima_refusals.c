/* SPDX-License-Identifier: BSD-2-Clause */
/* Subscriptions, and the errors of RFC 8412, 3.9: the error code, and that a refused request
 * has no effect. */
#include "unit.h"

#include "imc_swima_lab.h"

#include <stdio.h>

static void test_subscriptions(void **state)
{
	(void)state;
	start(SMALL, "");
	send_vector("subscription-request");
	check_value("subscription-response-none");
	/* Clear and subscribe; then a second subscription: as in the vector, in another
	 * order. */
	send_vector("request-clear-subscribe-targeted");
	send_vector("request-subscribe-events");
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 5, 4 }, 2);
	/* Another validator has none, and cannot clear these. */
	check_subscriptions(9, NULL, 0);
	send_request(9, SWIMA_CLEAR | SWIMA_IDENTIFIERS, 30, 0, NULL, 0);
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 5, 4 }, 2);
	send_request(TNCC_VALIDATOR, SWIMA_CLEAR | SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, 31, 0,
		     NULL, 0);
	(void)inventory(PA_SW_ID_INVENTORY, 31, SMALL_COUNT);
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 31 }, 1);
	send_request(TNCC_VALIDATOR, SWIMA_CLEAR | SWIMA_IDENTIFIERS, 32, 0, NULL, 0);
	check_subscriptions(TNCC_VALIDATOR, NULL, 0);
}

static void test_subscription_vector(void **state)
{
	(void)state;
	start(SMALL, "");
	send_vector("request-subscribe-events");
	send_request(TNCC_VALIDATOR, SWIMA_CLEAR | SWIMA_IDENTIFIERS, 99, 0, NULL, 0);
	send_vector("request-subscribe-events");
	/* the second record of the vector equals the value of its request, including the C
	 * flag */
	send_vector("subscription-request");
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 4 }, 1);
}

/* Subscriptions end with their connection. */
static void test_subscriptions_end(void **state)
{
	(void)state;
	start(SMALL, "max_subscriptions = 1");
	send_vector("request-subscribe-events");
	check_no_events(PA_SW_ID_EVENTS, 4);
	tncc_disconnect(TNCC_CONNECTION);
	tncc_connect(TNCC_CONNECTION);
	tncc_begin(TNCC_CONNECTION);
	check_subscriptions(TNCC_VALIDATOR, NULL, 0);
	send_vector("request-subscribe-events");
	check_no_events(PA_SW_ID_EVENTS, 4);
}

static void test_many_subscriptions(void **state)
{
	uint32_t ids[64];

	(void)state;
	start(SMALL, "");
	for (uint32_t i = 0; i < 64; i++) {
		ids[i] = 100 + i;
		send_request(TNCC_VALIDATOR, SWIMA_SUBSCRIBE | SWIMA_IDENTIFIERS, ids[i],
			     i % 2, NULL, 0);
	}
	check_subscriptions(TNCC_VALIDATOR, ids, 64);
}

/* Error 8: no other effect, whatever the request contains. */
static void test_id_reuse(void **state)
{
	static const uint8_t flags[] = { SWIMA_IDENTIFIERS, 0, SWIMA_SUBSCRIBE, SWIMA_CLEAR };

	(void)state;
	start(SMALL, "");
	send_vector("request-subscribe-events");
	for (size_t i = 0; i < sizeof(flags); i++) {
		send_request(TNCC_VALIDATOR, flags[i], 4, 0, NULL, 0);
		(void)only_error(PA_E_SWIMA_SUBSCRIPTION_REUSE, 4);
		check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 4 }, 1);
	}
	send_request(9, SWIMA_IDENTIFIERS, 4, 0, NULL,
		     0); /* ids of another validator are separate */
	assert_int_equal(tncc_out[0].to, 9);
	send_request(TNCC_VALIDATOR, SWIMA_IDENTIFIERS, 2, 0, NULL,
		     0); /* without a subscription an id can be reused */
	send_request(TNCC_VALIDATOR, SWIMA_IDENTIFIERS, 2, 0, NULL, 0);
	(void)inventory(PA_SW_ID_INVENTORY, 2, SMALL_COUNT);
}

static void test_id_reuse_allowed(void **state)
{
	(void)state;
	start(SMALL, "reuse_request_ids = true");
	send_vector("request-subscribe-events");
	send_request(TNCC_VALIDATOR, SWIMA_IDENTIFIERS, 4, 0, NULL, 0);
	(void)inventory(PA_SW_ID_INVENTORY, 4, SMALL_COUNT);
	send_request(TNCC_VALIDATOR, SWIMA_SUBSCRIBE, 4, 0, NULL, 0);
	(void)only_error(PA_E_SWIMA_SUBSCRIPTION_REUSE, 4);
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 4 }, 1);
}

/* Error 5: limit reached, in number or octets; clearing in the same request frees space. */
static void test_subscription_denied(void **state)
{
	struct span big = { calloc(1, 200), 200 };

	(void)state;
	assert_non_null(big.p);
	memset((void *)(uintptr_t)big.p, 'x', big.n);
	start(SMALL, "max_subscriptions = 2\nmax_subscription_octets = 100");
	send_request(TNCC_VALIDATOR, SWIMA_SUBSCRIBE, 1, 1, NULL, 0);
	send_request(TNCC_VALIDATOR, SWIMA_SUBSCRIBE, 2, 1, NULL, 0);
	send_request(TNCC_VALIDATOR, SWIMA_SUBSCRIBE, 3, 1, NULL, 0);
	(void)only_error(PA_E_SWIMA_SUBSCRIPTION, 3);
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 1, 2 }, 2);
	send_request(TNCC_VALIDATOR, SWIMA_CLEAR | SWIMA_SUBSCRIBE, 4, 1, &big, 1);
	(void)only_error(PA_E_SWIMA_SUBSCRIPTION, 4);
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 1, 2 }, 2);
	send_request(TNCC_VALIDATOR, SWIMA_CLEAR | SWIMA_SUBSCRIBE, 5, 1, NULL, 0);
	check_no_events(PA_SW_EVENTS, 5);
	check_subscriptions(TNCC_VALIDATOR, (const uint32_t[]){ 5 }, 1);
	free((void *)(uintptr_t)big.p);
}

/* Error 6: the subscription in the request is not created. */
static void test_too_large(void **state)
{
	struct pa_error e;

	(void)state;
	start(SMALL, "max_response = 1024");
	send_request(TNCC_VALIDATOR, SWIMA_SUBSCRIBE, 1, 0, NULL, 0);
	e = only_error(PA_E_SWIMA_TOO_LARGE, 1);
	assert_int_equal(e.max_size, 1024);
	check_subscriptions(TNCC_VALIDATOR, NULL, 0);
	send_request(TNCC_VALIDATOR, SWIMA_IDENTIFIERS, 2, 0, NULL, 0); /* identifiers fit */
	(void)inventory(PA_SW_ID_INVENTORY, 2, SMALL_COUNT);
}

/* The same with the limit of the connection, without segmentation. */
static void test_too_large_for_connection(void **state)
{
	struct pa_error e;

	(void)state;
	tncc_max_message = 600;
	start(SMALL, "");
	send_request(TNCC_VALIDATOR, 0, 1, 0, NULL, 0);
	e = only_error(PA_E_SWIMA_TOO_LARGE, 1);
	assert_in_range(e.max_size, 400, 600);
	tncc_max_message = UINT32_MAX;
}

/* Error 4: the database cannot be read; later it can. */
static void test_unreadable(void **state)
{
	char root[160], cmd[800];

	(void)state;
	snprintf(root, sizeof(root), "%s/root", dir);
	snprintf(cmd, sizeof(cmd), "cp -r '%s' '%s' && chmod -R u+w '%s'", SMALL, root, root);
	assert_int_equal(system(cmd), 0);
	start(root, "max_subscriptions = 1");
	snprintf(cmd, sizeof(cmd), "mv '%s/var/lib/dpkg' '%s/away'", root, root);
	assert_int_equal(system(cmd), 0);
	send_request(TNCC_VALIDATOR, SWIMA_SUBSCRIBE, 1, 0, NULL, 0);
	(void)only_error(PA_E_SWIMA, 1);
	check_subscriptions(TNCC_VALIDATOR, NULL, 0);
	snprintf(cmd, sizeof(cmd), "mv '%s/away' '%s/var/lib/dpkg'", root, root);
	assert_int_equal(system(cmd), 0);
	send_request(TNCC_VALIDATOR, 0, 1, 0, NULL, 0);
	(void)inventory(PA_SW_INVENTORY, 1, SMALL_COUNT);
}

static void test_too_many(void **state)
{
	struct span ids[] = { SPAN_LIT("a"), SPAN_LIT("b"), SPAN_LIT("c") };

	(void)state;
	start(SMALL, "max_identifiers = 2\nmax_records = 7");
	send_request(TNCC_VALIDATOR, 0, 1, 0, ids, 3);
	(void)only_error(PA_E_SWIMA, 1);
	send_request(TNCC_VALIDATOR, SWIMA_IDENTIFIERS, 2, 0, NULL, 0);
	(void)only_error(PA_E_SWIMA, 2);
}

UNIT_GROUP(imc_swima_refusals)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_subscriptions, teardown),
		cmocka_unit_test_teardown(test_subscription_vector, teardown),
		cmocka_unit_test_teardown(test_subscriptions_end, teardown),
		cmocka_unit_test_teardown(test_many_subscriptions, teardown),
		cmocka_unit_test_teardown(test_id_reuse, teardown),
		cmocka_unit_test_teardown(test_id_reuse_allowed, teardown),
		cmocka_unit_test_teardown(test_subscription_denied, teardown),
		cmocka_unit_test_teardown(test_too_large, teardown),
		cmocka_unit_test_teardown(test_too_large_for_connection, teardown),
		cmocka_unit_test_teardown(test_unreadable, teardown),
		cmocka_unit_test_teardown(test_too_many, teardown),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
