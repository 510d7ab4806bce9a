/* SPDX-License-Identifier: BSD-2-Clause */
/* The command table. */
#include "admin/command.h"
#include "admin/views.h"

/* clang-format off */
#define AS_OF                                                                            \
	{ "as_of", ARG_TIME, 0, "T", "state at time T, by all that is known today" },                      \
	{ "known_at", ARG_TIME, 0, "T", "what the manager knew at time T" }

#define GROUP_ARGS                                                                       \
	{ "group", ARG_TEXT, 0, "GROUP", "only endpoints of this group (stance.conf)" },  \
	{ "platform", ARG_TEXT, 0, "GLOB", "only endpoints with a matching platform" }

#define VERSION_ARG                                                                      \
	{ "version", ARG_TEXT, 0, "RANGE", "only these versions: '< 1.2' or '>= 1, < 2'" }

static const struct command_arg endpoints_args[] = {
	GROUP_ARGS,
	AS_OF,
	{ 0 },
};

static const struct command_arg endpoint_args[] = {
	{ "name", ARG_TEXT, ARG_POSITIONAL | ARG_REQUIRED, "NAME", "name or identity of the endpoint" },
	AS_OF,
	{ 0 },
};

static const struct command_arg software_args[] = {
	{ "pattern", ARG_TEXT, ARG_POSITIONAL | ARG_REQUIRED, "PATTERN",
	  "name or identifier, with * ? [...]" },
	VERSION_ARG,
	{ "endpoints", ARG_FLAG, 0, NULL, "list the endpoints that have it" },
	GROUP_ARGS,
	AS_OF,
	{ 0 },
};

static const struct command_arg changes_args[] = {
	{ "since", ARG_TIME, 0, "T", "only changes recorded after T" },
	{ "until", ARG_TIME, 0, "T", "only changes recorded up to T" },
	{ "follow", ARG_FLAG, 0, NULL, "print each change as it is recorded" },
	{ "endpoint", ARG_TEXT, 0, "NAME", "only this endpoint" },
	{ "kind", ARG_TEXT, 0, "KIND",
	  "software, facts, results, endpoints, notices, assessments or all" },
	GROUP_ARGS,
	AS_OF,
	{ 0 },
};

static const struct command_arg lacking_args[] = {
	{ "pattern", ARG_TEXT, ARG_POSITIONAL | ARG_REQUIRED, "PATTERN",
	  "name or identifier, with * ? [...]" },
	VERSION_ARG,
	GROUP_ARGS,
	AS_OF,
	{ 0 },
};

static const struct command_arg exposure_args[] = {
	{ "pattern", ARG_TEXT, ARG_POSITIONAL | ARG_REQUIRED, "PATTERN",
	  "name or identifier, with * ? [...]" },
	VERSION_ARG,
	{ "from", ARG_TIME, 0, "T", "only periods that end at T or later" },
	{ "to", ARG_TIME, 0, "T", "only periods that begin at T or earlier" },
	GROUP_ARGS,
	{ "known_at", ARG_TIME, 0, "T", "what the manager knew at time T" },
	{ 0 },
};

static const struct command_arg diff_args[] = {
	{ "name", ARG_TEXT, ARG_POSITIONAL | ARG_REQUIRED, "NAME", "name or identity of the endpoint" },
	{ "other", ARG_TEXT, ARG_POSITIONAL, "OTHER", "second endpoint" },
	{ "from", ARG_TIME, 0, "T", "first side: NAME at time T" },
	{ "to", ARG_TIME, 0, "T", "second side: NAME at time T; default now" },
	AS_OF,
	{ 0 },
};

static const struct command_arg assess_args[] = {
	{ "name", ARG_TEXT, ARG_POSITIONAL | ARG_MANY, "NAME", "endpoints, by name or identity" },
	{ "all", ARG_FLAG, 0, NULL, "all known endpoints" },
	GROUP_ARGS,
	{ "wait", ARG_FLAG, 0, NULL, "wait until all connected endpoints have been assessed" },
	{ "within", ARG_TEXT, 0, "SECONDS",
	  "wait at most this long, also for endpoints that are not connected" },
	{ 0 },
};

static const struct command_arg forget_args[] = {
	{ "name", ARG_TEXT, ARG_POSITIONAL | ARG_REQUIRED, "NAME", "name or identity of the endpoint" },
	{ 0 },
};

static const struct command_arg groups_args[] = {
	{ 0 },
};

static const struct command_arg status_args[] = {
	AS_OF,
	{ 0 },
};

const struct command admin_commands[] = {
	{ "endpoints", "list all endpoints",
	  ADMIN_READ, endpoints_args, endpoints_views },
	{ "endpoint", "show one endpoint: its software, facts, results or events",
	  ADMIN_READ, endpoint_args, endpoint_views },
	{ "software", "list installed software",
	  ADMIN_READ, software_args, software_views },
	{ "lacking", "list endpoints without matching software",
	  ADMIN_READ, lacking_args, lacking_views },
	{ "exposure", "list the periods during which endpoints had matching software",
	  ADMIN_READ, exposure_args, exposure_views },
	{ "diff", "compare the software of two endpoints, or of one at two times",
	  ADMIN_READ, diff_args, diff_views },
	{ "changes", "list changes, oldest first",
	  ADMIN_READ, changes_args, changes_views },
	{ "groups", "list the groups of endpoints defined in stance.conf",
	  ADMIN_READ, groups_args, groups_views },
	{ "assess", "request new assessments",
	  ADMIN_OPERATE, assess_args, assess_views },
	{ "forget", "remove an endpoint from the current state",
	  ADMIN_OPERATE, forget_args, forget_views },
	{ "status", "show the state of the manager and its repository",
	  ADMIN_READ, status_args, status_views },
	{ 0 },
};
/* clang-format on */
