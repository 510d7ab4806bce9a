/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a password is right, found out on the process's worker pool: hashing one takes
 * longer than an event loop may stand still. */
#ifndef STANCE_MANAGER_PASSWORD_CHECK_H
#define STANCE_MANAGER_PASSWORD_CHECK_H

#include "manager/password_file.h"

#include <uv.h>

struct password_check;

/* done(ctx, err) follows on the loop's thread, never from inside this call, with what
 * passwd_verify says. Copies both spans, takes a reference to users. ST_EAUTH at once for
 * what cannot be a name and a password; ST_ENOMEM. */
int password_check_start(uv_loop_t *loop, struct password_file *users, struct span user,
			 struct span password, void (*done)(void *ctx, int err), void *ctx,
			 struct password_check **v);

/* Nobody wants to know any more: `done` does not come. Not after it came. NULL is fine. */
void password_check_cancel(struct password_check *v);

#endif
