/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of the server: a server in its own directory on the fake posture, and clients. */
#ifndef STANCE_TESTING_UNIT_ADMIN_SERVER_LOCAL_H
#define STANCE_TESTING_UNIT_ADMIN_SERVER_LOCAL_H

#include "unit.h"
#include "admin/client/client.h"
#include "admin/server/server.h"

extern char dir[], path[64]; /* of the socket */
extern struct admin_server *server;

/* Group setup and teardown: the directory, which must be empty at the end. */
int local_group_setup(void **state);
int local_group_teardown(void **state);

/* Test setup and teardown: a server with four client slots and a timeout of one second. */
int local_setup(void **state);
int local_teardown(void **state);

/* Opens a server at path on a new fake posture that is completely known. */
int open_server(const struct admin_server_conf *how);

/* A raw client. receive_all closes fd and returns all data until the peer closes (the caller
 * frees it); it fails after 10 s. check_received: likewise, and the data must contain
 * `want`. */
int connect_raw(void);
void send_text(int fd, const char *text);
char *receive_all(int fd);
void check_received(int fd, const char *want);

/* Runs the client of stancectl. The caller calls forget. */
struct asked {
	int exit;
	char *out, *err;
};
struct asked ask(const char *socket, enum writer_form form, const char *command,
		 const char *key, const char *value);
void forget(struct asked *a);

/* Checks that the server answers. */
void check_alive(void);

#endif
