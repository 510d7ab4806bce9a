/* SPDX-License-Identifier: BSD-2-Clause */
/* Assessments that modules ask for again. */
#include "peers_lab.h"

static TNC_Result retry_result;

static TNC_Result want_retry_always(struct puppet *p, TNC_ConnectionID conn,
				    TNC_ConnectionState state)
{
	if (state == TNC_CONNECTION_STATE_ACCESS_ALLOWED)
		retry_result = p->retry(p->id, conn, TNC_RETRY_REASON_IMC_SERIOUS_EVENT);
	return TNC_RESULT_SUCCESS;
}

static void test_module_retries(void **state)
{
	struct link l;

	(void)state;
	link_open(&l, ch, vh);
	imc_peer_begin(l.c);
	link_pump(&l);
	/* from between assessments: each side, one connection or all */
	assert_int_equal(imc->retry(imc->id, 1, 0), TNC_RESULT_SUCCESS);
	assert_int_equal(imc->retry(imc->id, 1, 0), TNC_RESULT_SUCCESS); /* the same wish */
	link_pump(&l);
	assert_int_equal(l.results_c, 2);
	assert_int_equal(imv->retry(imv->id, TNC_CONNECTIONID_ANY, 4), TNC_RESULT_SUCCESS);
	link_pump(&l);
	assert_int_equal(l.results_c, 3);
	assert_int_equal(imc->retry(imc->id, 77, 0), TNC_RESULT_INVALID_PARAMETER);
	assert_int_equal(imc->retry(imc->id + 100, 1, 0), TNC_RESULT_INVALID_PARAMETER);

	/* out of every assessment: comes to an end */
	imc->notify = want_retry_always;
	imc_peer_retry(l.c);
	link_pump(&l);
	assert_int_equal(l.results_c, 4 + 8);
	assert_int_equal(l.again, 8);
	assert_int_equal(retry_result, TNC_RESULT_WONT_RETRY);
	assert_int_equal(test_log_count("no more"), 1);
	link_close(&l);
	assert_int_equal(imv->retry(imv->id, TNC_CONNECTIONID_ANY, 4), TNC_RESULT_CANT_RETRY);
}

/* A validator wants another one at the end of each: when that is, the owner says. */
static void test_module_retries_wait(void **state)
{
	struct link l;

	(void)state;
	link_open(&l, ch, vh);
	imv->notify = want_retry_always;
	imc_peer_begin(l.c);
	while (link_step_to_server(&l) || link_step_to_client(&l))
		;
	assert_int_equal(l.results_v, 1);
	assert_int_equal(imv_peer_begun(l.v), 1);
	assert_true(l.wakes_v > 0);
	l.wakes_v = 0;
	imv_peer_wake(l.v);
	assert_int_equal(imv_peer_begun(l.v), 2);
	link_pump(&l); /* comes to an end */
	assert_int_equal(imv_peer_begun(l.v), 1 + 8);
	link_close(&l);
}

static void test_half_duplex(void **state)
{
	struct peer_info info;
	struct link l;

	(void)state;
	memset(&l, 0, sizeof(l));
	l.limits = (struct limits)LIMITS_DEFAULT;
	info = link_info(&l);
	info.full_duplex = false;
	link_open_with(&l, ch, vh, &info, &info);
	imc_peer_begin(l.c);
	link_pump(&l);
	assert_int_equal(imv->retry(imv->id, 1, 4), TNC_RESULT_CANT_RETRY);
	assert_int_equal(imv_peer_retry(l.v), ST_ESTATE);
	assert_int_equal(imc->retry(imc->id, 1, 0), TNC_RESULT_SUCCESS);
	link_pump(&l);
	assert_int_equal(l.results_c, 2);
	link_close(&l);
}

UNIT_GROUP(peer_retries)
{
#define T(name) cmocka_unit_test_setup_teardown(name, peers_set_up, peers_tear_down)
	const struct CMUnitTest tests[] = {
		T(test_module_retries),
		T(test_module_retries_wait),
		T(test_half_duplex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
