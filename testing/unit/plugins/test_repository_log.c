/* The write-ahead log of the SQLite plugin. */
#include "posture/fixture.h"
#include "base/clock.h"

#include <stdio.h>
#include <sys/stat.h>

static off_t size_of(struct fixture *f, const char *name)
{
	struct stat st;

	return stat(fixture_path(f, name), &st) == 0 ? st.st_size : 0;
}

/* The log is moved into the file while commits go on, and begins anew. */
static void test_log_is_moved(void **state)
{
	char value[4000];
	struct fixture f;
	off_t octets = 0, longest = 0;
	int64_t began = clock_mono_us();

	(void)state;
	memset(value, 'x', sizeof(value));
	fixture_init(&f, "synchronous = off\nwal_pages = 100\n");
	fixture_open(&f);
	/* ten times what the log may have, and on until it has been moved or is late */
	for (int i = 0; octets < 1000 * 4096 || (size_of(&f, "posture.db") < octets / 2 &&
						 clock_mono_us() - began < 20 * CLOCK_SEC);
	     i++) {
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
	assert_true(size_of(&f, "posture.db") >= octets / 2);
	assert_true(longest < octets);
	fixture_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_is_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
