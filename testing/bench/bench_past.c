/* SPDX-License-Identifier: BSD-2-Clause */
/* A year of a fleet in the repository, and questions about its beginning: what does the past
 * cost?
 *
 *	bench_past [-d DIR] [-u UPGRADES] [ENDPOINTS]
 *
 * -d DIR   keep the repository in DIR (made if need be); when there is one, only ask
 * -u N     how often in the year each endpoint upgrades the popular package (12)
 * ENDPOINTS  how many (10000)
 *
 * Each endpoint has 20 packages and upgrades the popular one in the course of each of N equal
 * parts of the year, at a moment of its own; every twentieth event is told two days late. */
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "posture/identity.h"
#include "posture/posture.h"
#include "posture/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define PACKAGES 20
#define IN_FLIGHT 4096
#define YEAR (INT64_C(365) * 86400 * CLOCK_SEC)
#define DAY (INT64_C(86400) * CLOCK_SEC)

static struct posture *p;
static _Atomic unsigned in_flight;
static int64_t begun; /* when the year began */
static unsigned upgrades = 12, endpoints = 10000;

static void die(const char *what, int err)
{
	(void)fprintf(stderr, "bench_past: %s: %s\n", what, st_strerror(err));
	exit(1);
}

static double cpu_s(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void done(void *ctx, int err)
{
	(void)ctx;
	in_flight--;
	if (err)
		die("commit", err);
}

static struct report *report_of(unsigned endpoint)
{
	struct identity who;
	char name[64];
	struct report *r;

	(void)snprintf(name, sizeof(name), "host%07u.example.org", endpoint);
	if (identity_from_value(IDENTITY_FQDN, span_str(name), &who) < 0)
		die("identity", ST_EVALUE);
	r = report_new(p, &who);
	identity_free(&who);
	if (!r)
		die("report", ST_ENOMEM);
	return r;
}

static void submit(struct report *r)
{
	int err;

	while (in_flight >= IN_FLIGHT)
		usleep(50);
	in_flight++;
	if ((err = report_submit(r, done, NULL)) < 0)
		die("submit", err);
}

static struct software popular(unsigned version, char text[2][64])
{
	(void)snprintf(text[0], 64, "example.org__popular-1.%u", version);
	(void)snprintf(text[1], 64, "1.%u", version);
	return (struct software){
		.identifier = span_str(text[0]),
		.name = span_str("popular"),
		.version = span_str(text[1]),
		.type = span_str("deb"),
		.record_id = version + 1,
	};
}

static void first_report(unsigned endpoint)
{
	struct report *r = report_of(endpoint);
	char text[2][64], id[64];
	struct software s = popular(0, text);

	(void)report_fact(r, FACT_PLATFORM, span_str("Debian GNU/Linux 12 (bookworm) x86_64"));
	(void)report_inventory(r, &(struct inventory_head){ 1, 0, 0 });
	(void)report_software(r, &s);
	for (unsigned i = 1; i < PACKAGES; i++) {
		(void)snprintf(id, sizeof(id), "example.org__package%u-1", i);
		(void)report_software(r, &(struct software){ .identifier = span_str(id),
							     .record_id = 1000 + i });
	}
	(void)report_inventory_end(r);
	submit(r);
}

static void upgrade(unsigned endpoint, unsigned n, int64_t now)
{
	struct report *r = report_of(endpoint);
	struct events_head head = { 1, 2 * n + 1, 2 * n + 2, 2 * n + 2, 0 };
	int64_t happened = endpoint % 20 ? now - CLOCK_SEC : now - 2 * DAY;
	char text[2][64];
	struct event ev = { .eid = 2 * n + 1, .happened_at = happened };

	(void)report_events(r, &head);
	ev.action = EVENT_DELETED;
	ev.software = popular(n, text);
	(void)report_event(r, &ev);
	ev.eid++;
	ev.action = EVENT_CREATED;
	ev.software = popular(n + 1, text);
	(void)report_event(r, &ev);
	(void)report_events_end(r);
	submit(r);
}

/* The clock moves a little after each report, so that commits have moments of their own. */
static void live(void)
{
	int64_t step = YEAR / upgrades / endpoints, now = begun;
	int64_t began = clock_mono_us();

	for (unsigned i = 0; i < endpoints; i++) {
		clock_fake(begun + i);
		first_report(i);
	}
	for (unsigned n = 0; n < upgrades; n++)
		for (unsigned i = 0; i < endpoints; i++) {
			clock_fake(now += step);
			upgrade(i, n, now);
		}
	while (in_flight)
		usleep(200);
	clock_fake(0);
	(void)printf("    %-46s %12.1f s\n", "a year",
		     (double)(clock_mono_us() - began) / 1e6);
}

/* --- asking -------------------------------------------------------------------------------- */

static int software_rows_count(void *ctx, const struct software_row *row)
{
	*(uint64_t *)ctx += row->endpoints;
	return 0;
}

static int count_endpoint(void *ctx, const struct endpoint_row *row)
{
	(void)row;
	++*(uint64_t *)ctx;
	return 0;
}

static int count_window(void *ctx, const struct exposure_row *row)
{
	(void)row;
	++*(uint64_t *)ctx;
	return 0;
}

static void show(const char *what, int err, int64_t began, double cpu, uint64_t n)
{
	if (err < 0)
		die(what, err);
	(void)printf("    %-46s %12.1f ms %10.1f ms of processor %10llu\n", what,
		     (double)(clock_mono_us() - began) / 1e3, (cpu_s() - cpu) * 1e3,
		     (unsigned long long)n);
}

#define ASK(what, call)                                                                       \
	do {                                                                                  \
		int64_t began_ = clock_mono_us();                                             \
		double cpu_ = cpu_s();                                                        \
		uint64_t n = 0;                                                               \
		int err_ = call;                                                              \
		show(what, err_, began_, cpu_, n);                                            \
	} while (0)

static void ask(void)
{
	const struct when beginning = { begun + 10 * DAY, 0 },
			  middle = { begun + YEAR / 2, 0 };
	struct version_range *range = NULL;
	struct freshness fresh;

	if (version_range_parse(span_str("< 1.2"), &range) < 0)
		die("range", ST_ENOMEM);
	for (int again = 0; again < 2; again++) {
		struct software_query q = { .glob = "popular" };

		(void)printf("  %s\n", again ? "again" : "for the first time");
		ASK("popular, now", query_software(p, &q, software_rows_count, &n));
		q.when = middle;
		ASK("popular, half a year back",
		    query_software(p, &q, software_rows_count, &n));
		q.when = beginning;
		ASK("popular, a year back", query_software(p, &q, software_rows_count, &n));
		q.when.known_at = begun + YEAR / 2;
		ASK("as known half a year back",
		    query_software(p, &q, software_rows_count, &n));
		q.when.known_at = 0;
		q.range = range;
		ASK("popular < 1.2, a year back",
		    query_software(p, &q, software_rows_count, &n));
		q.range = NULL;
		q.glob = "*";
		ASK("all software, a year back",
		    query_software(p, &q, software_rows_count, &n));
		q.glob = "popular";
		ASK("who lacks it, a year back", query_lacking(p, &q, count_endpoint, &n));
		ASK("how fresh all were, a year back",
		    query_freshness(p, beginning, NULL, 1, &fresh));
	}
	const struct exposure_query e = { .software = { .glob = "popular", .range = range },
					  .from = begun,
					  .to = begun + 10 * DAY };

	ASK("exposure to popular < 1.2 in ten days", query_exposure(p, &e, count_window, &n));
	ASK("all endpoints, a year back",
	    query_endpoints(p, beginning, NULL, count_endpoint, &n));
	version_range_free(range);
}

static void open_in(const char *dir)
{
	struct posture_conf c;
	char err_msg[512];

	posture_conf_init(&c);
	(void)snprintf(c.plugin_dir, sizeof(c.plugin_dir), "%s", BUILD_DIR "/.libs");
	conf_dir_set(dir);
	state_dir_set(dir);
	if (posture_open(&c, &p, err_msg, sizeof(err_msg)) < 0) {
		(void)fprintf(stderr, "bench_past: %s\n", err_msg);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	char temporary[] = "/tmp/stance-bench-past-XXXXXX", path[300], command[400];
	const char *dir = NULL;
	struct posture_stats st;
	struct stat file;
	int c;

	while ((c = getopt(argc, argv, "d:u:")) != -1)
		if (c == 'd')
			dir = optarg;
		else if (c == 'u')
			upgrades = (unsigned)strtoul(optarg, NULL, 10);
		else
			return 2;
	if (optind < argc)
		endpoints = (unsigned)strtoul(argv[optind], NULL, 10);
	if (!endpoints || !upgrades)
		return 2;
	log_set_level(LOG_L_WARN);
	/* the year began on a day that does not move, so that -d finds it again */
	begun = INT64_C(1735689600) * CLOCK_SEC;
	if (dir)
		(void)mkdir(dir, 0700);
	else if (!mkdtemp(temporary))
		return 1;
	open_in(dir ? dir : temporary);
	posture_stats(p, &st);
	(void)printf("  %u endpoints, %u upgrades of one package each\n", endpoints, upgrades);
	if (!st.seq)
		live();
	posture_stats(p, &st);
	(void)snprintf(path, sizeof(path), "%s/posture.db", dir ? dir : temporary);
	posture_close(p);
	open_in(dir ? dir : temporary);
	(void)printf("    %-46s %12llu\n", "lines of the journal", (unsigned long long)st.seq);
	if (stat(path, &file) == 0)
		(void)printf("    %-46s %12.0f MB\n", "repository",
			     (double)file.st_size / 1e6);
	ask();
	posture_close(p);
	(void)snprintf(command, sizeof(command), "rm -r '%s'", temporary);
	return dir || system(command) == 0 ? 0 : 1;
}
