/* SPDX-License-Identifier: BSD-2-Clause */
/* Many peers on several threads, one host for each side; modules with threads of their own. */
#include "host_test.h"

#include "base/err.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>

#define THREADS 4
#define PEERS 8
#define ASSESSMENTS 6

static struct puppet *imc, *imv;
static struct imc_host *ch;
static struct imv_host *vh;
static int inside_imc, imc_overlap, stop, meddled;

/* A collector is never called twice at once. */
static TNC_Result begin_counted(struct puppet *p, TNC_ConnectionID conn)
{
	TNC_Result r;

	if (__atomic_add_fetch(&inside_imc, 1, __ATOMIC_SEQ_CST) != 1)
		__atomic_store_n(&imc_overlap, 1, __ATOMIC_SEQ_CST);
	sched_yield();
	r = p->send(p->id, conn, (TNC_BufferReference) "hello", 5, 0x005597fe);
	__atomic_sub_fetch(&inside_imc, 1, __ATOMIC_SEQ_CST);
	return r;
}

static TNC_Result allow(struct puppet *p, TNC_ConnectionID conn,
			const struct puppet_message *m)
{
	(void)m;
	return p->recommend(p->id, conn, TNC_IMV_ACTION_RECOMMENDATION_ALLOW,
			    TNC_IMV_EVALUATION_RESULT_COMPLIANT);
}

static void *run_peers(void *arg)
{
	struct link *links = calloc(PEERS, sizeof(*links));

	(void)arg;
	for (size_t i = 0; i < PEERS; i++) {
		link_open(&links[i], ch, vh);
		imc_peer_begin(links[i].c);
	}
	for (unsigned round = 1; round < ASSESSMENTS; round++) {
		for (size_t i = 0; i < PEERS; i++) {
			link_pump(&links[i]);
			assert_true(links[i].results_c >= 1);
			assert_int_equal(links[i].access, PB_ACCESS_ALLOWED);
			assert_int_equal((round & 1 ? imv_peer_retry(links[i].v)
						    : imc_peer_retry(links[i].c)),
					 0);
		}
	}
	for (size_t i = 0; i < PEERS; i++) {
		link_pump(&links[i]);
		assert_true(links[i].results_c >= ASSESSMENTS);
		assert_false(links[i].closed_c || links[i].closed_v);
		link_close(&links[i]);
	}
	free(links);
	return NULL;
}

/* What a module's own thread may do at any moment, and what it may not. */
static void *meddle(void *arg)
{
	TNC_UInt32 type = PUPPET_VENDOR << 8 | PUPPET_SUBTYPE, len;
	unsigned char buf[64];

	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
		TNC_UInt32 conn = 1 + (TNC_UInt32)(meddled % (THREADS * PEERS));
		TNC_Result r = imv->send(imv->id, conn, buf, 1, type);

		assert_true(r == TNC_RESULT_ILLEGAL_OPERATION ||
			    r == TNC_RESULT_INVALID_PARAMETER);
		imv->get(imv->id, conn, TNC_ATTRIBUTEID_PREFERRED_LANGUAGE, sizeof(buf), buf,
			 &len);
		imc->get(imc->id, conn, TNC_ATTRIBUTEID_MAX_MESSAGE_SIZE, sizeof(buf), buf,
			 &len);
		imv->types(imv->id, &type, 1);
		imc->types(imc->id, &type, 1);
		if (meddled % 64 == 0) {
			imc->retry(imc->id, conn, TNC_RETRY_REASON_IMC_PERIODIC);
			imv->retry(imv->id, TNC_CONNECTIONID_ANY,
				   TNC_RETRY_REASON_IMV_PERIODIC);
		}
		__atomic_add_fetch(&meddled, 1, __ATOMIC_SEQ_CST);
		sched_yield();
	}
	return NULL;
}

static void test_many(void **state)
{
	const char *config = test_config("puppet_imc", "puppet_imv", NULL);
	pthread_t threads[THREADS], meddler;

	(void)state;
	test_log_begin();
	imc = puppet_get("puppet_imc");
	imv = puppet_get("puppet_imv");
	imc->begin = begin_counted;
	imv->receive = allow;
	ch = test_imc_host(config);
	vh = test_imv_host(config, RECOMMEND_ALL);
	assert_int_equal(pthread_create(&meddler, NULL, meddle, NULL), 0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run_peers, NULL), 0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	__atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
	pthread_join(meddler, NULL);
	assert_int_equal(imc_overlap, 0);
	assert_true(meddled > 0);
	imc_host_close(ch);
	imv_host_close(vh);
	test_config(NULL);
	test_log_end();
}

/* A validator that thinks elsewhere and answers from there. */
static TNC_ConnectionID asked;

static TNC_Result answer_later(struct puppet *p, TNC_ConnectionID conn)
{
	(void)p;
	__atomic_store_n(&asked, conn, __ATOMIC_SEQ_CST);
	return TNC_RESULT_SUCCESS;
}

static void *think(void *arg)
{
	struct puppet *p = arg;
	TNC_ConnectionID conn;

	while (!(conn = __atomic_load_n(&asked, __ATOMIC_SEQ_CST)))
		sched_yield();
	assert_int_equal(p->recommend(p->id, conn, TNC_IMV_ACTION_RECOMMENDATION_ISOLATE,
				      TNC_IMV_EVALUATION_RESULT_NONCOMPLIANT_MINOR),
			 TNC_RESULT_SUCCESS);
	return NULL;
}

static void test_thinker(void **state)
{
	const char *config = test_config("puppet_imv", NULL);
	struct imc_host *nobody = test_imc_host(NULL);
	pthread_t thread;
	struct link l;

	(void)state;
	imv = puppet_get("puppet_imv");
	imv->solicit = answer_later;
	vh = test_imv_host(config, RECOMMEND_DEFAULT);
	assert_int_equal(pthread_create(&thread, NULL, think, imv), 0);
	link_open(&l, nobody, vh);
	imc_peer_begin(l.c);
	while (!l.results_c) {
		link_pump(&l);
		sched_yield();
	}
	assert_int_equal(l.access, PB_QUARANTINED);
	pthread_join(thread, NULL);
	link_close(&l);
	imv_host_close(vh);
	imc_host_close(nobody);
	test_config(NULL);
}

UNIT_GROUP_THREADED(peer_threads)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_thinker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
