/* SPDX-License-Identifier: BSD-2-Clause */
/* changes --follow: the journal as it grows. The follower's thread passes one number, the head
 * of the journal. The client's thread reads the lines from the journal and sends them. A slow
 * client therefore needs no memory, and no line is lost or sent twice. */
#include "admin/server/follow.h"
#include "admin/server/changes.h"
#include "admin/server/question.h"
#include "posture/query_changes.h"
#include "base/clock.h"
#include "base/err.h"
#include "posture/posture.h"

#include <stdatomic.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct change_stream {
	struct response *response;
	struct change_query q; /* after_seq: last line sent */
	_Atomic uint64_t head; /* last line of the journal */
	int wake;              /* eventfd: head has moved */
};

/* On the follower's thread. Does not block and does not fail. */
static int follow_on_change(void *ctx, const struct change *c)
{
	struct change_stream *f = ctx;
	uint64_t one = 1;

	atomic_store(&f->head, c->seq);
	(void)!write(f->wake, &one, sizeof(one)); /* fails only if already readable */
	return 0;
}

static int follow_row(void *ctx, const struct change_row *row)
{
	struct change_stream *f = ctx;

	f->q.after_seq = row->change.seq;
	return changes_row(f->response, row);
}

/* Sends all lines up to head, and possibly lines recorded meanwhile. */
static int follow_catch_up(struct change_stream *f, struct posture *p)
{
	uint64_t head = atomic_load(&f->head);
	int err = query_changes(p, &f->q, follow_row, f);

	f->q.since = 0;
	if (f->q.after_seq < head)
		f->q.after_seq = head; /* the last lines did not match */
	return err;
}

static int follow_loop(struct change_stream *f, struct posture *p)
{
	uint64_t n;
	int err;

	for (;;) {
		if ((err = follow_catch_up(f, p)) < 0)
			return err;
		if ((err = response_wait(f->response, f->wake, -1)) < 0)
			return err;
		(void)!read(f->wake, &n, sizeof(n));
	}
}

static int follow_begin(struct change_stream *f, struct posture *p)
{
	struct posture_stats now;
	struct follower *follower;
	int err;

	posture_stats(p, &now);
	atomic_store(&f->head, now.seq);
	if (!f->q.since)
		f->q.after_seq = now.seq;
	if ((f->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
		return ST_EIO;
	if ((err = posture_follow(p, now.seq, follow_on_change, f, &follower)) == 0) {
		err = follow_loop(f, p);
		posture_unfollow(follower);
	}
	close(f->wake);
	return err;
}

int follow_run(struct response *response)
{
	struct change_stream f = { .response = response };
	struct question question;
	int err;

	if (request_time(response->request, "until") ||
	    request_time(response->request, "as_of") ||
	    request_time(response->request, "known_at"))
		return response_end(
			response, ADMIN_USAGE,
			"--follow cannot be combined with --until, --as-of or --known-at");
	if (question_begin(response, &question) < 0)
		return 0;
	err = changes_narrow(response, &question, &f.q);
	if (err == ST_ENOENT || err == ST_EVALUE)
		return 0;
	return err ? err : follow_begin(&f, question.posture);
}
