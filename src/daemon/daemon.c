/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "daemon/daemon.h"
#include "base/clock.h"
#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* sd_notify(3): one datagram to the socket in NOTIFY_SOCKET. The protocol is small and stable;
 * libsystemd would add five libraries for it. */
static void notify(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = path ? strlen(path) : 0;
	int fd;

	if (n < 2 || n >= sizeof(to.sun_path) || (*path != '/' && *path != '@'))
		return;
	memcpy(to.sun_path, path, n);
	if (*path == '@') /* an abstract name, see unix(7) */
		to.sun_path[0] = '\0';
	if ((fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
		return;
	(void)sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&to,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	(void)close(fd);
}

void daemon_ready(const char *status)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "READY=1\nSTATUS=%s", status);
	notify(text);
}

void daemon_reloading(void)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld",
		       (long long)clock_mono_us());
	notify(text);
}

void daemon_stopping(void)
{
	notify("STOPPING=1");
}

/* Writes a temporary file and renames it, so that readers never see a partial number. */
int daemon_pid_write(const char *path)
{
	char beside[PATH_MAX];
	FILE *f;
	int n;

	if (!path)
		return 0;
	n = snprintf(beside, sizeof(beside), "%s.new", path);
	if (n < 0 || (size_t)n >= sizeof(beside)) {
		errno = ENAMETOOLONG;
		return ST_EIO;
	}
	if (!(f = fopen(beside, "we")))
		return ST_EIO;
	n = fprintf(f, "%ld\n", (long)getpid());
	if (fclose(f) != 0 || n < 0 || rename(beside, path) < 0) {
		(void)unlink(beside);
		return ST_EIO;
	}
	return 0;
}

void daemon_pid_remove(const char *path)
{
	if (path)
		(void)unlink(path);
}

int daemon_lock(const char *path, int *fd)
{
	char beside[PATH_MAX];
	int n = snprintf(beside, sizeof(beside), "%s.lock", path);

	*fd = -1;
	if (n < 0 || (size_t)n >= sizeof(beside)) {
		errno = ENAMETOOLONG;
		return ST_EIO;
	}
	if ((*fd = open(beside, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0)
		return ST_EIO;
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	n = errno;
	(void)close(*fd);
	*fd = -1;
	errno = n;
	return n == EWOULDBLOCK ? ST_EBUSY : ST_EIO;
}

unsigned long daemon_descriptors(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		return 0;
	if (r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &r);
		(void)getrlimit(RLIMIT_NOFILE, &r);
	}
	return r.rlim_cur;
}

int daemon_mkdir(const char *path)
{
	char part[PATH_MAX];
	struct stat st;

	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part)) {
		errno = ENAMETOOLONG;
		return ST_EIO;
	}
	for (char *p = part + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		(void)mkdir(part, 0755);
		*p = '/';
	}
	if (mkdir(part, 0755) == 0)
		return 0;
	if (errno == EEXIST && stat(part, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	return ST_EIO;
}

void daemon_memory_frugal(void)
{
	(void)mallopt(M_ARENA_MAX, 1);
	(void)mallopt(M_TRIM_THRESHOLD, 64 * 1024);
	(void)mallopt(M_MMAP_THRESHOLD, 64 * 1024);
	(void)setenv("UV_THREADPOOL_SIZE", "1", 0); /* used only for name resolution */
}

void daemon_memory_trim(void)
{
	(void)malloc_trim(0);
}
