/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/fixture.h"
#include "base/conf.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

void fixture_init(struct fixture *f, const char *settings)
{
	FILE *conf;

	*f = (struct fixture){ .dir = "/tmp/stance-posture-XXXXXX" };
	assert_non_null(mkdtemp(f->dir));
	conf_dir_set(f->dir);
	state_dir_set(f->dir);
	assert_non_null(conf = fopen(fixture_path(f, "repository-sqlite.conf"), "w"));
	(void)fputs(settings, conf);
	assert_int_equal(fclose(conf), 0);
	posture_conf_init(&f->conf);
	(void)snprintf(f->conf.plugin_dir, sizeof(f->conf.plugin_dir), "%s",
		       BUILD_DIR "/.libs");
}

void fixture_open(struct fixture *f)
{
	char err_msg[1024];

	if (posture_open(&f->conf, &f->p, err_msg, sizeof(err_msg)) != 0)
		fail_msg("posture_open: %s", err_msg);
}

void fixture_free(struct fixture *f)
{
	struct dirent *d;
	DIR *dir;

	posture_close(f->p);
	f->p = NULL;
	assert_non_null(dir = opendir(f->dir));
	while ((d = readdir(dir)))
		if (d->d_name[0] != '.')
			assert_int_equal(unlink(fixture_path(f, d->d_name)), 0);
	closedir(dir);
	assert_int_equal(rmdir(f->dir), 0);
}

const char *fixture_path(const struct fixture *f, const char *name)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	return path;
}

struct report *fixture_report(struct fixture *f, const char *name)
{
	struct identity id;
	struct report *r;

	assert_int_equal(identity_from_value(IDENTITY_FQDN, span_str(name), &id), 0);
	assert_non_null(r = report_new(f->p, &id));
	identity_free(&id);
	return r;
}

void fixture_software(struct report *r, const char *identifier, const char *name,
		      const char *version)
{
	const struct software s = {
		.identifier = span_str(identifier),
		.name = span_str(name),
		.version = span_str(version),
	};

	assert_int_equal(report_software(r, &s), 0);
}

struct waiting {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool done;
	int err;
};

static void wait_done(void *ctx, int err)
{
	struct waiting *w = ctx;

	pthread_mutex_lock(&w->lock);
	w->done = true;
	w->err = err;
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->lock);
}

int fixture_commit(struct fixture *f, struct report *r)
{
	struct waiting w = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0 };
	uint64_t since = posture_mark(f->p);

	if (r)
		assert_int_equal(report_submit(r, NULL, NULL), 0);
	assert_int_equal(posture_barrier(f->p, NULL, since, wait_done, &w), 0);
	pthread_mutex_lock(&w.lock);
	while (!w.done)
		pthread_cond_wait(&w.cond, &w.lock);
	pthread_mutex_unlock(&w.lock);
	return w.err;
}

static int take_known(void *ctx, const struct change_row *row)
{
	*(int64_t *)ctx = row->change.known_at;
	return 0;
}

int64_t fixture_last_known(struct fixture *f)
{
	const struct change_query q = { .newest_first = true, .limit = 1 };
	int64_t known = 0;

	assert_int_equal(query_changes(f->p, &q, take_known, &known), 0);
	return known;
}

static int add_count(void *ctx, const struct software_row *row)
{
	*(unsigned *)ctx += (unsigned)row->endpoints;
	return 0;
}

unsigned fixture_count(struct fixture *f, struct when when, const char *glob)
{
	const struct software_query q = { .when = when, .glob = glob };
	unsigned n = 0;

	assert_int_equal(query_software(f->p, &q, add_count, &n), 0);
	return n;
}

static int take_row(void *ctx, const struct endpoint_row *row)
{
	*(struct endpoint_row *)ctx = *row;
	return 0;
}

uint32_t fixture_endpoint(struct fixture *f, struct when when, const char *name,
			  struct endpoint_row *row)
{
	struct endpoint_row none;

	row = row ? row : &none;
	*row = (struct endpoint_row){ 0 };
	(void)query_resolve(f->p, when, name, take_row, row);
	/* the texts were the query's */
	row->key = row->name = NULL;
	row->platform = (struct span){ 0 };
	return row->id;
}

struct walked {
	int64_t since;
	struct freshness sum;
	char last[256];
	bool worst;
};

static int walk_row(void *ctx, const struct endpoint_row *row)
{
	struct walked *w = ctx;
	int64_t known = row->has_inventory ? row->complete_through : 0;

	assert_true(strcasecmp(w->last, row->name) < 0);
	(void)snprintf(w->last, sizeof(w->last), "%s", row->name);
	if (!w->sum.endpoints++ || known < w->sum.complete_through)
		w->sum.complete_through = known;
	w->sum.stale += row->has_gap || !known || known < w->since;
	return 0;
}

static int worst_row(void *ctx, const struct endpoint_row *row)
{
	struct freshness *f = ctx;

	assert_int_equal(row->has_inventory ? row->complete_through : 0, f->complete_through);
	return 0;
}

void fixture_check_freshness(struct fixture *f, int64_t since)
{
	struct walked w = { .since = since };
	struct freshness got;

	assert_int_equal(query_endpoints(f->p, WHEN_NOW, NULL, walk_row, &w), 0);
	assert_int_equal(query_freshness(f->p, WHEN_NOW, NULL, since, &got), 0);
	assert_int_equal(got.endpoints, w.sum.endpoints);
	assert_int_equal(got.stale, w.sum.stale);
	assert_int_equal(got.complete_through, w.sum.complete_through);
	if (got.endpoints)
		assert_int_equal(query_resolve(f->p, WHEN_NOW, got.worst, worst_row, &got), 0);
}
