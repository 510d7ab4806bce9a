/* SPDX-License-Identifier: BSD-2-Clause */
/* Local stream sockets: created without a moment in which the wrong people could connect, and
 * knowing who is at the other end. */
#ifndef STANCE_ADMIN_SOCKET_H
#define STANCE_ADMIN_SOCKET_H

#include "admin/command.h"

#include <stdint.h>
#include <sys/types.h>

#define SOCKET_NO_GROUP ((gid_t)-1)

struct local_listener {
	int fd; /* non-blocking */
	dev_t dev;
	ino_t ino; /* of the name, to know it again */
};

/* The manager sends something to a waiting client at least this often. */
#define ADMIN_ALIVE_S 5

/* The path of the manager's socket: the environment variable STANCE_SOCKET, else the compiled-in
 * path. */
const char *admin_socket_path(void);

/* Listens at path with mode 0660 and group gid (SOCKET_NO_GROUP: the process's). A file left
 * behind by somebody who is gone is replaced in one step; ST_EBUSY when somebody answers there,
 * ST_EEXIST when it is not a socket, ST_ELIMIT when path is too long, ST_EIO: errno. */
int socket_listen(const char *path, gid_t gid, struct local_listener *l);

/* Stops listening and removes path if it still is this socket. */
void socket_close(struct local_listener *l, const char *path);

/* Connects (blocking). ST_EIO: errno; ST_ELIMIT: path too long. */
int socket_connect(const char *path, int *fd);

/* The peer's user id, and whether gid is one of its groups; ST_EIO: errno. */
int socket_peer(int fd, gid_t gid, uid_t *uid, bool *member);

/* Sends all of s before the monotonic clock reads deadline_us: 0, ST_ETIMEOUT, ST_ECLOSED. */
int socket_send(int fd, struct span s, int64_t deadline_us);

/* Waits until fd can be read: 0, ST_ETIMEOUT, ST_EIO. */
int socket_wait(int fd, int64_t deadline_us);

#endif
