/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* struct ucred */
#include "admin/socket.h"
#include "base/clock.h"
#include "base/err.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif

#define SOCKET_BACKLOG 64
#define SOCKET_GROUPS_MAX 65536 /* NGROUPS_MAX of the kernel */

static int socket_address(const char *path, struct sockaddr_un *a)
{
	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(a->sun_path))
		return ST_ELIMIT;
	memcpy(a->sun_path, path, strlen(path));
	return 0;
}

int socket_connect(const char *path, int *fd)
{
	struct sockaddr_un a;
	int err, s;

	if ((err = socket_address(path, &a)) < 0)
		return err;
	if ((s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return ST_EIO;
	if (connect(s, (struct sockaddr *)&a, sizeof(a)) < 0) {
		int e = errno;

		close(s);
		errno = e;
		return ST_EIO;
	}
	*fd = s;
	return 0;
}

/* 0 if path is absent or a stale socket. */
static int socket_check_free(const char *path)
{
	struct stat st;
	int fd, err;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : ST_EIO;
	if (!S_ISSOCK(st.st_mode))
		return ST_EEXIST;
	if ((err = socket_connect(path, &fd)) == 0) {
		close(fd);
		return ST_EBUSY;
	}
	if (err == ST_EIO && (errno == ECONNREFUSED || errno == ENOENT))
		return 0;
	return err == ST_EIO && errno == EAGAIN ? ST_EBUSY : err;
}

/* Binds the socket to a temporary path with mode 0600 (Linux uses the mode of the unbound
 * socket), sets group and mode, and renames it to path. */
static int socket_place(struct local_listener *l, const char *path, const char *temp,
			gid_t gid)
{
	struct sockaddr_un a;
	struct stat st;

	if (socket_address(temp, &a) < 0)
		return ST_ELIMIT;
	unlink(temp); /* left by a process that died before rename */
	if (fchmod(l->fd, 0600) < 0 || bind(l->fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return ST_EIO;
	if ((gid != SOCKET_NO_GROUP && chown(temp, (uid_t)-1, gid) < 0) ||
	    chmod(temp, 0660) < 0 || stat(temp, &st) < 0 ||
	    listen(l->fd, SOCKET_BACKLOG) < 0 || rename(temp, path) < 0) {
		int e = errno;

		unlink(temp);
		errno = e;
		return ST_EIO;
	}
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	return 0;
}

int socket_listen(const char *path, gid_t gid, struct local_listener *l)
{
	char temp[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];
	int err;

	if ((size_t)snprintf(temp, sizeof(temp), "%s~", path) >= sizeof(temp))
		return ST_ELIMIT;
	if ((err = socket_check_free(path)) < 0)
		return err;
	if ((l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) < 0)
		return ST_EIO;
	if ((err = socket_place(l, path, temp, gid)) < 0) {
		int e = errno;

		close(l->fd);
		l->fd = -1;
		errno = e;
	}
	return err;
}

void socket_close(struct local_listener *l, const char *path)
{
	struct stat st;

	if (l->fd < 0)
		return;
	if (lstat(path, &st) == 0 && st.st_dev == l->dev && st.st_ino == l->ino)
		unlink(path);
	close(l->fd);
	l->fd = -1;
}

/* Whether gid is a supplementary group of the peer. False if the kernel cannot report them. */
static bool socket_in_groups(int fd, gid_t gid)
{
	socklen_t size = 64 * sizeof(gid_t);
	gid_t *groups = malloc(size);
	bool found = false;
	int rc = -1;

	while (groups && (rc = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size)) < 0 &&
	       errno == ERANGE && size <= SOCKET_GROUPS_MAX * sizeof(gid_t)) {
		free(groups);
		groups = malloc(size); /* the kernel has stored the size needed */
	}
	for (size_t i = 0; rc == 0 && i < size / sizeof(gid_t); i++)
		found |= groups[i] == gid;
	free(groups);
	return found;
}

int socket_peer(int fd, gid_t gid, uid_t *uid, bool *member)
{
	struct ucred cred;
	socklen_t size = sizeof(cred);

	*member = false;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0)
		return ST_EIO;
	*uid = cred.uid;
	*member = gid != SOCKET_NO_GROUP && (cred.gid == gid || socket_in_groups(fd, gid));
	return 0;
}

static int socket_poll(int fd, short events, int64_t deadline_us)
{
	struct pollfd p = { .fd = fd, .events = events };
	int rc;

	do {
		int64_t left = (deadline_us - clock_mono_us() + 999) / 1000;

		rc = left > 0 ? poll(&p, 1, left > 3600000 ? 3600000 : (int)left) : 0;
	} while ((rc < 0 && errno == EINTR) || (rc == 0 && clock_mono_us() < deadline_us));
	return rc > 0 ? 0 : rc == 0 ? ST_ETIMEOUT : ST_EIO;
}

int socket_wait(int fd, int64_t deadline_us)
{
	return socket_poll(fd, POLLIN, deadline_us);
}

int socket_send(int fd, struct span s, int64_t deadline_us)
{
	while (s.n) {
		ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL | MSG_DONTWAIT);
		int err;

		if (n > 0) {
			s.p += n;
			s.n -= (size_t)n;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			return ST_ECLOSED;
		} else if ((err = socket_poll(fd, POLLOUT, deadline_us)) < 0) {
			return err;
		}
	}
	return 0;
}

const char *admin_socket_path(void)
{
	const char *path = getenv("STANCE_SOCKET");

	return path && *path ? path : STANCE_SOCKET_PATH;
}
