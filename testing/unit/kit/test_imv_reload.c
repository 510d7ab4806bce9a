/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings of a validator that change while it is in use. */
#include "unit.h"
#include "fake_host.h"
#include "fake_posture.h"
#include "pa_build.h"
#include "kit/imv.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define VENDOR 0xabcdefu
#define SUBTYPE 7u
#define CONN 5UL
#define THREADS 4
#define ROUNDS 200

int TNC_IMV_StanceReload(char *err_msg, size_t err_msg_len);

static char dir[] = "/tmp/stance-reload.XXXXXX";
static char err_msg[512];

static struct {
	atomic_uint loads, unloads, renewals;
	atomic_bool refuse_load, refuse_renew;
} seen;

/* What the module makes of its settings, and a session of that. */
struct state {
	long level;
	uint32_t check;
};

struct session {
	const struct state *from;
	long level;
};

static int load(struct kit_module *m)
{
	struct state *s = calloc(1, sizeof(*s));

	seen.loads++;
	m->state = s;
	if (!s || seen.refuse_load)
		return ST_ECONF;
	*s = (struct state){ cfg_getint(m->conf, "level"), 0xfeedu };
	return 0;
}

static void unload(struct kit_module *m)
{
	seen.unloads++;
	memset(m->state, 0, sizeof(struct state));
	free(m->state);
}

static int make(struct imv *imv, void *session)
{
	struct session *s = session;

	s->from = imv_module(imv)->state;
	s->level = s->from->level;
	return 0;
}

static int renew(struct imv *imv, void *session)
{
	struct session *s = session;

	assert_int_equal(s->from->check, 0xfeed); /* the old one is there */
	seen.renewals++;
	return seen.refuse_renew ? ST_ENOMEM : make(imv, session);
}

static int decide(struct imv *imv, void *session)
{
	struct session *s = session;
	const struct state *now = imv_module(imv)->state;

	assert_ptr_equal(now, s->from);
	assert_int_equal(s->from->check, 0xfeed);
	assert_int_equal(s->from->level, s->level);
	imv_recommend(imv, IMV_ALLOW, (enum pa_result)s->level);
	return 0;
}

static cfg_opt_t opts[] = { CFG_INT("level", 0, CFGF_NONE), CFG_END() };
static const struct conf_range ranges[] = { { "level", 0, 3 }, { 0 } };

const struct imv_desc imv_desc = {
	.abi = IMV_ABI,
	.size = sizeof(struct imv_desc),
	.name = "test",
	.subtype = { VENDOR, SUBTYPE },
	.session_size = sizeof(struct session),
	.conf = opts,
	.ranges = ranges,
	.load = load,
	.unload = unload,
	.open = make,
	.decide = decide,
	.renew = renew,
};

/* --- the host's part --- */

/* NULL: no such file. */
static void settings(const char *text)
{
	char path[sizeof(dir) + 32];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/imv-test.conf", dir);
	if (!text) {
		(void)unlink(path);
		return;
	}
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int reload(void)
{
	err_msg[0] = '\0';
	return TNC_IMV_StanceReload(err_msg, sizeof(err_msg));
}

static int setup(void **state)
{
	TNC_Version v = 0;

	(void)state;
	fake_reset();
	fake_posture_reset();
	memset(&seen, 0, sizeof(seen));
	conf_dir_set(dir);
	settings("level = 0\n");
	assert_int_equal(TNC_IMV_Initialize(FAKE_ID, 1, 1, &v), TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMV_ProvideBindFunction(FAKE_ID, fake_bind), TNC_RESULT_SUCCESS);
	(void)TNC_IMV_NotifyConnectionChange(FAKE_ID, CONN, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)TNC_IMV_Terminate(FAKE_ID);
	assert_int_equal(seen.loads, seen.unloads);
	assert_int_equal(fake_posture.open, 0);
	settings(NULL);
	fake_reset();
	return 0;
}

static void have_assessed(unsigned long conn)
{
	(void)TNC_IMV_NotifyConnectionChange(FAKE_ID, conn, 1);
	(void)TNC_IMV_BatchEnding(FAKE_ID, conn);
}

/* What an assessment comes to. */
static unsigned long assess(unsigned long conn)
{
	have_assessed(conn);
	return fake.evaluation;
}

static void test_changes(void **state)
{
	(void)state;
	assert_int_equal(assess(CONN), 0);
	settings("level = 2\n");
	assert_int_equal(reload(), 1);
	assert_int_equal(seen.unloads, 0); /* the connection goes by the old ones still */
	assert_int_equal(assess(CONN), 2);
	assert_int_equal(seen.renewals, 1);
	assert_int_equal(seen.unloads, 1); /* nobody does any more */
	settings(NULL);                    /* the defaults */
	assert_int_equal(reload(), 1);
	assert_int_equal(assess(CONN), 0);
	assert_int_equal(assess(6), 0); /* one that comes later */
	assert_int_equal(seen.renewals, 2);
}

/* Another file that says the same is no change. */
static void test_same(void **state)
{
	(void)state;
	assert_int_equal(reload(), 0);
	settings("# as before\n\nlevel=0 # still\n");
	assert_int_equal(reload(), 0);
	assert_int_equal(assess(CONN), 0);
	assert_int_equal(seen.loads, 1);
	assert_int_equal(seen.renewals, 0);
}

static void test_wrong(void **state)
{
	(void)state;
	settings("level = 1\n");
	assert_int_equal(reload(), 1);
	settings("level = 1\nnonsense = 2\n");
	assert_int_equal(reload(), ST_ECONF);
	assert_non_null(strstr(err_msg, "imv-test.conf:2:"));
	settings("level = 4\n");
	assert_int_equal(reload(), ST_ECONF);
	settings("level = 3\n");
	seen.refuse_load = true;
	assert_int_equal(reload(), ST_ECONF);
	assert_true(err_msg[0]);
	seen.refuse_load = false;
	assert_int_equal(assess(CONN), 1);
	assert_int_equal(reload(), 1);
	assert_int_equal(assess(CONN), 3);
}

/* A session that cannot be made again goes by the old ones, until it can. */
static void test_not_renewed(void **state)
{
	(void)state;
	settings("level = 3\n");
	assert_int_equal(reload(), 1);
	seen.refuse_renew = true;
	assert_int_equal(assess(CONN), 0);
	seen.refuse_renew = false;
	assert_int_equal(assess(CONN), 3);
}

static void test_not_started(void **state)
{
	(void)state;
	(void)TNC_IMV_Terminate(FAKE_ID);
	assert_int_equal(reload(), ST_ESTATE);
	assert_true(err_msg[0]);
}

static void *live(void *arg)
{
	unsigned long conn = 1000 * (1 + (unsigned long)(uintptr_t)arg);

	for (int i = 0; i < ROUNDS; i++) {
		have_assessed(conn);
		if (i % 7 == 0)
			(void)TNC_IMV_NotifyConnectionChange(FAKE_ID, conn++, 5);
	}
	return NULL;
}

/* Each assessment sees one version as a whole: decide asserts it. */
static void test_threads(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, live, (void *)i);
	for (int i = 1; i < 40; i++) {
		settings(i % 2 ? "level = 1\n" : "level = 2\n");
		assert_int_equal(reload(), 1);
	}
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(assess(CONN), 1);
}

UNIT_GROUP_THREADED(imv_reload)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_changes),     TEST(test_same),        TEST(test_wrong),
		TEST(test_not_renewed), TEST(test_not_started), TEST(test_threads),
	};
	int failed;

	log_set_level(LOG_L_ERROR);
	if (!mkdtemp(dir))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(dir);
	return failed;
}
