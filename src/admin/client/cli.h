/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of stancectl, parsed with the command table. Options may stand before or
 * after the command, as --name VALUE or --name=VALUE. "--" ends the options. */
#ifndef STANCE_ADMIN_CLIENT_CLI_H
#define STANCE_ADMIN_CLIENT_CLI_H

#include "admin/request.h"
#include "admin/client/writer.h"
#include "admin/client/help.h"

#include <stdio.h>

enum cli_action { CLI_ASK, CLI_HELP, CLI_VERSION };

struct cli {
	enum cli_action action;
	struct admin_request request; /* for CLI_ASK */
	const struct command *topic;  /* for CLI_HELP; NULL: overview of all commands */
	enum writer_form form;
	bool wide;
	const char *socket; /* borrowed from argv; NULL: not given */
	unsigned timeout_s;
};

#define CLI_TIMEOUT_S 60

/* Options of every command; ends with ARG_END. */
extern const struct command_arg cli_options[];

/* Parses argv[1..]. 0, or ST_EVALUE with the reason in *f. The caller calls cli_reset in both
 * cases. */
int cli_parse(struct cli *cli, int argc, char **argv, struct admin_fault *f);

void cli_reset(struct cli *cli);

/* Reads a time as an administrator writes it and stores it in *us (microseconds, UTC):
 *   2026-11-21T19:26:55Z    RFC 3339
 *   2026-11-21              that date at 00:00 UTC
 *   today, yesterday        likewise
 *   now
 *   90s 5m 2h 3d 1w         that long ago; a leading '-' is allowed
 * 0, or ST_EVALUE and *us untouched. */
int cli_time(const char *text, int64_t *us);

#endif
