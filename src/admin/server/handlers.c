/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin/server/handlers.h"

#include <string.h>

static const struct {
	const char *command;
	const struct handler *handlers;
} handlers[] = {
	{ "endpoints", endpoints_handlers }, { "endpoint", endpoint_handlers },
	{ "software", software_handlers },   { "changes", changes_handlers },
	{ "forget", forget_handlers },       { "groups", groups_handlers },
	{ "lacking", lacking_handlers },     { "exposure", exposure_handlers },
	{ "diff", diff_handlers },           { "assess", assess_handlers },
	{ "status", status_handlers },
};

static bool is_for(const struct handler *h, const struct command_view *v)
{
	const char *view = v->word ? v->word : v->option;

	return h->view && view ? strcmp(h->view, view) == 0 : !h->view && !view;
}

const struct handler *handler_find(const struct command *c, const struct command_view *v)
{
	for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
		if (strcmp(handlers[i].command, c->name) != 0)
			continue;
		for (const struct handler *h = handlers[i].handlers; h->run; h++)
			if (is_for(h, v))
				return h;
	}
	return NULL;
}
