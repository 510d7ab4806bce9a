/* SPDX-License-Identifier: BSD-2-Clause */
/* The help of stancectl, made from the command table. */
#ifndef STANCE_ADMIN_CLIENT_HELP_H
#define STANCE_ADMIN_CLIENT_HELP_H

/* Help for one command, or for all (NULL). */
void cli_help(FILE *out, const struct command *topic);

#endif
