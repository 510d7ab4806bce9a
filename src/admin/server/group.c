/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* FNM_CASEFOLD */
#include "admin/server/group.h"
#include "base/conf.h"
#include "base/err.h"
#include "posture/endpoint_filter.h"

#include <fnmatch.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_STARS 8 /* fnmatch's time grows with the power of them */

struct group_list {
	_Atomic unsigned refs;
	size_t n;
	struct group v[];
};

struct groups {
	pthread_mutex_t lock;
	struct group_list *now;
};

/* --- reading ------------------------------------------------------------------------------ */

bool group_pattern_ok(const char *glob)
{
	int stars = 0;

	for (const char *s = glob; *s; s++)
		stars += *s == '*' && s[1] != '*';
	return stars <= MAX_STARS;
}

static int check_pattern(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	if (!*value || !group_pattern_ok(value)) {
		cfg_error(cfg, "%s: invalid pattern (empty, or more than %d '*'): \"%s\"",
			  opt->name, MAX_STARS, value);
		return -1;
	}
	*(const char **)result = value;
	return 0;
}

cfg_opt_t *groups_opts(void)
{
	static cfg_opt_t opts[] = {
		CFG_STR_LIST_CB("endpoints", "{}", CFGF_NONE, check_pattern),
		CFG_STR_CB("platform", NULL, CFGF_NONE, check_pattern),
		CFG_END(),
	};

	return opts;
}

static int group_fail(struct conf_error *e, const char *file, cfg_t *s, const char *what)
{
	(void)snprintf(e->text, sizeof(e->text), "%s:%d: group %.100s: %s", file, s->line,
		       cfg_title(s), what);
	return ST_ECONF;
}

static int group_read(cfg_t *s, const char *file, struct group *g, struct conf_error *e)
{
	size_t n = cfg_size(s, "endpoints");
	const char *platform = cfg_getstr(s, "platform");

	if (!*cfg_title(s))
		return group_fail(e, file, s, "a group must have a name");
	if (!n && !platform)
		return group_fail(e, file, s, "endpoints or platform must be set");
	if (!(g->name = strdup(cfg_title(s))) ||
	    (platform && !(g->platform = strdup(platform))))
		return ST_ENOMEM;
	if (n && !(g->endpoints = calloc(n, sizeof(*g->endpoints))))
		return ST_ENOMEM;
	for (; g->n_endpoints < n; g->n_endpoints++) {
		char **at = &g->endpoints[g->n_endpoints];

		if (!(*at = strdup(cfg_getnstr(s, "endpoints", (unsigned)g->n_endpoints))))
			return ST_ENOMEM;
	}
	return 0;
}

static int group_cmp(const void *a, const void *b)
{
	return strcmp(((const struct group *)a)->name, ((const struct group *)b)->name);
}

int groups_read(cfg_t *cfg, const char *file, struct group_list **out, struct conf_error *e)
{
	size_t n = cfg_size(cfg, "group");
	struct group_list *l = calloc(1, sizeof(*l) + n * sizeof(l->v[0]));
	int err = l ? 0 : ST_ENOMEM;

	if (l)
		atomic_init(&l->refs, 1);
	for (size_t i = 0; !err && i < n; i++) {
		l->n++; /* also when half read: what it has is freed */
		err = group_read(cfg_getnsec(cfg, "group", (unsigned)i), file, &l->v[i], e);
	}
	if (err) {
		group_list_drop(l);
		l = NULL;
	} else if (n) {
		qsort(l->v, n, sizeof(l->v[0]), group_cmp);
	}
	*out = l;
	return err;
}

/* --- the lists ---------------------------------------------------------------------------- */

size_t group_list_size(const struct group_list *l)
{
	return l ? l->n : 0;
}

const struct group *group_list_at(const struct group_list *l, size_t i)
{
	return l && i < l->n ? &l->v[i] : NULL;
}

const struct group *group_find(const struct group_list *l, const char *name)
{
	for (size_t i = 0; i < group_list_size(l); i++)
		if (strcmp(l->v[i].name, name) == 0)
			return &l->v[i];
	return NULL;
}

struct group_list *group_list_hold(struct group_list *l)
{
	if (l)
		atomic_fetch_add(&l->refs, 1);
	return l;
}

void group_list_drop(struct group_list *l)
{
	if (!l || atomic_fetch_sub(&l->refs, 1) != 1)
		return;
	for (size_t i = 0; i < l->n; i++) {
		for (size_t k = 0; k < l->v[i].n_endpoints; k++)
			free(l->v[i].endpoints[k]);
		free(l->v[i].endpoints);
		free(l->v[i].platform);
		free(l->v[i].name);
	}
	free(l);
}

struct groups *groups_new(void)
{
	struct groups *g = calloc(1, sizeof(*g));

	if (g)
		pthread_mutex_init(&g->lock, NULL);
	return g;
}

void groups_free(struct groups *g)
{
	if (!g)
		return;
	group_list_drop(g->now);
	pthread_mutex_destroy(&g->lock);
	free(g);
}

void groups_set(struct groups *g, struct group_list *l)
{
	struct group_list *old;

	pthread_mutex_lock(&g->lock);
	old = g->now;
	g->now = l;
	pthread_mutex_unlock(&g->lock);
	group_list_drop(old);
}

struct group_list *groups_hold(struct groups *g)
{
	struct group_list *l;

	if (!g)
		return NULL;
	pthread_mutex_lock(&g->lock);
	l = group_list_hold(g->now);
	pthread_mutex_unlock(&g->lock);
	return l;
}

/* --- members -------------------------------------------------------------------------- */

struct members {
	const struct group *g;
	const char *platform;
};

/* Longer texts do not match any pattern. */
static bool text_of(struct span s, char text[1024])
{
	bool fits = s.n < 1024;

	if (fits && s.n)
		memcpy(text, s.p, s.n);
	text[fits ? s.n : 0] = '\0';
	return fits;
}

static bool matches_called(const struct group *g, struct span key, struct span name)
{
	char k[1024], n[1024];
	bool has_key = text_of(key, k), has_name = text_of(name, n);

	for (size_t i = 0; i < g->n_endpoints; i++)
		if ((has_name && fnmatch(g->endpoints[i], n, FNM_CASEFOLD) == 0) ||
		    (has_key && fnmatch(g->endpoints[i], k, 0) == 0))
			return true;
	return !g->n_endpoints;
}

static bool is_member(void *ctx, struct span key, struct span name, struct span platform)
{
	const struct members *m = ctx;
	char text[1024];
	bool fits = text_of(platform, text);

	if (m->platform && (!fits || fnmatch(m->platform, text, 0) != 0))
		return false;
	if (!m->g)
		return true;
	if (m->g->platform && (!fits || fnmatch(m->g->platform, text, 0) != 0))
		return false;
	return matches_called(m->g, key, name);
}

int group_members(struct posture *p, const struct group *g, const char *platform,
		  struct endpoint_filter **a)
{
	struct members m = { g, platform };

	return endpoint_filter_new(p, is_member, &m, a);
}
