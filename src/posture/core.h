/* SPDX-License-Identifier: BSD-2-Clause */
/* struct posture itself, for the files that make it up. Inside posture only. */
#ifndef STANCE_POSTURE_CORE_H
#define STANCE_POSTURE_CORE_H

#include "base/api.h"
#include "base/log.h"
#include "base/table.h"
#include "posture/state/index.h"
#include "posture/repository.h"
#include "posture/posture.h"
#include "posture/report_item.h"

#include <pthread.h>
#include <stdatomic.h>

struct job;
struct failure;

/* What the log was told of a repository that refuses commits. */
struct flaps {
	int64_t began; /* monotonic clock: the period in which so much was said; 0: nothing yet */
	unsigned said;    /* lines */
	bool bad;         /* by the last of them it does */
	uint64_t refused; /* commits, since it was last said to take them */
};

struct posture {
	struct posture_conf conf;
	struct plugin plugin;
	const struct repository_plugin *rp; /* plugin.repository, or a test's own */
	struct repository *repo;
	struct index ix; /* with its own lock */
	struct log log;
	struct log_limit descriptions; /* lines of those that were refused */
	int refs;                      /* under the instance lock */
	_Atomic int64_t oldest;        /* the past begins here */

	pthread_mutex_t lock;     /* everything below */
	pthread_cond_t wake;      /* the writer: there is work */
	pthread_cond_t committed; /* followers: there is news */
	struct job *jobs, **last_job;
	uint64_t submitted; /* jobs so far */
	uint64_t committed_seq;
	bool closing;
	bool large;   /* a report is queued that is larger than the queue may be */
	bool pressed; /* pressure(pressure_ctx, true) was said last */
	void (*pressure)(void *ctx, bool high);
	void *pressure_ctx;
	const struct posture_absence *absence;
	void *absence_ctx;
	struct posture_stats stats;

	/* The writer thread's own. */
	pthread_t writer;
	struct failure *failures; /* endpoints whose reports were lost, in the order of loss */
	uint64_t lost, forgotten; /* last report lost; last one that is not in failures */
	int lost_err;
	int64_t began;       /* monotonic clock */
	int64_t heard_until; /* the journal's last line then, or the wall clock if that is less */
	struct flaps flaps;
	int64_t retention_due; /* monotonic clock: retention is checked next; 0: at once */
	uint64_t prune_at, prune_to; /* the journal goes up to here; and is to, in steps */
	int64_t prune_before;
};

/* posture_open with a plugin that is there already; what tests call, also on libstance.so. */
ST_API_BEGIN
int posture_open_plugin(const struct posture_conf *c, const struct repository_plugin *rp,
			struct posture **p, char *err_msg, size_t err_msg_len);
ST_API_END

/* The section `repository` of conf_dir()/stance.conf, whatever else that file holds: what a
 * foreign host's modules go by. ST_ENOENT, ST_ECONF; why says what is wrong. */
int posture_conf_load(struct posture_conf *c, char *err_msg, size_t err_msg_len);

/* One more reference. */
void posture_hold(struct posture *p);

/* Runs fn(p, ctx) on the writer thread and returns what it returned. */
int posture_call(struct posture *p, int (*fn)(struct posture *p, void *ctx), void *ctx);

/* --- the writer (writer.c) ----------------------------------------------------------------- */

struct report;

enum job_kind { JOB_REPORT, JOB_BARRIER, JOB_CALL };

struct job {
	struct job *next;
	enum job_kind kind;
	uint64_t number; /* 1 is the first of all */
	struct report *report;
	size_t weight;  /* report: its share of what one commit takes */
	bool refused;   /* report: the commit left it out */
	char *key;      /* barrier: narrowed to it, or NULL */
	uint64_t since; /* barrier: to what came after this one */
	void (*done)(void *ctx, int err);
	int (*call)(struct posture *p, void *ctx);
	void *ctx;
};

/* Larger than all that may be queued together. */
static inline bool is_large(const struct posture *p, const struct report *r)
{
	return r->arena.used > p->conf.queue_octets;
}

/* Under p->lock, after the queue has become longer or shorter. */
void posture_feel(struct posture *p);

/* Forgets some of those who have been silent for conf.forget_after days, and tells of those who
 * have been for half of that. */
void forget_silent(struct posture *p);

void *writer_main(void *p);
void writer_free(struct posture *p);

static inline void index_read_lock(struct posture *p)
{
	pthread_rwlock_rdlock(&p->ix.lock);
}

static inline void index_unlock(struct posture *p)
{
	pthread_rwlock_unlock(&p->ix.lock);
}

#endif
