/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "net_lab.h"

#include "base/err.h"
#include "net/dialler.h"
#include "net/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* In the place of libc's: counts. */
static unsigned listens;

int listen(int fd, int backlog)
{
	listens++;
	return (int)syscall(SYS_listen, fd, backlog);
}

static struct net_loop loop;
static struct connection_limit *connections;

struct host {
	int fd[512];
	unsigned n;
	bool some;
	struct sockaddr_storage from;
};

static void on_accepted(void *ctx, int fd, const struct sockaddr *from)
{
	struct host *h = ctx;

	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	memcpy(&h->from, from, sizeof(struct sockaddr_in));
	h->fd[h->n++] = fd;
	h->some = true;
}

struct call {
	int fd, err;
	bool done;
	char reason[160];
};

static void on_dialled(void *ctx, int fd, int err, const char *reason)
{
	struct call *c = ctx;

	assert_false(c->done);
	c->done = true;
	c->fd = fd;
	c->err = err;
	(void)snprintf(c->reason, sizeof(c->reason), "%s", reason);
}

static int setup(void **state)
{
	(void)state;
	lab_log_clear();
	assert_int_equal(connection_limit_open(&connections), 0);
	return net_loop_init(&loop);
}

static int teardown(void **state)
{
	(void)state;
	while (uv_run(&loop.uv, UV_RUN_ONCE))
		;
	connection_limit_close(connections);
	return net_loop_reset(&loop);
}

static struct listener *listen_on(const char *address, uint16_t port, struct host *h)
{
	const struct listener_conf conf = {
		.address = address,
		.port = port,
		.connections = connections,
	};
	struct listener *l;

	assert_int_equal(listener_open(&loop, &conf, on_accepted, h, &l), 0);
	assert_int_not_equal(listener_port(l), 0);
	return l;
}

static struct dialler *dial(const char *host, uint16_t port, struct call *c)
{
	const struct dialler_conf conf = { .host = host, .port = port, .timeout_s = 2 };
	struct dialler *d;

	*c = (struct call){ .fd = -1 };
	assert_int_equal(dialler_open(&loop, &conf, on_dialled, c, &d), 0);
	assert_false(c->done);
	return d;
}

static void host_close(struct host *h)
{
	for (unsigned i = 0; i < h->n; i++) {
		close(h->fd[i]);
		connection_limit_leave(connections, (struct sockaddr *)&h->from);
	}
	h->n = 0;
	h->some = false;
}

/* A connection can come from an address of our choice. */
static void test_source(void **state)
{
	const struct sockaddr_in source = { .sin_family = AF_INET,
					    .sin_addr.s_addr = htonl(0x7f010203) };
	struct host h = { 0 };
	struct listener *l = listen_on("127.0.0.1", 0, &h);
	struct dialler_conf conf = { .host = "127.0.0.1",
				     .port = listener_port(l),
				     .timeout_s = 2,
				     .source = (const struct sockaddr *)&source };
	struct call c = { .fd = -1 };
	struct dialler *d;

	(void)state;
	assert_int_equal(dialler_open(&loop, &conf, on_dialled, &c, &d), 0);
	assert_true(lab_run_until(&loop, &c.done, 3000));
	assert_true(c.fd >= 0);
	assert_true(lab_run_until(&loop, &h.some, 3000));
	assert_int_equal(((struct sockaddr_in *)&h.from)->sin_addr.s_addr,
			 source.sin_addr.s_addr);
	close(c.fd);
	host_close(&h);
	listener_close(l);
}

static void test_meet(void **state)
{
	static const char *const names[] = { "127.0.0.1", "localhost" };
	struct host h = { 0 };
	struct listener *l = listen_on("127.0.0.1", 0, &h);
	struct call c;
	char octet = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		(void)dial(names[i], listener_port(l), &c);
		assert_true(lab_run_until(&loop, &c.done, 3000));
		assert_true(c.fd >= 0);
		assert_true(lab_run_until(&loop, &h.some, 3000));
		assert_int_equal(connection_limit_count(connections), 1);
		assert_int_equal(write(c.fd, "x", 1), 1);
		lab_run_for(&loop, 10);
		assert_int_equal(read(h.fd[0], &octet, 1), 1);
		assert_int_equal(octet, 'x');
		close(c.fd);
		host_close(&h);
	}
	listener_close(l);
	listener_close(NULL);
}

static void test_any_address(void **state)
{
	struct host h = { 0 };
	struct listener *l = listen_on(NULL, 0, &h);
	struct call c;

	(void)state;
	(void)dial("127.0.0.1", listener_port(l), &c);
	assert_true(lab_run_until(&loop, &c.done, 3000));
	assert_true(c.fd >= 0);
	assert_true(lab_run_until(&loop, &h.some, 3000));
	close(c.fd);
	close(h.fd[0]);
	listener_close(l);
}

/* Two loops of one daemon listen on the same port; somebody else's port is refused. */
static void test_shared_port(void **state)
{
	struct host h = { 0 };
	struct listener *a = listen_on("127.0.0.1", 0, &h), *b, *none;
	const struct listener_conf bad = { .address = "localhost",
					   .connections = connections };
	struct listener_conf taken = { .address = "127.0.0.1", .connections = connections };
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	unsigned before;

	(void)state;
	assert_int_equal(listener_probe("127.0.0.1", listener_port(a)), ST_EBUSY);
	assert_int_equal(listener_probe(NULL, listener_port(a)), ST_EBUSY);
	b = listen_on("127.0.0.1", listener_port(a), &h);
	assert_int_equal(listener_port(a), listener_port(b));
	assert_int_equal(listener_probe("127.0.0.1", listener_port(a)), ST_EBUSY);
	assert_int_equal(listener_probe("127.0.0.1", 0), 0);
	listener_close(a);
	listener_close(b);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	taken.port = ntohs(at.sin_port);
	assert_int_equal(listener_probe("127.0.0.1", taken.port), ST_EBUSY);
	assert_int_equal(listener_open(&loop, &taken, on_accepted, &h, &none), ST_EIO);
	assert_int_equal(errno, EADDRINUSE);
	close(fd);
	before = listens; /* who asks does not listen */
	assert_int_equal(listener_probe("127.0.0.1", taken.port), 0);
	assert_int_equal(listener_probe(NULL, taken.port), 0);
	assert_true(before > 0 && listens == before);
	assert_false(listener_address("localhost"));
	assert_true(listener_address("::1") && listener_address(NULL));
	assert_int_equal(listener_open(&loop, &bad, on_accepted, &h, &none), ST_EIO);
	assert_null(none);
}

static void test_too_many(void **state)
{
	struct host h = { 0 };
	struct listener *l = listen_on("127.0.0.1", 0, &h);
	struct call c[8];

	(void)state;
	connection_limit_set(connections, 100, 3);
	for (int i = 0; i < 8; i++)
		(void)dial("127.0.0.1", listener_port(l), &c[i]);
	for (int i = 0; i < 8; i++)
		assert_true(lab_run_until(&loop, &c[i].done, 3000));
	lab_run_for(&loop, 50);
	assert_int_equal(h.n, 3);
	assert_int_equal(lab_logged("too many sessions from this address"), 1); /* not five */
	for (int i = 0; i < 8; i++)
		close(c[i].fd);
	host_close(&h);
	assert_int_equal(connection_limit_count(connections), 0);
	listener_close(l);
}

/* No descriptors left: peers are refused, nothing spins, and afterwards it works again. */
static void test_no_descriptors(void **state)
{
	struct host h = { 0 };
	struct listener *l = listen_on("127.0.0.1", 0, &h);
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(listener_port(l)) };
	struct rlimit old, tight;
	int fd[6], spare[64], n = 0;
	char octet;

	(void)state;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < 6; i++)
		fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	getrlimit(RLIMIT_NOFILE, &old);
	tight = old;
	tight.rlim_cur = (rlim_t)fd[5] + 3; /* two more, then none */
	setrlimit(RLIMIT_NOFILE, &tight);
	while (n < 64 && (spare[n] = dup(0)) >= 0)
		n++;
	close(spare[--n]);
	for (int i = 0; i < 6; i++)
		(void)connect(fd[i], (struct sockaddr *)&at, sizeof(at));
	lab_run_for(&loop, 200);
	setrlimit(RLIMIT_NOFILE, &old);
	assert_int_equal(h.n, 1);
	assert_int_equal(lab_logged("connection refused"), 1);
	for (int i = 1; i < 6; i++)
		assert_int_equal(recv(fd[i], &octet, 1, 0), 0); /* told, not left hanging */
	while (n > 0)
		close(spare[--n]);
	close(fd[5]);
	fd[5] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	(void)connect(fd[5], (struct sockaddr *)&at, sizeof(at));
	lab_run_for(&loop, 100);
	assert_int_equal(h.n, 2);
	for (int i = 0; i < 6; i++)
		close(fd[i]);
	host_close(&h);
	listener_close(l);
}

static void test_nobody_there(void **state)
{
	struct host h = { 0 };
	struct listener *l = listen_on("127.0.0.1", 0, &h);
	uint16_t port = listener_port(l);
	struct call c;

	(void)state;
	listener_close(l);
	lab_run_for(&loop, 10);
	(void)dial("127.0.0.1", port, &c);
	assert_true(lab_run_until(&loop, &c.done, 3000));
	assert_int_equal(c.fd, -1);
	assert_int_equal(c.err, ST_EIO);
	assert_non_null(strstr(c.reason, "127.0.0.1 port"));
	assert_non_null(strstr(c.reason, "refused"));
	(void)dial("localhost", port, &c); /* each of its addresses */
	assert_true(lab_run_until(&loop, &c.done, 3000));
	assert_int_equal(c.err, ST_EIO);
	(void)dial("no-such-host.invalid", port, &c);
	assert_true(lab_run_until(&loop, &c.done, 4000));
	assert_true(c.err == ST_ENOENT || c.err == ST_ETIMEOUT);
	assert_non_null(strstr(c.reason, "name lookup"));
}

/* Whoever has given up hears nothing. */
static void test_cancel(void **state)
{
	struct host h = { 0 };
	struct listener *l = listen_on("127.0.0.1", 0, &h);
	struct call c;

	(void)state;
	dialler_close(dial("127.0.0.1", listener_port(l), &c));
	lab_run_for(&loop, 100);
	assert_false(c.done);
	struct dialler *d = dial("127.0.0.1", listener_port(l), &c);
	uv_run(&loop.uv, UV_RUN_NOWAIT);
	if (!c.done)
		dialler_close(d);
	else
		close(c.fd);
	dialler_close(NULL);
	lab_run_for(&loop, 100);
	host_close(&h);
	listener_close(l);
}

UNIT_GROUP(listener)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_meet),         CASE(test_source),   CASE(test_any_address),
		CASE(test_shared_port),  CASE(test_too_many), CASE(test_no_descriptors),
		CASE(test_nobody_there), CASE(test_cancel),
	};

	return cmocka_run_group_tests(tests, lab_log_open, lab_log_close);
}
