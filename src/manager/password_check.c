/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "manager/password_check.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

#define PART 255 /* octets of a name or a password (RFC 4616) */

struct verify {
	uv_work_t work;
	struct passwd_file *users;
	void (*done)(void *ctx, int err); /* NULL: nobody wants to know */
	void *ctx;
	uint8_t user[PART], password[PART];
	size_t user_len, password_len;
	int err;
};

/* A thread of the pool. */
static void verify_work(uv_work_t *work)
{
	struct verify *v = work->data;

	v->err = passwd_verify(v->users, span_of(v->user, v->user_len),
			       span_of(v->password, v->password_len));
}

static void verify_free(struct verify *v)
{
	passwd_free(v->users);
	explicit_bzero(v, sizeof(*v));
	free(v);
}

static void verify_after(uv_work_t *work, int status)
{
	struct verify *v = work->data;

	if (v->done)
		v->done(v->ctx, status < 0 ? ST_ECLOSED : v->err);
	verify_free(v);
}

int verify_start(uv_loop_t *loop, struct passwd_file *users, struct span user,
		 struct span password, void (*done)(void *ctx, int err), void *ctx,
		 struct verify **out)
{
	struct verify *v;

	*out = NULL;
	if (!user.n || user.n > PART || !password.n || password.n > PART)
		return ST_EAUTH;
	if (!(v = calloc(1, sizeof(*v))))
		return ST_ENOMEM;
	v->work.data = v;
	v->users = passwd_ref(users);
	v->done = done;
	v->ctx = ctx;
	memcpy(v->user, user.p, v->user_len = user.n);
	memcpy(v->password, password.p, v->password_len = password.n);
	if (uv_queue_work(loop, &v->work, verify_work, verify_after) < 0) {
		verify_free(v);
		return ST_ENOMEM;
	}
	*out = v;
	return 0;
}

void verify_cancel(struct verify *v)
{
	if (!v)
		return;
	v->done = NULL;
	(void)uv_cancel((uv_req_t *)&v->work); /* unless it is being looked at already */
}
