/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole of posture on a real repository, and on one that fails when told to. */
#include "posture/fixture.h"
#include "posture/core.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

/* --- a repository that can be told to fail, or to wait --------------------------------------- */

static struct repository_plugin faulty;
static const struct repository_plugin *real;
static _Atomic int append_error;
static _Atomic bool append_waits;

static int faulty_append(struct repository *r, const struct repository_batch *b, char *err_msg,
			 size_t err_msg_len)
{
	while (append_waits)
		usleep(1000);
	if (append_error) {
		(void)snprintf(err_msg, err_msg_len, "told to fail");
		return append_error;
	}
	return real->append(r, b, err_msg, err_msg_len);
}

static void open_faulty(struct fixture *f)
{
	static struct plugin pl;
	char err_msg[512];

	if (!real) {
		assert_int_equal(plugin_load(&pl, f->conf.plugin_dir, "sqlite", err_msg,
					     sizeof(err_msg)),
				 0);
		real = pl.repository;
		faulty = *real;
		faulty.append = faulty_append;
	}
	assert_int_equal(
		posture_open_plugin(&f->conf, &faulty, &f->p, err_msg, sizeof(err_msg)), 0);
}

static struct report *inventory(struct fixture *f, const char *name,
				const char *const *packages)
{
	struct report *r = fixture_report(f, name);

	report_inventory(r, &(struct inventory_head){ 7, 3, 0 });
	for (; *packages; packages++)
		fixture_software(r, *packages, *packages, "1");
	report_inventory_end(r);
	return r;
}

static const char *const some[] = { "bash", "vim", "zsh", NULL };
static const char *const other[] = { "bash", "nano", NULL };

/* A commit that fails has not happened: nothing in memory, nothing in the dictionary. */
static void test_commit_fails(void **state)
{
	struct endpoint_state known;
	struct posture_stats before, after;
	struct fixture f;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	open_faulty(&f);
	assert_int_equal(fixture_commit(&f, inventory(&f, "a.example", some)), 0);
	posture_stats(f.p, &before);
	append_error = ST_EIO;
	log_set_level(LOG_L_ERROR);
	assert_int_equal(fixture_commit(&f, inventory(&f, "a.example", other)), ST_EIO);
	assert_int_equal(fixture_commit(&f, inventory(&f, "b.example", other)), ST_EIO);
	log_set_level(LOG_L_INFO);
	posture_stats(f.p, &after);
	assert_int_equal(after.seq, before.seq);
	assert_int_equal(after.software, before.software);
	assert_int_equal(after.endpoints, 1);
	assert_int_equal(after.failed, 2);
	assert_int_equal(after.last_error, ST_EIO);
	assert_int_equal(posture_known(f.p, "dns:b.example", &known), ST_ENOENT);
	assert_int_equal(fixture_count(&f, WHEN_NOW, "vim"), 1);
	assert_int_equal(fixture_count(&f, WHEN_NOW, "nano"), 0);
	assert_false(posture_described(f.p, S("nano")));

	append_error = 0;
	assert_int_equal(fixture_commit(&f, inventory(&f, "a.example", other)), 0);
	assert_int_equal(fixture_count(&f, WHEN_NOW, "nano"), 1);
	assert_int_equal(fixture_count(&f, WHEN_NOW, "vim"), 0);
	fixture_free(&f);
}

static void note_err(void *ctx, int err)
{
	*(int *)ctx = err;
}

/* A barrier tells about the reports of its own endpoint, and tells everybody who asks: of two
 * sessions with one identity each has to learn that its report is lost. */
static void test_barrier_narrow(void **state)
{
	int a = 1, b = 1, again = 1, late = 1, stored = 1, done = 1;
	struct fixture f;
	uint64_t mark;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	open_faulty(&f);
	append_error = ST_EIO;
	log_set_level(LOG_L_ERROR);
	assert_int_equal(report_submit(inventory(&f, "a.example", some), note_err, &done), 0);
	assert_int_equal(posture_barrier(f.p, "dns:b.example", 0, note_err, &b), 0);
	assert_int_equal(posture_barrier(f.p, "dns:a.example", 0, note_err, &a), 0);
	assert_int_equal(fixture_commit(&f, NULL), 0);
	append_error = 0;
	log_set_level(LOG_L_INFO);
	mark = posture_mark(f.p);
	assert_int_equal(fixture_commit(&f, inventory(&f, "a.example", some)), 0);
	assert_int_equal(posture_barrier(f.p, "dns:a.example", 0, note_err, &again), 0);
	assert_int_equal(posture_barrier(f.p, "dns:a.example", mark, note_err, &late), 0);
	assert_int_equal(posture_barrier(f.p, NULL, mark, note_err, &stored), 0);
	assert_int_equal(fixture_commit(&f, NULL), 0);
	assert_int_equal(done, ST_EIO);
	assert_int_equal(a, ST_EIO);
	assert_int_equal(b, 0);
	assert_int_equal(again, ST_EIO); /* another report since took nothing from it */
	assert_int_equal(late, 0);
	assert_int_equal(stored, 0);
	fixture_free(&f);
}

static void test_queue_full(void **state)
{
	struct posture_stats st;
	struct fixture f;
	int err = 0, taken = 0;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	f.conf.queue_reports = 8;
	open_faulty(&f);
	append_waits = true;
	while (taken < 100 &&
	       (err = report_submit(inventory(&f, "a.example", some), NULL, NULL)) == 0)
		taken++;
	assert_int_equal(err, ST_EBUSY);
	assert_int_equal(taken, 8);
	posture_stats(f.p, &st);
	assert_int_equal(st.refused, 1);
	assert_int_equal(st.queued_reports, 8);
	append_waits = false;
	assert_int_equal(fixture_commit(&f, NULL), 0);
	posture_stats(f.p, &st);
	assert_int_equal(st.queued_reports, 0);
	assert_int_equal(st.queued_octets, 0);
	assert_int_equal(fixture_commit(&f, inventory(&f, "a.example", other)), 0);
	fixture_free(&f);
}

static void test_clock_back(void **state)
{
	int64_t t = 5000 * CLOCK_SEC, first, second;
	struct endpoint_state known;
	struct fixture f;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	fixture_open(&f);
	clock_fake(t);
	assert_int_equal(fixture_commit(&f, inventory(&f, "a.example", some)), 0);
	first = fixture_last_known(&f);
	clock_fake(t - 1000 * CLOCK_SEC);
	assert_int_equal(fixture_commit(&f, inventory(&f, "a.example", other)), 0);
	second = fixture_last_known(&f);
	assert_true(second > first);
	/* the journal goes on, but nothing is complete through a moment to come */
	assert_int_equal(posture_known(f.p, "dns:a.example", &known), 0);
	assert_int_equal(known.complete_through, t - 1000 * CLOCK_SEC);
	assert_int_equal(fixture_count(&f, KNOWN_AT(first), "vim"), 1);
	assert_int_equal(fixture_count(&f, KNOWN_AT(second), "vim"), 0);
	posture_close(f.p);
	fixture_open(&f);
	assert_int_equal(fixture_commit(&f, inventory(&f, "a.example", some)), 0);
	assert_true(fixture_last_known(&f) > second);
	clock_fake(0);
	fixture_free(&f);
}

static void test_known(void **state)
{
	uint8_t a[POSTURE_DIGEST], b[POSTURE_DIGEST];
	struct endpoint_state known;
	struct fixture f;
	struct report *r;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	fixture_open(&f);
	assert_int_equal(posture_known(f.p, "dns:a.example", &known), ST_ENOENT);
	assert_int_equal(posture_digest(f.p, "dns:a.example", a), ST_ENOENT);
	assert_int_equal(fixture_commit(&f, inventory(&f, "a.example", some)), 0);
	assert_int_equal(posture_known(f.p, "dns:a.example", &known), 0);
	assert_true(known.has_inventory);
	assert_int_equal(known.epoch, 7);
	assert_int_equal(known.contiguous_eid, 3);
	assert_int_equal(known.software_count, 3);
	assert_true(known.complete_through > 0);
	/* the digest does not depend on how the set is told */
	assert_int_equal(fixture_commit(&f, inventory(&f, "b.example", other)), 0);
	assert_int_equal(fixture_commit(&f, inventory(&f, "b.example", some)), 0);
	assert_int_equal(posture_digest(f.p, "dns:a.example", a), 0);
	assert_int_equal(posture_digest(f.p, "dns:b.example", b), 0);
	assert_memory_equal(a, b, sizeof(a));
	assert_int_equal(fixture_commit(&f, inventory(&f, "b.example", other)), 0);
	assert_int_equal(posture_digest(f.p, "dns:b.example", b), 0);
	assert_memory_not_equal(a, b, sizeof(a));

	r = fixture_report(&f, "a.example");
	report_inventory(r, &(struct inventory_head){ 7, 4, 0 });
	report_software(r, &(struct software){ .identifier = S("later"), .model = 2 });
	report_inventory_end(r);
	assert_int_equal(fixture_commit(&f, r), 0);
	assert_false(posture_described(f.p, S("later")));
	r = fixture_report(&f, "a.example");
	report_describe(r, &(struct software){ .identifier = S("later"), .name = S("l") });
	assert_int_equal(fixture_commit(&f, r), 0);
	assert_true(posture_described(f.p, S("later")));
	posture_close(f.p);
	fixture_open(&f);
	assert_true(posture_described(f.p, S("later")));
	fixture_free(&f);
}

/* The list is of the moment it came; an assessment may go on for minutes after that. */
static void test_complete_through(void **state)
{
	struct endpoint_state known;
	struct fixture f;
	struct report *r;
	int64_t heard;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	fixture_open(&f);
	r = inventory(&f, "a.example", some);
	heard = clock_wall_us();
	usleep(2000);
	assert_int_equal(fixture_commit(&f, r), 0);
	assert_int_equal(posture_known(f.p, "dns:a.example", &known), 0);
	assert_in_range(known.complete_through, 1, heard);
	assert_true(known.last_contact > heard);
	fixture_free(&f);
}

/* What endpoints say is text, or is made so; identifiers must be. */
static void test_hostile_text(void **state)
{
	static const char nul[] = "a\0b";
	struct endpoint_row row;
	struct fixture f;
	struct report *r;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	fixture_open(&f);
	r = fixture_report(&f, "a.example");
	report_fact(r, "os.name\xff", span_of(nul, 3));
	report_inventory(r, &(struct inventory_head){ 0 });
	assert_int_equal(report_software(r, &(struct software){ .identifier = { 0 } }),
			 ST_EVALUE);
	assert_int_equal(
		report_software(r, &(struct software){ .identifier = span_of(nul, 3) }),
		ST_EVALUE);
	assert_int_equal(report_software(r, &(struct software){ .identifier = S("\xc3") }),
			 ST_EVALUE);
	fixture_software(r, "x'); DROP TABLE change; --", "\n\x1b[31m", "%s%n");
	fixture_software(r, "twice", "twice", "1");
	fixture_software(r, "twice", "twice", "1");
	report_inventory_end(r);
	assert_int_equal(fixture_commit(&f, r), 0);
	assert_true(fixture_endpoint(&f, WHEN_NOW, "a.example", &row) != 0);
	assert_int_equal(row.software_count, 2);
	assert_int_equal(fixture_count(&f, WHEN_NOW, "x'*"), 1);
	assert_int_equal(
		query_software(f.p, SOFTWARE_OF(WHEN_NOW, "*a*b*c*d*e*f*g*h*i*"), NULL, NULL),
		ST_EVALUE);
	fixture_free(&f);
}

/* An endpoint that never stops talking: its report fails, others do not. */
static void test_report_limits(void **state)
{
	struct fixture f;
	struct report *r;
	char name[32];

	(void)state;
	fixture_init(&f, "");
	fixture_open(&f);
	r = fixture_report(&f, "loud");
	for (int i = 0; i < REPORT_ITEMS_MAX; i++) {
		snprintf(name, sizeof(name), "fact.%d", i);
		assert_int_equal(report_fact(r, name, S("v")), 0);
	}
	assert_int_equal(report_result(r, "rule", VERDICT_COMPLIANT, S("")), ST_ELIMIT);
	assert_int_equal(report_submit(r, NULL, NULL), ST_ELIMIT);

	char *text = malloc(REPORT_TEXT_MAX);
	const struct software sw = { .identifier = span_of(text, REPORT_TEXT_MAX) };
	size_t n = 0;

	memset(text, 'x', REPORT_TEXT_MAX);
	r = fixture_report(&f, "loud");
	report_inventory(r, &(struct inventory_head){ .epoch = 1 });
	while (report_software(r, &sw) == 0)
		assert_true(++n * REPORT_TEXT_MAX <= REPORT_OCTETS_MAX);
	assert_int_equal(report_submit(r, NULL, NULL), ST_ELIMIT);
	free(text);
	r = fixture_report(&f, "quiet");
	report_fact(r, "os.name", S("x"));
	assert_int_equal(fixture_commit(&f, r), 0);
	assert_int_equal(fixture_endpoint(&f, WHEN_NOW, "loud", NULL), 0);
	assert_int_not_equal(fixture_endpoint(&f, WHEN_NOW, "quiet", NULL), 0);
	fixture_free(&f);
}

/* An inventory that was not ended is not used; software outside of one is a mistake. */
static void test_report_misuse(void **state)
{
	struct endpoint_row row;
	struct fixture f;
	struct report *r;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	fixture_open(&f);
	r = fixture_report(&f, "a.example");
	report_inventory(r, &(struct inventory_head){ 1, 1, 0 });
	fixture_software(r, "bash", "bash", "1");
	assert_int_equal(fixture_commit(&f, r), 0);
	assert_true(fixture_endpoint(&f, WHEN_NOW, "a.example", &row) != 0);
	assert_false(row.has_inventory);
	r = fixture_report(&f, "a.example");
	assert_int_equal(report_software(r, &(struct software){ .identifier = S("x") }),
			 ST_ESTATE);
	assert_int_equal(report_submit(r, NULL, NULL), ST_ESTATE);
	r = fixture_report(&f, "a.example");
	assert_int_equal(report_inventory_end(r), ST_ESTATE);
	report_free(r);
	report_free(NULL);
	fixture_free(&f);
}

/* --- threads --------------------------------------------------------------------------------- */

#define THREADS 3
#define EACH 150

struct submitter {
	struct fixture *f;
	int n;
	pthread_t thread;
};

static void *submit_many(void *ctx)
{
	struct submitter *s = ctx;
	char name[32], value[32];

	(void)snprintf(name, sizeof(name), "t%d.example", s->n);
	for (int i = 0; i < EACH; i++) {
		struct report *r = inventory(s->f, name, i % 2 ? some : other);

		(void)snprintf(value, sizeof(value), "%d", i);
		report_fact(r, "n", S(value));
		while (report_submit(r, NULL, NULL) == ST_EBUSY)
			r = inventory(s->f, name, i % 2 ? some : other);
		(void)fixture_count(s->f, WHEN_NOW, "*"); /* readers among the writers */
	}
	return NULL;
}

struct followed {
	pthread_mutex_t lock;
	uint64_t seq;
	int bad, refuse;
};

static int follow(void *ctx, const struct change *c)
{
	struct followed *w = ctx;
	int err = 0;

	pthread_mutex_lock(&w->lock);
	if (w->refuse > 0) {
		w->refuse--;
		err = ST_EIO;
	} else {
		w->bad += c->seq != w->seq + 1;
		w->seq = c->seq;
	}
	pthread_mutex_unlock(&w->lock);
	return err;
}

static bool reaches(struct followed *w, uint64_t seq)
{
	bool done = false;

	for (int i = 0; i < 5000 && !done; i++) {
		usleep(2000);
		pthread_mutex_lock(&w->lock);
		done = w->seq == seq;
		pthread_mutex_unlock(&w->lock);
	}
	return done;
}

static int last_value(void *ctx, const struct fact_row *row)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%.*s", (int)row->value.n, row->value.p);
	*(int *)ctx = atoi(text);
	return 0;
}

static void test_threads(void **state)
{
	struct followed w = { .lock = PTHREAD_MUTEX_INITIALIZER, .refuse = 2 };
	struct submitter s[THREADS];
	struct posture_stats st;
	struct follower *follower;
	struct fixture f;

	(void)state;
	log_set_level(LOG_L_ERROR);
	fixture_init(&f, "synchronous = off\n");
	fixture_open(&f);
	assert_int_equal(posture_follow(f.p, 0, follow, &w, &follower), 0);
	for (int i = 0; i < THREADS; i++) {
		s[i] = (struct submitter){ .f = &f, .n = i };
		assert_int_equal(pthread_create(&s[i].thread, NULL, submit_many, &s[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(s[i].thread, NULL);
	assert_int_equal(fixture_commit(&f, NULL), 0);
	posture_stats(f.p, &st);
	assert_int_equal(st.endpoints, THREADS);
	assert_int_equal(st.reports, THREADS * EACH);
	for (int i = 0; i < THREADS; i++) { /* in the order in which they were submitted */
		char name[32];
		int value = -1;

		(void)snprintf(name, sizeof(name), "t%d.example", i);
		uint32_t id = fixture_endpoint(&f, WHEN_NOW, name, NULL);
		assert_int_equal(query_facts(f.p, WHEN_NOW, id, last_value, &value), 0);
		assert_int_equal(value, EACH - 1);
	}
	assert_true(reaches(&w, st.seq));
	assert_int_equal(w.bad, 0);
	posture_unfollow(follower);
	posture_unfollow(NULL);
	log_set_level(LOG_L_INFO);
	fixture_free(&f);
}

/* --- the process's instance ------------------------------------------------------------------ */

static void write_conf(const struct fixture *f, const char *text)
{
	FILE *conf = fopen(fixture_path(f, "stance.conf"), "w");

	assert_non_null(conf);
	(void)fputs(text, conf);
	assert_int_equal(fclose(conf), 0);
}

static void test_instance(void **state)
{
	struct posture *a, *b;
	struct fixture f;

	(void)state;
	fixture_init(&f, "synchronous = off\n");
	log_set_level(LOG_L_ERROR);
	assert_null(posture_instance()); /* no stance.conf */
	write_conf(&f, "repository {\n plugin = \"nosuch\"\n}\n");
	assert_null(posture_instance());
	write_conf(&f, "repository {\n colour = blue\n}\n");
	assert_null(posture_instance());
	write_conf(&f, "# repository { plugin = \"no\" }\naddress = { \"::\" }\ntls {\n"
		       " ca = \"} repository {\"\n}\nlimits { }\n"
		       "repository {\n plugin = \"sqlite\"\n plugin_dir = \"" BUILD_DIR
		       "/.libs\"\n}\n");
	assert_non_null(a = posture_instance());
	assert_ptr_equal(b = posture_instance(), a);
	posture_close(a);
	f.p = b; /* one reference is left: it works */
	assert_int_equal(fixture_commit(&f, inventory(&f, "a.example", some)), 0);
	posture_close(b);
	fixture_open(&f);
	assert_ptr_equal(a = posture_instance(), f.p);
	posture_close(a);
	log_set_level(LOG_L_INFO);
	fixture_free(&f);
	posture_close(NULL);
}

static void test_plugin_refused(void **state)
{
	struct plugin pl;
	char err_msg[512];

	(void)state;
	assert_int_equal(plugin_load(&pl, "/nonexistent", "sqlite", err_msg, sizeof(err_msg)),
			 ST_EPLUGIN);
	assert_non_null(strstr(err_msg, "/nonexistent/repository-sqlite.so"));
	assert_int_equal(plugin_load(&pl, "/tmp", "../x", err_msg, sizeof(err_msg)),
			 ST_EPLUGIN);
	plugin_unload(&pl);
}

UNIT_GROUP_THREADED(posture)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commit_fails),  cmocka_unit_test(test_barrier_narrow),
		cmocka_unit_test(test_queue_full),    cmocka_unit_test(test_clock_back),
		cmocka_unit_test(test_known),         cmocka_unit_test(test_complete_through),
		cmocka_unit_test(test_hostile_text),  cmocka_unit_test(test_report_limits),
		cmocka_unit_test(test_report_misuse), cmocka_unit_test(test_threads),
		cmocka_unit_test(test_instance),      cmocka_unit_test(test_plugin_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
