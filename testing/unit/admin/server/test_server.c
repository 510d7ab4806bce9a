/* SPDX-License-Identifier: BSD-2-Clause */
/* The server and its client over a real socket: answers, all exit codes, hostile clients. */
#define _GNU_SOURCE
#include "local.h"
#include "admin/server/response.h"
#include "admin/client/client.h"
#include "admin/server/server.h"
#include "admin/socket.h"
#include "base/clock.h"
#include "base/err.h"
#include "unit/admin/fake_posture.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_answers(void **state)
{
	struct asked a;

	(void)state;
	a = ask(path, WRITER_CSV, "software", "pattern", "openssl");
	assert_int_equal(a.exit, ADMIN_YES);
	assert_string_equal(a.out,
			    "name,version,identifier,complete_through,stale,endpoints\r\n"
			    "openssl,3.0.17-1~deb12u2,"
			    "debian.org__openssl-3.0.17-1~deb12u2-amd64,"
			    "2026-11-21T19:26:55.123456Z,false,2\r\n");
	assert_string_equal(a.err, "");
	forget(&a);
	a = ask(path, WRITER_JSON, "software", "pattern", "nope");
	assert_int_equal(a.exit, ADMIN_NO);
	assert_string_equal(a.out, "[]\n");
	assert_string_equal(a.err, "stancectl: no software matches 'nope'\n");
	forget(&a);
	a = ask(path, WRITER_JSON, "endpoint", "name", "twin");
	assert_int_equal(a.exit, ADMIN_USAGE);
	assert_string_equal(a.out, "null\n");
	forget(&a);
	fake_posture.err = ST_EDB;
	a = ask(path, WRITER_TABLE, "endpoints", NULL, NULL);
	assert_int_equal(a.exit, ADMIN_STALE);
	assert_non_null(strstr(a.err, "incomplete"));
	forget(&a);
}

static void test_large(void **state)
{
	struct asked a;
	json_t *all;

	(void)state;
	fake_posture.many = 20000;
	a = ask(path, WRITER_JSON, "endpoints", NULL, NULL);
	assert_int_equal(a.exit, ADMIN_YES);
	all = json_loads(a.out, 0, NULL);
	assert_int_equal(json_array_size(all), 20001);
	json_decref(all);
	forget(&a);
}

static void test_unreachable(void **state)
{
	char nowhere[80], text[200], far[200];
	struct asked a;

	(void)state;
	(void)snprintf(nowhere, sizeof(nowhere), "%s/none", dir);
	a = ask(nowhere, WRITER_TABLE, "endpoints", NULL, NULL);
	assert_int_equal(a.exit, ADMIN_UNREACHABLE);
	(void)snprintf(
		text, sizeof(text),
		"stancectl: cannot reach stanced at %s: No such file or directory (is it "
		"running? see --socket)\n",
		nowhere);
	assert_string_equal(a.err, text);
	assert_string_equal(a.out, "");
	forget(&a);
	memset(far, 'x', sizeof(far) - 1);
	far[sizeof(far) - 1] = '\0';
	a = ask(far, WRITER_TABLE, "endpoints", NULL, NULL);
	assert_int_equal(a.exit, ADMIN_USAGE);
	forget(&a);
}

static void test_mode(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0660);
}

/* --- hostile clients ---------------------------------------------------------------------- */

/* In a process of user nobody: access is denied with exit code 3. */
static void ask_as_nobody(const gid_t *groups, size_t n)
{
	struct asked a;

	if (setgroups(n, groups) < 0 || setgid(65534) < 0 || setuid(65534) < 0)
		_exit(99);
	a = ask(path, WRITER_CSV, "endpoints", NULL, NULL);
	_exit(!a.err[0] == !!a.out[0] ? a.exit : 98); /* either an answer or a message */
}

/* A user with only these groups. */
static void check_nobody(int want, const gid_t *groups, size_t n)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		ask_as_nobody(groups, n);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), want);
}

static void test_denied(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(dir, 0755), 0);
	check_nobody(ADMIN_DENIED, NULL, 0); /* by the mode of the socket */
	assert_int_equal(chmod(path, 0666), 0);
	check_nobody(ADMIN_DENIED, NULL, 0); /* by the server, which checks the peer */
	check_alive();
}

/* Members of the configured group may query. Others may not, even if the mode of the socket
 * allows it. */
static void test_group(void **state)
{
	struct group *g = getgrgid(1);
	const struct admin_server_conf conf = { .group = g ? g->gr_name : NULL };
	gid_t many[200] = { 1 };
	struct stat st;

	(void)state;
	if (geteuid() != 0 || !g)
		skip();
	assert_int_equal(open_server(&conf), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_gid, 1);
	for (size_t i = 1; i < 200; i++) /* more than fit into the first buffer */
		many[i] = (gid_t)(70000 + i);
	check_nobody(ADMIN_YES, many, 1);
	check_nobody(ADMIN_YES, many, 200);
	check_nobody(ADMIN_DENIED, many + 1, 1);
	assert_int_equal(chmod(path, 0666), 0);
	check_nobody(ADMIN_DENIED, many + 1, 199);
}

static void test_garbage(void **state)
{
	int fd;

	(void)state;
	send_text(fd = connect_raw(), "GET / HTTP/1.0\r\n\r\n");
	check_received(fd, "\"exit\":2");
	send_text(fd = connect_raw(), "\n");
	check_received(fd, "malformed request");
	send_text(fd = connect_raw(), "{\"stance\":1,\"command\":\"stop\"}\n");
	check_received(fd, "unknown command 'stop'");
	close(connect_raw()); /* disconnects without a request */
	check_alive();
}

static void test_oversize(void **state)
{
	char *big = malloc(65537 + 1);
	int fd = connect_raw();

	(void)state;
	memset(big, 'x', 65537);
	big[65537] = '\0';
	send_text(fd, big);
	check_received(fd, "too long");
	free(big);
	check_alive();
}

/* Sending single octets does not extend the deadline. */
static void test_slow(void **state)
{
	int64_t start = clock_mono_us();
	int fd = connect_raw(), i;

	(void)state;
	for (i = 0; i < 100 && socket_send(fd, span_str(" "), 0) == 0; i++)
		usleep(50000);
	assert_in_range(clock_mono_us() - start, CLOCK_SEC / 2, 4 * CLOCK_SEC);
	check_received(fd, "timed out waiting for the request");
	check_alive();
}

/* A client that does not read is dropped, and does not delay other clients. */
static void test_does_not_read(void **state)
{
	int64_t start;
	int fd = connect_raw();
	char *got;

	(void)state;
	fake_posture.many = 50000;
	send_text(fd, "{\"stance\":1,\"command\":\"endpoints\"}\n");
	start = clock_mono_us();
	check_alive();
	assert_in_range(clock_mono_us() - start, 0, CLOCK_SEC);
	usleep(1500000);
	got = receive_all(fd); /* only data already sent */
	assert_null(strstr(got, "\"exit\""));
	free(got);
	check_alive();
}

static void test_too_many(void **state)
{
	const struct admin_server_conf conf = { .clients = 4, .idle_s = 4 };
	int fd[4], extra;

	(void)state;
	assert_int_equal(open_server(&conf), 0);
	for (int i = 0; i < 4; i++)
		fd[i] = connect_raw();
	extra = connect_raw();
	check_received(extra, "busy");
	for (int i = 0; i < 4; i++)
		close(fd[i]);
	for (int i = 0; i < 100; i++) { /* their slots become free */
		struct asked a = ask(path, WRITER_CSV, "status", NULL, NULL);
		bool free_again = a.exit == ADMIN_YES;

		forget(&a);
		if (free_again)
			return;
		usleep(20000);
	}
	fail_msg("slots do not become free");
}

/* A burst of short requests is answered, even if it is larger than the number of slots. */
static void test_burst(void **state)
{
	enum { BURST = 40 };
	int fd[BURST];

	(void)state;
	for (int i = 0; i < BURST; i++)
		send_text(fd[i] = connect_raw(), "{\"stance\":1,\"command\":\"status\"}\n");
	for (int i = 0; i < BURST; i++)
		check_received(fd[i], "\"exit\":0");
}

/* Closing does not wait for clients. */
static void test_close(void **state)
{
	int64_t start;
	int silent = connect_raw(), deaf = connect_raw();

	(void)state;
	fake_posture.many = 50000;
	send_text(deaf, "{\"stance\":1,\"command\":\"endpoints\"}\n");
	usleep(50000);
	start = clock_mono_us();
	admin_server_close(server);
	server = NULL;
	assert_in_range(clock_mono_us() - start, 0, CLOCK_SEC / 2);
	assert_int_equal(access(path, F_OK), -1);
	close(silent);
	close(deaf);
}

/* --- the file of the socket
 * -------------------------------------------------------------------- */

static void test_leftover(void **state)
{
	const struct admin_server_conf conf = { 0 };
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), file;
	struct admin_server *first;

	(void)state;
	memcpy(a.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	close(fd); /* a crash leaves the file */
	assert_int_equal(open_server(&conf), 0);
	first = server;
	assert_int_equal(open_server(&conf), ST_EBUSY);
	server = first;
	check_alive();
	/* another server has replaced the socket: it is not removed */
	assert_int_equal(unlink(path), 0);
	file = open(path, O_CREAT | O_EXCL, 0600);
	admin_server_close(server);
	server = NULL;
	assert_int_equal(access(path, F_OK), 0);
	/* a file that is not a socket is not replaced */
	assert_int_equal(open_server(&conf), ST_EEXIST);
	close(file);
	unlink(path);
}

static void test_open_fails(void **state)
{
	const struct admin_server_conf group = { .group = "no-such-group-here" };
	struct admin_server_conf conf = { .path = "/nonexistent/dir/s" };
	struct admin_env env = { 0 };
	char far[120];

	(void)state;
	assert_int_equal(open_server(&group), ST_ENOENT);
	assert_int_equal(admin_server_open(&conf, &env, &server), ST_EIO);
	assert_int_equal(errno, ENOENT);
	memset(far, 'x', sizeof(far) - 1);
	far[sizeof(far) - 1] = '\0';
	conf.path = far;
	assert_int_equal(admin_server_open(&conf, &env, &server), ST_ELIMIT);
	admin_server_close(NULL);
}

static void test_path(void **state)
{
	(void)state;
	setenv("STANCE_SOCKET", "/x/y", 1);
	assert_string_equal(admin_socket_path(), "/x/y");
	unsetenv("STANCE_SOCKET");
	assert_non_null(strstr(admin_socket_path(), "stanced.sock"));
}

/* --- a manager that misbehaves ------------------------------------------------------------ */

struct fake_manager {
	int fd;
	const char *says;
};

static void *fake_manager_main(void *arg)
{
	struct fake_manager *l = arg;
	int fd = accept(l->fd, NULL, NULL);
	char buf[1000];

	(void)!read(fd, buf, sizeof(buf));
	(void)socket_send(fd, span_str(l->says), clock_mono_us() + CLOCK_SEC);
	close(fd);
	return NULL;
}

static void check_malformed(const char *says, int exit, const char *out, const char *err)
{
	struct local_listener listener;
	struct fake_manager l = { .says = says };
	struct asked a;
	pthread_t t;
	int flags;

	assert_int_equal(socket_listen(path, SOCKET_NO_GROUP, &listener), 0);
	l.fd = listener.fd;
	flags = fcntl(l.fd, F_GETFL);
	fcntl(l.fd, F_SETFL, flags & ~O_NONBLOCK);
	pthread_create(&t, NULL, fake_manager_main, &l);
	a = ask(path, WRITER_JSON, "software", "pattern", "a");
	pthread_join(t, NULL);
	socket_close(&listener, path);
	if (a.exit != exit || strcmp(a.out, out) != 0 || !strstr(a.err, err))
		fail_msg("'%s': exit %d, out '%s', err '%s'", says, a.exit, a.out, a.err);
	forget(&a);
}

#define HEAD "{\"stance\":1,\"keys\":[\"version\",\"new-key\",\"name\"]}\n"

#define NULLS                                                                                 \
	"\"identifier\": null, \"complete_through\": null, \"stale\": null, "                 \
	"\"endpoints\": null"

static void test_other_managers(void **state)
{
	(void)state;
	/* another release: columns are matched by key, missing ones are null */
	check_malformed(HEAD "[\"1\",\"?\",\"a\"]\n{\"exit\":0,\"rows\":1}\n", ADMIN_YES,
			"[\n  {\"name\": \"a\", \"version\": \"1\", " NULLS "}\n]\n", "");
	check_malformed("{\"exit\":0,\"text\":\"a\\u001b[2Jb\"}\n", ADMIN_YES, "",
			"stancectl: a\xef\xbf\xbd[2Jb\n");
	check_malformed("", ADMIN_UNREACHABLE, "", "closed the connection");
	check_malformed("HTTP/1.0 400\r\n\r\n", ADMIN_UNREACHABLE, "", "malformed answer");
	check_malformed("[1]\n", ADMIN_UNREACHABLE, "", "malformed answer");
	check_malformed("{\"more\":[]}\n", ADMIN_UNREACHABLE, "", "malformed answer");
	check_malformed("{\"exit\":77}\n", ADMIN_UNREACHABLE, "", "malformed answer");
	check_malformed("{\"exit\":\"0\"}\n", ADMIN_UNREACHABLE, "", "malformed answer");
	/* a truncated answer gives a complete document and exit code 5 */
	check_malformed(HEAD "[\"1\",\"?\",\"a\"]\n[\"2\"", ADMIN_STALE,
			"[\n  {\"name\": \"a\", \"version\": \"1\", " NULLS "}\n]\n",
			"closed the connection before the end");
	check_malformed(HEAD HEAD, ADMIN_STALE, "[]\n", "malformed answer");
	check_malformed(HEAD "{\"more\":[1]}\n[]\n[[],{}]\n{\"more\":3}\n{\"exit\":1}\n",
			ADMIN_NO,
			"[\n  {\"name\": null, \"version\": null, " NULLS "},\n"
			"  {\"name\": null, \"version\": [], " NULLS "}\n]\n",
			"");
}

static void test_silent_manager(void **state)
{
	struct local_listener listener;
	struct admin_request r = { .command = command_find("status") };
	struct client_conf conf = { .socket = path,
				    .timeout_s = 1,
				    .err = fopen("/dev/null", "w") };
	struct admin_fault f;

	(void)state;
	conf.writer.out = conf.err;
	assert_int_equal(request_finish(&r, NULL, &f), 0);
	assert_int_equal(socket_listen(path, SOCKET_NO_GROUP, &listener), 0);
	assert_int_equal(client_ask(&conf, &r), ADMIN_UNREACHABLE);
	socket_close(&listener, path);
	fclose(conf.err);
}

UNIT_GROUP_THREADED(server)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answers, local_setup, local_teardown),
		cmocka_unit_test_setup_teardown(test_large, local_setup, local_teardown),
		cmocka_unit_test_setup_teardown(test_unreachable, local_setup, local_teardown),
		cmocka_unit_test_setup_teardown(test_denied, local_setup, local_teardown),
		cmocka_unit_test_teardown(test_group, local_teardown),
		cmocka_unit_test_setup_teardown(test_mode, local_setup, local_teardown),
		cmocka_unit_test_setup_teardown(test_garbage, local_setup, local_teardown),
		cmocka_unit_test_setup_teardown(test_oversize, local_setup, local_teardown),
		cmocka_unit_test_setup_teardown(test_slow, local_setup, local_teardown),
		cmocka_unit_test_setup_teardown(test_does_not_read, local_setup,
						local_teardown),
		cmocka_unit_test_teardown(test_too_many, local_teardown),
		cmocka_unit_test_setup_teardown(test_burst, local_setup, local_teardown),
		cmocka_unit_test_setup_teardown(test_close, local_setup, local_teardown),
		cmocka_unit_test_teardown(test_leftover, local_teardown),
		cmocka_unit_test_teardown(test_open_fails, local_teardown),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_other_managers),
		cmocka_unit_test(test_silent_manager),
	};

	return cmocka_run_group_tests(tests, local_group_setup, local_group_teardown);
}
