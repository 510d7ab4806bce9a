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
	void (*done)(void *ctx, int err); /* NULL: nobody wants to know */
	void *ctx;
	uint8_t user[PART], password[PART];
	size_t user_len, password_len;
	int err;
};

/* A thread of the pool. */
static void password_check_work(uv_work_t *work)
{
	struct password_check *v = work->data;

	v->err = password_file_verify(v->users, span_of(v->user, v->user_len),
				      span_of(v->password, v->password_len));
}

static void password_check_free(struct password_check *v)
{
	password_file_free(v->users);
	explicit_bzero(v, sizeof(*v));
	free(v);
}

static void password_check_after(uv_work_t *work, int status)
{
	struct password_check *v = work->data;

	if (v->done)
		v->done(v->ctx, status < 0 ? ST_ECLOSED : v->err);
	password_check_free(v);
}

int password_check_start(uv_loop_t *loop, struct password_file *users, struct span user,
			 struct span password, void (*done)(void *ctx, int err), void *ctx,
			 struct password_check **out)
{
	struct password_check *v;

	*out = NULL;
	if (!user.n || user.n > PART || !password.n || password.n > PART)
		return ST_EAUTH;
	if (!(v = calloc(1, sizeof(*v))))
		return ST_ENOMEM;
	v->work.data = v;
	v->users = password_file_ref(users);
	v->done = done;
	v->ctx = ctx;
	memcpy(v->user, user.p, v->user_len = user.n);
	memcpy(v->password, password.p, v->password_len = password.n);
	if (uv_queue_work(loop, &v->work, password_check_work, password_check_after) < 0) {
		password_check_free(v);
		return ST_ENOMEM;
	}
	*out = v;
	return 0;
}

void password_check_cancel(struct password_check *v)
{
	if (!v)
		return;
	v->done = NULL;
	(void)uv_cancel((uv_req_t *)&v->work); /* unless it is being looked at already */
}
