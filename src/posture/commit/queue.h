/* SPDX-License-Identifier: BSD-2-Clause */
/* The queue of jobs for the writer thread: reports, barriers, calls. Private to
 * src/posture. */
#ifndef STANCE_POSTURE_COMMIT_QUEUE_H
#define STANCE_POSTURE_COMMIT_QUEUE_H

#include "posture/core.h"

enum job_kind { JOB_REPORT, JOB_BARRIER, JOB_CALL };

struct job {
	struct job *next;
	enum job_kind kind;
	uint64_t number; /* position in the order of all jobs; the first is 1 */
	struct report *report;
	size_t weight;  /* report: its share of what one commit takes */
	bool refused;   /* report: the commit left it out */
	char *key;      /* barrier: of this endpoint only; NULL: of all */
	uint64_t since; /* barrier: about jobs after this one */
	void (*done)(void *ctx, int err);
	int (*call)(struct posture *p, void *ctx);
	void *ctx;
};

/* True for a report that is larger than the whole queue. */
static inline bool is_large(const struct posture *p, const struct report *r)
{
	return r->arena.used > p->conf.queue_octets;
}

/* Puts the report into the queue, which then owns it and calls done once. ST_EBUSY (full),
 * ST_ECLOSED or ST_ENOMEM: the caller keeps the report. */
int queue_report(struct posture *p, struct report *r, void (*done)(void *ctx, int err),
		 void *ctx);

/* posture_barrier. */
int queue_barrier(struct posture *p, const char *key, uint64_t since,
		  void (*done)(void *ctx, int err), void *ctx);

/* Runs fn(p, ctx) on the writer thread and returns its result. */
int queue_call(struct posture *p, int (*fn)(struct posture *p, void *ctx), void *ctx);

/* Number of the last job submitted. */
uint64_t queue_mark(struct posture *p);

/* Calls the function of posture_on_pressure when the back-pressure changes. Called under
 * p->lock whenever the queue has become longer or shorter. */
void queue_update_pressure(struct posture *p);

#endif
