/* SPDX-License-Identifier: BSD-2-Clause */
/* A request: the arguments of one command, checked against the command table. stancectl builds
 * it from its command line and sends it as one line of JSON; the handler of the command reads
 * it.
 *
 *   {"stance":1,"command":"endpoint","view":"software","args":{"name":"web1"}}
 *
 * Client and server check with the same code. The server does not rely on the client's
 * check. */
#ifndef STANCE_ADMIN_REQUEST_H
#define STANCE_ADMIN_REQUEST_H

#include "admin/command.h"
#include "base/wr.h"

#define ADMIN_PROTOCOL 1

struct arg_value {
	char *text;   /* NULL: not given; ARG_MANY: one line for each value */
	int64_t time; /* ARG_TIME: microseconds */
};

struct admin_request {
	const struct command *command;
	const struct command_view *view;
	struct arg_value values[COMMAND_ARGS_MAX]; /* in the order of command->args */
};

/* Error message and exit code of a rejected request. */
struct admin_fault {
	enum admin_exit exit;
	char text[512];
};

/* Fills *f and returns ST_EVALUE. */
int admin_fault_set(struct admin_fault *f, enum admin_exit exit, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Sets argument key to a copy of text (NULL for a flag), or appends a value if it is ARG_MANY.
 * 0, ST_ENOMEM, or ST_EVALUE with *f if the table does not allow it or the argument is already
 * set. */
int request_set(struct admin_request *r, const char *key, const char *text,
		struct admin_fault *f);

/* Selects the view by word (NULL: none) or by the flags set, then checks that all required
 * arguments are set. Call it after the last request_set. */
int request_finish(struct admin_request *r, const char *word, struct admin_fault *f);

/* Appends the request to w as one line with its newline. 0, or the error of w. */
int request_encode(const struct admin_request *r, struct wr *w);

/* Decodes one line (with or without its newline) from an untrusted client into *r, which must
 * be zeroed. 0, or an error with *f filled. The caller calls request_reset in both cases. */
int request_decode(struct admin_request *r, struct span line, struct admin_fault *f);

void request_reset(struct admin_request *r);

/* The value of an argument: NULL, 0 or false if not given. The command must have an argument
 * key. */
const char *request_text(const struct admin_request *r, const char *key);
int64_t request_time(const struct admin_request *r, const char *key);
bool request_flag(const struct admin_request *r, const char *key);

/* Iterates over the values of an ARG_MANY argument. The caller sets *at to NULL first. False
 * after the last value. */
bool request_next(const struct admin_request *r, const char *key, const char **at,
		  struct span *value);

#endif
