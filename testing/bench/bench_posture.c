/* SPDX-License-Identifier: BSD-2-Clause */
/* How fast posture takes reports and answers questions, on this machine's disk.
 * Usage: bench_posture [ENDPOINTS [PACKAGES]] (default 2000 and 1000) */
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "posture/identity.h"
#include "posture/posture.h"
#include "posture/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define IMAGES 20
#define IN_FLIGHT 512

static struct posture *p;
static unsigned endpoints = 2000, packages = 1000;
static _Atomic unsigned in_flight;

static double cpu_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void done(void *ctx, int err)
{
	(void)ctx;
	in_flight--;
	if (err) {
		(void)fprintf(stderr, "commit failed: %d\n", err);
		exit(1);
	}
}

static void drain(void)
{
	while (in_flight)
		usleep(200);
}

/* Endpoint n is a clone of one of the images; drift changes a few of its packages. */
static void inventory(struct report *r, unsigned n, unsigned drift)
{
	char id[64], name[32];

	report_inventory(r, &(struct inventory_head){ 1, 1, 0 });
	for (unsigned i = 0; i < packages; i++) {
		unsigned version = (i * 7 + n % IMAGES) % 3 == 0 ? n % IMAGES : 0;

		if (drift && (i + n) % (packages / drift + 1) == 0)
			version = 100 + n % 7;
		(void)snprintf(name, sizeof(name), "package-%u", i);
		(void)snprintf(id, sizeof(id), "example.org__%s-1.%u-amd64", name, version);
		report_software(r, &(struct software){ .identifier = span_str(id),
						       .name = n < 2 * IMAGES
								       ? span_str(name)
								       : (struct span){ 0 } });
	}
	report_inventory_end(r);
}

static void submit_all(const char *what, unsigned drift, int with_inventory)
{
	int64_t began = clock_mono_us();
	double cpu = cpu_s();

	for (unsigned n = 0; n < endpoints; n++) {
		struct identity id;
		struct report *r;
		char name[64];

		while (in_flight >= IN_FLIGHT)
			usleep(50);
		(void)snprintf(name, sizeof(name), "host%u.example", n);
		if (identity_from_value(IDENTITY_FQDN, span_str(name), &id) < 0 ||
		    !(r = report_new(p, &id)))
			exit(1);
		identity_free(&id);
		report_fact(r, FACT_PLATFORM, span_str("Debian GNU/Linux 12 x86_64"));
		if (with_inventory)
			inventory(r, n, drift);
		report_assessment(r, VERDICT_COMPLIANT, ACCESS_ALLOWED);
		in_flight++;
		if (report_submit(r, done, NULL) < 0)
			exit(1);
	}
	drain();
	double s = (double)(clock_mono_us() - began) / 1e6;

	cpu = cpu_s() - cpu;
	(void)printf("%-34s %9.0f reports/s  %7.1f us cpu each\n", what, endpoints / s,
		     cpu * 1e6 / endpoints);
}

static int software_row(void *ctx, const struct software_row *row)
{
	*(uint32_t *)ctx = row->id;
	return 0;
}

static int endpoint_row(void *ctx, const struct endpoint_row *row)
{
	(void)row;
	++*(unsigned *)ctx;
	return 0;
}

static void ask(struct when when, const char *name)
{
	int64_t began = clock_mono_us(), counted;
	const struct software_query q = { .when = when, .glob = "package-1" };
	uint32_t software = 0;
	unsigned n = 0;

	if (query_software(p, &q, software_row, &software) < 0)
		exit(1);
	counted = clock_mono_us();
	if (query_software_endpoints(p, when, software, NULL, endpoint_row, &n) < 0)
		exit(1);
	(void)printf("%-34s %9.2f ms count, %.2f ms for %u endpoints\n", name,
		     (double)(counted - began) / 1e3,
		     (double)(clock_mono_us() - counted) / 1e3, n);
}

static void reopen(const struct posture_conf *c)
{
	int64_t began;
	char err_msg[512];

	posture_close(p);
	began = clock_mono_us();
	if (posture_open(c, &p, err_msg, sizeof(err_msg)) < 0) {
		(void)fprintf(stderr, "%s\n", err_msg);
		exit(1);
	}
	(void)printf("%-34s %9.2f ms\n", "start", (double)(clock_mono_us() - began) / 1e3);
}

static void remove_dir(const char *dir)
{
	static const char *const names[] = { "posture.db", "posture.db-wal", "posture.db-shm",
					     "posture.db.lock" };
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(dir);
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/stance-bench-XXXXXX";
	struct posture_stats st;
	struct posture_conf c;
	int64_t middle;

	if (argc > 1)
		endpoints = (unsigned)strtoul(argv[1], NULL, 10);
	if (argc > 2)
		packages = (unsigned)strtoul(argv[2], NULL, 10);
	if (!endpoints || !packages || !mkdtemp(dir))
		return 2;
	log_set_level(LOG_L_ERROR);
	conf_dir_set(dir);
	state_dir_set(dir);
	posture_conf_init(&c);
	(void)snprintf(c.plugin_dir, sizeof(c.plugin_dir), "%s", BUILD_DIR "/.libs");
	c.queue_octets = 2000000000;
	reopen(&c);
	submit_all("first inventory", 0, 1);
	submit_all("unchanged inventory", 0, 1);
	submit_all("no inventory", 0, 0);
	middle = clock_wall_us();
	submit_all("a few packages changed", 5, 1);
	ask(WHEN_NOW, "who has, now");
	ask((struct when){ 0, middle }, "who has, before the changes");
	reopen(&c);
	posture_stats(p, &st);
	(void)printf(
		"%llu endpoints, %llu software, %llu sets, %llu changes, %.1f MB in memory\n",
		(unsigned long long)st.endpoints, (unsigned long long)st.software,
		(unsigned long long)st.sets, (unsigned long long)st.seq,
		(double)st.memory / 1e6);
	posture_close(p);
	remove_dir(dir);
	return 0;
}
