/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints that are no more: they leave the present, and stay in the past as long as there is
 * one. Who comes back with the same identity is a new endpoint; the one before keeps its id,
 * and its identity says that it was forgotten. */
#include "posture/core.h"
#include "posture/identity.h"
#include "posture/commit/commit.h"
#include "posture/report_item.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SILENT_MAX 1000 /* endpoints forgotten for their silence in one step */
#define DAY_US (86400 * (int64_t)CLOCK_SEC)

/* What the endpoint with this id and key is known by once it is forgotten; on the heap. */
static char *forgotten_key(uint32_t id, struct span key)
{
	size_t max = key.n + 32;
	char *text = malloc(max);

	if (text)
		(void)snprintf(text, max, "%.*s (forgotten %u)", (int)key.n,
			       (const char *)key.p, id);
	return text;
}

bool forget_staged(const struct journal *j, const struct endpoint *old)
{
	struct staged_endpoint *s = NULL;
	char *key = j->n_forgotten ? forgotten_key(old->id, endpoint_key(old)) : NULL;

	if (key)
		HASH_FIND(hh, j->endpoints, key, strlen(key), s);
	free(key);
	return s != NULL;
}

/* It gets its new key, so that the old one is free for whoever comes with it. */
static int staged_rename(struct journal *j, struct staged_endpoint *s)
{
	char *key = forgotten_key(s->e->id, endpoint_key(s->e));
	struct endpoint *e = key ? endpoint_renamed(s->e, span_str(key)) : NULL;

	free(key);
	if (!e)
		return ST_ENOMEM;
	HASH_DEL(j->endpoints, s);
	s->e = e;
	HASH_ADD_KEYPTR(hh, j->endpoints, endpoint_key(e).p, e->n_key, s);
	return 0;
}

int forget_stage(struct journal *j, struct staged_endpoint *s, const struct report_item *it)
{
	int64_t contact = s->e->last_contact;
	struct change *c = journal_change(j, s, CHANGE_FORGOTTEN);

	if (!c)
		return ST_ENOMEM;
	s->e->last_contact = contact; /* this was not one */
	c->value = it->name;
	c->key = arena_copy(&j->arena, endpoint_key(s->e));
	if (!c->key.p)
		return ST_ENOMEM;
	s->e->forgotten_seq = c->seq;
	s->forgotten = true;
	journal_moved(j, s);
	j->n_forgotten++;
	return staged_rename(j, s);
}

/* --- asking for it ------------------------------------------------------------------------ */

void posture_on_absence(struct posture *p, const struct posture_absence *ops, void *ctx)
{
	pthread_mutex_lock(&p->lock);
	p->absence = ops;
	p->absence_ctx = ctx;
	pthread_mutex_unlock(&p->lock);
}

static void tell(struct posture *p, const char *key, bool forgotten)
{
	pthread_mutex_lock(&p->lock);
	if (p->absence && forgotten)
		p->absence->forgotten(p->absence_ctx, key);
	else if (p->absence)
		p->absence->silent(p->absence_ctx, key);
	pthread_mutex_unlock(&p->lock);
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

/* A report that says so, or NULL. */
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

int posture_forget(struct posture *p, const char *key, const char *by)
{
	struct waiting w = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0 };
	const struct endpoint *e;
	struct report *r = NULL;
	int err;

	index_read_lock(p);
	e = index_endpoint_by_key(&p->ix, span_str(key));
	err = e && !e->forgotten_seq ? 0 : ST_ENOENT;
	if (!err && !(r = forget_report(p, e, by)))
		err = ST_ENOMEM;
	index_unlock(p);
	if (err || (err = report_submit(r, waiting_done, &w)) < 0)
		return err;
	pthread_mutex_lock(&w.lock);
	while (!w.done)
		pthread_cond_wait(&w.cond, &w.lock);
	pthread_mutex_unlock(&w.lock);
	if (!w.err)
		tell(p, key, true);
	return w.err;
}

struct silent {
	struct posture *p;
	char key[];
};

static void silent_done(void *ctx, int err)
{
	struct silent *s = ctx;

	if (!err)
		tell(s->p, s->key, true);
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

/* Takes s. */
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

/* On the writer thread: nobody else changes the index. Only the time in which somebody listened
 * makes silence: not that in which the manager was down, and not what the clock was set by. */
void forget_silent(struct posture *p)
{
	int64_t listened = p->heard_until + clock_mono_us() - p->began;
	int64_t half = p->conf.forget_after * DAY_US / 2;
	char by[64];
	unsigned n = 0;

	if (!half)
		return;
	(void)snprintf(by, sizeof(by), "silent for %u days", p->conf.forget_after);
	for (uint32_t i = 0; i < p->ix.n_endpoints && n < SILENT_MAX; i++) {
		const struct endpoint *e = p->ix.endpoints[i];
		struct silent *s;

		if (e->forgotten_seq || e->last_contact >= listened - half)
			continue;
		if (!(s = silent_new(p, e)))
			return;
		if (e->last_contact >= listened - 2 * half) {
			tell(p, s->key, false);
			free(s);
		} else if (forget_one(p, e, by, s) < 0) {
			return;
		} else {
			n++;
		}
	}
}
