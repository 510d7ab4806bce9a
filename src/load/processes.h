/* SPDX-License-Identifier: BSD-2-Clause */
/* Several processes that simulate a part of the fleet each: more descriptors than one process
 * may have, and more than one processor. */
#ifndef STANCE_LOAD_PROCESSES_H
#define STANCE_LOAD_PROCESSES_H

#include "load/run_report.h"

#include <stdatomic.h>

#define CREW_MAX 64

/* What the processes share. */
struct processes {
	unsigned n;
	_Atomic unsigned arrived;    /* parts of which everybody has been assessed */
	struct run_report reports[]; /* one each */
};

/* Shared memory for n of them; NULL when there is none. */
struct processes *processes_open(unsigned n);
void processes_close(struct processes *c);

/* Calls work(ctx, part) for each part, 0 to n - 1, in a process of its own, and waits for
 * them; SIGINT and SIGTERM reach all of them. One part alone runs in this process. The highest
 * status that was returned; 1 at least when a process did not end by itself. */
int processes_run(struct processes *c, int (*work)(void *ctx, unsigned part), void *ctx);

/* Puts the reports together in the first one, which is returned. */
struct run_report *processes_report(struct processes *c);

/* How many of `all` are part `part`'s. */
static inline uint64_t processes_share(const struct processes *c, uint64_t all, unsigned part)
{
	return all * (part + 1) / c->n - all * part / c->n;
}

#endif
