/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "manager/password_check.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

#define PART 255 /* octets of a name or a password (RFC 4616) */

struct password_check {
	uv_work_t work;
	struct password_file *users;
	void (*done)(void *ctx, int err); /* NULL: cancelled */
	void *ctx;
	uint8_t user[PART], password[PART];
	size_t user_len, password_len;
	int err;
};

/* On a thread of the pool. */
static void password_check_work(uv_work_t *work)
{
	struct password_check *check = work->data;

	check->err = password_file_verify(check->users, span_of(check->user, check->user_len),
					  span_of(check->password, check->password_len));
}

static void password_check_free(struct password_check *check)
{
	password_file_free(check->users);
	explicit_bzero(check, sizeof(*check));
	free(check);
}

static void password_check_after(uv_work_t *work, int status)
{
	struct password_check *check = work->data;

	if (check->done)
		check->done(check->ctx, status < 0 ? ST_ECLOSED : check->err);
	password_check_free(check);
}

int password_check_start(uv_loop_t *loop, struct password_file *users, struct span user,
			 struct span password, void (*done)(void *ctx, int err), void *ctx,
			 struct password_check **out)
{
	struct password_check *check;

	*out = NULL;
	if (!user.n || user.n > PART || !password.n || password.n > PART)
		return ST_EAUTH;
	if (!(check = calloc(1, sizeof(*check))))
		return ST_ENOMEM;
	check->work.data = check;
	check->users = password_file_ref(users);
	check->done = done;
	check->ctx = ctx;
	memcpy(check->user, user.p, check->user_len = user.n);
	memcpy(check->password, password.p, check->password_len = password.n);
	if (uv_queue_work(loop, &check->work, password_check_work, password_check_after) < 0) {
		password_check_free(check);
		return ST_ENOMEM;
	}
	*out = check;
	return 0;
}

void password_check_cancel(struct password_check *check)
{
	if (!check)
		return;
	check->done = NULL;
	(void)uv_cancel((uv_req_t *)&check
				->work); /* no effect while it runs; the result is discarded */
}
