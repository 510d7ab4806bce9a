/* SPDX-License-Identifier: BSD-2-Clause */
/* stancectl's arguments, read by the table. Options may stand anywhere, as --name VALUE or
 * --name=VALUE; "--" ends them. */
#ifndef STANCE_ADMIN_CLIENT_CLI_H
#define STANCE_ADMIN_CLIENT_CLI_H

#include "admin/request.h"
#include "admin/client/writer.h"
#include "admin/client/help.h"

#include <stdio.h>

enum cli_action { CLI_ASK, CLI_HELP, CLI_VERSION };

struct cli {
	enum cli_action action;
	struct admin_request request; /* of CLI_ASK */
	const struct command *topic;  /* of CLI_HELP; NULL: all */
	enum writer_form form;
	bool wide;
	const char *socket; /* borrowed from argv; NULL: not given */
	unsigned timeout_s;
};

#define CLI_TIMEOUT_S 60

/* Options that every command has; up to ARG_END. */
extern const struct command_arg cli_options[];

/* Reads argv[1..]. ST_EVALUE with *f when they make no sense. Call cli_reset whatever it
 * returns. */
int cli_parse(struct cli *cli, int argc, char **argv, struct admin_fault *f);

void cli_reset(struct cli *cli);

/* A moment as people say it: RFC 3339, a date, "now", or how long ago: 90s, 15m, 6h, 2d, 1w,
 * with or without a minus sign in front. 0 or ST_EVALUE. */
int cli_time(const char *text, int64_t *us);

/* --as-of for as_of. */
void cli_option_name(const struct command_arg *a, char *out, size_t size);

#endif
