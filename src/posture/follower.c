/* SPDX-License-Identifier: BSD-2-Clause */
/* Followers: each reads the journal on a thread of its own, so that a slow one holds up
 * nobody. */
#include "posture/core.h"
#include "posture/journal_page.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdlib.h>
#include <time.h>

#define RETRY_MIN_MS 100
#define RETRY_MAX_MS 10000

struct follower {
	struct posture *p;
	int (*fn)(void *ctx, const struct change *c);
	void *ctx;
	uint64_t seq; /* dealt with up to here */
	_Atomic bool stop;
	pthread_t thread;
};

/* Waits for changes behind f->seq. False: it is to stop. */
static bool follower_wait(struct follower *f, uint64_t *to)
{
	pthread_mutex_lock(&f->p->lock);
	while (!f->stop && f->p->committed_seq <= f->seq)
		pthread_cond_wait(&f->p->committed, &f->p->lock);
	*to = f->p->committed_seq;
	pthread_mutex_unlock(&f->p->lock);
	return !f->stop;
}

static void follower_pause(struct follower *f, int64_t ms)
{
	int64_t until = clock_mono_us() + ms * 1000;

	while (!f->stop && clock_mono_us() < until)
		nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
}

/* 0 when all of the page was dealt with. */
static int follower_page(struct follower *f, const struct journal_page *pg)
{
	int err = 0;

	for (size_t i = 0; i < pg->n && !err && !f->stop; i++)
		if ((err = f->fn(f->ctx, &pg->v[i])) == 0)
			f->seq = pg->v[i].seq;
	return err;
}

static void *follower_main(void *ctx)
{
	struct follower *f = ctx;
	struct journal_page *pg = calloc(1, sizeof(*pg));
	int64_t pause = RETRY_MIN_MS;
	uint64_t to;

	while (pg && follower_wait(f, &to)) {
		struct repository_filter want = { .from = f->seq + 1, .to = to };
		int err = journal_page_read(&f->p->read, &want, pg);

		if (!err && !pg->n)
			f->seq = to; /* pruned */
		if (!err)
			err = follower_page(f, pg);
		if (err) {
			log_warn(&f->p->log, "follower is held up: seq=%llu error=\"%s\"",
				 (unsigned long long)f->seq, st_strerror(err));
			follower_pause(f, pause);
			pause = pause * 2 < RETRY_MAX_MS ? pause * 2 : RETRY_MAX_MS;
		} else {
			pause = RETRY_MIN_MS;
		}
	}
	journal_page_free(pg);
	free(pg);
	return NULL;
}

int posture_follow(struct posture *p, uint64_t from_seq,
		   int (*fn)(void *ctx, const struct change *c), void *ctx,
		   struct follower **out)
{
	struct follower *f = calloc(1, sizeof(*f));

	*out = NULL;
	if (!f)
		return ST_ENOMEM;
	f->p = p;
	f->fn = fn;
	f->ctx = ctx;
	f->seq = from_seq;
	if (pthread_create(&f->thread, NULL, follower_main, f) != 0) {
		free(f);
		return ST_ENOMEM;
	}
	posture_hold(p);
	*out = f;
	return 0;
}

void posture_unfollow(struct follower *f)
{
	if (!f)
		return;
	pthread_mutex_lock(&f->p->lock);
	f->stop = true;
	pthread_cond_broadcast(&f->p->committed);
	pthread_mutex_unlock(&f->p->lock);
	pthread_join(f->thread, NULL);
	posture_close(f->p);
	free(f);
}
