/* SPDX-License-Identifier: BSD-2-Clause */
#include "local.h"
#include "admin/socket.h"
#include "base/clock.h"
#include "base/log.h"
#include "unit/admin/fake_posture.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

char dir[] = "/tmp/stance-admin-XXXXXX", path[64];
struct admin_server *server;

static void mute(void *ctx, enum log_level level, const char *line)
{
	(void)ctx, (void)level, (void)line;
}

int local_group_setup(void **state)
{
	(void)state;
	log_set_sink(mute, NULL);
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/s", dir);
	return 0;
}

int local_group_teardown(void **state)
{
	(void)state;
	return rmdir(dir); /* fails if a file is left */
}

int open_server(const struct admin_server_conf *how)
{
	struct admin_server_conf conf = *how;
	struct admin_env env = { .posture = fake_posture_open(), .stale_after = UINT32_MAX };

	fake_posture.fresh = true;
	conf.path = path;
	return admin_server_open(&conf, &env, &server);
}

int local_setup(void **state)
{
	const struct admin_server_conf conf = { .clients = 4, .idle_s = 1 };

	(void)state;
	return open_server(&conf);
}

int local_teardown(void **state)
{
	(void)state;
	admin_server_close(server);
	server = NULL;
	return 0;
}

/* --- a raw client ---------------------------------------------------------- */

int connect_raw(void)
{
	int fd = -1;

	assert_int_equal(socket_connect(path, &fd), 0);
	return fd;
}

void send_text(int fd, const char *text)
{
	assert_int_equal(socket_send(fd, span_str(text), clock_mono_us() + 5 * CLOCK_SEC), 0);
}

/* All data until the peer closes; fails after 10 s. */
char *receive_all(int fd)
{
	int64_t deadline = clock_mono_us() + 10 * CLOCK_SEC;
	struct wr all = { 0 };
	ssize_t n;

	do {
		char buf[4096];

		assert_int_equal(socket_wait(fd, deadline), 0);
		n = recv(fd, buf, sizeof(buf), 0);
		if (n > 0)
			wr_bytes(&all, span_of(buf, (size_t)n));
	} while (n > 0);
	wr_u8(&all, 0);
	close(fd);
	return (char *)all.p;
}

void check_received(int fd, const char *want)
{
	char *got = receive_all(fd);

	if (!strstr(got, want))
		fail_msg("received '%s', not '%s'", got, want);
	free(got);
}

/* --- the client of stancectl
 * ------------------------------------------------------------------- */

struct asked ask(const char *socket, enum writer_form form, const char *command,
		 const char *key, const char *value)
{
	struct admin_request r = { .command = command_find(command) };
	struct admin_fault f;
	struct asked a;
	size_t n;
	struct client_conf conf = { .socket = socket, .form = form, .timeout_s = 5 };

	if (key)
		assert_int_equal(request_set(&r, key, value, &f), 0);
	assert_int_equal(request_finish(&r, NULL, &f), 0);
	conf.writer.out = open_memstream(&a.out, &n);
	conf.err = open_memstream(&a.err, &n);
	a.exit = client_ask(&conf, &r);
	fclose(conf.writer.out);
	fclose(conf.err);
	request_reset(&r);
	return a;
}

void forget(struct asked *a)
{
	free(a->out);
	free(a->err);
}

void check_alive(void)
{
	struct asked a = ask(path, WRITER_JSON, "software", "pattern", "openssl");

	assert_int_equal(a.exit, ADMIN_YES);
	forget(&a);
}
