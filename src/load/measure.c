/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/measure.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>

#define LATENCY_FINE 64 /* buckets for each doubling */

static unsigned latency_bucket(uint32_t us)
{
	unsigned shift = 0;

	while (us >> shift >= 2 * LATENCY_FINE)
		shift++;
	return shift * LATENCY_FINE + (us >> shift);
}

static uint32_t latency_top(unsigned bucket)
{
	unsigned shift = bucket < 2 * LATENCY_FINE ? 0 : bucket / LATENCY_FINE - 1;
	uint64_t base = bucket - shift * LATENCY_FINE;

	return (uint32_t)(((base + 1) << shift) - 1);
}

void latency_add(struct latency *l, int64_t us)
{
	uint32_t v = us < 0 ? 0 : us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;

	l->bucket[latency_bucket(v)]++;
	l->n++;
	if (v > l->max)
		l->max = v;
}

uint32_t latency_percentile(const struct latency *l, double percent)
{
	double want = (double)l->n * percent / 100;
	uint64_t seen = 0;

	for (unsigned i = 0; i < LATENCY_BUCKETS && l->n; i++) {
		seen += l->bucket[i];
		if (seen && (double)seen >= want)
			return latency_top(i) < l->max ? latency_top(i) : l->max;
	}
	return l->max;
}

void latency_merge(struct latency *l, const struct latency *other)
{
	for (unsigned i = 0; i < LATENCY_BUCKETS; i++)
		l->bucket[i] += other->bucket[i];
	l->n += other->n;
	if (other->max > l->max)
		l->max = other->max;
}

/* The first number of a thread's schedstat: nanoseconds on a processor. */
static double usage_thread_ms(int pid, const char *tid)
{
	unsigned long long ns = 0;
	char path[64];
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%.20s/schedstat", pid, tid);
	if ((f = fopen(path, "re"))) {
		if (fscanf(f, "%llu", &ns) != 1)
			ns = 0;
		fclose(f);
	}
	return (double)ns / 1e6;
}

static long usage_pss_kb(int pid)
{
	char path[64], line[256];
	long kb = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	if (!(f = fopen(path, "re")))
		return 0;
	while (!kb && fgets(line, sizeof(line), f))
		if (sscanf(line, "Pss: %ld", &kb) != 1)
			kb = 0;
	fclose(f);
	return kb;
}

struct usage usage_of(int pid)
{
	struct usage u = { .pid = pid };
	struct dirent *thread;
	char path[64];
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%d/task", pid);
	if (pid <= 0 || !(dir = opendir(path)))
		return u;
	while ((thread = readdir(dir)))
		if (isdigit((unsigned char)thread->d_name[0]))
			u.cpu_ms += usage_thread_ms(pid, thread->d_name);
	closedir(dir);
	u.known = true;
	u.pss_kb = usage_pss_kb(pid);
	return u;
}

void usage_add(struct usage *u, const struct usage *other)
{
	u->known = u->known || other->known;
	u->cpu_ms += other->cpu_ms;
	u->pss_kb += other->pss_kb;
}
