/* SPDX-License-Identifier: BSD-2-Clause */
/* Long-lived clients: streams, long queries, and how they end. */
#include "local.h"
#include "admin/server/response.h"
#include "admin/socket.h"
#include "base/clock.h"
#include "unit/admin/fake_posture.h"

#include <sys/socket.h>
#include <unistd.h>

#define FOLLOW "{\"stance\":1,\"command\":\"changes\",\"args\":{\"follow\":true}}\n"

/* Waits until there are n followers. */
static void check_followers(int want)
{
	int64_t deadline = clock_mono_us() + 5 * CLOCK_SEC;

	while (fake_posture.followers != want && clock_mono_us() < deadline)
		usleep(2000);
	assert_int_equal(fake_posture.followers, want);
}

/* A client that only shuts down its sending side gets its answer. A disconnect is detected at
 * once. */
static void test_follower_leaves(void **state)
{
	int fd = connect_raw();
	int64_t start;

	(void)state;
	send_text(fd, FOLLOW);
	shutdown(fd, SHUT_WR);
	check_followers(1);
	usleep(100000);
	check_followers(1);
	start = clock_mono_us();
	close(fd);
	check_followers(0);
	assert_in_range(clock_mono_us() - start, 0, CLOCK_SEC / 2);
	check_alive();
}

/* Likewise during a query without rows. */
static void test_asker_leaves(void **state)
{
	int64_t start;
	int fd[4];

	(void)state;
	fake_posture.endless = true;
	for (int i = 0; i < 4; i++)
		send_text(fd[i] = connect_raw(), "{\"stance\":1,\"command\":\"changes\"}\n");
	usleep(50000);
	start = clock_mono_us();
	for (int i = 0; i < 4; i++)
		close(fd[i]);
	for (int i = 0; i < 4; i++)
		check_alive(); /* all slots are free again */
	assert_in_range(clock_mono_us() - start, 0, CLOCK_SEC);
}

/* A follower that does not read is dropped, and nothing is buffered for it. */
static void test_follower_does_not_read(void **state)
{
	int64_t start = clock_mono_us();
	int fd = connect_raw();
	char *got;

	(void)state;
	fake_posture.many = 100000;
	send_text(fd, "{\"stance\":1,\"command\":\"changes\",\"args\":{\"follow\":true,"
		      "\"since\":\"2026-01-01\"}}\n");
	check_followers(1);
	check_followers(0);
	assert_in_range(clock_mono_us() - start, CLOCK_SEC / 2, 4 * CLOCK_SEC);
	got = receive_all(fd);
	assert_null(strstr(got, "\"exit\""));
	assert_in_range(strlen(got), 1, 4 << 20); /* at most the socket's buffer */
	free(got);
	check_alive();
}

/* Followers take at most half of the slots. */
static void test_followers_bounded(void **state)
{
	int fd[2], extra;

	(void)state;
	for (int i = 0; i < 2; i++)
		send_text(fd[i] = connect_raw(), FOLLOW);
	check_followers(2);
	send_text(extra = connect_raw(), FOLLOW);
	check_received(
		extra,
		"{\"exit\":4,\"rows\":0,\"text\":\"too many clients follow the journal");
	check_alive();
	check_followers(2);
	close(fd[0]);
	close(fd[1]);
	check_followers(0);
}

/* Followers are notified when the manager stops. Those that do not read do not delay it. */
static void test_follower_hears_the_end(void **state)
{
	int fd = connect_raw();

	(void)state;
	send_text(fd, FOLLOW);
	check_followers(1);
	admin_server_close(server);
	server = NULL;
	check_received(fd, "{\"exit\":4,\"rows\":0,\"text\":\"the manager is stopping\"}");
	assert_int_equal(fake_posture.followers, 0);
}

/* Two keep-alive lines without changes. */
static void test_keep_alive(void **state)
{
	struct admin_request r = { .command = command_find("changes") };
	struct admin_fault f;
	struct wr line = { 0 };
	char buf[200] = "";
	int fd = connect_raw();
	int64_t deadline = clock_mono_us() + (ADMIN_ALIVE_S + 3) * CLOCK_SEC;

	(void)state;
	assert_int_equal(request_set(&r, "follow", NULL, &f), 0);
	assert_int_equal(request_finish(&r, NULL, &f), 0);
	assert_int_equal(request_encode(&r, &line), 0);
	assert_int_equal(socket_send(fd, wr_span(&line), deadline), 0);
	while (!strstr(buf, "{\"alive\":true}\n")) {
		ssize_t n;

		assert_int_equal(socket_wait(fd, deadline), 0);
		n = recv(fd, buf, sizeof(buf) - 1, 0);
		assert_true(n > 0);
		buf[n] = '\0';
	}
	close(fd);
	wr_reset(&line);
	request_reset(&r);
}

UNIT_GROUP_THREADED(stay)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_follower_leaves, local_setup,
						local_teardown),
		cmocka_unit_test_setup_teardown(test_asker_leaves, local_setup,
						local_teardown),
		cmocka_unit_test_setup_teardown(test_follower_does_not_read, local_setup,
						local_teardown),
		cmocka_unit_test_setup_teardown(test_followers_bounded, local_setup,
						local_teardown),
		cmocka_unit_test_setup_teardown(test_follower_hears_the_end, local_setup,
						local_teardown),
		cmocka_unit_test_setup_teardown(test_keep_alive, local_setup, local_teardown),
	};

	return cmocka_run_group_tests(tests, local_group_setup, local_group_teardown);
}
