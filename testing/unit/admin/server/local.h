/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of the server: one in a directory of its own on the fake posture, and clients. */
#ifndef STANCE_TESTING_UNIT_ADMIN_SERVER_LOCAL_H
#define STANCE_TESTING_UNIT_ADMIN_SERVER_LOCAL_H

#include "unit.h"
#include "admin/client/client.h"
#include "admin/server/server.h"

extern char dir[], path[64]; /* of the socket */
extern struct admin_server *server;

/* Of the group: the directory, which must be empty at the end. */
int local_group_setup(void **state);
int local_group_teardown(void **state);

/* Of a test: a server with four places and a second's patience; closes the one that is open. */
int local_setup(void **state);
int local_teardown(void **state);

/* Opens one at path on a fresh fake posture of which everything is known. */
int open_server(const struct admin_server_conf *how);

/* A client of the test's own. check_heard takes fd: everything until the other end closes,
 * within 10 s, has `want` in it. hear: the same, caller: free. */
int connect_raw(void);
void say(int fd, const char *text);
char *hear(int fd);
void check_heard(int fd, const char *want);

/* stancectl's client. Caller: forget. */
struct asked {
	int exit;
	char *out, *err;
};
struct asked ask(const char *socket, enum writer_form form, const char *command,
		 const char *key, const char *value);
void forget(struct asked *a);

/* The server answers a question. */
void check_alive(void);

#endif
