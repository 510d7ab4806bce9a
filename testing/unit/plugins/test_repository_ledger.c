/* SPDX-License-Identifier: BSD-2-Clause */
/* Ledgers in the repository: a file of the first version, views, damage, and a writer that is
 * killed while it follows events. */
#include "posture/fixture.h"
#include "base/err.h"
#include "base/log.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define EPOCH 0x5a5a

static sqlite3 *open_file(const struct fixture *f)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(fixture_path(f, "posture.db"), &db), SQLITE_OK);
	return db;
}

static void run_sql(const struct fixture *f, const char *sql)
{
	sqlite3 *db = open_file(f);

	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

/* The first column of the first row of sql as text, compared with want. */
static void check_sql(const struct fixture *f, const char *sql, const char *want)
{
	sqlite3 *db = open_file(f);
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(st, 0), want);
	sqlite3_finalize(st);
	sqlite3_close(db);
}

static void add_event(struct report *r, uint32_t eid, enum event_action action,
		      const char *identifier)
{
	const struct event ev = {
		.eid = eid,
		.happened_at = 1000000,
		.action = action,
		.software = { .identifier = S(identifier), .name = S(identifier) },
	};

	assert_int_equal(report_event(r, &ev), 0);
}

static void commit_events(struct fixture *f, uint32_t first, uint32_t last, uint32_t eid,
			  enum event_action action, const char *identifier)
{
	struct report *r = fixture_report(f, "a.example");

	report_events(r, &(struct events_head){ EPOCH, first, last, last, 0 });
	add_event(r, eid, action, identifier);
	report_events_end(r);
	assert_int_equal(fixture_commit(f, r), 0);
}

/* bash twice, vim; a missing event and one after it. */
static void make(struct fixture *f)
{
	struct report *r;

	fixture_init(f, "synchronous = off\n");
	fixture_open(f);
	r = fixture_report(f, "a.example");
	report_inventory(r, &(struct inventory_head){ EPOCH, 10, 0 });
	fixture_software(r, "bash", "bash", "1");
	fixture_software(r, "bash", "bash", "1");
	fixture_software(r, "vim", "vim", "1");
	report_inventory_end(r);
	assert_int_equal(fixture_commit(f, r), 0);
	commit_events(f, 11, 12, 12, EVENT_DELETED, "zsh");
	posture_close(f->p);
	f->p = NULL;
}

static void test_views(void **state)
{
	struct fixture f;

	(void)state;
	make(&f);
	check_sql(&f,
		  "SELECT group_concat(name || '*' || instances, ' ') FROM"
		  " (SELECT * FROM endpoint_software ORDER BY name)",
		  "bash*2 vim*1");
	check_sql(&f,
		  "SELECT endpoint || ' ' || epoch || ' ' || contiguous_eid || ' ' ||"
		  " highest_eid || ' ' || has_gap || ' ' || beyond_gap FROM ledgers",
		  "a.example 23130 10 12 1 [[12,12]]");
	check_sql(&f, "SELECT instances FROM ledger", "[[1,2],[3,-1]]");
	check_sql(&f,
		  "SELECT change || ' ' || eid || ' ' || number_was || ' ' || number || ' ' ||"
		  " happened_at FROM changes WHERE eid = 12",
		  "software-instances 12 0 -1 1970-01-01T00:00:01.000Z");
	fixture_free(&f);
}

static void test_damage(void **state)
{
	static const char *const damage[] = {
		"UPDATE ledger SET ranges = '[[12,11]]'",
		"UPDATE ledger SET ranges = '[[11,12]]'",
		"UPDATE ledger SET ranges = '[[12,13]]'",
		"UPDATE ledger SET ranges = '[[12,12],[12,12]]'",
		"UPDATE ledger SET ranges = '[[-12,12]]'",
		"UPDATE ledger SET ranges = '[[12,12'",
		"UPDATE ledger SET ranges = '[12,12]'",
		"UPDATE ledger SET ranges = '[[12,12],]'",
		"UPDATE ledger SET ranges = '[[12,99999999999]]'",
		"UPDATE ledger SET ranges = 'x'",
		"UPDATE ledger SET highest_eid = 9",
		"UPDATE ledger SET instances = '[[1,1],[3,-1]]'",
		"UPDATE ledger SET instances = '[[3,2]]'",
		"UPDATE ledger SET instances = '[[1,-2]]'",
		"UPDATE ledger SET instances = '[[9,2]]'",
		"UPDATE ledger SET instances = '[[0,2]]'",
		"UPDATE ledger SET instances = '[[1,4294967295]]'",
		"PRAGMA foreign_keys=OFF; UPDATE ledger SET endpoint = 7",
	};
	struct fixture f;
	char err_msg[512];

	(void)state;
	for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		make(&f);
		run_sql(&f, damage[i]);
		if (posture_open(&f.conf, &f.p, err_msg, sizeof(err_msg)) != ST_EDB)
			fail_msg("%s", damage[i]);
		fixture_free(&f);
	}
	make(&f);
	run_sql(&f, "DELETE FROM ledger"); /* as if there had been no events after a gap */
	fixture_open(&f);
	fixture_free(&f);
}

static void load_version_1(struct fixture *f)
{
	FILE *in = fopen(TESTING_DIR "/fixtures/repository/version-1.sql", "r");
	char text[65536];
	size_t n;

	assert_non_null(in);
	n = fread(text, 1, sizeof(text) - 1, in);
	text[n] = '\0';
	fclose(in);
	run_sql(f, text);
}

static int software_rows_count(void *ctx, const struct software_row *row)
{
	(void)row;
	++*(unsigned *)ctx;
	return 0;
}

/* A file of the first version. */
static void test_version_1(void **state)
{
	struct freshness fresh;
	const struct software_query all = { .when = AS_OF(1795300605302000),
					    .glob = "*",
					    .fresh = &fresh };
	struct endpoint_state known;
	struct endpoint_row row;
	struct fixture f;
	char err_msg[256];
	unsigned n = 0;

	(void)state;
	fixture_init(&f, "check = yes\n");
	load_version_1(&f);
	fixture_open(&f);
	assert_int_equal(posture_check(f.p, err_msg, sizeof(err_msg)), 0);
	assert_int_equal(posture_known(f.p, "dns:a.example", &known), 0);
	assert_int_equal(known.epoch, EPOCH);
	assert_int_equal(known.contiguous_eid, 12);
	assert_int_equal(known.highest_eid, 12);
	assert_false(known.has_gap || known.followed);
	assert_true(known.inventory_at != 0);
	assert_int_equal(posture_known(f.p, "dns:c.example", &known), 0);
	assert_false(known.has_inventory);
	assert_int_equal(fixture_count(&f, WHEN_NOW, "zsh"), 1);
	assert_true(fixture_endpoint(&f, KNOWN_AT(1795300605302000), "a.example", &row) != 0);
	assert_int_equal(row.software_count, 3); /* the past is there, too */
	assert_true(fixture_endpoint(&f, AS_OF(1795300605302000), "a.example", &row) != 0);
	assert_int_equal(row.complete_through,
			 1795300605237321); /* and how far it was known */
	assert_int_equal(query_software(f.p, &all, software_rows_count, &n), 0);
	assert_int_equal(fresh.complete_through, 1795300605237321);
	commit_events(&f, 13, 13, 13, EVENT_CREATED, "zsh");
	assert_int_equal(fixture_count(&f, WHEN_NOW, "zsh"), 2);
	posture_close(f.p);
	f.p = NULL;
	check_sql(&f, "SELECT max(version) FROM schema_version", "8");
	check_sql(&f, "SELECT number_was FROM change WHERE seq = 13", "1795300605237321");
	check_sql(&f, "SELECT count(*) FROM ledger", "2");
	check_sql(&f, "SELECT platform FROM endpoints WHERE name = 'c.example'", "FreeBSD 14");
	check_sql(&f, "SELECT count(*) FROM results WHERE rule = 'os.min_version'", "2");
	check_sql(&f, "SELECT change FROM changes ORDER BY seq DESC LIMIT 1 OFFSET 1",
		  "software-added");
	check_sql(&f, "SELECT sum(instances) FROM endpoint_software", "7");
	fixture_open(&f);
	assert_int_equal(fixture_count(&f, WHEN_NOW, "zsh"), 2);
	fixture_free(&f);
}

/* --- kill -9 ----------------------------------------------------------------------------- */

#define PACKAGES 50

/* The endpoint: event n installs a package, or removes it where it is installed. */
static unsigned package_of(uint32_t eid)
{
	return eid * 7 % PACKAGES + (eid % 3 == 0 ? eid / 3 % 5 : 0);
}

static void replay(uint32_t eid, bool has[2 * PACKAGES])
{
	memset(has, 0, 2 * PACKAGES * sizeof(*has));
	for (uint32_t i = 1; i <= eid; i++)
		has[package_of(i)] ^= true;
}

struct told {
	int fd;
	uint32_t eid;
};

static void tell(void *ctx, int err)
{
	struct told *t = ctx;

	if (!err && write(t->fd, &t->eid, sizeof(t->eid)) != sizeof(t->eid))
		_exit(3);
	free(t);
}

static void submit(struct report *r, int fd, uint32_t eid)
{
	struct told *t = calloc(1, sizeof(*t));

	*t = (struct told){ fd, eid };
	if (report_submit(r, tell, t) < 0)
		_exit(4);
}

/* Follows the endpoint from the last EID in the repository; writes durable EIDs to fd. */
static void child(struct fixture *f, int fd)
{
	struct endpoint_state known;
	bool has[2 * PACKAGES];
	char name[32];

	log_set_level(LOG_L_ERROR);
	fixture_open(f);
	(void)posture_known(f->p, "dns:a.example", &known);
	if (!known.has_inventory) {
		struct report *r = fixture_report(f, "a.example");

		report_inventory(r, &(struct inventory_head){ EPOCH, 0, 0 });
		report_inventory_end(r);
		submit(r, fd, 0);
	}
	replay(known.contiguous_eid, has);
	for (uint32_t next = known.contiguous_eid + 1;;) {
		struct report *r = fixture_report(f, "a.example");
		uint32_t n = 1 + (uint32_t)rand() % 5;

		report_events(r, &(struct events_head){ EPOCH, next, next + n - 1,
							next + n - 1, 0 });
		for (; n > 0; n--, next++) {
			unsigned p = package_of(next);

			(void)snprintf(name, sizeof(name), "pkg-%u", p);
			add_event(r, next, has[p] ? EVENT_DELETED : EVENT_CREATED, name);
			has[p] ^= true;
		}
		report_events_end(r);
		submit(r, fd, next - 1);
		if (rand() % 8 == 0)
			(void)fixture_commit(f, NULL);
	}
}

static int check_row(void *ctx, const struct software_row *row)
{
	bool *has = ctx;
	char text[32];
	unsigned p;

	(void)snprintf(text, sizeof(text), "%.*s", (int)row->name.n, row->name.p);
	assert_int_equal(sscanf(text, "pkg-%u", &p), 1);
	assert_true(has[p]);
	assert_int_equal(row->instances, 1);
	has[p] = false;
	return 0;
}

static uint32_t check_state(struct fixture *f)
{
	struct endpoint_state known;
	bool has[2 * PACKAGES];
	char err_msg[256], want[64];

	fixture_open(f);
	(void)posture_known(f->p, "dns:a.example", &known);
	assert_false(known.has_gap);
	replay(known.contiguous_eid, has);
	if (known.has_inventory)
		assert_int_equal(query_inventory(f->p, WHEN_NOW, known.id, check_row, has), 0);
	for (unsigned i = 0; i < 2 * PACKAGES; i++)
		assert_false(has[i]);
	assert_int_equal(posture_check(f->p, err_msg, sizeof(err_msg)), 0);
	posture_close(f->p);
	f->p = NULL;
	/* each event once, none left out */
	(void)snprintf(want, sizeof(want), "%u %u", known.contiguous_eid,
		       known.contiguous_eid);
	check_sql(f,
		  "SELECT count(*) || ' ' || count(DISTINCT eid) FROM change"
		  " WHERE kind IN (5, 6)",
		  want);
	return known.contiguous_eid;
}

static void test_kill(void **state)
{
	const char *env = getenv("STANCE_KILLS");
	unsigned kills = env ? (unsigned)atoi(env) : 8;
	uint32_t last = 0;
	struct fixture f;

	(void)state;
	log_set_level(LOG_L_ERROR);
	srand((unsigned)getpid());
	fixture_init(&f, "");
	for (unsigned i = 0; i < kills; i++) {
		uint32_t eid, told = 0;
		int fd[2], status;
		pid_t pid;

		assert_int_equal(pipe(fd), 0);
		assert_true((pid = fork()) >= 0);
		if (pid == 0) {
			close(fd[0]);
			child(&f, fd[1]);
			_exit(0);
		}
		close(fd[1]);
		usleep(1000 + (unsigned)rand() % 150000);
		assert_int_equal(kill(pid, SIGKILL), 0);
		while (read(fd[0], &eid, sizeof(eid)) == sizeof(eid))
			told = eid;
		close(fd[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		last = check_state(&f);
		assert_true(last >= told);
	}
	log_set_level(LOG_L_INFO);
	assert_true(last > 0);
	fixture_free(&f);
}

UNIT_GROUP(repository_ledger)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_views),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_version_1),
		cmocka_unit_test(test_kill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
