/* SPDX-License-Identifier: BSD-2-Clause */
/* Forgetting endpoints. A forgotten endpoint leaves the present and stays in the past until the
 * journal is pruned. An endpoint that reports later with the same identity is a new one: the
 * forgotten one keeps its id, and its key is marked. */
#include "posture/commit/stage_forget.h"
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

/* The key of an endpoint after it was forgotten, on the heap. NULL: out of memory. */
static char *forgotten_key(uint32_t id, struct span key)
{
	size_t max = key.n + 32;
	char *text = malloc(max);

	if (text)
		(void)snprintf(text, max, "%.*s (forgotten %u)", (int)key.n,
			       (const char *)key.p, id);
	return text;
}

bool forget_staged(const struct commit *j, const struct endpoint *old)
{
	struct staged_endpoint *s = NULL;
	char *key = j->n_forgotten ? forgotten_key(old->id, endpoint_key(old)) : NULL;

	if (key)
		HASH_FIND(hh, j->endpoints, key, strlen(key), s);
	free(key);
	return s != NULL;
}

/* Gives s its new key, so that another endpoint can use the old one. */
static int staged_rename(struct commit *j, struct staged_endpoint *s)
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

int forget_stage(struct commit *j, struct staged_endpoint *s, const struct report_item *it)
{
	int64_t contact = s->e->last_contact;
	struct change *c = commit_change(j, s, CHANGE_FORGOTTEN);

	if (!c)
		return ST_ENOMEM;
	s->e->last_contact = contact; /* this was not one */
	c->value = it->name;
	c->key = arena_copy(&j->arena, endpoint_key(s->e));
	if (!c->key.p)
		return ST_ENOMEM;
	s->e->forgotten_seq = c->seq;
	s->forgotten = true;
	commit_moved(j, s);
	j->n_forgotten++;
	return staged_rename(j, s);
}

/* --- asking for it ------------------------------------------------------------------------ */
