/* SPDX-License-Identifier: BSD-2-Clause */
/* What an administrator can ask, as one table. Help, parsing on the client, checking on the
 * server, and the JSON, CSV and table forms of the answer all come from it: a new command,
 * option or column is a row, and a test holds the man page against it.
 *
 * A command has views: `endpoint NAME` and `endpoint NAME software` are two views of one
 * command with columns of their own. An answer is a sequence of rows, one cell a column. */
#ifndef STANCE_ADMIN_COMMAND_H
#define STANCE_ADMIN_COMMAND_H

#include "base/span.h"

/* Exit codes of stancectl; the end of every answer carries one. */
enum admin_exit {
	ADMIN_YES = 0,
	ADMIN_NO = 1,    /* nothing matched, or not compliant */
	ADMIN_USAGE = 2, /* the question makes no sense */
	ADMIN_DENIED = 3,
	ADMIN_UNREACHABLE = 4,
	ADMIN_STALE = 5, /* the answer is incomplete or stale */
};

enum admin_role {
	ADMIN_NOBODY,
	ADMIN_READ,    /* may ask */
	ADMIN_OPERATE, /* may also make things happen */
};

enum arg_type {
	ARG_END,  /* ends a table */
	ARG_TEXT, /* UTF-8 without control characters, at most ARG_TEXT_MAX octets */
	ARG_TIME, /* RFC 3339 or a plain date; in a request always RFC 3339 in UTC */
	ARG_FLAG, /* given or not */
};

#define ARG_TEXT_MAX 4096

enum {
	ARG_POSITIONAL = 1, /* stands by itself, in table order; others are options */
	ARG_REQUIRED = 2,
	ARG_MANY = 4, /* text, any number of times; of positionals only the last */
};

struct command_arg {
	const char *key; /* in the request; as an option with '-' for '_': --as-of */
	enum arg_type type;
	unsigned flags;
	const char *meta; /* what help calls its value: "PATTERN" */
	const char *help;
};

enum column_type {
	COL_END,
	COL_TEXT,    /* JSON string */
	COL_COUNT,   /* JSON integer */
	COL_OCTETS,  /* JSON integer; a table says "12.3 MiB" */
	COL_SECONDS, /* JSON integer; a table says "3 d 4 h" */
	COL_TIME,    /* JSON string, RFC 3339 in UTC */
	COL_BOOL,
	COL_LIST, /* JSON array of strings; only as the last column */
};

enum {
	COL_DETAIL = 1, /* in JSON and CSV always, in a table only with --wide */
	COL_CUT = 2,    /* gives way first when the terminal is narrow */
	COL_SPARE = 4,  /* is left out when it is too narrow even so */
	COL_AFTER = 8,  /* a table puts ~ before it where the column KEY_after is not null */
};

struct command_column {
	const char *key;   /* JSON key and CSV header: stable, documented */
	const char *title; /* head of the column in a table */
	enum column_type type;
	unsigned flags;
	const char *instead; /* key of the column a table shows when this one is null */
	const char *help;
};

enum view_shape {
	VIEW_ROWS,   /* any number of rows: a JSON array of objects */
	VIEW_ONE,    /* one row: a JSON object; a table shows it as lines "Title  value" */
	VIEW_STREAM, /* rows as they happen, without an end: JSON Lines; each is seen at once */
};

struct command_view {
	const char *word;   /* `endpoint NAME WORD` chooses it; NULL: the default */
	const char *option; /* or the flag of this key does: `software P --endpoints` */
	enum view_shape shape;
	const char *help;
	const struct command_column *columns;
};

struct command {
	const char *name;
	const char *help; /* one line */
	enum admin_role role;
	const struct command_arg *args;   /* up to ARG_END */
	const struct command_view *views; /* up to columns == NULL; the first is the default */
};

/* The table: up to a row without a name. */
extern const struct command admin_commands[];

/* NULL when there is none. */
const struct command *command_find(const char *name);
const struct command_view *command_view_find(const struct command *c, const char *word);
const struct command_arg *command_arg_find(const struct command *c, const char *key);

/* The name of a as the administrator writes it: "NAME" of a positional, "--as-of" of an option. */
void command_arg_label(const struct command_arg *a, char *out, size_t size);

size_t command_args(const struct command *c);
size_t view_columns(const struct command_view *v);

/* Index of the column called key, or -1. */
int view_column_find(const struct command_view *v, const char *key);

/* Most columns a view may have, most arguments a command may have; a test holds the table
 * against them. */
#define VIEW_COLUMNS_MAX 48
#define COMMAND_ARGS_MAX 16

#endif
