/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of connections: a loop, and both ends of connections on it. */
#ifndef STANCE_TESTING_PT_LAB_H
#define STANCE_TESTING_PT_LAB_H

#include "net_lab.h"

#include "net/pt_conn.h"

/* One end that is a pt_conn, and what it told us. */
struct side {
	struct pt_conn *conn;
	bool ready, closed, echo, keep;
	int err;
	unsigned batches;
	size_t octets;
	uint32_t ids; /* identities in the list */
	char user[64];
	size_t binding;
	char reason[256];
};

/* Of the test that runs; pt_lab_setup sets them, the test may change them. */
extern struct net_loop loop;
extern struct limits limits;
extern struct pt_conn_conf server_conf, client_conf;

/* Around each test: short deadlines, and nothing left open. */
int pt_lab_setup(void **state);
int pt_lab_teardown(void **state);

/* A connection on fd, or both ends of a new one. */
void open_side(struct side *s, const struct pt_conn_conf *conf, int fd);
void open_pair(struct side *server, struct side *client);

/* The client closes; both have closed in peace. */
void close_both(struct side *server, struct side *client);

#endif
