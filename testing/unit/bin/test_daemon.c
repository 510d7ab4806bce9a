#include "unit.h"

#include "base/err.h"
#include "bin/daemon.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* One at a time; who comes after the end of the other gets it, although the file is there. */
static void test_lock(void **state)
{
	char dir[] = "/tmp/stance-daemon-XXXXXX", path[64], file[80];
	int one, two;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/pid", dir);
	(void)snprintf(file, sizeof(file), "%s.lock", path);
	assert_int_equal(daemon_lock(path, &one), 0);
	assert_int_equal(daemon_lock(path, &two), ST_EBUSY);
	assert_int_equal(two, -1);
	assert_int_equal(close(one), 0);
	assert_int_equal(daemon_lock(path, &two), 0);
	assert_int_equal(close(two), 0);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(daemon_lock(path, &one), ST_EIO);
}

static void test_descriptors(void **state)
{
	struct rlimit before, now;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	now = (struct rlimit){ 100, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
	assert_int_equal(daemon_descriptors(), before.rlim_max);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
	assert_true(now.rlim_cur == before.rlim_max && now.rlim_max == before.rlim_max);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
