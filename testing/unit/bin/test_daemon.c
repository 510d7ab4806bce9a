#include "unit.h"

#include "base/err.h"
#include "bin/daemon.h"

#include <stdio.h>
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
