/* SPDX-License-Identifier: BSD-2-Clause */
/* Local stream sockets. A listening socket has its final owner and mode before it appears at
 * its path, and the server knows the user of each peer. */
#ifndef STANCE_ADMIN_SOCKET_H
#define STANCE_ADMIN_SOCKET_H

#include "admin/command.h"

#include <stdint.h>
#include <sys/types.h>

#define SOCKET_NO_GROUP ((gid_t)-1)

struct local_listener {
	int fd; /* non-blocking */
	dev_t dev;
	ino_t ino; /* of the path: socket_close removes only this socket */
};

/* Longest time between two lines to a waiting client (seconds). */
#define ADMIN_ALIVE_S 5

/* The path of the manager's socket: the environment variable STANCE_SOCKET, else the
 * compiled-in path. */
const char *admin_socket_path(void);

/* Listens at path with mode 0660 and group gid (SOCKET_NO_GROUP: the group of the process). A
 * stale socket at path is replaced atomically. ST_EBUSY: a server accepts connections there;
 * ST_EEXIST: path is not a socket; ST_ELIMIT: path too long; ST_EIO: see errno. */
int socket_listen(const char *path, gid_t gid, struct local_listener *l);

/* Stops listening. Removes path if it is still this socket. */
void socket_close(struct local_listener *l, const char *path);

/* Connects; blocks. *fd is the caller's. ST_ELIMIT: path too long; ST_EIO: see errno. */
int socket_connect(const char *path, int *fd);

/* Gets the peer's user id, and whether gid is one of its groups. ST_EIO: see errno. */
int socket_peer(int fd, gid_t gid, uid_t *uid, bool *member);

/* Sends all of s before the monotonic clock reads deadline_us: 0, ST_ETIMEOUT, ST_ECLOSED. */
int socket_send(int fd, struct span s, int64_t deadline_us);

/* Waits until fd is readable: 0, ST_ETIMEOUT, ST_EIO. */
int socket_wait(int fd, int64_t deadline_us);

#endif
