/* SPDX-License-Identifier: BSD-2-Clause */
/* A question, checked against the table: what stancectl makes of its arguments, what travels
 * as one line of JSON, and what a command's handler reads.
 *
 *   {"stance":1,"command":"endpoint","view":"software","args":{"name":"web1"}}
 *
 * Both ends check with the same code; the server never trusts that the client did. */
#ifndef STANCE_ADMIN_REQUEST_H
#define STANCE_ADMIN_REQUEST_H

#include "admin/command.h"
#include "base/wr.h"

#define ADMIN_PROTOCOL 1

struct arg_value {
	char *text;   /* NULL: not given; of an ARG_MANY: a line for each */
	int64_t time; /* of an ARG_TIME, us */
};

struct admin_request {
	const struct command *command;
	const struct command_view *view;
	struct arg_value values[COMMAND_ARGS_MAX]; /* in the order of command->args */
};

/* Why something was refused, for people, and the exit code that goes with it. */
struct admin_fault {
	enum admin_exit exit;
	char text[512];
};

/* Fills *f and returns ST_EVALUE. */
int admin_fault_set(struct admin_fault *f, enum admin_exit exit, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Gives argument key its value (text NULL: a flag is given), or one more when it takes many.
 * Copies. ST_EVALUE with *f when the table does not allow it or it has one already. */
int request_set(struct admin_request *r, const char *key, const char *text,
		struct admin_fault *f);

/* Chooses the view by word (NULL: none given) and by the flags that were set, then checks that
 * nothing required is missing. Call it last. */
int request_finish(struct admin_request *r, const char *word, struct admin_fault *f);

/* Appends the request as one line. */
int request_encode(const struct admin_request *r, struct wr *w);

/* Reads one line (with or without its newline) from an untrusted client into a zeroed *r; call
 * request_reset whatever it returns. */
int request_decode(struct admin_request *r, struct span line, struct admin_fault *f);

void request_reset(struct admin_request *r);

/* What a handler asks: NULL, 0 or false when the argument was not given. The key must be in the
 * command's table. */
const char *request_text(const struct admin_request *r, const char *key);
int64_t request_time(const struct admin_request *r, const char *key);
bool request_flag(const struct admin_request *r, const char *key);

/* The values of an argument that takes many, one by one: *at is NULL before the first. False
 * when there is none left. */
bool request_next(const struct admin_request *r, const char *key, const char **at,
		  struct span *value);

#endif
