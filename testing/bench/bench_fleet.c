/* SPDX-License-Identifier: BSD-2-Clause */
/* A fleet in the repository: what it takes to load it, to keep it, to start with it and to
 * ask about it.
 *
 *	bench_fleet [-d DIR] [-k] [-o] [-s] [-j] [-f N] [-p PACKAGES] [ENDPOINTS]
 *
 * -d DIR   keep the repository in DIR (made if need be); default: a temporary one
 * -k       do not remove it
 * -o       it is there already: only start with it and ask
 * -s       only start with it, and ask nothing
 * -f N     the first N are there already: load the rest
 * -j       one line of JSON
 * -p N     packages of each endpoint, about (1000)
 * ENDPOINTS  how many (10000) */
#define _GNU_SOURCE /* environ */
#include "fleet_population.h"
#include "admin/server/server.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "posture/posture.h"
#include "posture/query.h"

#include <malloc.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define IN_FLIGHT 2048
#define ASKED 400    /* questions to the API */
#define ASKED_CTL 60 /* questions by stancectl */
#define FIGURES_MAX 64

struct figure {
	const char *name, *unit;
	double value;
};

struct bench {
	struct population f;
	struct posture_conf conf;
	struct posture *p;
	struct admin_server *server;
	char dir[256], socket[300];
	uint32_t first;
	bool keep, only_open, only_start, json;
	struct figure v[FIGURES_MAX];
	size_t n;
	_Atomic unsigned in_flight;
	double samples[ASKED];
};

static void die(const char *what, int err)
{
	(void)fprintf(stderr, "bench_fleet: %s: %s\n", what, st_strerror(err));
	exit(1);
}

static void figure(struct bench *b, const char *name, double value, const char *unit)
{
	if (b->n < FIGURES_MAX)
		b->v[b->n++] = (struct figure){ name, unit, value };
	if (!b->json) {
		(void)printf("    %-46s %12.2f %s\n", name, value, unit);
		(void)fflush(stdout);
	}
}

static double cpu_s(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* --- size ---------------------------------------------------------------------------------- */

static double pss_mb(void)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	char line[128];
	long kb = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Pss: %ld", &kb) == 1)
			break;
	if (f)
		(void)fclose(f);
	return (double)kb / 1024;
}

static double disk_mb(const struct bench *b)
{
	static const char *const names[] = { "posture.db", "posture.db-wal" };
	double sum = 0;
	char path[400];
	struct stat st;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", b->dir, names[i]);
		if (stat(path, &st) == 0)
			sum += (double)st.st_size;
	}
	return sum / 1e6;
}

/* --- loading ------------------------------------------------------------------------------- */

static void done(void *ctx, int err)
{
	struct bench *b = ctx;

	b->in_flight--;
	if (err)
		die("commit", err);
}

static void submit_all(struct bench *b, uint32_t from, uint32_t n,
		       struct report *(*make)(const struct population *, struct posture *,
					      uint32_t),
		       const char *seconds, const char *rate)
{
	int64_t began = clock_mono_us();

	for (uint32_t i = from; i < n; i++) {
		struct report *r = make(&b->f, b->p, i);
		int err;

		if (!r)
			die("report", ST_ENOMEM);
		while (b->in_flight >= IN_FLIGHT)
			usleep(50);
		b->in_flight++;
		if ((err = report_submit(r, done, b)) < 0)
			die("submit", err);
	}
	while (b->in_flight)
		usleep(200);
	double s = (double)(clock_mono_us() - began) / 1e6;

	figure(b, seconds, s, "s");
	figure(b, rate, (n - from) / s, "/s");
}

/* --- asking -------------------------------------------------------------------------------- */

static int number_cmp(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void percentiles(struct bench *b, size_t n, const char *p50, const char *p99)
{
	qsort(b->samples, n, sizeof(*b->samples), number_cmp);
	figure(b, p50, b->samples[n / 2], "ms");
	figure(b, p99, b->samples[(n * 99) / 100], "ms");
}

struct asked {
	uint32_t id;
	uint64_t rows, endpoints;
};

static int software_args_read(void *ctx, const struct software_row *row)
{
	struct asked *a = ctx;

	a->id = row->id;
	a->rows++;
	a->endpoints += row->endpoints;
	return 0;
}

static int question_endpoint(void *ctx, const struct endpoint_row *row)
{
	struct asked *a = ctx;

	a->id = row->id;
	a->rows++;
	return 0;
}

typedef void name_fn(const struct population *f, uint32_t i, char *out, uint32_t size);

static void ask_count(struct bench *b, uint32_t i, name_fn *name)
{
	struct asked a = { 0 };
	char pattern[64];
	const struct software_query q = { .glob = pattern };
	int err;

	name(&b->f, i, pattern, sizeof(pattern));
	if ((err = query_software(b->p, &q, software_args_read, &a)) < 0)
		die("count", err);
}

static void ask_who(struct bench *b, uint32_t i, name_fn *name)
{
	struct asked a = { 0 }, who = { 0 };
	char pattern[64];
	const struct software_query q = { .glob = pattern };
	int err;

	name(&b->f, i, pattern, sizeof(pattern));
	if ((err = query_software(b->p, &q, software_args_read, &a)) < 0)
		die("who has", err);
	if (a.id && (err = query_software_endpoints(b->p, WHEN_NOW, a.id, NULL,
						    question_endpoint, &who)) < 0)
		die("who has", err);
}

static void ask_common(struct bench *b, uint32_t i)
{
	ask_count(b, i, population_common);
}

static void ask_some(struct bench *b, uint32_t i)
{
	ask_who(b, i, population_drifted);
}

static void ask_rare(struct bench *b, uint32_t i)
{
	uint32_t n = b->f.endpoints / POPULATION_RARE + 1;

	ask_who(b, (i * 7919u) % n, population_rare);
}

static void ask_inventory(struct bench *b, uint32_t i)
{
	struct asked a = { 0 }, rows = { 0 };
	char name[64];
	int err;

	population_name((uint32_t)((uint64_t)i * 999983u % b->f.endpoints), name,
			sizeof(name));
	if ((err = query_resolve(b->p, WHEN_NOW, name, question_endpoint, &a)) < 0 ||
	    (err = query_inventory(b->p, WHEN_NOW, a.id, software_args_read, &rows)) < 0)
		die("inventory", err);
}

static void ask_stats(struct bench *b, uint32_t i)
{
	struct posture_stats st;

	(void)i;
	posture_stats(b->p, &st);
}

static void ask_api(struct bench *b)
{
	static const struct {
		void (*ask)(struct bench *b, uint32_t i);
		const char *p50, *p99;
	} questions[] = {
		{ ask_common, "count, p50", "count, p99" },
		{ ask_some, "who has a package of some, p50",
		  "who has a package of some, p99" },
		{ ask_rare, "who has a rare package, p50", "who has a rare package, p99" },
		{ ask_inventory, "an endpoint's inventory, p50",
		  "an endpoint's inventory, p99" },
		{ ask_stats, "statistics, p50", "statistics, p99" },
	};

	for (size_t q = 0; q < sizeof(questions) / sizeof(questions[0]); q++) {
		for (uint32_t i = 0; i < ASKED; i++) {
			int64_t began = clock_mono_us();

			questions[q].ask(b, i);
			b->samples[i] = (double)(clock_mono_us() - began) / 1e3;
		}
		percentiles(b, ASKED, questions[q].p50, questions[q].p99);
	}
}

/* --- as an administrator asks -------------------------------------------------------------- */

/* Runs stancectl, start of the program included; its answer is read by nobody. */
static void ctl(struct bench *b, char *const words[])
{
	char *argv[10] = { "stancectl", "--socket", b->socket };
	posix_spawn_file_actions_t fa;
	pid_t pid;
	int status, n = 3;

	while (*words && n < 9)
		argv[n++] = *words++;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 1, "/dev/null", 1, 0);
	if (posix_spawn(&pid, BUILD_DIR "/stancectl", &fa, NULL, argv, environ) != 0 ||
	    waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) > 5)
		die("stancectl", ST_EIO);
	posix_spawn_file_actions_destroy(&fa);
}

static void ctl_help(struct bench *b, uint32_t i)
{
	(void)i;
	ctl(b, (char *[]){ "--version", NULL });
}

static void ctl_count(struct bench *b, uint32_t i)
{
	char name[64];

	population_common(&b->f, i, name, sizeof(name));
	ctl(b, (char *[]){ "software", name, NULL });
}

static void ctl_rare(struct bench *b, uint32_t i)
{
	char name[64];

	population_rare(&b->f, (i * 7919u) % (b->f.endpoints / POPULATION_RARE + 1), name,
			sizeof(name));
	ctl(b, (char *[]){ "software", "--endpoints", name, NULL });
}

static void ctl_inventory(struct bench *b, uint32_t i)
{
	char name[64];

	population_name((uint32_t)((uint64_t)i * 999983u % b->f.endpoints), name,
			sizeof(name));
	ctl(b, (char *[]){ "endpoint", name, "software", NULL });
}

static void ctl_status(struct bench *b, uint32_t i)
{
	(void)i;
	ctl(b, (char *[]){ "status", NULL });
}

static void ask_ctl(struct bench *b)
{
	static const struct {
		void (*ask)(struct bench *b, uint32_t i);
		const char *p50, *p99;
	} questions[] = {
		{ ctl_help, "stancectl --version, p50", "stancectl --version, p99" },
		{ ctl_count, "stancectl software NAME, p50", "stancectl software NAME, p99" },
		{ ctl_rare, "stancectl software RARE --endpoints, p50",
		  "stancectl software RARE --endpoints, p99" },
		{ ctl_inventory, "stancectl endpoint NAME software, p50",
		  "stancectl endpoint NAME software, p99" },
		{ ctl_status, "stancectl status, p50", "stancectl status, p99" },
	};
	const struct admin_server_conf conf = { .path = b->socket };
	const struct admin_env env = { .posture = b->p };
	int err;

	(void)snprintf(b->socket, sizeof(b->socket), "%s/admin.sock", b->dir);
	(void)unlink(b->socket);
	if ((err = admin_server_open(&conf, &env, &b->server)) < 0)
		die("socket", err);
	for (size_t q = 0; q < sizeof(questions) / sizeof(questions[0]); q++) {
		for (uint32_t i = 0; i < ASKED_CTL; i++) {
			int64_t began = clock_mono_us();

			questions[q].ask(b, i);
			b->samples[i] = (double)(clock_mono_us() - began) / 1e3;
		}
		percentiles(b, ASKED_CTL, questions[q].p50, questions[q].p99);
	}
	admin_server_close(b->server);
	(void)unlink(b->socket);
}

/* --- life ---------------------------------------------------------------------------------- */

static void open_posture(struct bench *b)
{
	char err_msg[512];

	if (posture_open(&b->conf, &b->p, err_msg, sizeof(err_msg)) < 0) {
		(void)fprintf(stderr, "bench_fleet: %s\n", err_msg);
		exit(1);
	}
}

static void load(struct bench *b)
{
	double cpu = cpu_s();

	open_posture(b);
	submit_all(b, b->first, b->f.endpoints, population_first, "first reports",
		   "first reports a second");
	figure(b, "processor time of each, making it included",
	       (cpu_s() - cpu) * 1e6 / (b->f.endpoints - b->first), "us");
	submit_all(b, 0, b->f.endpoints / 100 + 1, population_change, "one of 100 changes",
		   "changes a second");
	figure(b, "PSS after loading", pss_mb(), "MB");
	int64_t began = clock_mono_us();

	posture_close(b->p);
	figure(b, "close", (double)(clock_mono_us() - began) / 1e6, "s");
	(void)malloc_trim(0);
}

static void start(struct bench *b)
{
	double cpu = cpu_s(), before = pss_mb();
	int64_t began = clock_mono_us();
	struct posture_stats st;

	open_posture(b);
	figure(b, "start", (double)(clock_mono_us() - began) / 1e6, "s");
	figure(b, "start, processor time", cpu_s() - cpu, "s");
	figure(b, "PSS, started", pss_mb(), "MB");
	figure(b, "PSS, less what was there before", pss_mb() - before, "MB");
	posture_stats(b->p, &st);
	b->f.endpoints = (uint32_t)st.endpoints;
	figure(b, "endpoints", (double)st.endpoints, "");
	figure(b, "software", (double)st.software, "");
	figure(b, "sets", (double)st.sets, "");
	figure(b, "changes", (double)st.seq, "");
	figure(b, "memory by its own count", (double)st.memory / 1e6, "MB");
	figure(b, "of these: dictionary", (double)st.parts.dictionary / 1e6, "MB");
	figure(b, "of these: sets", (double)st.parts.sets / 1e6, "MB");
	figure(b, "of these: bitmaps", (double)st.parts.bitmaps / 1e6, "MB");
	figure(b, "of these: endpoints", (double)st.parts.endpoints / 1e6, "MB");
	figure(b, "of these: texts", (double)st.parts.texts / 1e6, "MB");
	figure(b, "disk", disk_mb(b), "MB");
}

static void remove_dir(const struct bench *b)
{
	static const char *const names[] = { "posture.db", "posture.db-wal", "posture.db-shm",
					     "posture.db.lock" };
	char path[400];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", b->dir, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(b->dir);
}

static int settings(struct bench *b, int argc, char **argv)
{
	uint32_t packages = 1000, endpoints = 10000;
	int c;

	while ((c = getopt(argc, argv, "d:kosjp:f:")) != -1) {
		switch (c) {
		case 'd':
			(void)snprintf(b->dir, sizeof(b->dir), "%s", optarg);
			break;
		case 'k':
			b->keep = true;
			break;
		case 'o':
			b->only_open = b->keep = true;
			break;
		case 's':
			b->only_open = b->keep = b->only_start = true;
			break;
		case 'j':
			b->json = true;
			break;
		case 'f':
			b->first = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'p':
			packages = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		default:
			return ST_EVALUE;
		}
	}
	if (optind < argc)
		endpoints = (uint32_t)strtoul(argv[optind], NULL, 10);
	if (!endpoints || !packages || b->first >= endpoints || (b->only_open && !*b->dir))
		return ST_EVALUE;
	return population_init(&b->f, endpoints, packages);
}

static void prepare(struct bench *b)
{
	if (!*b->dir) {
		(void)snprintf(b->dir, sizeof(b->dir), "/tmp/stance-fleet-XXXXXX");
		if (!mkdtemp(b->dir))
			die("directory", ST_EIO);
	} else {
		(void)mkdir(b->dir, 0700);
	}
	log_set_level(LOG_L_ERROR);
	conf_dir_set(b->dir);
	state_dir_set(b->dir);
	setenv("LD_LIBRARY_PATH", BUILD_DIR "/.libs", 1);
	posture_conf_init(&b->conf);
	(void)snprintf(b->conf.plugin_dir, sizeof(b->conf.plugin_dir), "%s",
		       BUILD_DIR "/.libs");
	b->conf.queue_octets = 2000000000;
}

static void print_json(const struct bench *b)
{
	(void)printf("{");
	for (size_t i = 0; i < b->n; i++)
		(void)printf("%s\"%s%s%s\": %.3f", i ? ", " : "", b->v[i].name,
			     *b->v[i].unit ? ", " : "", b->v[i].unit, b->v[i].value);
	(void)printf("}\n");
}

int main(int argc, char **argv)
{
	static struct bench b;

	if (settings(&b, argc, argv) < 0) {
		(void)fprintf(stderr, "usage: bench_fleet [-d DIR] [-kosj] [-f N] [-p "
				      "PACKAGES] [ENDPOINTS]\n");
		return 2;
	}
	prepare(&b);
	if (!b.only_open)
		load(&b);
	start(&b);
	if (!b.only_start) {
		ask_api(&b);
		ask_ctl(&b);
	}
	posture_close(b.p);
	if (b.json)
		print_json(&b);
	population_free(&b.f);
	if (!b.keep)
		remove_dir(&b);
	return 0;
}
