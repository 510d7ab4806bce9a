/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of stancectl, as one table. Help, the parser of the client, the checks of the
 * server and the JSON, CSV and table output are generated from it. A new command, option or
 * column is a new row; a test compares the table with the man page.
 *
 * A command has one or more views, each with its own columns: `endpoint NAME` and `endpoint
 * NAME software` are two views of one command. An answer is a sequence of rows with one cell
 * for each column. */
#ifndef STANCE_ADMIN_COMMAND_H
#define STANCE_ADMIN_COMMAND_H

#include "base/span.h"

/* Exit codes of stancectl. The end line of each answer has one. */
enum admin_exit {
	ADMIN_YES = 0,
	ADMIN_NO = 1,    /* nothing matched, or not compliant */
	ADMIN_USAGE = 2, /* invalid request */
	ADMIN_DENIED = 3,
	ADMIN_UNREACHABLE = 4,
	ADMIN_STALE = 5, /* the answer is incomplete or stale */
};

enum admin_role {
	ADMIN_NOBODY,
	ADMIN_READ,    /* queries only */
	ADMIN_OPERATE, /* all commands */
};

enum arg_type {
	ARG_END,  /* end of a table */
	ARG_TEXT, /* UTF-8 without control characters, at most ARG_TEXT_MAX octets */
	ARG_TIME, /* RFC 3339 or a date; a request always has RFC 3339 in UTC */
	ARG_FLAG, /* without a value */
};

#define ARG_TEXT_MAX 4096

enum {
	ARG_POSITIONAL = 1, /* positional, in table order; otherwise an option */
	ARG_REQUIRED = 2,
	ARG_MANY = 4, /* may be repeated; ARG_TEXT only; of positionals only the last */
};

struct command_arg {
	const char *key; /* name in the request; the option has '-' for '_': --as-of */
	enum arg_type type;
	unsigned flags;
	const char *meta; /* placeholder of the value in help: "PATTERN" */
	const char *help;
};

enum column_type {
	COL_END,
	COL_TEXT,    /* JSON string */
	COL_COUNT,   /* JSON integer */
	COL_OCTETS,  /* JSON integer; tables show "12.3 MiB" */
	COL_SECONDS, /* JSON integer; tables show "3 d 4 h" */
	COL_TIME,    /* JSON string, RFC 3339 in UTC */
	COL_BOOL,
	COL_LIST, /* JSON array of strings; only as the last column */
};

enum {
	COL_DETAIL = 1, /* tables show it only with --wide; JSON and CSV always */
	COL_CUT = 2,    /* cut first on a narrow terminal */
	COL_SPARE = 4,  /* left out if cutting is not enough */
	COL_AFTER = 8,  /* tables put ~ before the value if column KEY_after is not null */
};

struct command_column {
	const char *key;   /* JSON key and CSV header: stable, documented */
	const char *title; /* column header in a table */
	enum column_type type;
	unsigned flags;
	const char *
		instead; /* key of the column that a table shows if this one is null; or NULL */
	const char *help;
};

enum view_shape {
	VIEW_ROWS,   /* any number of rows: a JSON array of objects */
	VIEW_ONE,    /* one row: a JSON object; tables show one line "Title  value" a column */
	VIEW_STREAM, /* rows without an end: JSON Lines; each row is flushed */
};

struct command_view {
	const char *word; /* selects the view: `endpoint NAME WORD`; or NULL */
	const char *
		option; /* key of the flag that selects it: `software P --endpoints`; or NULL */
	enum view_shape shape;
	const char *help;
	const struct command_column *columns;
};

struct command {
	const char *name;
	const char *help; /* one line */
	enum admin_role role;
	const struct command_arg *args; /* ends with ARG_END */
	const struct command_view
		*views; /* ends with columns == NULL; the first is the default */
};

/* The table; ends with name == NULL. */
extern const struct command admin_commands[];

/* NULL if not found. */
const struct command *command_find(const char *name);
const struct command_view *command_view_find(const struct command *c, const char *word);
const struct command_arg *command_arg_find(const struct command *c, const char *key);

/* Writes the name of an argument as in help and messages: "NAME" (positional) or "--as-of". */
void command_arg_label(const struct command_arg *a, char *out, size_t size);

size_t command_args(const struct command *c);
size_t view_columns(const struct command_view *v);

/* Index of the column with this key, or -1. */
int view_column_find(const struct command_view *v, const char *key);

/* Limits of columns in a view and of arguments of a command; a test checks the table. */
#define VIEW_COLUMNS_MAX 48
#define COMMAND_ARGS_MAX 16

#endif
