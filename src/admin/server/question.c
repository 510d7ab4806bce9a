/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin/server/question.h"
#include "admin/server/group.h"
#include "base/clock.h"
#include "base/err.h"
#include "posture/posture.h"

#include <stdio.h>

void question_at(struct question *question, struct when when)
{
	int64_t clock = clock_wall_us();

	question->future = when.as_of > clock || when.known_at > clock;
	question->when.as_of = when.as_of > clock ? 0 : when.as_of;
	question->when.known_at = when.known_at > clock ? 0 : when.known_at;
	question->now = question->when.as_of      ? question->when.as_of
			: question->when.known_at ? question->when.known_at
						  : clock;
}

static const char *question_text(const struct response *response, const char *key)
{
	return command_arg_find(response->request->command, key)
		       ? request_text(response->request, key)
		       : NULL;
}

/* Sets the filter from --group and --platform. */
static int question_filter(struct response *response, struct question *question)
{
	const char *name = question_text(response, "group"),
		   *platform = question_text(response, "platform");
	struct group_list *list;
	const struct group *g;
	int err;

	if (!name && !platform)
		return 0;
	if (platform && !group_pattern_ok(platform)) {
		response_end(response, ADMIN_USAGE, "the pattern has too many '*'");
		return ST_EVALUE;
	}
	list = groups_hold(response->env->groups);
	g = name ? group_find(list, name) : NULL;
	if (name && !g) {
		response_end(response, ADMIN_USAGE, "unknown group '%s' (see stance.conf)",
			     name);
		err = ST_ENOENT;
	} else if ((err = group_members(question->posture, g, platform, &response->filter)) <
		   0) {
		response_end(response, ADMIN_STALE, "%s", st_strerror(err));
	}
	group_list_drop(list);
	question->filter = response->filter;
	return err;
}

static int64_t question_time(const struct response *response, const char *key)
{
	return command_arg_find(response->request->command, key)
		       ? request_time(response->request, key)
		       : 0;
}

int question_begin(struct response *response, struct question *question)
{
	uint32_t stale =
		response->env->stale_after ? response->env->stale_after : ADMIN_STALE_AFTER;

	*question = (struct question){ .posture = response->env->posture,
				       .stale_us = stale * CLOCK_SEC };
	question_at(question, (struct when){ question_time(response, "as_of"),
					     question_time(response, "known_at") });
	if (question->posture)
		return question_filter(response, question);
	response_end(response, ADMIN_STALE, "the manager has no repository");
	return ST_ESTATE;
}

/* Whether the time of the question is before the retained journal. */
static bool question_is_pruned(const struct question *question, char oldest[CLOCK_TEXT])
{
	struct posture_stats st;

	posture_stats(question->posture, &st);
	clock_format(st.oldest, oldest);
	return (question->when.as_of && question->when.as_of < st.oldest) ||
	       (question->when.known_at && question->when.known_at < st.oldest);
}

int question_end(struct response *response, const struct question *question, int err)
{
	char oldest[CLOCK_TEXT];

	if (err == ST_ELIMIT && question_is_pruned(question, oldest))
		return response_end(response, ADMIN_STALE, "the journal goes back only to %s",
				    oldest);
	if (err == ST_EVALUE)
		return response_end(response, ADMIN_USAGE, "the pattern has too many '*'");
	if (!err && question->future)
		response_end(response, ADMIN_STALE,
			     "the requested time is in the future; this is the current state");
	return err;
}

struct resolved {
	const struct question *question;
	struct subject *subject;
	size_t n;
	char keys[384]; /* identities of the endpoints found, for the message */
	size_t at;
};

static int resolved_add(void *ctx, const struct endpoint_row *row)
{
	struct resolved *r = ctx;

	r->subject->id = row->id;
	r->subject->has_inventory = row->has_inventory;
	freshness_add(&r->subject->freshness, r->question, row);
	r->n++;
	if (r->at < sizeof(r->keys))
		r->at += (size_t)snprintf(r->keys + r->at, sizeof(r->keys) - r->at, "%s%s",
					  r->n > 1 ? ", " : "", row->key);
	return 0;
}

int question_endpoint(struct response *response, const struct question *question,
		      const char *text, struct subject *subject)
{
	struct resolved r = { .question = question, .subject = subject };
	int err;

	*subject = (struct subject){ 0 };
	err = query_resolve(question->posture, question->when, text, resolved_add, &r);
	if (err == ST_ENOENT) {
		response_end(response, ADMIN_NO, "unknown endpoint '%s'", text);
		return err;
	}
	if (!err && r.n != 1) {
		response_end(
			response, ADMIN_USAGE,
			"'%s' is ambiguous: %zu endpoints have that name; use an identity: %s",
			text, r.n, r.keys);
		return ST_EVALUE;
	}
	return err;
}
