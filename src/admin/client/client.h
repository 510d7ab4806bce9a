/* SPDX-License-Identifier: BSD-2-Clause */
/* The client side of the admin protocol: sends a request and writes the answer. */
#ifndef STANCE_ADMIN_CLIENT_CLIENT_H
#define STANCE_ADMIN_CLIENT_CLIENT_H

#include "admin/request.h"
#include "admin/client/writer.h"

struct client_conf {
	const char *socket;
	enum writer_form form;
	struct writer_conf writer;
	unsigned timeout_s; /* longest time without data from the manager */
	FILE *err;          /* messages; borrowed */
	bool progress;      /* err is a terminal: show a progress line */
};

/* Sends the request and writes the answer to conf->writer.out. Returns an enum admin_exit.
 * Text from the manager is cleaned (text_put_clean) before it is shown. */
int client_ask(const struct client_conf *conf, const struct admin_request *request);

/* Writes "stancectl: TEXT" and a newline, cleaned. */
void client_say(FILE *err, const char *text);

#endif
