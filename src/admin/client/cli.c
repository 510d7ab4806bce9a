/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin/client/cli.h"
#include "base/clock.h"
#include "base/err.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define CLI_DAY (86400 * CLOCK_SEC)

/* clang-format off */
const struct command_arg cli_options[] = {
	{ "json",    ARG_FLAG, 0, NULL,      "print one JSON document" },
	{ "csv",     ARG_FLAG, 0, NULL,      "print CSV (RFC 4180)" },
	{ "wide",    ARG_FLAG, 0, NULL,      "show all columns in tables" },
	{ "socket",  ARG_TEXT, 0, "PATH",    "path of the manager's socket" },
	{ "timeout", ARG_TEXT, 0, "SECONDS", "give up after this long without data; default 60" },
	{ "help",    ARG_FLAG, 0, NULL,      "print help; after a command, its arguments and columns" },
	{ "version", ARG_FLAG, 0, NULL,      "print the version of stancectl" },
	{ 0 },
};
/* clang-format on */

/* The state of the parser. */
struct cli_state {
	struct cli *cli;
	struct admin_fault *f;
	char **argv;
	int argc, at;
	int positionals;  /* positional arguments of the command so far */
	const char *word; /* the view, or NULL */
	bool literal;     /* after "--" */
};

static int64_t cli_unit(char unit)
{
	switch (unit) {
	case 's':
		return CLOCK_SEC;
	case 'm':
		return 60 * CLOCK_SEC;
	case 'h':
		return 3600 * CLOCK_SEC;
	case 'd':
		return CLI_DAY;
	case 'w':
		return 7 * CLI_DAY;
	default:
		return 0;
	}
}

int cli_time(const char *text, int64_t *us)
{
	const char *p = *text == '-' ? text + 1 : text;
	size_t digits = strspn(p, "0123456789");
	int64_t unit =
		digits && digits <= 6 && p[digits] && !p[digits + 1] ? cli_unit(p[digits]) : 0;
	int64_t now = clock_wall_us(), midnight = now - now % CLI_DAY;

	if (unit)
		*us = now - strtol(p, NULL, 10) * unit;
	else if (strcmp(text, "now") == 0)
		*us = now;
	else if (strcmp(text, "today") == 0)
		*us = midnight;
	else if (strcmp(text, "yesterday") == 0)
		*us = midnight - CLI_DAY;
	else
		return clock_parse(text, us);
	return 0;
}

/* The option of the table with this name (n octets, without "--"), or NULL. */
static const struct command_arg *cli_option_find(const struct command_arg *args,
						 const char *name, size_t n)
{
	char dashed[80];

	for (; args->type; args++) {
		command_arg_label(args, dashed, sizeof(dashed));
		if (!(args->flags & ARG_POSITIONAL) && strlen(dashed) == n + 2 &&
		    memcmp(dashed + 2, name, n) == 0)
			return args;
	}
	return NULL;
}

static int cli_set_form(struct cli_state *s, enum writer_form form)
{
	if (s->cli->form != WRITER_TABLE && s->cli->form != form)
		return admin_fault_set(s->f, ADMIN_USAGE,
				       "--json and --csv cannot be combined");
	s->cli->form = form;
	return 0;
}

static int cli_set_timeout(struct cli_state *s, const char *value)
{
	char *end;
	unsigned long v = strtoul(value, &end, 10);

	if (!isdigit((unsigned char)*value) || *end || !v || v > 86400)
		return admin_fault_set(
			s->f, ADMIN_USAGE,
			"--timeout: '%.64s' is not a number of seconds from 1 to "
			"86400",
			value);
	s->cli->timeout_s = (unsigned)v;
	return 0;
}

/* One of cli_options. */
static int cli_set_own(struct cli_state *s, const struct command_arg *a, const char *value)
{
	if (strcmp(a->key, "json") == 0)
		return cli_set_form(s, WRITER_JSON);
	if (strcmp(a->key, "csv") == 0)
		return cli_set_form(s, WRITER_CSV);
	if (strcmp(a->key, "timeout") == 0)
		return cli_set_timeout(s, value);
	if (strcmp(a->key, "socket") == 0)
		s->cli->socket = value;
	else if (strcmp(a->key, "wide") == 0)
		s->cli->wide = true;
	else
		s->cli->action = strcmp(a->key, "help") == 0 ? CLI_HELP : CLI_VERSION;
	return 0;
}

/* Sets a time argument, as RFC 3339. */
static int cli_set_time(struct cli_state *s, const struct command_arg *a, const char *value)
{
	char text[CLOCK_TEXT], label[80];
	int64_t us;

	if (cli_time(value, &us) < 0) {
		command_arg_label(a, label, sizeof(label));
		return admin_fault_set(s->f, ADMIN_USAGE,
				       "%s: '%.64s' is not a time; use 2026-11-21T19:26:55Z, "
				       "2026-11-21, 2h, 3d, yesterday",
				       label, value);
	}
	clock_format(us, text);
	return request_set(&s->cli->request, a->key, text, s->f);
}

/* Sets an argument of the command. */
static int cli_set(struct cli_state *s, const struct command_arg *a, const char *value)
{
	return a->type == ARG_TIME ? cli_set_time(s, a, value)
				   : request_set(&s->cli->request, a->key, value, s->f);
}

static int cli_unknown_option(struct cli_state *s, const char *text, size_t n)
{
	const struct command *c = s->cli->request.command;

	return admin_fault_set(s->f, ADMIN_USAGE,
			       "%s%sunknown option %.*s (try 'stancectl %s%s')",
			       c ? c->name : "", c ? ": " : "", (int)(n > 64 ? 64 : n), text,
			       c ? "help " : "--help", c ? c->name : "");
}

/* text: what follows the "--" of an argument. */
static int cli_option(struct cli_state *s, const char *text)
{
	const struct command *c = s->cli->request.command;
	const char *eq = strchr(text, '='), *value = eq ? eq + 1 : NULL;
	size_t n = eq ? (size_t)(eq - text) : strlen(text);
	const struct command_arg *a = c ? cli_option_find(c->args, text, n) : NULL;
	const struct command_arg *own = a ? NULL : cli_option_find(cli_options, text, n);

	if (own)
		a = own;

	if (!a)
		return cli_unknown_option(s, text - 2, n + 2);
	if (a->type == ARG_FLAG && value)
		return admin_fault_set(s->f, ADMIN_USAGE, "--%.*s: takes no value", (int)n,
				       text);
	if (a->type != ARG_FLAG && !value) {
		if (s->at >= s->argc)
			return admin_fault_set(s->f, ADMIN_USAGE, "--%s: missing value (%s)",
					       text, a->meta);
		value = s->argv[s->at++];
	}
	return own ? cli_set_own(s, a, value) : cli_set(s, a, value);
}

/* The nth positional of c, or NULL. */
static const struct command_arg *cli_positional_find(const struct command *c, int n)
{
	for (const struct command_arg *a = c->args; a->type; a++)
		if ((a->flags & ARG_POSITIONAL) && (n-- == 0 || (a->flags & ARG_MANY)))
			return a;
	return NULL;
}

static int cli_command(struct cli_state *s, const char *text)
{
	if (strcmp(text, "help") == 0 && s->cli->action == CLI_ASK) {
		s->cli->action = CLI_HELP;
		return 0;
	}
	if (!(s->cli->request.command = command_find(text)))
		return admin_fault_set(s->f, ADMIN_USAGE,
				       "unknown command '%.64s' (try 'stancectl --help')",
				       text);
	return 0;
}

static int cli_positional(struct cli_state *s, const char *text)
{
	const struct command *c = s->cli->request.command;
	const struct command_arg *a;

	if (!c)
		return cli_command(s, text);
	if ((a = cli_positional_find(c, s->positionals))) {
		s->positionals++;
		return cli_set(s, a, text);
	}
	if (s->word)
		return admin_fault_set(s->f, ADMIN_USAGE, "%s: unexpected argument '%.64s'",
				       c->name, text);
	s->word = text;
	return 0;
}

static int cli_next(struct cli_state *s)
{
	const char *text = s->argv[s->at++];

	if (s->literal || text[0] != '-' || !text[1])
		return cli_positional(s, text);
	if (strcmp(text, "--") == 0) {
		s->literal = true;
		return 0;
	}
	if (strcmp(text, "-h") == 0)
		text = "--help";
	if (text[1] != '-')
		return cli_unknown_option(s, text, strlen(text));
	return cli_option(s, text + 2);
}

int cli_parse(struct cli *cli, int argc, char **argv, struct admin_fault *f)
{
	struct cli_state s = { .cli = cli, .f = f, .argv = argv, .argc = argc, .at = 1 };
	int err = 0;

	*cli = (struct cli){ .timeout_s = CLI_TIMEOUT_S };
	f->exit = ADMIN_USAGE;
	f->text[0] = '\0';
	while (!err && s.at < argc)
		err = cli_next(&s);
	if (err < 0)
		return err;
	cli->topic = cli->request.command;
	if (cli->action != CLI_ASK)
		return 0;
	if (!cli->topic)
		return admin_fault_set(f, ADMIN_USAGE,
				       "missing command (try 'stancectl --help')");
	return request_finish(&cli->request, s.word, f);
}

void cli_reset(struct cli *cli)
{
	request_reset(&cli->request);
}
