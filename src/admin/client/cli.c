/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin/client/cli.h"
#include "base/clock.h"
#include "base/err.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
const struct command_arg cli_options[] = {
	{ "json",    ARG_FLAG, 0, NULL,      "answer with one JSON document" },
	{ "csv",     ARG_FLAG, 0, NULL,      "answer with CSV (RFC 4180)" },
	{ "wide",    ARG_FLAG, 0, NULL,      "show every column in tables" },
	{ "socket",  ARG_TEXT, 0, "PATH",    "the manager's socket" },
	{ "timeout", ARG_TEXT, 0, "SECONDS", "how long to wait for the manager, 60 by default" },
	{ "help",    ARG_FLAG, 0, NULL,      "say what can be asked, and how" },
	{ "version", ARG_FLAG, 0, NULL,      "say which version this is" },
	{ 0 },
};
/* clang-format on */

/* Where parsing is; positionals wait until the command is known. */
struct cli_state {
	struct cli *cli;
	struct admin_fault *f;
	char **argv;
	int argc, at;
	int positionals; /* of the command's, given so far */
	const char *word;
	bool literal; /* after "--" */
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
		return 86400 * CLOCK_SEC;
	case 'w':
		return 7 * 86400 * CLOCK_SEC;
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

	if (unit)
		*us = clock_wall_us() - strtol(p, NULL, 10) * unit;
	else if (strcmp(text, "now") == 0)
		*us = clock_wall_us();
	else
		return clock_parse(text, us);
	return 0;
}

void cli_option_name(const struct command_arg *a, char *out, size_t size)
{
	(void)snprintf(out, size, "--%s", a->key);
	for (char *p = out; *p; p++)
		if (*p == '_')
			*p = '-';
}

/* The option called name (n octets, without its dashes) of a table, or NULL. */
static const struct command_arg *cli_option_find(const struct command_arg *args,
						 const char *name, size_t n)
{
	char dashed[80];

	for (; args->type; args++) {
		cli_option_name(args, dashed, sizeof(dashed));
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
				       "--json and --csv exclude each other");
	s->cli->form = form;
	return 0;
}

static int cli_set_timeout(struct cli_state *s, const char *value)
{
	char *end;
	unsigned long v = strtoul(value, &end, 10);

	if (!isdigit((unsigned char)*value) || *end || !v || v > 86400)
		return admin_fault_set(s->f, ADMIN_USAGE,
				       "--timeout takes seconds from 1 to 86400, not '%s'",
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

/* An argument of the command; moments as people say them become moments. */
static int cli_set(struct cli_state *s, const struct command_arg *a, const char *value)
{
	char text[CLOCK_TEXT];
	int64_t us;

	if (a->type == ARG_TIME && cli_time(value, &us) == 0) {
		clock_format(us, text);
		value = text;
	}
	return request_set(&s->cli->request, a->key, value, s->f);
}

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
		return admin_fault_set(s->f, ADMIN_USAGE, "%s%sunknown option --%.*s",
				       c ? c->name : "", c ? ": " : "", (int)(n > 64 ? 64 : n),
				       text);
	if (a->type == ARG_FLAG && value)
		return admin_fault_set(s->f, ADMIN_USAGE, "--%.*s takes no value", (int)n,
				       text);
	if (a->type != ARG_FLAG && !value) {
		if (s->at >= s->argc)
			return admin_fault_set(s->f, ADMIN_USAGE, "--%s needs %s", text,
					       a->meta);
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
		return admin_fault_set(s->f, ADMIN_USAGE, "there is no command '%.64s'", text);
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
		return admin_fault_set(s->f, ADMIN_USAGE, "%s: too many arguments at '%.64s'",
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
		return admin_fault_set(s->f, ADMIN_USAGE, "unknown option %.64s", text);
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
		return admin_fault_set(f, ADMIN_USAGE, "what shall it be?");
	return request_finish(&cli->request, s.word, f);
}

void cli_reset(struct cli *cli)
{
	request_reset(&cli->request);
}
