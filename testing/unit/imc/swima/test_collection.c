/* SPDX-License-Identifier: BSD-2-Clause */
/* Sources, snapshot and ledger together. */
#include "unit.h"

#include "imc/swima/response.h"
#include "imc/swima/collection.h"

#include "base/clock.h"
#include "base/err.h"
#include "wire/swima_events.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/test_collection.XXXXXX";
static char ledger[64];
static const char *const sources[] = { "dpkg", NULL };

static void quiet(void *ctx, enum log_level level, const char *line)
{
	(void)ctx;
	(void)level;
	(void)line;
}

static int make_root(void **state)
{
	char cmd[200];

	(void)state;
	log_set_sink(quiet, NULL);
	if (!mkdtemp(root))
		return -1;
	snprintf(ledger, sizeof(ledger), "%s/ledger.db", root);
	snprintf(cmd, sizeof(cmd), "mkdir -p '%s/var/lib/dpkg/updates'", root);
	return system(cmd);
}

static int drop_root(void **state)
{
	char cmd[200];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", root);
	return system(cmd);
}

static int drop_ledger(void **state)
{
	char cmd[200];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -f '%s'*", ledger);
	return system(cmd);
}

/* Installs exactly this: pairs of name and version, ended by NULL. */
static void install(const char *const *software)
{
	char path[128], tmp[140];
	FILE *f;

	snprintf(path, sizeof(path), "%s/var/lib/dpkg/status", root);
	snprintf(tmp, sizeof(tmp), "%s-new", path);
	f = fopen(tmp, "w");
	assert_non_null(f);
	for (; *software; software += 2)
		fprintf(f,
			"Package: %s\nStatus: install ok installed\nArchitecture: all\n"
			"Version: %s\nMaintainer: Lab\n\n",
			software[0], software[1]);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(rename(tmp, path), 0);
}

#define INSTALL(...) install((const char *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

static struct collection *must_open(const char *file, size_t max)
{
	struct collection_conf conf = {
		.source = { .root = root, .max_octets = 256 << 20 },
		.rules = { .regid = "lab.example", .platform = { "debian", "12", "m", "m" } },
		.maker = "Lab",
		.sources = sources,
		.ledger = file,
		.max_records = max,
		.max_events = 1000,
	};
	struct collection *c = NULL;

	assert_int_equal(collection_open(&conf, &c), 0);
	return c;
}

static void refresh(struct collection *c)
{
	const char *err_msg;

	assert_int_equal(collection_refresh(c, &err_msg), 0);
	assert_null(err_msg);
}

/* Record Identifier of a package; 0: not installed. */
static uint32_t number(struct collection *c, const char *tag)
{
	struct swima_record rec;
	char id[256];

	snprintf(id, sizeof(id), "lab.example__debian-12-all-%s", tag);
	for (size_t i = 0; i < collection_count(c); i++) {
		collection_record(c, i, &rec);
		if (span_eq(rec.id, span_str(id)))
			return rec.record_id;
	}
	return 0;
}

static void test_changes(void **state)
{
	struct collection *c;
	uint32_t a, b, epoch;

	(void)state;
	INSTALL("a", "1", "b", "1");
	c = must_open(ledger, 100);
	refresh(c);
	a = number(c, "a@1");
	b = number(c, "b@1");
	epoch = collection_epoch(c);
	assert_true(a && b && a != b);

	INSTALL("b", "1", "a", "1"); /* only the order differs */
	refresh(c);
	assert_int_equal(collection_epoch(c), epoch);
	assert_int_equal(number(c, "a@1"), a);

	INSTALL("a", "2", "b", "1"); /* an upgrade is other software */
	refresh(c);
	assert_int_equal(collection_epoch(c), epoch);
	assert_int_equal(collection_last_eid(c), 2);
	assert_int_equal(number(c, "b@1"), b);
	assert_true(number(c, "a@2") > b);
	assert_int_equal(number(c, "a@1"), 0);

	INSTALL("a", "1", "b", "1"); /* a downgrade gets a new number */
	refresh(c);
	assert_true(number(c, "a@1") > a);

	INSTALL();
	refresh(c);
	assert_int_equal(collection_count(c), 0);
	collection_close(c);
}

/* The same version with another maintainer: altered, but the same record. A package that sorts
 * before all known ones is new. */
static void test_altered(void **state)
{
	struct collection *c;
	uint32_t b, epoch;
	char cmd[200];

	(void)state;
	INSTALL("b", "1", "c", "1");
	c = must_open(ledger, 100);
	refresh(c);
	b = number(c, "b@1");
	epoch = collection_epoch(c);
	snprintf(cmd, sizeof(cmd),
		 "cd '%s/var/lib/dpkg' && sed 's/Lab/Other/' status >s && mv s status", root);
	assert_int_equal(system(cmd), 0);
	refresh(c);
	assert_int_equal(collection_epoch(c), epoch);
	assert_int_equal(collection_last_eid(c), 2);
	assert_int_equal(number(c, "b@1"), b);
	collection_close(c);
	c = must_open(ledger, 100); /* the ledger has the new content */
	refresh(c);
	assert_int_equal(collection_epoch(c), epoch);
	assert_int_equal(collection_last_eid(c), 2);
	INSTALL("a", "1", "b", "1");
	refresh(c);
	assert_int_equal(number(c, "b@1"), b);
	assert_true(number(c, "a@1") > b);
	collection_close(c);
}

/* The clock is set forward by years and back, while software changes and between runs: events
 * keep their order and numbers, and no event has a time before the last scan. */
static void test_clock(void **state)
{
	static const int64_t times[] = { 1800000000, 4102444800, 1700000000, 5, 1800000001 };
	struct collection *c = must_open(ledger, 100);
	struct ledger_event ev;
	uint32_t epoch, n = 0;

	(void)state;
	clock_fake(1790000000 * CLOCK_SEC);
	INSTALL("a", "0");
	refresh(c);
	epoch = collection_epoch(c);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		char version[8];

		clock_fake(times[i] * CLOCK_SEC);
		snprintf(version, sizeof(version), "%zu", i + 1);
		INSTALL("a", version);
		if (i % 2) { /* between runs */
			collection_close(c);
			c = must_open(ledger, 100);
		}
		refresh(c);
		assert_int_equal(collection_last_eid(c), 2 * (i + 1));
	}
	assert_int_equal(collection_epoch(c), epoch);
	assert_int_equal(collection_events(c, 1), 0);
	for (; collection_event_next(c, &ev) > 0; n++) {
		assert_int_equal(ev.eid, n + 1);
		assert_int_equal(ev.action, n % 2 ? SWIMA_CREATION : SWIMA_DELETION);
		assert_true(ev.at == times[n / 2] * CLOCK_SEC);
	}
	collection_events_end(c);
	assert_int_equal(n, 10);
	collection_close(c);
	clock_fake(0);
}

/* A system without dpkg has an empty inventory; this is a valid response. */
static void test_no_source(void **state)
{
	struct collection_conf conf = { .source = { .root = "/nonexistent" },
					.rules = { .regid = "lab.example" },
					.maker = "Lab",
					.sources = sources,
					.ledger = "",
					.max_records = 1,
					.max_events = 4 };
	struct collection *c = NULL;

	(void)state;
	assert_int_equal(collection_open(&conf, &c), 0);
	refresh(c);
	assert_int_equal(collection_count(c), 0);
	collection_close(c);
}

/* After a restart unchanged software is unchanged, and changes are detected. */
static void test_restart(void **state)
{
	struct collection *c;
	uint32_t b, epoch;

	(void)state;
	INSTALL("a", "1", "b", "1");
	c = must_open(ledger, 100);
	refresh(c);
	b = number(c, "b@1");
	epoch = collection_epoch(c);
	collection_close(c);
	c = must_open(ledger, 100);
	refresh(c);
	assert_int_equal(collection_epoch(c), epoch);
	assert_int_equal(number(c, "b@1"), b);
	collection_close(c);
	INSTALL("b", "1", "c", "1");
	c = must_open(ledger, 100);
	refresh(c);
	assert_int_equal(collection_epoch(c), epoch);
	assert_int_equal(collection_last_eid(c), 2);
	assert_int_equal(number(c, "b@1"), b);
	assert_true(number(c, "c@1") > b);
	collection_close(c);
}

/* The ledger's file is damaged at run time: the collector continues in a new epoch. */
static void test_ledger_lost(void **state)
{
	struct collection *c;
	uint32_t epoch;
	FILE *f;

	(void)state;
	INSTALL("a", "1");
	c = must_open(ledger, 100);
	refresh(c);
	epoch = collection_epoch(c);
	f = fopen(ledger, "w");
	assert_non_null(f);
	fputs("gone", f);
	assert_int_equal(fclose(f), 0);
	INSTALL("a", "1", "b", "1");
	refresh(c);
	assert_int_equal(collection_count(c), 2);
	assert_int_not_equal(collection_epoch(c), epoch);
	assert_true(number(c, "b@1") > 0);
	collection_close(c);
}

/* A failed scan keeps the old state, and the next one tries again. */
static void test_too_many(void **state)
{
	struct collection *c;
	const char *err_msg;

	(void)state;
	INSTALL("a", "1", "b", "1");
	c = must_open("", 2);
	refresh(c);
	INSTALL("a", "1", "b", "1", "c", "1");
	assert_int_equal(collection_refresh(c, &err_msg), ST_ELIMIT);
	assert_non_null(err_msg);
	assert_int_equal(collection_count(c), 2);
	INSTALL("c", "1");
	refresh(c);
	assert_int_equal(collection_count(c), 1);
	collection_close(c);
}

/* A duplicate in the database is not a second instance. */
static void test_doubled(void **state)
{
	struct collection *c;

	(void)state;
	INSTALL("a", "1", "b", "1", "a", "2");
	c = must_open("", 100);
	refresh(c);
	assert_int_equal(collection_count(c), 2);
	assert_true(number(c, "a@1") > 0);
	collection_close(c);
}

static void test_unknown_source(void **state)
{
	static const char *const unknown[] = { "nosuch", NULL };
	struct collection_conf conf = { .source = { .root = root },
					.sources = unknown,
					.ledger = "" };
	struct collection *c = NULL;

	(void)state;
	assert_int_equal(collection_open(&conf, &c), ST_ECONF);
	assert_null(c);
	collection_close(NULL);
}

static void write_many(size_t n)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/var/lib/dpkg/status", root);
	f = fopen(path, "w");
	assert_non_null(f);
	for (size_t i = 0; i < n; i++)
		fprintf(f,
			"Package: package-%zu\nStatus: install ok installed\n"
			"Maintainer: Lab <lab@lab.example>\nArchitecture: amd64\n"
			"Version: 1.%zu-1\nDescription: the same for all\n and long\n\n",
			i, i);
	assert_int_equal(fclose(f), 0);
}

/* Fifty thousand packages, all requested by name: no step has quadratic cost. */
static void test_many(void **state)
{
	enum { N = 50000 };
	struct swima_request q = { .flags = SWIMA_IDENTIFIERS, .count = N, .request_id = 1 };
	struct span *ids = calloc(N, sizeof(*ids));
	struct wr text = { 0 }, w = { 0 };
	int64_t began = clock_mono_us();
	struct collection *c;
	struct swima_record rec;
	struct response_params how = { 0 };
	struct rd r;

	(void)state;
	assert_non_null(ids);
	write_many(N);
	c = must_open(ledger, N);
	refresh(c);
	assert_int_equal(collection_count(c), N);
	for (size_t i = 0; i < N; i++) {
		collection_record(c, i, &rec);
		ids[i] = rec.id;
	}
	assert_int_equal(swima_request_encode(&text, &q, ids), 0);
	r = rd_over(wr_span(&text));
	assert_int_equal(swima_request_decode(&r, &q), 0);
	assert_int_equal(response_write(&w, c, &q, &how), 0);
	assert_true(w.len > (size_t)N * 40);
	assert_true(clock_mono_us() - began < 60 * CLOCK_SEC);
	wr_reset(&w);
	wr_reset(&text);
	free(ids);
	collection_close(c);
}

UNIT_GROUP(collection)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_changes, drop_ledger),
		cmocka_unit_test_teardown(test_altered, drop_ledger),
		cmocka_unit_test_setup_teardown(test_clock, drop_ledger, drop_ledger),
		cmocka_unit_test(test_no_source),
		cmocka_unit_test_teardown(test_restart, drop_ledger),
		cmocka_unit_test_teardown(test_ledger_lost, drop_ledger),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_doubled),
		cmocka_unit_test(test_unknown_source),
		cmocka_unit_test_teardown(test_many, drop_ledger),
	};

	return cmocka_run_group_tests(tests, make_root, drop_root);
}
