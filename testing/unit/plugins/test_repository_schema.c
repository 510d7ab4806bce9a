/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps of the SQLite plugin's schema with repositories that are large. */
#include "posture/fixture.h"
#include "plugins/repository_sqlite/sqlite_db.h"
#include "plugins/repository_sqlite/sqlite_schema.h"
#include "sqlite_db.h"
#include "sqlite_schema.h"

#include <stdio.h>

/* Untimed changes of ten endpoints, each confirmed afterwards. */
#define UNTIMED 20000
/* Steps of SQLite's virtual machine: counted at once; for each line, at most. */
#define WORK 1000
#define WORK_MOST 500

/* Interrupts a statement that takes more steps. */
static int count_work(void *ctx)
{
	uint64_t *work = ctx;

	*work += WORK;
	return *work > (uint64_t)WORK_MOST * UNTIMED;
}

/* A repository of version 7 with many lines, as far as the step to 8 looks at it. */
static void fill_version_7(sqlite3 *db)
{
	char sql[1024], err_msg[512];

	assert_int_equal(schema_migrate(db, "file", schema_steps, 7, err_msg, sizeof(err_msg)),
			 0);
	(void)snprintf(
		sql, sizeof(sql),
		"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10)"
		"INSERT INTO endpoint (id, identity, name, first_seq, first_seen,"
		" last_contact, complete_through) SELECT i, i, i, i, 0, 0, 99999999 FROM n;"
		"WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
		"INSERT INTO change (seq, kind, endpoint, known_at, number, number_was)"
		" SELECT 1 + i, iif(i / 10 %% 2, 7, 5), 1 + i %% 10, i, NULL,"
		"  iif(i / 10 %% 2, i, NULL) FROM n",
		2 * UNTIMED - 1);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
}

/* The work of the step to 8 is linear in the number of lines. */
static void test_untimed(void **state)
{
	uint64_t work = 0;
	int64_t right;
	struct fixture f;
	char err_msg[512];
	sqlite3 *db;

	(void)state;
	fixture_init(&f, "");
	assert_int_equal(sqlite3_open(fixture_path(&f, "posture.db"), &db), SQLITE_OK);
	fill_version_7(db);
	sqlite3_progress_handler(db, WORK, count_work, &work);
	assert_int_equal(schema_migrate(db, "file", schema_steps, 8, err_msg, sizeof(err_msg)),
			 0);
	assert_true(work != 0);
	sqlite3_progress_handler(db, 0, NULL, NULL);
	/* the next confirmation of the endpoint is ten lines behind */
	assert_int_equal(sqlite_number(db,
				       "SELECT count(*) FROM change"
				       " WHERE kind = 5 AND number_was = seq - 1 + 10",
				       0, &right),
			 0);
	assert_int_equal(right, UNTIMED);
	sqlite3_close(db);
	fixture_free(&f);
}

UNIT_GROUP(repository_schema)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_untimed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
