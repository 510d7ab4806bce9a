/* SPDX-License-Identifier: BSD-2-Clause */
/* What stance-load measures: latencies, and what processes have used. */
#ifndef STANCE_LOAD_MEASURE_H
#define STANCE_LOAD_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

/* Latencies in a fixed amount of memory: buckets that are at most 1/64 wide of what is in
 * them. Zero-initialise. */
#define LATENCY_BUCKETS (64 * 27)

struct latency {
	uint64_t bucket[LATENCY_BUCKETS];
	uint64_t n;
	uint32_t max; /* us, exact */
};

/* us below 0 count as 0, beyond 2^32 - 1 as that. */
void latency_add(struct latency *l, int64_t us);

/* The smallest value (us, the top of its bucket) that `percent` of all do not exceed; 0 when
 * there are none. */
uint32_t latency_percentile(const struct latency *l, double percent);

/* Adds everything in other. */
void latency_merge(struct latency *l, const struct latency *other);

/* Of a process with all its threads. */
struct usage {
	bool known;
	int pid;
	double cpu_ms; /* processor time so far */
	long pss_kb;   /* its share of memory now; 0: not allowed to know */
};

/* pid 0: nobody, not known. A process that is gone or not ours is not known either. */
struct usage usage_of(int pid);

/* Both together. */
void usage_add(struct usage *u, const struct usage *other);

#endif
