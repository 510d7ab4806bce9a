/* SPDX-License-Identifier: BSD-2-Clause */
/* The output of stancectl --help, generated from the command table. */
#include "admin/client/cli.h"

#include <stdio.h>
#include <string.h>

#define HELP_COLUMN 26

static void help_item(FILE *out, const char *left, const char *right)
{
	if (strlen(left) < HELP_COLUMN)
		fprintf(out, "  %-*s%s\n", HELP_COLUMN, left, right);
	else
		fprintf(out, "  %s\n  %*s%s\n", left, HELP_COLUMN, "", right);
}

/* "endpoint NAME [software|facts] [--as-of T]" */
static void help_synopsis(FILE *out, const struct command *c)
{
	const char *open = " [";
	char option[80];

	fputs(c->name, out);
	for (const struct command_arg *a = c->args; a->type; a++)
		if (a->flags & ARG_POSITIONAL)
			fprintf(out, (a->flags & ARG_REQUIRED) ? " %s%s" : " [%s%s]", a->meta,
				(a->flags & ARG_MANY) ? "..." : "");
	for (const struct command_view *v = c->views; v->columns; v++)
		if (v->word) {
			fprintf(out, "%s%s", open, v->word);
			open = "|";
		}
	if (*open == '|')
		fputc(']', out);
	for (const struct command_arg *a = c->args; a->type; a++) {
		if (a->flags & ARG_POSITIONAL)
			continue;
		command_arg_label(a, option, sizeof(option));
		fprintf(out, a->meta ? " [%s %s]" : " [%s]", option, a->meta);
	}
	fputc('\n', out);
}

static void help_options(FILE *out, const struct command_arg *args)
{
	char left[120], label[80];

	for (const struct command_arg *a = args; a->type; a++) {
		bool valued = a->type != ARG_FLAG && !(a->flags & ARG_POSITIONAL);

		command_arg_label(a, label, sizeof(label));
		(void)snprintf(left, sizeof(left), "%s%s%s", label, valued ? " " : "",
			       valued ? a->meta : "");
		help_item(out, left, a->help);
	}
}

static void help_view(FILE *out, const struct command *c, const struct command_view *v)
{
	fprintf(out, "\n%s%s%s%s%s: %s\n", c->name, v->word ? " ... " : "",
		v->word ? v->word : "", v->option ? " --" : "", v->option ? v->option : "",
		v->help);
	for (const struct command_column *col = v->columns; col->type; col++)
		help_item(out, col->key, col->help);
}

static void help_command(FILE *out, const struct command *c)
{
	fputs("stancectl ", out);
	help_synopsis(out, c);
	fprintf(out, "  %s\n\n", c->help);
	help_options(out, c->args);
	help_options(out, cli_options);
	for (const struct command_view *v = c->views; v->columns; v++)
		help_view(out, c, v);
}

void cli_help(FILE *out, const struct command *topic)
{
	if (topic) {
		help_command(out, topic);
		return;
	}
	fputs("stancectl shows the endpoints of the posture manager, their software and its "
	      "history.\n\n"
	      "usage: stancectl [options] command [arguments]\n\n",
	      out);
	for (const struct command *c = admin_commands; c->name; c++) {
		fputs("  ", out);
		help_synopsis(out, c);
		fprintf(out, "      %s\n", c->help);
	}
	fputs("\noptions:\n", out);
	help_options(out, cli_options);
	fputs("\nT is a time: 2026-11-21T19:26:55Z, 2026-11-21, now, today, yesterday, or a "
	      "duration\n"
	      "ago: 90s, 5m, 2h, 3d, 1w.\n"
	      "Exit codes: 0 success, 1 no match or not compliant, 2 usage error, 3 "
	      "permission\n"
	      "denied, 4 manager unreachable, 5 answer incomplete or stale.\n"
	      "'stancectl help COMMAND' lists the arguments and columns of a command.\n",
	      out);
}
