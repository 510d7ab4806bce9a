/* SPDX-License-Identifier: BSD-2-Clause */
/* The recorded server of another implementation against our client end. */
#include "host_test.h"

#include "base/err.h"
#include "vectors.h"
#include "wire/pb_batch.h"

#include <stdio.h>

#define PT_HDR 16
#define PT_BATCH 7

static struct puppet *imc;
static struct imc_host *ch;

static TNC_Result all_types(struct puppet *p)
{
	TNC_UInt32 vendor = TNC_VENDORID_ANY, subtype = TNC_SUBTYPE_ANY;

	return p->types_long(p->id, &vendor, &subtype, 1);
}

static TNC_Result hear(struct puppet *p, TNC_ConnectionID conn, const struct puppet_message *m)
{
	(void)p;
	(void)conn;
	assert_true(m->n >= 8);
	return TNC_RESULT_SUCCESS;
}

static int set_up(void **state)
{
	(void)state;
	imc = puppet_get("puppet_imc");
	imc->provided = all_types;
	imc->receive = hear;
	ch = test_imc_host(test_config("puppet_imc", NULL));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	imc_host_close(ch);
	test_config(NULL);
	return 0;
}

static struct span batch_of(const struct vector *v)
{
	if (v->n < PT_HDR + 8 || v->p[7] != PT_BATCH)
		return (struct span){ 0 };
	return span_of(v->p + PT_HDR, v->n - PT_HDR);
}

/* Does what the recorded client did of its own will; its answers come by themselves. */
static void act(struct link *l, unsigned type, bool *begun)
{
	if (type == 1 && !*begun) {
		assert_int_equal(imc_peer_begin(l->c), 0);
		*begun = true;
	} else if (type == 4) {
		assert_int_equal(imc_peer_retry(l->c), 0);
	} else if (type == 6) {
		imc_peer_end(l->c);
	}
}

static void replay(const char *name, enum pb_access access, enum pb_assessment evaluation,
		   const char *lang)
{
	struct vectors v = { 0 };
	char path[512];
	struct link l;
	bool begun = false;
	unsigned results = 0;

	snprintf(path, sizeof(path), "%s/transcripts/%s.txt", VECTOR_DIR, name);
	vectors_load(&v, path);
	link_open(&l, ch, NULL);
	for (size_t i = 0; i < v.n; i++) {
		struct span b = batch_of(&v.v[i]);

		if (!b.n)
			continue;
		if (v.v[i].side == 'C') {
			act(&l, b.p[3] & 0x0f, &begun);
			continue;
		}
		results += (b.p[3] & 0x0f) == 3;
		imc_peer_receive(l.c, b);
	}
	assert_true(l.closed_c);
	assert_int_equal(l.err_c, 0);
	assert_true(results >= 1);
	assert_int_equal(l.results_c, results);
	assert_int_equal(l.access, access);
	assert_int_equal(l.evaluation, evaluation);
	if (lang) {
		assert_true(l.n_reasons >= 1);
		assert_string_equal(l.reason_lang, lang);
	}
	link_close(&l);
	vectors_free(&v);
}

static void test_transcripts(void **state)
{
	(void)state;
	replay("none", PB_ACCESS_DENIED, PB_DONT_KNOW, NULL);
	replay("os-fail", PB_ACCESS_DENIED, PB_NONCOMPLIANT_MAJOR, "en");
	replay("os-fail-de", PB_ACCESS_DENIED, PB_NONCOMPLIANT_MAJOR, "de");
	replay("swima-full-seg", PB_ACCESS_ALLOWED, PB_COMPLIANT, NULL);
	replay("test-allow", PB_ACCESS_ALLOWED, PB_COMPLIANT, NULL);
	replay("test-block", PB_ACCESS_DENIED, PB_NONCOMPLIANT_MAJOR, "en");
	replay("test-isolate", PB_QUARANTINED, PB_NONCOMPLIANT_MINOR, "en");
	replay("test-retry-client", PB_ACCESS_ALLOWED, PB_COMPLIANT, NULL);
	replay("test-retry-server", PB_ACCESS_ALLOWED, PB_COMPLIANT, NULL);
}

/* A server that gives reasons without end: what nobody would read is not kept, or sorted. */
static void test_many_reasons(void **state)
{
	const struct pb_msg result = { .vendor = PEN_IETF, .type = PB_MSG_ASSESSMENT_RESULT };
	const struct pb_msg reason = { .vendor = PEN_IETF,
				       .type = PB_MSG_REASON,
				       .reason = { SPAN_LIT("x"), SPAN_LIT("en") } };
	struct wr out = { 0 };
	struct link l;
	size_t start;

	(void)state;
	link_open(&l, ch, NULL);
	assert_int_equal(imc_peer_begin(l.c), 0);
	start = pb_batch_begin(&out, PB_RESULT, true);
	(void)pb_msg_encode(&out, &result);
	for (int i = 0; i < 4000; i++)
		(void)pb_msg_encode(&out, &reason);
	assert_int_equal(pb_batch_end(&out, start), 0);
	imc_peer_receive(l.c, wr_span(&out));
	assert_int_equal(l.results_c, 1);
	assert_int_equal(l.n_reasons, 256);
	wr_reset(&out);
	link_close(&l);
}

/* A server that never decides. */
static void test_endless(void **state)
{
	static const uint8_t sdata[] = { 2, 0x80, 0, 2, 0, 0, 0, 8 };
	struct peer_info info;
	struct link l;

	(void)state;
	memset(&l, 0, sizeof(l));
	l.limits = (struct limits)LIMITS_DEFAULT;
	l.limits.rounds = 4;
	info = link_info(&l);
	link_open_with(&l, ch, NULL, &info, &info);
	imc_peer_begin(l.c);
	for (unsigned i = 0; i < 4; i++) {
		assert_false(l.closed_c);
		imc_peer_receive(l.c, span_of(sdata, sizeof(sdata)));
	}
	assert_true(l.closed_c);
	assert_int_equal(l.err_c, ST_ELIMIT);
	imc_peer_receive(l.c, span_of(sdata, sizeof(sdata)));
	imc_peer_wake(l.c);
	imc_peer_end(l.c);
	assert_int_equal(imc_peer_begin(l.c), ST_ESTATE);
	link_close(&l);
}

UNIT_GROUP(imc_peer)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(test_transcripts),
		T(test_many_reasons),
		T(test_endless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
