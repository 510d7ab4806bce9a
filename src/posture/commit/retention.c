/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/commit/retention.h"
#include "posture/core.h"
#include "posture/identity.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SILENT_MAX 1000 /* endpoints forgotten in one step */

#define DAY_US (86400 * (int64_t)CLOCK_SEC)

static void absence_notify(struct posture *p, const char *key, bool forgotten)
{
	pthread_mutex_lock(&p->lock);
	if (p->absence && forgotten)
		p->absence->forgotten(p->absence_ctx, key);
	else if (p->absence)
		p->absence->silent(p->absence_ctx, key);
	pthread_mutex_unlock(&p->lock);
}

/* A report that forgets e; NULL: out of memory. */
static struct report *forget_report(struct posture *p, const struct endpoint *e,
				    const char *by)
{
	char *key = strndup(e->s, e->n_key);
	char *name = strndup(e->s + e->name_at, e->n_name);
	struct report *r = key && name ? report_new(p, &(struct identity){ key, name }) : NULL;

	if (r)
		report_forget(r, by);
	free(key);
	free(name);
	return r;
}

struct silent {
	struct posture *p;
	char key[];
};

static void silent_done(void *ctx, int err)
{
	struct silent *s = ctx;

	if (!err)
		absence_notify(s->p, s->key, true);
	free(s);
}

static struct silent *silent_new(struct posture *p, const struct endpoint *e)
{
	struct silent *s = malloc(sizeof(*s) + e->n_key + 1);

	if (!s)
		return NULL;
	s->p = p;
	memcpy(s->key, e->s, e->n_key);
	s->key[e->n_key] = '\0';
	return s;
}

/* Takes ownership of s. */
static int forget_one(struct posture *p, const struct endpoint *e, const char *by,
		      struct silent *s)
{
	struct report *r = forget_report(p, e, by);
	int err = r ? 0 : ST_ENOMEM;

	log_info(&p->log, "endpoint forgotten: endpoint=%.*s reason=\"%s\"", (int)e->n_name,
		 e->s + e->name_at, by);
	if (!err)
		err = report_submit(r, silent_done, s);
	if (err)
		free(s);
	return err;
}

/* Runs on the writer thread, the only one that changes the index: no lock is needed. The time
 * during which the manager was down, and steps of the wall clock, do not count as silence. */
void retention_forget_silent(struct posture *p)
{
	int64_t listened = p->listening_since + clock_mono_us() - p->began;
	int64_t half = p->conf.forget_after * DAY_US / 2;
	char by[64];
	unsigned n = 0;

	if (!half)
		return;
	(void)snprintf(by, sizeof(by), "silent for %u days", p->conf.forget_after);
	for (uint32_t i = 0; i < p->read.ix.n_endpoints && n < SILENT_MAX; i++) {
		const struct endpoint *e = p->read.ix.endpoints[i];
		struct silent *s;

		if (e->forgotten_seq || e->last_contact >= listened - half)
			continue;
		if (!(s = silent_new(p, e)))
			return;
		if (e->last_contact >= listened - 2 * half) {
			absence_notify(p, s->key, false);
			free(s);
		} else if (forget_one(p, e, by, s) < 0) {
			return;
		} else {
			n++;
		}
	}
}

struct waiting {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool done;
	int err;
};

static void waiting_done(void *ctx, int err)
{
	struct waiting *w = ctx;

	pthread_mutex_lock(&w->lock);
	w->done = true;
	w->err = err;
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->lock);
}

int retention_forget(struct posture *p, const char *key, const char *by)
{
	struct waiting w = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0 };
	const struct endpoint *e;
	struct report *r = NULL;
	int err;

	index_read_lock(&p->read);
	e = index_endpoint_by_key(&p->read.ix, span_str(key));
	err = e && !e->forgotten_seq ? 0 : ST_ENOENT;
	if (!err && !(r = forget_report(p, e, by)))
		err = ST_ENOMEM;
	index_unlock(&p->read);
	if (err || (err = report_submit(r, waiting_done, &w)) < 0)
		return err;
	pthread_mutex_lock(&w.lock);
	while (!w.done)
		pthread_cond_wait(&w.cond, &w.lock);
	pthread_mutex_unlock(&w.lock);
	if (!w.err)
		absence_notify(p, key, true);
	return w.err;
}
