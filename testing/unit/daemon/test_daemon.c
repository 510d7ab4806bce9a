/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "base/err.h"
#include "daemon/daemon.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* One process has the lock. After its end another process gets the lock, although the file
 * exists. */
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

/* Notifications on a socket in the file system and on an abstract one. */
static void check_notify(const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char text[128] = "";

	assert_true(fd >= 0);
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", name);
	if (name[0] == '@')
		at.sun_path[0] = '\0';
	assert_int_equal(
		bind(fd, (struct sockaddr *)&at,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
		0);
	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
	daemon_ready("running");
	daemon_reloading();
	daemon_stopping();
	assert_int_equal(recv(fd, text, sizeof(text), MSG_DONTWAIT), 22);
	assert_memory_equal(text, "READY=1\nSTATUS=running", 22);
	assert_true(recv(fd, text, sizeof(text), MSG_DONTWAIT) > 0);
	assert_memory_equal(text, "RELOADING=1\nMONOTONIC_USEC=", 27);
	assert_int_equal(recv(fd, text, sizeof(text), MSG_DONTWAIT), 10);
	assert_memory_equal(text, "STOPPING=1", 10);
	assert_int_equal(close(fd), 0);
	assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
}

static void test_notify(void **state)
{
	char dir[] = "/tmp/stance-daemon-XXXXXX", name[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(name, sizeof(name), "%s/notify", dir);
	check_notify(name);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(rmdir(dir), 0);
	(void)snprintf(name, sizeof(name), "@%s", dir);
	check_notify(name);
	assert_int_equal(setenv("NOTIFY_SOCKET", "nonsense", 1), 0);
	daemon_stopping(); /* no receiver: no effect */
	assert_int_equal(setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1), 0);
	daemon_stopping();
	assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
}

UNIT_GROUP(daemon)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_notify),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
