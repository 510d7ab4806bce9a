/* SPDX-License-Identifier: BSD-2-Clause */
/* The one thread that changes anything: takes what is queued, commits it in one transaction,
 * and only then lets it be seen. */
#include "posture/commit/writer.h"
#include "posture/commit/commit.h"
#include "posture/commit/queue.h"
#include "posture/commit/retention.h"
#include "posture/core.h"
#include "posture/report_item.h"
#include "base/clock.h"
#include "base/err.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define JOBS_MAX 4096   /* in one transaction, so that the first ones do not wait long */
#define WEIGHT_MAX 8192 /* and so much work: whoever asks waits while it is shown */
#define FLAP_S 60
#define FLAP_LINES 2       /* that it refuses, that it does no longer */
#define FAILURES_MAX 65536 /* endpoints remembered apart */
#define PRUNE_S 3600
#define PRUNE_LINES 20000 /* dropped at once */

/* Reports of this endpoint were lost. Kept after a barrier has told of it: every session that
 * submitted before has to learn it, not only the first that asks. */
struct failure {
	UT_hash_handle hh;
	uint64_t number; /* of the last one lost */
	int err;
	size_t n;
	char key[];
};

static void failure_drop(struct posture *p, struct failure *f)
{
	HASH_DEL(p->failures, f);
	free(f);
}

/* Of too many, the endpoint whose report was lost first: barriers that go back so far fail for
 * all endpoints. The table is in the order of insertion. */
static void failure_make_room(struct posture *p)
{
	struct failure *f = p->failures;

	if (HASH_COUNT(p->failures) < FAILURES_MAX)
		return;
	p->forgotten = f->number;
	failure_drop(p, f);
}

static void failure_note(struct posture *p, struct span key, uint64_t number, int err)
{
	struct failure *f;

	p->lost = number;
	p->lost_err = err;
	HASH_FIND(hh, p->failures, key.p, key.n, f);
	if (f)
		failure_drop(p, f); /* and put at the end */
	failure_make_room(p);
	if (!(f = calloc(1, sizeof(*f) + key.n + 1))) {
		p->forgotten = number;
		return;
	}
	f->number = number;
	f->err = err;
	f->n = key.n;
	memcpy(f->key, key.p, key.n);
	HASH_ADD_KEYPTR(hh, p->failures, f->key, f->n, f);
}

static int barrier_result(struct posture *p, const struct job *b)
{
	struct failure *f;

	if (p->lost <= b->since)
		return 0;
	if (!b->key || p->forgotten > b->since)
		return p->lost_err;
	HASH_FIND(hh, p->failures, b->key, strlen(b->key), f);
	return f && f->number > b->since ? f->err : 0;
}

/* The queue's head, what one transaction takes of it. Under the lock. */
static struct job *jobs_cut(struct posture *p)
{
	struct job *head = p->jobs, **end = &p->jobs;
	size_t n = 0, weight = 0;

	for (; *end && n < JOBS_MAX && weight < WEIGHT_MAX; n++) {
		weight += (*end)->weight;
		end = &(*end)->next;
	}
	p->jobs = *end;
	*end = NULL;
	if (!p->jobs)
		p->last_job = &p->jobs;
	return head;
}

/* Waits for what there is to do next. NULL: closing, and nothing left. */
static struct job *jobs_take(struct posture *p, bool *timeout)
{
	struct job *head;
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PRUNE_S;
	*timeout = false;
	pthread_mutex_lock(&p->lock);
	while (!p->jobs && !p->closing && !*timeout) {
		if (p->prune_at < p->prune_to)
			*timeout = true; /* there is something to do meanwhile */
		else if (!p->conf.retention_days && !p->conf.forget_after)
			pthread_cond_wait(&p->wake, &p->lock);
		else
			*timeout = pthread_cond_timedwait(&p->wake, &p->lock, &until) ==
				   ETIMEDOUT;
	}
	head = jobs_cut(p);
	pthread_mutex_unlock(&p->lock);
	return head;
}

static int stage_all(struct commit *j, struct job *jobs)
{
	int err = 0;

	for (struct job *b = jobs; b && !err; b = b->next)
		if (b->kind == JOB_REPORT)
			err = commit_report(j, b->report, &b->refused);
	return err;
}

/* Says when commits begin to fail, and when they work again: the first time at once; of a disk
 * that is nearly full, and does both again and again, once in FLAP_S. */
static void commit_log(struct posture *p, int err, const char *err_msg)
{
	struct log_throttle *f = &p->throttle;
	int64_t now = clock_mono_us();

	f->refused += err != 0;
	if ((err != 0) == f->failing && (err || !f->refused))
		return;
	if (!f->began || now - f->began >= FLAP_S * CLOCK_SEC)
		*f = (struct log_throttle){ .began = now,
					    .failing = f->failing,
					    .refused = f->refused };
	if (f->lines == FLAP_LINES)
		return;
	f->lines++;
	f->failing = err != 0;
	if (err) {
		log_error(
			&p->log,
			"repository refuses a commit, reports are lost until it works again: "
			"error=\"%s\" reason=\"%s\"",
			st_strerror(err), err_msg);
		return;
	}
	log_info(&p->log, "repository takes commits again: refused=%llu",
		 (unsigned long long)f->refused);
	f->refused = 0;
}

/* The repository will never take one of these reports, whichever it is. */
static bool is_content(int err)
{
	return err == ST_EVALUE || err == ST_ELIMIT;
}

static int append(struct posture *p, struct commit *j, uint64_t *changes)
{
	struct repository_batch batch;
	char err_msg[512] = "";
	int64_t began = clock_mono_us();
	int err = commit_batch(j, &batch);

	if (!err && !batch.n_changes && !batch.n_software && !batch.n_endpoints)
		return 0;
	if (!err)
		err = p->read.rp->append(p->read.repo, &batch, err_msg, sizeof(err_msg));
	pthread_mutex_lock(&p->lock);
	if (is_content(err)) {
		log_warn(&p->log,
			 "repository refuses what a report says: error=\"%s\" reason=\"%s\"",
			 st_strerror(err), err_msg);
	} else {
		commit_log(p, err, err_msg);
		p->stats.last_error = err;
	}
	p->stats.commit_us = clock_mono_us() - began;
	p->stats.batches += !err;
	pthread_mutex_unlock(&p->lock);
	*changes = err ? 0 : batch.n_changes;
	return err;
}

static int writer_commit(struct posture *p, struct job *jobs)
{
	struct commit j;
	uint64_t changes = 0;
	int err;

	commit_begin(&j, &p->read.ix, &p->conf, clock_wall_us());
	if ((err = stage_all(&j, jobs)) == 0)
		err = append(p, &j, &changes);
	if (!err) {
		pthread_rwlock_wrlock(&p->read.ix.lock);
		commit_apply(&j);
		pthread_rwlock_unlock(&p->read.ix.lock);
	}
	commit_reset(&j);
	pthread_mutex_lock(&p->lock);
	p->stats.changes += changes;
	p->committed_seq = p->read.ix.seq;
	if (changes)
		pthread_cond_broadcast(&p->committed);
	pthread_mutex_unlock(&p->lock);
	return err;
}

static void job_finish(struct posture *p, struct job *b, int err)
{
	if (b->kind == JOB_REPORT) {
		if (!err && b->refused)
			err = ST_ELIMIT;
		pthread_mutex_lock(&p->lock);
		p->stats.queued_reports--;
		if (is_large(p, b->report))
			p->large = false;
		else
			p->stats.queued_octets -= b->report->arena.used;
		queue_update_pressure(p);
		p->stats.reports += !err;
		p->stats.failed += err != 0;
		pthread_mutex_unlock(&p->lock);
		if (err)
			failure_note(p, b->report->key, b->number, err);
		report_free(b->report);
	} else if (b->kind == JOB_BARRIER) {
		err = barrier_result(p, b);
	} else {
		err = b->call(p, b->ctx);
	}
	if (b->done)
		b->done(b->ctx, err);
	free(b->key);
	free(b);
}

/* The journal's oldest part goes when the administrator said so, a piece at a time: who waits
 * for his reports does not wait for all of it. */
static void prune_step(struct posture *p)
{
	uint64_t keep = p->prune_to - p->prune_at > PRUNE_LINES ? p->prune_at + PRUNE_LINES
								: p->prune_to;
	int err;

	if (p->prune_at >= p->prune_to)
		return;
	err = p->read.rp->prune(p->read.repo, keep, p->prune_before);
	p->prune_at = err ? p->prune_to : keep;
	if (!err) {
		p->read.oldest = p->prune_before;
		p->read.ix.first_seq = keep;
		(void)index_find_idle(&p->read.ix);
	} else
		log_warn(&p->log, "cannot drop old changes: error=\"%s\"", st_strerror(err));
}

static void prune_plan(struct posture *p)
{
	struct repository_state st;
	uint64_t seq = 0;
	int err;

	if (!p->conf.retention_days || p->prune_at < p->prune_to)
		return;
	/* by the time in which this manager listened: a clock set forward drops nothing */
	p->prune_before = p->listening_since + clock_mono_us() - p->began -
			  p->conf.retention_days * 86400 * CLOCK_SEC;
	if ((err = p->read.rp->state(p->read.repo, &st)) < 0 ||
	    (err = p->read.rp->seq_at(p->read.repo, p->prune_before, &seq)) < 0) {
		log_warn(&p->log, "cannot drop old changes: error=\"%s\"", st_strerror(err));
	} else if (seq >= st.first_seq) {
		p->prune_at = st.first_seq;
		p->prune_to = seq + 1;
	}
}

/* What is kept, and what is not. */
static void retention(struct posture *p)
{
	int64_t mono = clock_mono_us();

	if (mono >= p->retention_due) {
		p->retention_due = mono + PRUNE_S * CLOCK_SEC;
		prune_plan(p);
		retention_forget_silent(p);
	}
	prune_step(p);
}

/* Cuts jobs in two; NULL when there is one report or none in them. */
static struct job *jobs_halve(struct job *jobs)
{
	size_t reports = 0, n = 0;
	struct job *half;

	for (struct job *b = jobs; b; b = b->next)
		reports += b->kind == JOB_REPORT;
	if (reports < 2)
		return NULL;
	for (;; jobs = jobs->next) /* the first half ends with a report, not with the last */
		if (jobs->kind == JOB_REPORT && ++n == reports / 2)
			break;
	half = jobs->next;
	jobs->next = NULL;
	return half;
}

/* When the repository refuses what one report says, that one is looked for by halves, so that
 * the others do not fail with it. */
static void jobs_work(struct posture *p, struct job *jobs)
{
	int err = writer_commit(p, jobs);
	struct job *next, *half = is_content(err) ? jobs_halve(jobs) : NULL;

	if (half) {
		jobs_work(p, jobs);
		jobs_work(p, half);
		return;
	}
	for (; jobs; jobs = next) {
		next = jobs->next;
		job_finish(p, jobs, err);
	}
}

void *writer_main(void *ctx)
{
	struct posture *p = ctx;
	struct job *jobs;
	bool timeout;

	while ((jobs = jobs_take(p, &timeout)) || timeout) {
		if (jobs)
			jobs_work(p, jobs);
		retention(p);
	}
	return NULL;
}

void writer_free(struct posture *p)
{
	struct failure *f, *next;

	HASH_ITER(hh, p->failures, f, next)
	failure_drop(p, f);
}
