/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* accept4 */
#include "admin/server/server.h"
#include "admin/server/response.h"
#include "admin/socket.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define SERVER_CLIENTS 32
#define SERVER_IDLE_S 10
#define SERVER_REQUEST 65536
#define SERVER_STACK ((size_t)1 << 20) /* reserved address space */
#define SERVER_BURST_US CLOCK_SEC      /* longest wait for a free slot */
#define SERVER_LOOK_MS 10
#define SERVER_PAUSE_MS 100             /* after running out of descriptors */
#define SERVER_GRACE_US (CLOCK_SEC / 5) /* for the end lines of streams */

enum client_state { CLIENT_FREE, CLIENT_BUSY, CLIENT_DONE };

struct client {
	struct admin_server *server;
	pthread_t thread;
	enum admin_role role;
	int fd;
	char author[32];
	_Atomic bool stays;              /* has a stream */
	_Atomic enum client_state state; /* BUSY and FREE: set by the accepting thread; DONE:
					  * by the client's thread */
};

struct admin_server {
	struct admin_env env;
	struct local_listener listener;
	pthread_t thread;
	bool running;
	int wake; /* eventfd: stop */
	char *path;
	gid_t gid;
	int64_t idle_us;
	size_t request_size;
	size_t n_clients;
	struct client clients[];
};

/* --- one client, on its thread ---------------------------------------------------------- */

static int client_send(void *ctx, struct span bytes)
{
	struct client *c = ctx;

	return socket_send(c->fd, bytes, clock_mono_us() + c->server->idle_us);
}

/* Detects a closed connection (POLLHUP) at once. A client that has only shut down its sending
 * side is not reported. */
static int client_wait(void *ctx, int fd, int64_t deadline)
{
	struct client *c = ctx;
	struct pollfd p[] = { { .fd = c->fd },
			      { .fd = c->server->wake, .events = POLLIN },
			      { .fd = fd, .events = POLLIN } };

	for (;;) {
		int64_t left = deadline - clock_mono_us();
		int ms = left <= 0 ? 0 : left > 3600 * CLOCK_SEC ? -1 : (int)(left / 1000) + 1;
		int rc = poll(p, 3, ms);

		if (rc < 0 && errno == EINTR)
			continue;
		if (rc < 0 || p[0].revents)
			return ST_ECLOSED;
		if (p[1].revents)
			return ST_ESTATE;
		return p[2].revents != 0;
	}
}

/* Streams may take at most half of the slots, rounded up. */
static int client_stay(void *ctx)
{
	struct client *c = ctx;
	struct admin_server *s = c->server;
	size_t n = 0;

	atomic_store(&c->stays, true);
	for (size_t i = 0; i < s->n_clients; i++)
		n += atomic_load(&s->clients[i].stays);
	if (n <= (s->n_clients + 1) / 2)
		return 0;
	atomic_store(&c->stays, false);
	return ST_EBUSY;
}

static void client_refuse(int fd, enum admin_exit exit, const char *text)
{
	struct wr w = { 0 };

	admin_end_line(&w, exit, 0, text);
	(void)socket_send(fd, wr_span(&w), 0); /* as much as fits without waiting */
	wr_reset(&w);
}

/* Reads up to the first newline. One deadline for the whole line, so that a slow client cannot
 * hold the slot. */
static int client_read_line(struct client *c, uint8_t *buf, struct span *line)
{
	int64_t deadline = clock_mono_us() + c->server->idle_us;
	size_t have = 0;
	int err;

	while (have < c->server->request_size) {
		const uint8_t *end;
		ssize_t n;

		if ((err = socket_wait(c->fd, deadline)) < 0)
			return err;
		n = recv(c->fd, buf + have, c->server->request_size - have, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return ST_ECLOSED;
		end = memchr(buf + have, '\n', (size_t)n);
		have += (size_t)n;
		if (end) {
			*line = span_of(buf, (size_t)(end - buf));
			return 0;
		}
	}
	return ST_ELIMIT;
}

static void client_serve(struct client *c)
{
	uint8_t *buf = malloc(c->server->request_size);
	struct admin_sink sink = { .send = client_send,
				   .ctx = c,
				   .wait = client_wait,
				   .author = c->author,
				   .stay = client_stay };
	struct span line;
	int err = buf ? client_read_line(c, buf, &line) : ST_ENOMEM;

	if (!err)
		err = admin_answer(&c->server->env, c->role, line, &sink);
	else if (err != ST_ECLOSED)
		client_refuse(c->fd, ADMIN_USAGE,
			      err == ST_ELIMIT ? "the request is too long"
					       : "timed out waiting for the request");
	if (err == ST_ETIMEOUT || err == ST_ELIMIT)
		log_warn(NULL, "admin client dropped: error=\"%s\"", st_strerror(err));
	free(buf);
}

static void *client_main(void *arg)
{
	struct client *c = arg;

	client_serve(c);
	atomic_store(&c->stays, false);
	/* Closed after the join (server_reap): admin_server_close may still shut it down, and
	 * the number must not be reused before. shutdown signals the end to the client. */
	shutdown(c->fd, SHUT_RDWR);
	atomic_store(&c->state, CLIENT_DONE);
	return NULL;
}

/* --- the accepting thread ---------------------------------------------------------------- */

static void server_reap(struct client *c)
{
	pthread_join(c->thread, NULL);
	close(c->fd);
	c->fd = -1;
	atomic_store(&c->state, CLIENT_FREE);
}

/* A free slot, or NULL. */
static struct client *server_place_now(struct admin_server *s)
{
	struct client *place = NULL;

	for (size_t i = 0; i < s->n_clients; i++) {
		struct client *c = &s->clients[i];

		if (atomic_load(&c->state) == CLIENT_DONE)
			server_reap(c);
		if (atomic_load(&c->state) == CLIENT_FREE)
			place = c;
	}
	return place;
}

/* Likewise, but waits up to SERVER_BURST_US for one. */
static struct client *server_place(struct admin_server *s)
{
	struct pollfd wake = { .fd = s->wake, .events = POLLIN };
	int64_t deadline = clock_mono_us() + SERVER_BURST_US;
	struct client *c;

	while (!(c = server_place_now(s)) && clock_mono_us() < deadline &&
	       poll(&wake, 1, SERVER_LOOK_MS) <= 0)
		;
	return c;
}

static int server_thread(pthread_t *thread, void *(*run)(void *), void *arg)
{
	pthread_attr_t attr;
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_attr_init(&attr);
#ifndef STANCE_SANITIZED
	pthread_attr_setstacksize(&attr, SERVER_STACK);
#endif
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(thread, &attr, run, arg);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return rc ? ST_ENOMEM : 0;
}

static enum admin_role server_role(const struct admin_server *s, int fd, uid_t *uid)
{
	bool member = false;

	if (socket_peer(fd, s->gid, uid, &member) < 0)
		return ADMIN_NOBODY;
	if (*uid == 0 || *uid == geteuid())
		return ADMIN_OPERATE;
	return member ? ADMIN_READ : ADMIN_NOBODY;
}

/* Takes fd. */
static void server_admit(struct admin_server *s, int fd)
{
	uid_t uid = (uid_t)-1;
	enum admin_role role = server_role(s, fd, &uid);
	struct client *c;

	if (role == ADMIN_NOBODY) {
		log_warn(NULL, "admin client refused: uid=%ld", (long)uid);
		client_refuse(
			fd, ADMIN_DENIED,
			"permission denied: neither root nor a member of the manager's group");
	} else if (!(c = server_place(s))) {
		client_refuse(fd, ADMIN_UNREACHABLE, "the manager is busy with other clients");
	} else {
		c->server = s;
		c->role = role;
		c->fd = fd;
		(void)snprintf(c->author, sizeof(c->author), "uid %ld", (long)uid);
		atomic_store(&c->state, CLIENT_BUSY);
		if (server_thread(&c->thread, client_main, c) == 0)
			return;
		c->fd = -1;
		atomic_store(&c->state, CLIENT_FREE);
	}
	close(fd);
}

static void *server_main(void *arg)
{
	struct admin_server *s = arg;
	struct pollfd p[] = { { .fd = s->wake, .events = POLLIN },
			      { .fd = s->listener.fd, .events = POLLIN } };

	for (;;) {
		int fd;

		if (poll(p, 2, -1) < 0)
			continue;
		if (p[0].revents)
			return NULL;
		fd = accept4(s->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0)
			server_admit(s, fd);
		else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
			(void)poll(p, 1, SERVER_PAUSE_MS);
	}
}

/* --- life --------------------------------------------------------------------------------- */

static int server_group(const char *name, gid_t *gid)
{
	char buf[16384];
	struct group g, *found = NULL;

	*gid = SOCKET_NO_GROUP;
	if (!name)
		return 0;
	if (getgrnam_r(name, &g, buf, sizeof(buf), &found) || !found)
		return ST_ENOENT;
	*gid = g.gr_gid;
	return 0;
}

static struct admin_server *server_new(const struct admin_server_conf *conf,
				       const struct admin_env *env)
{
	size_t n = conf->clients ? conf->clients : SERVER_CLIENTS;
	struct admin_server *s = calloc(1, sizeof(*s) + n * sizeof(s->clients[0]));

	if (!s)
		return NULL;
	s->env = *env;
	s->listener.fd = -1;
	s->wake = -1;
	s->n_clients = n;
	s->idle_us = (conf->idle_s ? conf->idle_s : SERVER_IDLE_S) * CLOCK_SEC;
	s->request_size = conf->request_size ? conf->request_size : SERVER_REQUEST;
	for (size_t i = 0; i < n; i++)
		s->clients[i].fd = -1;
	return s;
}

static int server_start(struct admin_server *s, const struct admin_server_conf *conf)
{
	int err;

	if (!(s->path = strdup(conf->path ? conf->path : admin_socket_path())))
		return ST_ENOMEM;
	if ((err = server_group(conf->group, &s->gid)) < 0)
		return err;
	if ((s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
		return ST_EIO;
	if ((err = socket_listen(s->path, s->gid, &s->listener)) < 0)
		return err;
	if ((err = server_thread(&s->thread, server_main, s)) == 0)
		s->running = true;
	return err;
}

int admin_server_open(const struct admin_server_conf *conf, const struct admin_env *env,
		      struct admin_server **server)
{
	struct admin_server *s = server_new(conf, env);
	int err, e;

	if (!s)
		return ST_ENOMEM;
	if ((err = server_start(s, conf)) < 0) {
		e = errno;
		admin_server_close(s);
		errno = e;
		return err;
	}
	*server = s;
	return 0;
}

/* Waits until the streams have sent their end lines, at most SERVER_GRACE_US. */
static void server_part(struct admin_server *s)
{
	int64_t end = clock_mono_us() + SERVER_GRACE_US;
	bool any = true;

	while (any && clock_mono_us() < end) {
		any = false;
		for (size_t i = 0; i < s->n_clients; i++)
			any |= atomic_load(&s->clients[i].stays);
		if (any)
			(void)poll(NULL, 0, SERVER_LOOK_MS / 2);
	}
}

void admin_server_close(struct admin_server *s)
{
	uint64_t one = 1;

	if (!s)
		return;
	if (s->running) {
		if (write(s->wake, &one, sizeof(one)) < 0)
			log_error(NULL, "admin server: cannot wake its thread");
		pthread_join(s->thread, NULL);
		server_part(s);
	}
	for (size_t i = 0; i < s->n_clients; i++)
		if (atomic_load(&s->clients[i].state) != CLIENT_FREE) {
			shutdown(s->clients[i].fd, SHUT_RDWR);
			server_reap(&s->clients[i]);
		}
	if (s->path)
		socket_close(&s->listener, s->path);
	if (s->wake >= 0)
		close(s->wake);
	free(s->path);
	free(s);
}
