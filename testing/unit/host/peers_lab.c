/* SPDX-License-Identifier: BSD-2-Clause */
#include "peers_lab.h"

struct puppet *imc, *imv;
struct imc_host *ch;
struct imv_host *vh;

int peers_set_up(void **state)
{
	const char *config;

	(void)state;
	test_log_begin();
	imc = puppet_get("puppet_imc");
	imv = puppet_get("puppet_imv");
	config = test_config("puppet_imc", "puppet_imv", NULL);
	ch = test_imc_host(config);
	vh = test_imv_host(config, RECOMMEND_DEFAULT);
	assert_int_equal(imc_host_count(ch), 1);
	assert_int_equal(imv_host_count(vh), 1);
	return 0;
}

int peers_tear_down(void **state)
{
	(void)state;
	imc_host_close(ch);
	imv_host_close(vh);
	assert_int_equal(imc->terminated, 1);
	assert_int_equal(imv->terminated, 1);
	test_config(NULL);
	test_log_end();
	return 0;
}
