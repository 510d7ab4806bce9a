/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin/server/question.h"
#include "admin/server/group.h"
#include "base/clock.h"
#include "base/err.h"
#include "posture/posture.h"

#include <stdio.h>

void question_at(struct question *a, struct when when)
{
	int64_t clock = clock_wall_us();

	a->future = when.as_of > clock || when.known_at > clock;
	a->when.as_of = when.as_of > clock ? 0 : when.as_of;
	a->when.known_at = when.known_at > clock ? 0 : when.known_at;
	a->now = a->when.as_of ? a->when.as_of : a->when.known_at ? a->when.known_at : clock;
}

static const char *ask_text(const struct response *call, const char *key)
{
	return command_arg_find(call->request->command, key) ? request_text(call->request, key)
							     : NULL;
}

/* Who is meant by --group and --platform. */
static int ask_whom(struct response *call, struct question *a)
{
	const char *name = ask_text(call, "group"), *platform = ask_text(call, "platform");
	struct group_list *list;
	const struct group *g;
	int err;

	if (!name && !platform)
		return 0;
	if (platform && !group_pattern_ok(platform)) {
		response_end(call, ADMIN_USAGE, "the pattern has too many '*'");
		return ST_EVALUE;
	}
	list = groups_hold(call->env->groups);
	g = name ? group_find(list, name) : NULL;
	if (name && !g) {
		response_end(call, ADMIN_USAGE, "unknown group '%s' (see stance.conf)", name);
		err = ST_ENOENT;
	} else if ((err = group_members(a->posture, g, platform, &call->filter)) < 0) {
		response_end(call, ADMIN_STALE, "%s", st_strerror(err));
	}
	group_list_drop(list);
	a->filter = call->filter;
	return err;
}

static int64_t ask_time(const struct response *call, const char *key)
{
	return command_arg_find(call->request->command, key) ? request_time(call->request, key)
							     : 0;
}

int question_begin(struct response *call, struct question *a)
{
	uint32_t stale = call->env->stale_after ? call->env->stale_after : ADMIN_STALE_AFTER;

	*a = (struct question){ .posture = call->env->posture, .stale_us = stale * CLOCK_SEC };
	question_at(a, (struct when){ ask_time(call, "as_of"), ask_time(call, "known_at") });
	if (a->posture)
		return ask_whom(call, a);
	response_end(call, ADMIN_STALE, "the manager has no repository");
	return ST_ESTATE;
}

/* Whether the journal has been pruned behind the moment that was asked about. */
static bool ask_too_old(const struct question *a, char oldest[CLOCK_TEXT])
{
	struct posture_stats st;

	posture_stats(a->posture, &st);
	clock_format(st.oldest, oldest);
	return (a->when.as_of && a->when.as_of < st.oldest) ||
	       (a->when.known_at && a->when.known_at < st.oldest);
}

int question_end(struct response *call, const struct question *a, int err)
{
	char oldest[CLOCK_TEXT];

	if (err == ST_ELIMIT && ask_too_old(a, oldest))
		return response_end(call, ADMIN_STALE, "the journal goes back only to %s",
				    oldest);
	if (err == ST_EVALUE)
		return response_end(call, ADMIN_USAGE, "the pattern has too many '*'");
	if (!err && a->future)
		response_end(call, ADMIN_STALE,
			     "the requested time is in the future; this is the current state");
	return err;
}

struct resolved {
	const struct question *ask;
	struct subject *who;
	size_t n;
	char keys[384]; /* of the endpoints it means, for the message */
	size_t at;
};

static int resolved_add(void *ctx, const struct endpoint_row *row)
{
	struct resolved *r = ctx;

	r->who->id = row->id;
	r->who->has_inventory = row->has_inventory;
	freshness_add(&r->who->fresh, r->ask, row);
	r->n++;
	if (r->at < sizeof(r->keys))
		r->at += (size_t)snprintf(r->keys + r->at, sizeof(r->keys) - r->at, "%s%s",
					  r->n > 1 ? ", " : "", row->key);
	return 0;
}

int question_endpoint(struct response *call, const struct question *a, const char *text,
		      struct subject *who)
{
	struct resolved r = { .ask = a, .who = who };
	int err;

	*who = (struct subject){ 0 };
	err = query_resolve(a->posture, a->when, text, resolved_add, &r);
	if (err == ST_ENOENT) {
		response_end(call, ADMIN_NO, "unknown endpoint '%s'", text);
		return err;
	}
	if (!err && r.n != 1) {
		response_end(
			call, ADMIN_USAGE,
			"'%s' is ambiguous: %zu endpoints have that name; use an identity: %s",
			text, r.n, r.keys);
		return ST_EVALUE;
	}
	return err;
}
