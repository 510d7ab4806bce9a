/* SPDX-License-Identifier: BSD-2-Clause */
/* A repository that is slow, full, or does not like one report: nobody loses what is not his,
 * the queue keeps its bounds, and when the disk is well again so is everything. */
#include "posture/fixture.h"
#include "posture/core.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"

#include <stdio.h>
#include <unistd.h>

static const struct repository_plugin *real;
static struct repository_plugin shim;
static struct plugin loaded;

static _Atomic bool slow;      /* appends wait */
static _Atomic int full;       /* appends fail with it */
static _Atomic unsigned tries; /* appends with "poison" in them */
static _Atomic size_t most;    /* endpoints in one append */

static bool is_poison(const struct repository_batch *b)
{
	for (size_t i = 0; i < b->n_changes; i++)
		if (span_eq(b->changes[i].value, S("poison")))
			return true;
	return false;
}

static int shim_append(struct repository *r, const struct repository_batch *b, char *err_msg,
		       size_t err_msg_len)
{
	while (slow)
		usleep(1000);
	if (full)
		return full;
	if (b->n_endpoints > most)
		most = b->n_endpoints;
	if (is_poison(b)) {
		tries++;
		return ST_EVALUE;
	}
	return real->append(r, b, err_msg, err_msg_len);
}

static void shim_open(struct fixture *f)
{
	char err_msg[512];

	fixture_init(f, "synchronous = off\n");
	assert_int_equal(
		plugin_load(&loaded, f->conf.plugin_dir, "sqlite", err_msg, sizeof(err_msg)),
		0);
	real = loaded.repository;
	shim = *real;
	shim.append = shim_append;
	assert_int_equal(posture_open_plugin(&f->conf, &shim, &f->p, err_msg, sizeof(err_msg)),
			 0);
}

static void shim_free(struct fixture *f)
{
	fixture_free(f);
	plugin_unload(&loaded);
}

struct outcome {
	_Atomic unsigned stored, failed;
	_Atomic int err;
};

static void on_done(void *ctx, int err)
{
	struct outcome *o = ctx;

	if (err) {
		o->err = err;
		o->failed++;
	} else {
		o->stored++;
	}
}

static int submit(struct fixture *f, unsigned n, const char *value, struct outcome *o)
{
	char name[32];
	struct report *r;

	(void)snprintf(name, sizeof(name), "host%u.example", n);
	r = fixture_report(f, name);
	report_fact(r, "fact", span_str(value));
	return report_submit(r, on_done, o);
}

static void on_pressure(void *ctx, bool high)
{
	unsigned *said = ctx;

	assert_true(high == (*said % 2 == 0)); /* high, low, high, low */
	++*said;
}

/* Whoever heeds the pressure loses nothing, however long the disk takes. */
static void test_slow(void **state)
{
	struct outcome o = { 0 };
	struct posture_stats st;
	struct fixture f;
	unsigned said = 0, n = 0;
	char err_msg[512];

	(void)state;
	shim_open(&f);
	posture_close(f.p);
	f.conf.queue_reports = 64;
	assert_int_equal(posture_open_plugin(&f.conf, &shim, &f.p, err_msg, sizeof(err_msg)),
			 0);
	posture_on_pressure(f.p, on_pressure, &said);
	slow = true;
	while (!said)
		assert_int_equal(submit(&f, n++, "value", &o), 0);
	assert_int_equal(said, 1);
	assert_in_range(n, 33, 34);
	while (n < 64) /* what was under way has its room */
		assert_int_equal(submit(&f, n++, "value", &o), 0);
	assert_int_equal(submit(&f, n, "value", &o), ST_EBUSY); /* a bound is a bound */
	posture_stats(f.p, &st);
	assert_int_equal(st.queued_reports, 64);
	assert_int_equal(st.refused, 1);
	assert_int_equal(o.stored, 0);
	slow = false;
	assert_int_equal(fixture_commit(&f, NULL), 0);
	assert_int_equal(o.stored, 64);
	assert_int_equal(o.failed, 0);
	posture_on_pressure(f.p, NULL, NULL);
	assert_int_equal(said, 2);
	posture_stats(f.p, &st);
	assert_int_equal(st.queued_octets, 0);
	shim_free(&f);
}

/* One report that the repository will never take fails alone, wherever it stands. */
static void test_guilty_alone(void **state)
{
	char name[32];
	struct outcome good, bad;
	struct posture_stats st;
	struct fixture f;

	(void)state;
	log_set_level(LOG_L_ERROR);
	shim_open(&f);
	for (unsigned at = 0; at < 9; at += 4) {
		good = bad = (struct outcome){ 0 };
		slow = true;
		submit(&f, 1000, "first", &good); /* the writer is busy with this one */
		usleep(20000);
		for (unsigned n = 0; n < 9; n++)
			submit(&f, n + 10 * at, n == at ? "poison" : "value",
			       n == at ? &bad : &good);
		slow = false;
		(void)fixture_commit(&f, NULL);
		assert_int_equal(good.stored, 9);
		assert_int_equal(good.failed, 0);
		assert_int_equal(bad.failed, 1);
		assert_int_equal(bad.err, ST_EVALUE);
		(void)snprintf(name, sizeof(name), "host%u.example", 11 * at);
		assert_int_equal(fixture_endpoint(&f, WHEN_NOW, name, NULL), 0);
	}
	assert_in_range(tries, 3, 20);
	posture_stats(f.p, &st);
	assert_int_equal(st.failed, 3);
	assert_int_equal(st.last_error, 0); /* the repository is well */
	log_set_level(LOG_L_INFO);
	shim_free(&f);
}

/* A full disk is nobody's fault: all are refused at once, each is told, and work goes on as
 * soon as there is room. */
static void test_full(void **state)
{
	struct outcome o = { 0 };
	struct posture_stats st;
	struct fixture f;

	(void)state;
	log_set_level(LOG_L_ERROR);
	shim_open(&f);
	full = ST_EIO;
	for (unsigned n = 0; n < 100; n++)
		assert_int_equal(submit(&f, n, "value", &o), 0);
	assert_int_equal(fixture_commit(&f, NULL), 0);
	assert_int_equal(o.failed, 100);
	assert_int_equal(o.err, ST_EIO);
	posture_stats(f.p, &st);
	assert_int_equal(st.last_error, ST_EIO);
	assert_int_equal(st.endpoints, 0);
	full = 0;
	for (unsigned n = 0; n < 100; n++)
		assert_int_equal(submit(&f, n, "value", &o), 0);
	assert_int_equal(fixture_commit(&f, NULL), 0);
	assert_int_equal(o.stored, 100);
	posture_stats(f.p, &st);
	assert_int_equal(st.last_error, 0);
	assert_int_equal(st.endpoints, 100);
	log_set_level(LOG_L_INFO);
	shim_free(&f);
}

/* Who would never find an empty queue is let in beside the others, one at a time, and they
 * beside him. */
static void test_large(void **state)
{
	struct outcome o = { 0 };
	struct posture_stats st;
	struct fixture f;
	char err_msg[512], value[8000];

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	shim_open(&f);
	posture_close(f.p);
	f.conf.queue_octets = 4096;
	assert_int_equal(posture_open_plugin(&f.conf, &shim, &f.p, err_msg, sizeof(err_msg)),
			 0);
	for (unsigned n = 0; n < 2; n++) {
		slow = true;
		value[0] = (char)('a' + n); /* something new to write */
		assert_int_equal(submit(&f, 1, n ? "once more" : "value", &o), 0);
		assert_int_equal(submit(&f, 2, value, &o), 0);
		assert_int_equal(submit(&f, 3, value, &o), ST_EBUSY);
		assert_int_equal(submit(&f, 4, n ? "once more" : "value", &o), 0);
		posture_stats(f.p, &st);
		assert_int_equal(st.queued_reports, 3);
		assert_in_range(st.queued_octets, 1, 4096);
		slow = false;
		assert_int_equal(fixture_commit(&f, NULL), 0);
		posture_stats(f.p, &st);
		assert_int_equal(st.queued_octets, 0);
	}
	assert_int_equal(o.stored, 6);
	shim_free(&f);
}

static void submit_events(struct fixture *f, unsigned n, uint32_t events)
{
	char name[32];
	struct report *r;

	(void)snprintf(name, sizeof(name), "host%u.example", n);
	r = fixture_report(f, name);
	report_events(r, &(struct events_head){ 1, 1, events, events, 0 });
	for (uint32_t eid = 1; eid <= events; eid++)
		report_event(r, &(struct event){ .eid = eid,
						 .action = EVENT_CREATED,
						 .software = { .identifier = S("a__b") } });
	report_events_end(r);
	assert_int_equal(report_submit(r, NULL, NULL), 0);
}

/* However much has gathered while the disk was slow, it is committed a part at a time. */
static void test_parts(void **state)
{
	struct outcome o = { 0 };
	struct fixture f;

	(void)state;
	shim_open(&f);
	slow = true;
	submit(&f, 1000, "first", &o);
	usleep(20000);
	most = 0;
	for (unsigned n = 0; n < 40; n++)
		submit_events(&f, n, 1000);
	slow = false;
	assert_int_equal(fixture_commit(&f, NULL), 0);
	assert_in_range(most, 1, 20);
	assert_int_equal(fixture_endpoint(&f, WHEN_NOW, "host39.example", NULL), 41);
	shim_free(&f);
}

static void count_line(void *ctx, enum log_level level, const char *line)
{
	unsigned *n = ctx;

	(void)level;
	*n += strstr(line, "repository refuses a commit") != NULL ||
	      strstr(line, "repository takes commits again") != NULL;
}

/* A disk that is nearly full: that is said, but not each time. */
static void test_flaps(void **state)
{
	struct outcome o = { 0 };
	struct fixture f;
	unsigned lines = 0;

	(void)state;
	shim_open(&f);
	log_set_sink(count_line, &lines);
	for (unsigned n = 0; n < 20; n++) {
		full = n % 2 ? 0 : ST_EIO;
		assert_int_equal(submit(&f, n, "value", &o), 0);
		(void)fixture_commit(&f, NULL);
		if (n < 2)
			assert_int_equal(lines, n + 1); /* the first time at once */
	}
	assert_int_equal(o.failed, 10);
	assert_int_equal(lines, 2);
	log_set_sink(NULL, NULL);
	shim_free(&f);
}

UNIT_GROUP_THREADED(slow_disk)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slow),  cmocka_unit_test(test_guilty_alone),
		cmocka_unit_test(test_full),  cmocka_unit_test(test_large),
		cmocka_unit_test(test_parts), cmocka_unit_test(test_flaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
