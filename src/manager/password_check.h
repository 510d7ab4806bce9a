/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks a password on the thread pool. Computing the hash takes too long for an event
 * loop. */
#ifndef STANCE_MANAGER_PASSWORD_CHECK_H
#define STANCE_MANAGER_PASSWORD_CHECK_H

#include "manager/password_file.h"

#include <uv.h>

struct password_check;

/* Calls done(ctx, err) later on the thread of `loop`, with the result of password_file_verify.
 * - Copies user and password; takes a reference to users.
 * - The check is freed when `done` returns.
 * - ST_EAUTH at once when user or password is empty or longer than 255 octets (RFC 4616);
 *   ST_ENOMEM. `done` is not called then. */
int password_check_start(uv_loop_t *loop, struct password_file *users, struct span user,
			 struct span password, void (*done)(void *ctx, int err), void *ctx,
			 struct password_check **check);

/* `done` is not called any more. Not after `done` was called. check may be NULL. */
void password_check_cancel(struct password_check *check);

#endif
