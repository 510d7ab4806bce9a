/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "unit.h"

#include "base/err.h"
#include "manager/password_check.h"

#include <crypt.h>
#include <stdio.h>
#include <unistd.h>

#define MANY 50

static struct password_file *users;
static uv_loop_t loop;

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct conf_error e;
	char path[256];
	int fd, err;
	FILE *f;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/stance-verify.XXXXXX", tmp ? tmp : "/tmp");
	fd = mkstemp(path);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f)
		return -1;
	(void)fprintf(f, "alice:%s\n", crypt("wonderland", "$5$rounds=1000$saltsalt$"));
	(void)fclose(f);
	err = password_file_open(path, &users, &e);
	(void)unlink(path);
	return err < 0 ? err : uv_loop_init(&loop);
}

static int teardown(void **state)
{
	(void)state;
	password_file_free(users);
	return uv_loop_close(&loop);
}

struct answer {
	int err;
	unsigned n;
	uv_thread_t thread;
};

static void on_done(void *ctx, int err)
{
	struct answer *a = ctx;

	a->err = err;
	a->n++;
	a->thread = uv_thread_self();
}

static struct password_check *start(const char *user, const char *password, struct answer *a)
{
	struct password_check *v;

	assert_int_equal(password_check_start(&loop, users, span_str(user), span_str(password),
					      on_done, a, &v),
			 0);
	assert_int_equal(a->n, 0);
	return v;
}

static void test_answers(void **state)
{
	struct answer right = { 1, 0, 0 }, wrong = { 1, 0, 0 }, unknown = { 1, 0, 0 };
	uv_thread_t self = uv_thread_self();

	(void)state;
	(void)start("alice", "wonderland", &right);
	(void)start("alice", "looking-glass", &wrong);
	(void)start("bob", "wonderland", &unknown);
	assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(right.err, 0);
	assert_int_equal(wrong.err, ST_EAUTH);
	assert_int_equal(unknown.err, ST_EAUTH);
	assert_true(right.n == 1 && wrong.n == 1 && unknown.n == 1);
	assert_true(uv_thread_equal(&self, &right.thread));
}

static void test_impossible(void **state)
{
	uint8_t big[256] = { 'a' };
	struct answer a = { 0 };
	struct password_check *v;

	(void)state;
	memset(big, 'a', sizeof(big));
	assert_int_equal(password_check_start(&loop, users, span_str(""), span_str("x"),
					      on_done, &a, &v),
			 ST_EAUTH);
	assert_int_equal(password_check_start(&loop, users, span_str("alice"),
					      span_of(big, 256), on_done, &a, &v),
			 ST_EAUTH);
	assert_int_equal(password_check_start(&loop, users, span_of(big, 256), span_str("x"),
					      on_done, &a, &v),
			 ST_EAUTH);
	assert_null(v);
	assert_int_equal(a.n, 0);
}

/* Cancelled checks, running or waiting, do not call back. */
static void test_cancel(void **state)
{
	struct password_check *v[MANY];
	struct answer a = { 0 };

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		v[i] = start("alice", "wonderland", &a);
	for (size_t i = 0; i < MANY; i++)
		password_check_cancel(v[i]);
	assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(a.n, 0);
	password_check_cancel(NULL);
}

UNIT_GROUP_THREADED(password_check)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_impossible),
		cmocka_unit_test(test_cancel),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
