/* SPDX-License-Identifier: BSD-2-Clause */
/* Modules that break the contract: refused, or contained, with one line about it. */
#include "host_test.h"

#include "base/err.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static TNC_Result answer;
static TNC_Version version;

static TNC_Result init_answers(struct puppet *p, TNC_Version *v)
{
	(void)p;
	*v = version;
	return answer;
}

static TNC_Result bind_answers(struct puppet *p)
{
	(void)p;
	return answer;
}

static size_t load_count(const char *config)
{
	struct imv_host *host = test_imv_host(config, RECOMMEND_DEFAULT);
	size_t n = imv_host_count(host);

	imv_host_close(host);
	return n;
}

/* The broken one is left out, the one behind it works. */
static void test_refused(void **state)
{
	struct puppet *bad = puppet_get("puppet_imv"), *good = puppet_get("puppet_imv2");
	const char *config = test_config("puppet_imv", "puppet_imv2", NULL);

	(void)state;
	test_log_begin();
	bad->initialize = init_answers;
	answer = TNC_RESULT_FATAL;
	version = 1;
	assert_int_equal(load_count(config), 1);
	assert_int_equal(test_log_count("module refused: Initialize returned 10"), 1);
	assert_int_equal(bad->terminated, 0); /* never initialised */
	answer = TNC_RESULT_SUCCESS;
	version = 2;
	assert_int_equal(load_count(config), 1);
	assert_int_equal(test_log_count("wants version 2"), 1);
	assert_int_equal(bad->terminated, 1);
	bad->initialize = NULL;
	bad->provided = bind_answers;
	answer = TNC_RESULT_OTHER;
	assert_int_equal(load_count(config), 1);
	assert_int_equal(test_log_count("ProvideBindFunction returned 9"), 1);
	assert_int_equal(bad->terminated, 2);
	assert_int_equal(good->terminated, 3);
	assert_int_equal(test_log_count("module refused"), 3);
	test_config(NULL);
	test_log_end();
}

static void test_files(void **state)
{
	const char *good =
		test_config("puppet_imv_incomplete", "puppet_imc", "puppet_imv2", NULL);
	char path[512], link[512], text[1200];
	struct imv_host_conf conf = { good, RECOMMEND_DEFAULT };
	struct imv_host *host;
	FILE *f;

	(void)state;
	test_log_begin();
	puppet_get("puppet_imv2");
	assert_int_equal(load_count(good), 1); /* the IMC line is not for us */
	assert_int_equal(test_log_count("lacks TNC_IMV_SolicitRecommendation"), 1);

	/* no such file, not a library, writable by others, the same library by another name */
	snprintf(path, sizeof(path), "%s/.libs/puppet_imv2.so", BUILD_DIR);
	snprintf(link, sizeof(link), "/tmp/test-module-%d.so", (int)getpid());
	unlink(link);
	assert_int_equal(symlink(path, link), 0);
	snprintf(text, sizeof(text),
		 "IMV \"gone\" /nonexistent.so\nIMV \"text\" %s\nIMV \"a\" %s\nIMV \"b\" %s\n",
		 good, path, link);
	assert_non_null(f = fopen(good, "w"));
	fputs(text, f);
	fclose(f);
	assert_int_equal(load_count(good), 1);
	assert_int_equal(test_log_count("the same library as \"a\""), 1);
	assert_int_equal(test_log_count("module refused"), 4);
	assert_int_equal(chmod(path, 0775), 0);
	assert_int_equal(load_count(good), 0);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(test_log_count("writable by group or others"), 2); /* and its link */
	unlink(link);

	assert_int_equal(chmod(good, 0666), 0);
	assert_int_equal(imv_host_open(&conf, &host), ST_EDENIED);
	test_config(NULL);
	test_log_end();
}

/* --- at work -------------------------------------------------------------------------------- */

static TNC_Result fatal_receive(struct puppet *p, TNC_ConnectionID conn,
				const struct puppet_message *m)
{
	(void)p;
	(void)conn;
	(void)m;
	return TNC_RESULT_FATAL;
}

static void assess(struct imc_host *ch, struct imv_host *vh, enum pb_access access)
{
	struct link l;

	link_open(&l, ch, vh);
	imc_peer_begin(l.c);
	link_pump(&l);
	assert_int_equal(l.results_c, 1);
	assert_int_equal(l.access, access);
	link_close(&l);
}

/* FATAL: terminated at once and left out; the other one decides. */
static void test_fatal(void **state)
{
	const char *config = test_config("puppet_imc", "puppet_imv", "puppet_imv2", NULL);
	struct puppet *bad, *good;
	struct imc_host *ch;
	struct imv_host *vh;
	struct host_module m;

	(void)state;
	test_log_begin();
	puppet_get("puppet_imc");
	bad = puppet_get("puppet_imv");
	good = puppet_get("puppet_imv2");
	bad->receive = fatal_receive;
	ch = test_imc_host(config);
	vh = test_imv_host(config, RECOMMEND_DEFAULT);
	assess(ch, vh, PB_ACCESS_ALLOWED);
	assert_int_equal(bad->terminated, 1);
	assert_int_equal(test_log_count("failed for good"), 1);
	assert_true(imv_host_module(vh, 0, &m));
	assert_false(m.running);
	assert_true(imv_host_module(vh, 1, &m));
	assert_true(m.running);
	assert_false(imv_host_module(vh, 2, &m));
	/* whatever it calls now is too late */
	assert_int_equal(bad->retry(bad->id, TNC_CONNECTIONID_ANY, 4),
			 TNC_RESULT_NOT_INITIALIZED);
	assess(ch, vh, PB_ACCESS_ALLOWED);
	assert_int_equal(test_log_count("failed for good"), 1);
	imv_host_close(vh);
	imc_host_close(ch);
	assert_int_equal(bad->terminated, 1);
	assert_int_equal(good->terminated, 1);
	test_config(NULL);
	test_log_end();
}

static TNC_Result other_receive(struct puppet *p, TNC_ConnectionID conn,
				const struct puppet_message *m)
{
	(void)p;
	(void)conn;
	(void)m;
	return 0x12345678; /* nobody knows this one */
}

static TNC_Result other_call(struct puppet *p, TNC_ConnectionID conn)
{
	(void)p;
	(void)conn;
	return TNC_RESULT_OTHER;
}

/* Errors from every call: one warning, no harm, and no recommendation. */
static void test_always_failing(void **state)
{
	const char *config = test_config("puppet_imc", "puppet_imv", "puppet_imv2", NULL);
	struct puppet *bad, *badc;
	struct imc_host *ch;
	struct imv_host *vh;

	(void)state;
	test_log_begin();
	badc = puppet_get("puppet_imc");
	bad = puppet_get("puppet_imv");
	puppet_get("puppet_imv2");
	bad->receive = badc->receive = other_receive;
	bad->solicit = bad->batch_ending = badc->batch_ending = other_call;
	ch = test_imc_host(config);
	vh = test_imv_host(config, RECOMMEND_DEFAULT);
	assess(ch, vh, PB_ACCESS_DENIED); /* the second one never got its answer either */
	assess(ch, vh, PB_ACCESS_DENIED);
	assert_int_equal(test_log_count("module error"), 2); /* one for each */
	imv_host_close(vh);
	imc_host_close(ch);
	test_config(NULL);
	test_log_end();
}

UNIT_GROUP(module)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_fatal),
		cmocka_unit_test(test_always_failing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
