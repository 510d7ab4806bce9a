/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of commands: asks against the fake posture and takes the answer apart. */
#ifndef STANCE_TESTING_UNIT_ADMIN_SERVER_ANSWER_H
#define STANCE_TESTING_UNIT_ADMIN_SERVER_ANSWER_H

#include "unit.h"
#include "admin/server/response.h"

#include <jansson.h>

#define ASK(rest) "{\"stance\":1,\"command\":" rest "}"

extern struct admin_env env;

/* An answer taken apart. */
struct got {
	struct wr text;
	json_t *keys, *rows, *end; /* rows with their lists put together */
	size_t pieces, fail_after; /* sends so far; 0: never fail */
	size_t alive;              /* lines that say no more than that */
};

/* A sink whose ctx is a struct got. */
int take(void *ctx, struct span bytes);

/* What admin_answer returns. Caller: drop. */
int answer(struct got *g, enum admin_role role, const char *line);
void drop(struct got *g);

int end_exit(const struct got *g);
const char *end_text(const struct got *g);

/* The cell of a row by its key; as text. */
json_t *cell(const struct got *g, size_t row, const char *key);
const char *text(const struct got *g, size_t row, const char *key);

/* Asks as somebody who may read: this exit code, so many rows, and why in the end's text. */
void check(const char *line, int exit, size_t rows, const char *err_msg);

/* Of each test: a fresh fake posture, and a clock three hours later than what it knows. */
int answer_setup(void **state);

#endif
