/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of commands: runs requests against the fake posture and decodes the answer. */
#ifndef STANCE_TESTING_UNIT_ADMIN_SERVER_ANSWER_H
#define STANCE_TESTING_UNIT_ADMIN_SERVER_ANSWER_H

#include "unit.h"
#include "admin/server/response.h"

#include <jansson.h>

#define ASK(rest) "{\"stance\":1,\"command\":" rest "}"

extern struct admin_env env;

/* A decoded answer. */
struct got {
	struct wr text;
	json_t *keys, *rows, *end; /* rows with complete lists */
	size_t pieces, fail_after; /* sends so far; 0: never fail */
	size_t alive;              /* keep-alive lines */
};

/* A sink whose ctx is a struct got. */
int take(void *ctx, struct span bytes);

/* Returns the result of admin_answer. The caller calls drop. */
int answer(struct got *g, enum admin_role role, const char *line);
void drop(struct got *g);

int end_exit(const struct got *g);
const char *end_text(const struct got *g);

/* The cell of a row by its key; likewise as text. */
json_t *cell(const struct got *g, size_t row, const char *key);
const char *text(const struct got *g, size_t row, const char *key);

/* Runs a request with ADMIN_READ and checks exit code, number of rows, and that the end's text
 * contains err_msg. */
void check(const char *line, int exit, size_t rows, const char *err_msg);

/* Setup of each test: a new fake posture, and a clock three hours after its data. */
int answer_setup(void **state);

#endif
