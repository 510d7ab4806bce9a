/* SPDX-License-Identifier: BSD-2-Clause */
/* The recorded client of another implementation against our server end, and broken batches. */
#include "host_test.h"

#include "base/err.h"
#include "vectors.h"

#include <stdio.h>

#define PT_HDR 16
#define PT_BATCH 7

static struct puppet *imv;
static struct imv_host *vh;

static TNC_Result all_types(struct puppet *p)
{
	TNC_UInt32 vendor = TNC_VENDORID_ANY, subtype = TNC_SUBTYPE_ANY;

	return p->types_long(p->id, &vendor, &subtype, 1);
}

static unsigned messages;
static char script[64]; /* what the recorded server sent: S more, R its result */
static size_t step;

static TNC_Result hear(struct puppet *p, TNC_ConnectionID conn, const struct puppet_message *m)
{
	(void)p;
	(void)conn;
	messages++;
	assert_true(m->n >= 8); /* a PA-TNC header */
	return TNC_RESULT_SUCCESS;
}

/* Does what the recorded server did, so that the recorded client's next batch fits. */
static TNC_Result follow(struct puppet *p, TNC_ConnectionID conn)
{
	switch (script[step] ? script[step++] : 0) {
	case 'S':
		return p->send(p->id, conn, NULL, 0, 0x005597fe);
	case 'R':
		return p->recommend(p->id, conn, TNC_IMV_ACTION_RECOMMENDATION_ALLOW,
				    TNC_IMV_EVALUATION_RESULT_COMPLIANT);
	default:
		return TNC_RESULT_SUCCESS;
	}
}

static int set_up(void **state)
{
	(void)state;
	imv = puppet_get("puppet_imv");
	imv->provided = all_types;
	imv->receive = hear;
	imv->batch_ending = follow;
	vh = test_imv_host(test_config("puppet_imv", NULL), RECOMMEND_DEFAULT);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	imv_host_close(vh);
	test_config(NULL);
	return 0;
}

/* The batch of a Data Transport message, empty for others. */
static struct span batch_of(const struct vector *v)
{
	if (v->n < PT_HDR + 8 || v->p[7] != PT_BATCH)
		return (struct span){ 0 };
	return span_of(v->p + PT_HDR, v->n - PT_HDR);
}

static void read_script(const struct vectors *v)
{
	memset(script, 0, sizeof(script));
	step = 0;
	for (size_t i = 0, n = 0; i < v->n && n + 1 < sizeof(script); i++) {
		struct span b = batch_of(&v->v[i]);
		int type = b.n && v->v[i].side == 'S' ? b.p[3] & 0x0f : 0;

		if (type == 2 || type == 3)
			script[n++] = type == 2 ? 'S' : 'R';
	}
}

static void replay(const char *name)
{
	struct vectors v = { 0 };
	char path[512];
	struct link l;
	bool retried = false, listened = false;

	snprintf(path, sizeof(path), "%s/transcripts/%s.txt", VECTOR_DIR, name);
	vectors_load(&v, path);
	assert_true(v.n > 4);
	messages = 0;
	read_script(&v);
	link_open(&l, NULL, vh);
	for (size_t i = 0; i < v.n; i++) {
		struct span b = batch_of(&v.v[i]);

		if (!b.n || v.v[i].side != 'C')
			continue;
		retried |= (b.p[3] & 0x0f) == 4;
		imv_peer_receive(l.v, b);
		listened |= imv_peer_listens(l.v);
	}
	assert_int_equal(listened, strchr(script, 'S') != NULL);
	assert_false(imv_peer_listens(l.v));
	assert_true(l.closed_v); /* by the client's CLOSE, and nothing worse */
	assert_int_equal(l.err_v, 0);
	assert_true(l.results_v >= 1);
	assert_int_equal(l.results_v, retried ? 2 : 1);
	assert_true(messages > 0 || strcmp(name, "none") == 0);
	link_close(&l);
	vectors_free(&v);
}

static void test_transcripts(void **state)
{
	static const char *const names[] = {
		"none",
		"os",
		"os-fail",
		"os-fail-de",
		"os-nodb",
		"os-sasl",
		"swima-id-inventory",
		"swima-targeted",
		"test-allow",
		"test-block",
		"test-isolate",
		"test-retry-client",
		"test-rounds",
		"swima-full-seg",
		"test-retry-server",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		replay(names[i]);
}

/* --- broken batches -------------------------------------------------------------------------- */

static void test_refused(void **state)
{
	static const uint8_t bad[][8] = {
		{ 1, 0, 0, 1, 0, 0, 0, 8 },    /* version */
		{ 2, 0x80, 0, 1, 0, 0, 0, 8 }, /* a server */
		{ 2, 0, 0, 9, 0, 0, 0, 8 },    /* no such type */
		{ 2, 0, 0, 1, 0, 0, 0, 9 },    /* cut short */
		{ 2, 0, 0, 4, 0, 0, 0, 8 },    /* CRETRY, and nothing was tried */
	};

	(void)state;
	test_log_begin();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct link l;

		link_open(&l, NULL, vh);
		imv_peer_receive(l.v, span_of(bad[i], 8));
		assert_true(l.closed_v);
		assert_true(l.err_v < 0);
		assert_int_equal(l.to_client.tail, 1); /* our CLOSE */
		assert_int_equal(l.to_client.batch[0].p[3], 6);
		assert_int_equal(test_log_count("batch refused"), i + 1);
		/* what comes after the end is not looked at */
		imv_peer_receive(l.v, span_of(bad[i], 8));
		imv_peer_wake(l.v);
		imv_peer_settled(l.v, 0);
		imv_peer_deadline(l.v);
		imv_peer_end(l.v);
		assert_int_equal(imv_peer_begin(l.v), ST_ESTATE);
		assert_int_equal(l.to_client.tail, 1);
		link_close(&l);
	}
	test_log_end();
}

static void test_transport_lost(void **state)
{
	static const uint8_t cdata[] = { 2, 0, 0, 1, 0, 0, 0, 8 };
	struct link l;

	(void)state;
	link_open(&l, NULL, vh);
	l.hold_settle = true;
	imv_peer_receive(l.v, span_of(cdata, sizeof(cdata)));
	assert_true(l.settling);
	link_close(&l); /* in the middle of it */
	assert_false(l.closed_v);
	imv_peer_close(NULL);
}

UNIT_GROUP(imv_peer)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(test_transcripts),
		T(test_refused),
		T(test_transport_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
