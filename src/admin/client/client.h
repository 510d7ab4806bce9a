/* SPDX-License-Identifier: BSD-2-Clause */
/* stancectl's half of the conversation: sends a request, writes the answer. */
#ifndef STANCE_ADMIN_CLIENT_CLIENT_H
#define STANCE_ADMIN_CLIENT_CLIENT_H

#include "admin/request.h"
#include "admin/client/writer.h"

struct client_conf {
	const char *socket;
	enum writer_form form;
	struct writer_conf writer;
	unsigned timeout_s; /* without a word from the manager */
	FILE *err;          /* for people: why, and what is missing */
	bool progress;      /* err is a terminal: show there how far the manager is */
};

/* Asks and writes; an enum admin_exit. Text from the manager is cleaned before it is shown. */
int client_ask(const struct client_conf *conf, const struct admin_request *request);

/* Writes "stancectl: text" as one clean line. */
void client_say(FILE *err, const char *text);

#endif
