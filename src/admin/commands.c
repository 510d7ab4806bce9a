/* SPDX-License-Identifier: BSD-2-Clause */
/* The command table. */
#include "admin/command.h"
#include "admin/views.h"

/* clang-format off */
#define AS_OF                                                                            \
	{ "as_of", ARG_TIME, 0, "T", "as things were at that moment" },                      \
	{ "known_at", ARG_TIME, 0, "T", "as far as the manager knew at that one" }

#define GROUP_ARGS                                                                       \
	{ "group", ARG_TEXT, 0, "GROUP", "of that group of endpoints (stance.conf) only" },  \
	{ "platform", ARG_TEXT, 0, "GLOB", "of endpoints with such a platform only" }

#define VERSION_ARG                                                                      \
	{ "version", ARG_TEXT, 0, "RANGE", "in these versions only: '< 1.2', or '>= 1, < 2'" }

static const struct command_arg endpoints_args[] = {
	GROUP_ARGS,
	AS_OF,
	{ 0 },
};

static const struct command_arg endpoint_args[] = {
	{ "name", ARG_TEXT, ARG_POSITIONAL | ARG_REQUIRED, "NAME", "its name, or its identity" },
	AS_OF,
	{ 0 },
};

static const struct command_arg software_args[] = {
	{ "pattern", ARG_TEXT, ARG_POSITIONAL | ARG_REQUIRED, "PATTERN",
	  "name or identifier, with * ? [...]" },
	VERSION_ARG,
	{ "endpoints", ARG_FLAG, 0, NULL, "say which endpoints have it" },
	GROUP_ARGS,
	AS_OF,
	{ 0 },
};

static const struct command_arg changes_args[] = {
	{ "since", ARG_TIME, 0, "T", "after that moment only" },
	{ "until", ARG_TIME, 0, "T", "up to that moment only" },
	{ "follow", ARG_FLAG, 0, NULL, "go on: show each change as it is stored" },
	{ "endpoint", ARG_TEXT, 0, "NAME", "of that endpoint only" },
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
	{ "from", ARG_TIME, 0, "T", "who had it at that moment or later" },
	{ "to", ARG_TIME, 0, "T", "and at that one or earlier" },
	GROUP_ARGS,
	{ "known_at", ARG_TIME, 0, "T", "as far as the manager knew at that one" },
	{ 0 },
};

static const struct command_arg diff_args[] = {
	{ "name", ARG_TEXT, ARG_POSITIONAL | ARG_REQUIRED, "NAME", "its name, or its identity" },
	{ "other", ARG_TEXT, ARG_POSITIONAL, "OTHER", "of the endpoint to compare it with" },
	{ "from", ARG_TIME, 0, "T", "or compare NAME as it was at that moment" },
	{ "to", ARG_TIME, 0, "T", "with what it was at that one; now by default" },
	AS_OF,
	{ 0 },
};

static const struct command_arg assess_args[] = {
	{ "name", ARG_TEXT, ARG_POSITIONAL | ARG_MANY, "NAME", "endpoints, by name or identity" },
	{ "all", ARG_FLAG, 0, NULL, "all endpoints that are known" },
	GROUP_ARGS,
	{ "wait", ARG_FLAG, 0, NULL, "until those who are connected have been assessed" },
	{ "within", ARG_TEXT, 0, "SECONDS",
	  "wait so long at most, and for those who are not connected, too" },
	{ 0 },
};

static const struct command_arg forget_args[] = {
	{ "name", ARG_TEXT, ARG_POSITIONAL | ARG_REQUIRED, "NAME", "its name, or its identity" },
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
	{ "endpoints", "who is there, and how current what we know is",
	  ADMIN_READ, endpoints_args, endpoints_views },
	{ "endpoint", "one endpoint, what is installed on it, known about it, happened to it",
	  ADMIN_READ, endpoint_args, endpoint_views },
	{ "software", "which software is installed, in which versions, where",
	  ADMIN_READ, software_args, software_views },
	{ "lacking", "which endpoints have no such software",
	  ADMIN_READ, lacking_args, lacking_views },
	{ "exposure", "which endpoints had such software, from when to when",
	  ADMIN_READ, exposure_args, exposure_views },
	{ "diff", "what differs in the software of two endpoints, or of one at two moments",
	  ADMIN_READ, diff_args, diff_views },
	{ "changes", "what has changed",
	  ADMIN_READ, changes_args, changes_views },
	{ "groups", "groups of endpoints that the manager's configuration names",
	  ADMIN_READ, groups_args, groups_views },
	{ "assess", "ask endpoints for a fresh assessment now",
	  ADMIN_OPERATE, assess_args, assess_views },
	{ "forget", "take an endpoint that is no more out of the present",
	  ADMIN_OPERATE, forget_args, forget_views },
	{ "status", "the manager and its repository",
	  ADMIN_READ, status_args, status_views },
	{ 0 },
};
/* clang-format on */
