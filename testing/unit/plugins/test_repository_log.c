/* SPDX-License-Identifier: BSD-2-Clause */
/* The write-ahead log of the SQLite plugin. */
#include "posture/fixture.h"

#include <stdio.h>
#include <sys/stat.h>

static off_t size_of(struct fixture *f, const char *name)
{
	struct stat st;

	return stat(fixture_path(f, name), &st) == 0 ? st.st_size : 0;
}

#define WANTED 100        /* pages in the log */
#define FRAME (4096 + 24) /* octets of a page in it */
#define MOST                                                                                  \
	(4 * WANTED + WANTED) /* the writer waits at four times wal_pages; plus a commit */

/* The log is moved into the file during commits, and restarts. Its length is limited, however
 * slow the thread that moves it is. */
static void test_log_is_moved(void **state)
{
	char value[4000];
	struct fixture f;
	off_t octets = 0, longest = 0;

	(void)state;
	memset(value, 'x', sizeof(value));
	fixture_init(&f, "synchronous = off\nwal_pages = 100\n");
	fixture_open(&f);
	for (int i = 0; octets < 4 * (off_t)MOST * FRAME; i++) {
		struct report *r = fixture_report(&f, "a.example");
		char name[32];

		(void)snprintf(name, sizeof(name), "fact.%d", i % 50);
		value[0] = (char)('a' + i % 26);
		report_fact(r, name, span_of(value, sizeof(value)));
		assert_int_equal(fixture_commit(&f, r), 0);
		octets += sizeof(value);
		if (size_of(&f, "posture.db-wal") > longest)
			longest = size_of(&f, "posture.db-wal");
	}
	assert_true(longest <= (off_t)MOST * FRAME);
	assert_true(size_of(&f, "posture.db") >= octets / 2);
	fixture_free(&f);
}

UNIT_GROUP(repository_log)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_is_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
