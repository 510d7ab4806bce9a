/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin/command.h"

#include <stdio.h>

const struct command *command_find(const char *name)
{
	for (const struct command *c = admin_commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

const struct command_view *command_view_find(const struct command *c, const char *word)
{
	for (const struct command_view *v = c->views; v->columns; v++)
		if (v->word && strcmp(v->word, word) == 0)
			return v;
	return NULL;
}

const struct command_arg *command_arg_find(const struct command *c, const char *key)
{
	for (const struct command_arg *a = c->args; a->type; a++)
		if (strcmp(a->key, key) == 0)
			return a;
	return NULL;
}

void command_arg_label(const struct command_arg *a, char *out, size_t size)
{
	bool positional = a->flags & ARG_POSITIONAL;

	(void)snprintf(out, size, "%s%s", positional ? "" : "--",
		       positional ? a->meta : a->key);
	for (char *p = out; !positional && *p; p++)
		if (*p == '_')
			*p = '-';
}

size_t command_args(const struct command *c)
{
	size_t n = 0;

	while (c->args[n].type)
		n++;
	return n;
}

size_t view_columns(const struct command_view *v)
{
	size_t n = 0;

	while (v->columns[n].type)
		n++;
	return n;
}

int view_column_find(const struct command_view *v, const char *key)
{
	for (int i = 0; v->columns[i].type; i++)
		if (strcmp(v->columns[i].key, key) == 0)
			return i;
	return -1;
}
