/* SPDX-License-Identifier: BSD-2-Clause */
/* struct posture. Private to posture.c, posture_read.c, posture_memory.c, follower.c and
 * src/posture/commit; queries use posture_read.h. */
#ifndef STANCE_POSTURE_CORE_H
#define STANCE_POSTURE_CORE_H

#include "base/log.h"
#include "base/table.h"
#include "posture/posture.h"
#include "posture/posture_read.h"
#include "posture/report_item.h"

#include <pthread.h>

struct failure;
struct job;

/* Limits the log lines about a repository that refuses commits. */
struct log_throttle {
	int64_t began;    /* monotonic clock: begin of the period; 0: no line yet */
	unsigned lines;   /* in the period */
	bool failing;     /* reported by the last line */
	uint64_t refused; /* commits since the last line about success */
};

struct posture {
	struct posture_conf conf;
	struct plugin plugin;
	struct posture_read read; /* read.rp: plugin.repository, or posture_open_plugin's */
	struct log log;
	struct log_limit descriptions; /* log lines about refused descriptions */
	int refs;                      /* under the instance lock */

	pthread_mutex_t lock;     /* for everything below */
	pthread_cond_t wake;      /* writer: there is work */
	pthread_cond_t committed; /* followers: there are changes */
	struct job *jobs, **last_job;
	uint64_t submitted; /* jobs so far */
	uint64_t committed_seq;
	bool closing;
	bool large;          /* a report larger than the queue is queued */
	bool under_pressure; /* last value given to on_pressure */
	void (*on_pressure)(void *ctx, bool high);
	void *pressure_ctx;
	const struct posture_absence *absence;
	void *absence_ctx;
	struct posture_stats stats;

	/* The writer thread's own. */
	pthread_t writer;
	struct failure *failures; /* endpoints whose reports were lost, in the order of loss */
	uint64_t lost, forgotten; /* last report lost; last one that is not in failures */
	int lost_err;
	int64_t began;           /* monotonic clock */
	int64_t listening_since; /* wall clock at start, or the journal's last time if earlier */
	struct log_throttle throttle;
	int64_t retention_due;       /* monotonic clock: next check of retention; 0: at once */
	uint64_t prune_at, prune_to; /* pruning in steps: first retained change, goal */
	int64_t prune_before;
};

#endif
