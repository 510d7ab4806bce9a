/* SPDX-License-Identifier: BSD-2-Clause */
/* The help texts of stancectl, generated from the command table. */
#ifndef STANCE_ADMIN_CLIENT_HELP_H
#define STANCE_ADMIN_CLIENT_HELP_H

/* Writes the help of one command; topic NULL: an overview of all commands. */
void cli_help(FILE *out, const struct command *topic);

#endif
