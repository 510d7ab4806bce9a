/* SPDX-License-Identifier: BSD-2-Clause */
/* How many events a second become durable, what each costs, and how soon it can be seen: event
 * reports of many endpoints through posture's public interface into the SQLite plugin on this
 * machine's disk.
 *
 * Usage: bench_events [--endpoints N] [--packages N] [--threads N] [--batch N] [--seconds S]
 *                     [--rate EVENTS/S (0: as many as go)] [--dir DIR] [--json] */
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "posture/core.h"
#include "posture/identity.h"
#include "posture/query.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX 16
#define BUCKETS 400  /* of a histogram, each 4 % wider than the one before */
#define WINDOW 16384 /* reports of one producer that wait for the disk, at most */
#define STRIDE                                                                                \
	7919 /* between one endpoint and the next, so that neighbours do not report together */
#define VERSIONS 8 /* of each package, so that the dictionary does not grow for ever */

/* Microseconds, by their logarithm. */
struct histogram {
	_Atomic uint64_t n[BUCKETS];
};

struct producer {
	pthread_t thread;
	unsigned first, n;       /* its endpoints */
	_Atomic unsigned flying; /* reports */
};

struct flight {
	struct producer *from;
	int64_t at;
};

static struct {
	struct posture *p;
	unsigned endpoints, packages, threads, batch, seconds, rate;
	const char *dir;
	bool json;
	struct identity *who;
	uint32_t *eid; /* the last event of each endpoint */
	struct producer producers[THREADS_MAX];
	struct histogram done, visible, commit;
	_Atomic uint64_t events, busy;
	_Atomic bool stop;
} b = { .endpoints = 10000, .packages = 1000, .threads = 2, .batch = 4, .seconds = 5 };

static struct repository_plugin timed; /* the SQLite plugin with a clock on its append */
static const struct repository_plugin *real;

static void die(const char *what, int err)
{
	(void)fprintf(stderr, "bench_events: %s: %s\n", what, st_strerror(err));
	exit(1);
}

/* --- histograms --------------------------------------------------------------------------- */

static void histogram_add(struct histogram *h, int64_t us)
{
	double edge = 1;
	int i = 0;

	while (i < BUCKETS - 1 && (double)us > edge) {
		edge *= 1.04;
		i++;
	}
	h->n[i]++;
}

/* The upper edge of the bucket that holds this share of all, in milliseconds. */
static double histogram_at(const struct histogram *h, double share)
{
	uint64_t all = 0, seen = 0;
	double edge = 1;

	for (int i = 0; i < BUCKETS; i++)
		all += h->n[i];
	for (int i = 0; i < BUCKETS; i++, edge *= 1.04)
		if ((seen += h->n[i]) && (double)seen >= share * (double)all)
			return edge / 1e3;
	return 0;
}

/* --- what is measured --------------------------------------------------------------------- */

static int timed_append(struct repository *r, const struct repository_batch *batch,
			char *err_msg, size_t err_msg_len)
{
	int64_t began = clock_mono_us();
	int err = real->append(r, batch, err_msg, err_msg_len);

	histogram_add(&b.commit, clock_mono_us() - began);
	return err;
}

static void open_repository(void)
{
	struct posture_conf c;
	struct plugin pl;
	char err_msg[512];

	posture_conf_init(&c);
	c.queue_octets = 2000000000;
	c.changes_per_day = 2147483647;
	if (plugin_load(&pl, BUILD_DIR "/.libs", "sqlite", err_msg, sizeof(err_msg)) < 0) {
		(void)fprintf(stderr, "%s\n", err_msg);
		exit(1);
	}
	real = pl.repository;
	timed = *real;
	timed.append = timed_append;
	if (posture_open_plugin(&c, &timed, &b.p, err_msg, sizeof(err_msg)) < 0) {
		(void)fprintf(stderr, "%s\n", err_msg);
		exit(1);
	}
}

static double cpu_s(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static double rss_mb(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f && fscanf(f, "%*u %lu", &pages) != 1)
		pages = 0;
	if (f)
		(void)fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static double file_mb(const char *name)
{
	char path[512];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", b.dir, name);
	return stat(path, &st) == 0 ? (double)st.st_size / 1e6 : 0;
}

/* --- the fleet ---------------------------------------------------------------------------- */

static void software_name(char *to, size_t n, unsigned package, unsigned version)
{
	(void)snprintf(to, n, "example.org__package-%u-1.%u-amd64", package, version);
}

static void identity_of(unsigned n, struct identity *who)
{
	char name[64];
	int err;

	(void)snprintf(name, sizeof(name), "host%u.example", n);
	if ((err = identity_from_value(IDENTITY_FQDN, span_str(name), who)) < 0)
		die("identity", err);
}

static void inventory_done(void *ctx, int err)
{
	if (err)
		die("inventory", err);
	--*(_Atomic unsigned *)ctx;
}

/* Everybody begins as a clone of one image. */
static void inventories(void)
{
	static _Atomic unsigned flying;
	char id[80];

	for (unsigned n = 0; n <= b.endpoints; n++) {
		struct report *r;

		identity_of(n, &b.who[n]);
		while (flying > 256)
			usleep(100);
		if (!(r = report_new(b.p, &b.who[n])))
			die("report", ST_ENOMEM);
		(void)report_inventory(r, &(struct inventory_head){ 1, 0, 0 });
		for (unsigned i = 0; i < b.packages; i++) {
			software_name(id, sizeof(id), i, 0);
			(void)report_software(
				r, &(struct software){ .identifier = span_str(id) });
		}
		(void)report_inventory_end(r);
		flying++;
		if (report_submit(r, inventory_done, &flying) < 0)
			die("inventory", ST_EBUSY);
	}
	while (flying)
		usleep(100);
}

/* Every second event takes a version away, the next one brings its successor. */
static void event_add(struct report *r, unsigned endpoint, uint32_t eid)
{
	unsigned nth = (eid - 1) / 2, package = (nth * 7 + endpoint) % b.packages;
	unsigned version = nth / b.packages % VERSIONS;
	struct event ev = { .eid = eid, .happened_at = clock_wall_us() };
	char id[80];

	ev.action = eid % 2 ? EVENT_DELETED : EVENT_CREATED;
	software_name(id, sizeof(id), package, eid % 2 ? version : (version + 1) % VERSIONS);
	ev.software.identifier = span_str(id);
	ev.software.record_id = package + 1;
	(void)report_event(r, &ev);
}

static struct report *events_of(unsigned endpoint, unsigned n)
{
	struct report *r = report_new(b.p, &b.who[endpoint]);
	uint32_t first = b.eid[endpoint] + 1, last = b.eid[endpoint] += n;

	if (!r)
		die("report", ST_ENOMEM);
	(void)report_events(r, &(struct events_head){ 1, first, last, last, clock_wall_us() });
	for (uint32_t eid = first; eid <= last; eid++)
		event_add(r, endpoint, eid);
	(void)report_events_end(r);
	return r;
}

static void events_done(void *ctx, int err)
{
	struct flight *f = ctx;

	if (err)
		die("events", err);
	histogram_add(&b.done, clock_mono_us() - f->at);
	b.events += b.batch;
	f->from->flying--;
	free(f);
}

static void submit(struct producer *pr, unsigned endpoint)
{
	struct flight *f = calloc(1, sizeof(*f));
	int err;

	if (!f)
		die("events", ST_ENOMEM);
	*f = (struct flight){ pr, clock_mono_us() };
	pr->flying++;
	while ((err = report_submit(events_of(endpoint, b.batch), events_done, f)) ==
	       ST_EBUSY) {
		b.eid[endpoint] -= b.batch;
		b.busy++;
		usleep(1000);
	}
	if (err)
		die("events", err);
}

static void *producer_main(void *ctx)
{
	struct producer *pr = ctx;
	int64_t began = clock_mono_us();
	uint64_t sent = 0;

	for (unsigned i = 0; !b.stop; i = (i + STRIDE) % pr->n) {
		while (pr->flying >= WINDOW && !b.stop)
			usleep(500);
		while (b.rate && !b.stop &&
		       (double)sent * b.threads / b.rate >
			       (double)(clock_mono_us() - began) / 1e6)
			usleep(500);
		submit(pr, pr->first + i);
		sent += b.batch;
	}
	while (pr->flying)
		usleep(500);
	return NULL;
}

/* From handing one event in until a query shows it, again and again, beside all the others. */
static void *prober_main(void *ctx)
{
	unsigned me = b.endpoints;
	struct endpoint_state state;

	(void)ctx;
	while (!b.stop) {
		int64_t began = clock_mono_us();

		if (report_submit(events_of(me, 1), NULL, NULL) < 0)
			die("probe", ST_EBUSY);
		do
			usleep(100);
		while (posture_known(b.p, b.who[me].key, &state) == 0 &&
		       state.contiguous_eid < b.eid[me]);
		histogram_add(&b.visible, clock_mono_us() - began);
		usleep(5000);
	}
	return NULL;
}

/* --- the run ------------------------------------------------------------------------------ */

struct outcome {
	double seconds, events, cpu_us, rss_before, rss_after, wal_mb, octets;
	uint64_t queued_max, batches, changes;
};

static void watch(struct outcome *r)
{
	int64_t end = clock_mono_us() + b.seconds * CLOCK_SEC;
	struct posture_stats st;

	while (clock_mono_us() < end) {
		usleep(20000);
		posture_stats(b.p, &st);
		if (st.queued_reports > r->queued_max)
			r->queued_max = st.queued_reports;
		if (file_mb("posture.db-wal") > r->wal_mb)
			r->wal_mb = file_mb("posture.db-wal");
	}
}

static void run(struct outcome *r)
{
	struct posture_stats before, after;
	pthread_t prober;

	posture_stats(b.p, &before);
	double octets = file_mb("posture.db"), cpu = cpu_s();
	int64_t began = clock_mono_us();

	r->rss_before = rss_mb();
	for (unsigned i = 0; i < b.threads; i++) {
		struct producer *pr = &b.producers[i];

		pr->first = (unsigned)((uint64_t)b.endpoints * i / b.threads);
		pr->n = (unsigned)((uint64_t)b.endpoints * (i + 1) / b.threads) - pr->first;
		pthread_create(&pr->thread, NULL, producer_main, pr);
	}
	pthread_create(&prober, NULL, prober_main, NULL);
	watch(r);
	b.stop = true;
	for (unsigned i = 0; i < b.threads; i++)
		pthread_join(b.producers[i].thread, NULL);
	pthread_join(prober, NULL);
	r->seconds = (double)(clock_mono_us() - began) / 1e6;
	posture_stats(b.p, &after);
	r->events = (double)b.events;
	r->cpu_us = (cpu_s() - cpu) * 1e6 / r->events;
	r->rss_after = rss_mb();
	r->batches = after.batches - before.batches;
	r->changes = after.changes - before.changes;
	posture_close(b.p); /* everything is in the one file now */
	r->octets = (file_mb("posture.db") - octets) * 1e6 / r->events;
}

static void print_json(const struct outcome *r)
{
	json_t *o = json_pack(
		"{s:i s:i s:i s:i s:f s:f s:f s:I s:f s:f s:f s:f s:f s:f s:f s:I s:I s:f s:f "
		"s:f s:f}",
		"endpoints", (int)b.endpoints, "packages", (int)b.packages, "threads",
		(int)b.threads, "batch", (int)b.batch, "seconds", r->seconds, "events_per_s",
		r->events / r->seconds, "cpu_us_per_event", r->cpu_us, "commits",
		(json_int_t)r->batches, "commit_p50_ms", histogram_at(&b.commit, 0.5),
		"commit_p99_ms", histogram_at(&b.commit, 0.99), "commit_max_ms",
		histogram_at(&b.commit, 1), "done_p50_ms", histogram_at(&b.done, 0.5),
		"done_p99_ms", histogram_at(&b.done, 0.99), "visible_p50_ms",
		histogram_at(&b.visible, 0.5), "visible_p99_ms",
		histogram_at(&b.visible, 0.99), "queued_max", (json_int_t)r->queued_max,
		"refused", (json_int_t)b.busy, "rss_before_mb", r->rss_before, "rss_after_mb",
		r->rss_after, "wal_max_mb", r->wal_mb, "octets_per_event", r->octets);

	if (!o || json_dumpf(o, stdout, JSON_INDENT(2)) < 0)
		die("report", ST_ENOMEM);
	(void)puts("");
	json_decref(o);
}

static void print(const struct outcome *r)
{
	(void)printf("%u endpoints, %u packages, %u threads, %u events a report: "
		     "%.0f events/s, %.1f us cpu each, %.0f octets each on disk\n",
		     b.endpoints, b.packages, b.threads, b.batch, r->events / r->seconds,
		     r->cpu_us, r->octets);
	(void)printf("  commit    p50 %8.2f ms  p99 %8.2f ms  max %8.2f ms  (%llu of %.0f "
		     "events)\n",
		     histogram_at(&b.commit, 0.5), histogram_at(&b.commit, 0.99),
		     histogram_at(&b.commit, 1), (unsigned long long)r->batches,
		     r->events / (double)(r->batches ? r->batches : 1));
	(void)printf("  done      p50 %8.2f ms  p99 %8.2f ms\n", histogram_at(&b.done, 0.5),
		     histogram_at(&b.done, 0.99));
	(void)printf("  visible   p50 %8.2f ms  p99 %8.2f ms\n", histogram_at(&b.visible, 0.5),
		     histogram_at(&b.visible, 0.99));
	(void)printf("  queue at most %llu reports, refused %llu; memory %.1f to %.1f MB; log "
		     "at most %.1f MB\n",
		     (unsigned long long)r->queued_max, (unsigned long long)b.busy,
		     r->rss_before, r->rss_after, r->wal_mb);
}

static bool options(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "endpoints", 1, 0, 'e' },
		{ "packages", 1, 0, 'p' },
		{ "threads", 1, 0, 't' },
		{ "batch", 1, 0, 'b' },
		{ "seconds", 1, 0, 's' },
		{ "rate", 1, 0, 'r' },
		{ "dir", 1, 0, 'd' },
		{ "json", 0, 0, 'j' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) >= 0) {
		unsigned v = optarg ? (unsigned)strtoul(optarg, NULL, 10) : 0;

		switch (c) {
		case 'e':
			b.endpoints = v;
			break;
		case 'p':
			b.packages = v;
			break;
		case 't':
			b.threads = v;
			break;
		case 'b':
			b.batch = v;
			break;
		case 's':
			b.seconds = v;
			break;
		case 'r':
			b.rate = v;
			break;
		case 'd':
			b.dir = optarg;
			break;
		case 'j':
			b.json = true;
			break;
		default:
			return false;
		}
	}
	return b.endpoints >= b.threads && b.packages && b.batch && b.threads &&
	       b.threads <= THREADS_MAX && optind == argc;
}

static void remove_files(const char *dir)
{
	static const char *const names[] = { "posture.db", "posture.db-wal", "posture.db-shm",
					     "posture.db.lock" };
	char path[512];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(dir);
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/stance-bench-XXXXXX";
	struct outcome r = { 0 };

	if (!options(argc, argv)) {
		(void)fprintf(
			stderr,
			"usage: bench_events [--endpoints N] [--packages N] [--threads N]"
			" [--batch N] [--seconds N] [--rate N] [--dir DIR] [--json]\n");
		return 2;
	}
	if (!b.dir && !(b.dir = mkdtemp(dir)))
		return 1;
	b.who = calloc(b.endpoints + 1, sizeof(*b.who));
	b.eid = calloc(b.endpoints + 1, sizeof(*b.eid));
	if (!b.who || !b.eid)
		die("fleet", ST_ENOMEM);
	log_set_level(LOG_L_ERROR);
	conf_dir_set(b.dir);
	state_dir_set(b.dir);
	open_repository();
	inventories();
	memset(&b.commit, 0, sizeof(b.commit));
	run(&r);
	if (b.json)
		print_json(&r);
	else
		print(&r);
	for (unsigned i = 0; i <= b.endpoints; i++)
		identity_free(&b.who[i]);
	free(b.who);
	free(b.eid);
	remove_files(b.dir);
	return 0;
}
