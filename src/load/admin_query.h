/* SPDX-License-Identifier: BSD-2-Clause */
/* What the manager's administrator can see, asked over its local socket. Every call blocks. */
#ifndef STANCE_LOAD_ADMIN_QUERY_H
#define STANCE_LOAD_ADMIN_QUERY_H

#include "load/load_conf.h"

#include <jansson.h>

/* The manager's process: as configured, or whoever listens on the socket now. 0 when that is
 * not known, errno says why. */
int load_manager_pid(const struct load_conf *conf);

/* One question; the answer comes row by row. Zero-initialise. */
struct admin_query {
	FILE *from;
	json_t *keys;
	char *line;
	size_t cap;
	json_t *row;
};

/* Asks command [view] of endpoint `name` (both may be NULL), with flag (NULL: none) set.
 * ST_EIO: errno. */
int admin_query_open(struct admin_query *a, const char *socket, const char *command,
		     const char *view, const char *name, const char *flag);
void admin_query_close(struct admin_query *a);

/* The next row: 1; 0 at the end of a whole answer; ST_ECLOSED. */
int admin_query_next(struct admin_query *a);

/* A cell of the row; NULL when there is no such column or it is null. Borrowed. */
json_t *admin_query_cell(const struct admin_query *a, const char *key);

#endif
