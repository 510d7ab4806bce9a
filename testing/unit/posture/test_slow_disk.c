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

static bool is_poison(const struct repository_batch *b)
{
	for (size_t i = 0; i < b->n_changes; i++)
		if (span_eq(b->changes[i].value, S("poison")))
			return true;
	return false;
}

static int shim_append(struct repository *r, const struct repository_batch *b, char *why,
		       size_t why_len)
{
	while (slow)
		usleep(1000);
	if (full)
		return full;
	if (is_poison(b)) {
		tries++;
		return ST_EVALUE;
	}
	return real->append(r, b, why, why_len);
}

static void shim_open(struct fixture *f)
{
	char why[512];

	fixture_init(f, "synchronous = off\n");
	assert_int_equal(plugin_load(&loaded, f->conf.plugin_dir, "sqlite", why, sizeof(why)),
			 0);
	real = loaded.repository;
	shim = *real;
	shim.append = shim_append;
	assert_int_equal(posture_open_plugin(&f->conf, &shim, &f->p, why, sizeof(why)), 0);
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
	char why[512];

	(void)state;
	shim_open(&f);
	posture_close(f.p);
	f.conf.queue_reports = 64;
	assert_int_equal(posture_open_plugin(&f.conf, &shim, &f.p, why, sizeof(why)), 0);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_guilty_alone),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
