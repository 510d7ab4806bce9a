/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_posture.h"
#include "base/err.h"
#include "posture/identity.h"
#include "posture/report.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct posture {
	int unused;
};

struct report {
	char log[65536];
};

struct fake_posture fake_posture;
static struct posture the_posture;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void fake_posture_reset(void)
{
	memset(&fake_posture, 0, sizeof(fake_posture));
}

struct posture *posture_instance(void)
{
	if (fake_posture.missing)
		return NULL;
	fake_posture.open++;
	return &the_posture;
}

void posture_close(struct posture *p)
{
	if (p)
		fake_posture.open--;
}

int posture_known(struct posture *p, const char *key, struct endpoint_state *state)
{
	(void)p;
	state->contiguous_eid = state->highest_eid = 17;
	return strcmp(key, "dns:endpoint.example") == 0 ? 0 : ST_ENOENT;
}

int query_facts(struct posture *p, struct when when, uint32_t endpoint,
		int (*fn)(void *ctx, const struct fact_row *row), void *ctx)
{
	(void)p;
	(void)when;
	(void)endpoint;
	return fake_posture.fact.name.n ? fn(ctx, &fake_posture.fact) : 0;
}

/* Only the list that the fake host makes. */
int identity_from_ar(struct span list, struct identity *id)
{
	char key[300];
	int n;

	memset(id, 0, sizeof(*id));
	if (list.n < 16)
		return ST_ENOENT;
	n = list.p[15];
	(void)snprintf(key, sizeof(key), "dns:%.*s", n, (const char *)list.p + 16);
	id->key = strdup(key);
	id->name = strdup(key + 4);
	return 0;
}

void identity_free(struct identity *id)
{
	free(id->key);
	free(id->name);
}

static void note(char *log, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void note(char *log, const char *fmt, ...)
{
	size_t n = strlen(log);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(log + n, sizeof(((struct report *)0)->log) - n, fmt, ap);
	va_end(ap);
}

struct report *report_new(struct posture *p, const struct identity *who)
{
	struct report *r = calloc(1, sizeof(*r));

	(void)p;
	pthread_mutex_lock(&lock);
	fake_posture.open++;
	pthread_mutex_unlock(&lock);
	note(r->log, "%s\n", who->key);
	return r;
}

int report_fact(struct report *r, const char *name, struct span value)
{
	note(r->log, "%s = %.*s\n", name, (int)value.n, (const char *)value.p);
	return 0;
}

int report_facts_end(struct report *r, const char *prefix)
{
	note(r->log, "facts end %s\n", prefix);
	return 0;
}

int report_result(struct report *r, const char *rule, enum verdict v, struct span reason)
{
	note(r->log, "%s: %d %.*s\n", rule, v, (int)reason.n, (const char *)reason.p);
	return 0;
}

int report_results_end(struct report *r, const char *prefix)
{
	note(r->log, "results end %s\n", prefix);
	return 0;
}

int report_notice(struct report *r, const char *subject, struct span text)
{
	note(r->log, "notice %s %.*s\n", subject, (int)text.n, (const char *)text.p);
	return 0;
}

int report_submit(struct report *r, void (*done)(void *, int), void *ctx)
{
	(void)done;
	(void)ctx;
	pthread_mutex_lock(&lock);
	fake_posture.open--;
	if (!fake_posture.submit_result) {
		fake_posture.submitted++;
		if (strlen(fake_posture.log) + strlen(r->log) < sizeof(fake_posture.log))
			strcat(fake_posture.log, r->log);
	}
	pthread_mutex_unlock(&lock);
	free(r);
	return fake_posture.submit_result;
}
