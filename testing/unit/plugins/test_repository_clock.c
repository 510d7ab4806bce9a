/* SPDX-License-Identifier: BSD-2-Clause */
/* A journal that was written with a wrong clock. */
#include "posture/fixture.h"
#include "base/clock.h"
#include "base/log.h"

#include <sqlite3.h>

static void commit_inventory(struct fixture *f, const char *name, const char *const *packages,
			     int want)
{
	struct report *r = fixture_report(f, name);

	assert_int_equal(report_inventory(r, &(struct inventory_head){ 1, 1, 0 }), 0);
	for (; *packages; packages++)
		fixture_software(r, *packages, *packages, "1");
	assert_int_equal(report_inventory_end(r), 0);
	report_fact(r, FACT_PLATFORM, S("Debian GNU/Linux 12"));
	report_assessment(r, VERDICT_COMPLIANT, ACCESS_ALLOWED);
	assert_int_equal(fixture_commit(f, r), want);
}

/* The repair that the README gives. */
static void repair_clock(const struct fixture *f)
{
	static const char sql[] =
		"CREATE TEMP TABLE now AS SELECT unixepoch() * 1000000 AS t;\n"
		"UPDATE change SET number = t, number_was = min(number_was, t) FROM now\n"
		"WHERE kind = 7 AND number > t;\n"
		"UPDATE change SET number_was = t FROM now\n"
		"WHERE kind IN (5, 6) AND number_was > t;\n"
		"UPDATE change SET known_at = t FROM now WHERE known_at > t;\n"
		"UPDATE ledger SET inventory_at = t FROM now WHERE inventory_at > t;\n"
		"UPDATE endpoint SET first_seen = min(first_seen, t), last_contact = t,\n"
		"complete_through = min(complete_through, t) FROM now WHERE last_contact > "
		"t;\n";
	char *err_msg = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(fixture_path(f, "posture.db"), &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &err_msg) != SQLITE_OK)
		fail_msg("%s", err_msg);
	sqlite3_close(db);
}

/* A journal written with the clock in the future keeps its order, and its times can be
 * repaired. */
static void test_wrong_clock(void **state)
{
	static const char *const one[] = { "bash", NULL }, *const two[] = { "vim", NULL };
	static const char *const three[] = { "zsh", NULL };
	int64_t now = clock_wall_us(), future = now + 86400 * CLOCK_SEC, repaired;
	struct fixture f;

	(void)state;
	log_set_level(LOG_L_WARN);
	fixture_init(&f, "");
	fixture_open(&f);
	clock_fake(now - 10 * CLOCK_SEC);
	commit_inventory(&f, "a.example", one, 0);
	clock_fake(future);
	commit_inventory(&f, "a.example", two, 0);
	clock_fake(now);
	posture_close(f.p);
	fixture_open(&f); /* logs it and continues */
	commit_inventory(&f, "a.example", three, 0);
	assert_int_equal(fixture_last_known(&f), future + 1);
	assert_int_equal(fixture_count(&f, (struct when){ future, 0 }, "vim"), 1);
	assert_int_equal(fixture_count(&f, WHEN_NOW, "zsh"), 1);
	posture_close(f.p);
	clock_fake(0);
	repair_clock(&f);
	fixture_open(&f);
	repaired = fixture_last_known(&f);
	assert_true(repaired <= clock_wall_us());
	assert_int_equal(fixture_count(&f, (struct when){ now - 5 * CLOCK_SEC, 0 }, "bash"),
			 1);
	commit_inventory(&f, "a.example", one, 0);
	assert_true(fixture_last_known(&f) > repaired &&
		    fixture_last_known(&f) <= clock_wall_us() + 1);
	assert_int_equal(fixture_count(&f, (struct when){ repaired, 0 }, "zsh"), 1);
	assert_int_equal(fixture_count(&f, WHEN_NOW, "bash"), 1);
	log_set_level(LOG_L_INFO);
	fixture_free(&f);
}

UNIT_GROUP(repository_clock)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
