/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "net_lab.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINES 256

static char folder[256];
static char lines[LINES][512];
static unsigned n_lines;

static void lab_on_line(void *ctx, enum log_level level, const char *line)
{
	(void)ctx, (void)level;
	(void)snprintf(lines[n_lines++ % LINES], sizeof(lines[0]), "%s", line);
	if (getenv("LAB_LOG"))
		fprintf(stderr, "log: %s\n", line);
}

static void pki(const char *arguments)
{
	char command[1024];

	(void)snprintf(command, sizeof(command),
		       "f() { c=$1; shift; %s/../scripts/pki $c %s \"$@\"; }; f %s",
		       TESTING_DIR, folder, arguments);
	if (system(command) != 0)
		fail_msg("%s", command);
}

int lab_log_open(void **state)
{
	(void)state;
	log_set_sink(lab_on_line, NULL);
	return 0;
}

int lab_log_close(void **state)
{
	(void)state;
	log_set_sink(NULL, NULL);
	return 0;
}

int lab_setup(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	(void)snprintf(folder, sizeof(folder), "%s/stance-net.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(folder))
		return -1;
	pki("all --endpoint host.example");
	pki("ca foreign-ca");
	pki("cert foreign --ca foreign-ca --usage client --dns foreign.example");
	pki("cert old --usage any --dns localhost --expired");
	pki("cert future --usage client --dns future.example --future");
	pki("cert server-only --usage server --dns server.example");
	pki("cert wild --usage server --dns '*.example'");
	pki("cert other --usage server --dns other.example");
	pki("cert cn-only --usage any --subject /O=Example/CN=localhost");
	pki("cert many --usage any --dns A.example --dns b.example --ip 192.0.2.7 --ip "
	    "2001:db8::7 --email root@example.org --uri urn:uuid:1");
	pki("cert revoked --usage client --dns revoked.example");
	pki("crl ca revoked");
	return lab_log_open(state);
}

int lab_teardown(void **state)
{
	char command[512];

	(void)lab_log_close(state);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

const char *lab_path(const char *file)
{
	static char slots[8][512];
	static unsigned next;
	char *slot = slots[next++ % 8];

	(void)snprintf(slot, sizeof(slots[0]), "%s/%s", folder, file);
	return slot;
}

struct tls_ctx *lab_tls(bool server, const char *name, const char *peer_name)
{
	char crt[128], key[128];
	struct tls_conf conf = { .server = server,
				 .ca = lab_path("ca.crt"),
				 .peer_name = peer_name };
	struct tls_error e;
	struct tls_ctx *ctx;

	if (name) {
		(void)snprintf(crt, sizeof(crt), "%s.crt", name);
		(void)snprintf(key, sizeof(key), "%s.key", name);
		conf.certificate = lab_path(crt);
		conf.key = lab_path(key);
	}
	if (tls_ctx_open(&conf, &ctx, &e) < 0)
		fail_msg("%s", e.text);
	return ctx;
}

void lab_log_clear(void)
{
	n_lines = 0;
}

unsigned lab_logged(const char *text)
{
	unsigned n = 0;

	for (unsigned i = 0; i < n_lines && i < LINES; i++)
		n += strstr(lines[i], text) != NULL;
	return n;
}

void lab_pair(int fd[2])
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);
	int l = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(l, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(l, 1), 0);
	assert_int_equal(getsockname(l, (struct sockaddr *)&at, &n), 0);
	fd[1] = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd[1], (struct sockaddr *)&at, sizeof(at)), 0);
	fd[0] = accept(l, NULL, NULL);
	assert_true(fd[0] >= 0);
	close(l);
	for (int i = 0; i < 2; i++)
		assert_int_equal(fcntl(fd[i], F_SETFL, O_NONBLOCK), 0);
}

static void lab_on_timer(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
	uv_stop(timer->loop); /* timers run before the loop waits */
}

bool lab_run_until(struct net_loop *loop, const bool *flag, unsigned ms)
{
	bool late = false;
	uv_timer_t timer;

	uv_timer_init(&loop->uv, &timer);
	timer.data = &late;
	uv_timer_start(&timer, lab_on_timer, ms, 0);
	while (!late && !*flag)
		uv_run(&loop->uv, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&loop->uv, UV_RUN_NOWAIT);
	return *flag;
}

void lab_run_for(struct net_loop *loop, unsigned ms)
{
	bool never = false;

	(void)lab_run_until(loop, &never, ms);
}
