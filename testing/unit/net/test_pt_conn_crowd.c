/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "base/clock.h"
#include "pt_lab.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* Very many at once: who has said hello waits for those before (net/hello.h). */

static void test_many(void **state)
{
	enum { N = 150 };
	static struct side server[N], client[N];

	(void)state;
	limits.handshake_s = limits.negotiation_s = 20; /* on a busy machine too */
	for (int i = 0; i < N; i++)
		open_pair(&server[i], &client[i]);
	for (int i = 0; i < N; i++)
		assert_true(lab_run_until(&loop, &client[i].ready, 20000));
	for (int i = 0; i < N; i++)
		close_both(&server[i], &client[i]);
}

/* The first octets of a handshake that nobody goes on with; false: the peer has gone. */
static bool says_hello(int fd)
{
	static const uint8_t waiter[] = { 0x16, 0x03, 0x01, 0x02, 0x00, 0x01 };

	return send(fd, waiter, sizeof(waiter), MSG_NOSIGNAL) == (ssize_t)sizeof(waiter);
}

/* A crowd whose first octets are there, of which the loop has read and let wait all but a
 * few. */
static void crowd(struct side *server, int *peer, int n)
{
	for (int i = 0; i < n; i++) {
		int fd[2];

		lab_pair(fd);
		open_side(&server[i], &server_conf, fd[0]);
		peer[i] = fd[1];
		assert_true(says_hello(fd[1]));
	}
	uv_run(&loop.uv, UV_RUN_NOWAIT);
}

static int closed(const struct side *server, int n)
{
	int sum = 0;

	for (int i = 0; i < n; i++)
		sum += server[i].closed;
	return sum;
}

enum { CROWD = 3 * HELLOS_A_ROUND };

/* The time for a handshake begins with its turn. */
static void test_turns(void **state)
{
	struct side server[CROWD] = { { 0 } };
	int peer[CROWD];

	(void)state;
	limits.handshake_s = 20;
	crowd(server, peer, CROWD);
	assert_non_null(loop.hellos.first);
	limits.handshake_s = 1; /* of those who have waited */
	for (int i = 0; i < CROWD / HELLOS_A_ROUND; i++)
		uv_run(&loop.uv, UV_RUN_NOWAIT);
	assert_null(loop.hellos.first);
	assert_int_equal(closed(server, CROWD), 0);
	for (int i = 0; i < 100 && closed(server, CROWD) < CROWD - HELLOS_A_ROUND; i++)
		lab_run_for(&loop, 50);
	assert_int_equal(closed(server, CROWD), CROWD - HELLOS_A_ROUND);
	for (int i = 0; i < CROWD; i++) {
		if (server[i].conn)
			pt_conn_abort(server[i].conn, ST_ETIMEOUT, "over");
		assert_true(lab_run_until(&loop, &server[i].closed, 3000));
		assert_int_equal(server[i].err, ST_ETIMEOUT);
		close(peer[i]);
	}
}

/* What it keeps meanwhile is counted; who hangs up, or is closed, waits no longer. */
static void test_gone_while_waiting(void **state)
{
	struct side server[CROWD] = { { 0 } };
	struct budget memory;
	int peer[CROWD];

	(void)state;
	budget_init(&memory, 1024 * 1024);
	server_conf.memory = &memory;
	crowd(server, peer, CROWD);
	assert_in_range(memory.used, 1, 1024 * 1024);
	assert_non_null(loop.hellos.first);
	for (int i = 0; i < CROWD; i++) {
		if (i % 3 == 0)
			pt_conn_abort(server[i].conn, ST_ENOMEM, "gone");
		else if (i % 3 == 1)
			pt_conn_close(server[i].conn, 0, "stops");
		else
			close(peer[i]);
	}
	for (int i = 0; i < CROWD; i++) {
		assert_true(lab_run_until(&loop, &server[i].closed, 3000));
		if (i % 3 != 2)
			close(peer[i]);
	}
	assert_null(loop.hellos.first);
	assert_int_equal(memory.used, 0);
}

/* Nobody waits for ever. */
static void test_wait_is_bounded(void **state)
{
	struct side server[CROWD] = { { 0 } };
	int peer[CROWD];

	(void)state;
	limits.waiting_s = 1;
	crowd(server, peer, CROWD);
	assert_non_null(loop.hellos.first);
	uv_idle_stop(&loop.hellos.idle); /* a loop that has no time for hellos */
	for (int i = 0; i < CROWD; i++) {
		assert_true(lab_run_until(&loop, &server[i].closed, 3000));
		assert_int_equal(server[i].err, ST_ETIMEOUT);
		close(peer[i]);
	}
	assert_null(loop.hellos.first);
}

/* Who comes from an address in doubt waits, while others do not; and then is served. */
static void test_doubt(void **state)
{
	struct sockaddr_in loopback = { .sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct side server[3] = { { 0 } }, client[3] = { { 0 } };

	(void)state;
	limits.handshake_s = limits.negotiation_s = 20;
	assert_int_equal(address_penalty_open(&server_conf.penalty), 0);
	handshake_queue_set_interval(&loop.hellos, 1000);
	for (int i = 0; i < STANDING_DOUBT; i++)
		(void)address_penalty_failed(server_conf.penalty, (struct sockaddr *)&loopback,
					     clock_mono_us());
	open_pair(&server[0], &client[0]);
	assert_true(
		lab_run_until(&loop, &client[0].ready, 20000)); /* the first turn is free */
	assert_true(pt_conn_served(server[0].conn));
	open_pair(&server[1], &client[1]);
	for (int i = 0; i < 20 && !loop.hellos.penalized; i++)
		lab_run_for(&loop, 10);
	assert_int_equal(loop.hellos.penalized, 1);
	assert_false(pt_conn_served(server[1].conn));
	for (int i = 0; i < STANDING_DOUBT; i++)
		address_penalty_succeeded(server_conf.penalty, (struct sockaddr *)&loopback,
					  clock_mono_us());
	open_pair(&server[2], &client[2]); /* nobody is in doubt any more */
	assert_true(lab_run_until(&loop, &client[2].ready, 20000));
	assert_true(lab_run_until(&loop, &client[1].ready, 20000));
	for (int i = 0; i < 3; i++)
		close_both(&server[i], &client[i]);
	address_penalty_close(server_conf.penalty);
}

UNIT_GROUP(pt_conn_crowd)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, pt_lab_setup, pt_lab_teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_many),
		CASE(test_turns),
		CASE(test_gone_while_waiting),
		CASE(test_wait_is_bounded),
		CASE(test_doubt),
	};

	return cmocka_run_group_tests(tests, lab_setup, lab_teardown);
}
