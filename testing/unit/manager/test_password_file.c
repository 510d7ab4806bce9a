/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "unit.h"

#include "base/err.h"
#include "manager/password_file.h"

#include <crypt.h>
#include <stdio.h>
#include <unistd.h>

static char path[256];

static void write_users(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	int fd;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/stance-passwd.XXXXXX", tmp ? tmp : "/tmp");
	if ((fd = mkstemp(path)) < 0)
		return -1;
	return close(fd);
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

static int verify(struct password_file *f, const char *user, const char *password)
{
	return password_file_verify(f, span_str(user), span_str(password));
}

static void test_verify(void **state)
{
	struct password_file *f;
	struct conf_error e;
	char text[512], a[CRYPT_OUTPUT_SIZE];

	(void)state;
	(void)snprintf(a, sizeof(a), "%s", crypt("secret", "$6$rounds=1000$salt$"));
	(void)snprintf(text, sizeof(text), "# users\n\nalice:%s\r\nbob:%s\n", a,
		       crypt("other", "$5$rounds=1000$pepper$"));
	write_users(text);
	assert_int_equal(password_file_open(path, &f, &e), 0);
	assert_int_equal(verify(f, "alice", "secret"), 0);
	assert_int_equal(verify(f, "bob", "other"), 0);
	assert_int_equal(verify(f, "alice", "other"), ST_EAUTH);
	assert_int_equal(verify(f, "alice", "secre"), ST_EAUTH);
	assert_int_equal(verify(f, "alice", ""), ST_EAUTH);
	assert_int_equal(verify(f, "", "secret"), ST_EAUTH);
	assert_int_equal(verify(f, "carol", "secret"), ST_EAUTH);
	assert_int_equal(verify(f, "# users", "secret"), ST_EAUTH);
	assert_int_equal(password_file_verify(f, span_str("alice"), span_of("secret\0x", 8)),
			 ST_EAUTH);
	assert_ptr_equal(password_file_ref(f), f);
	password_file_free(f);
	assert_int_equal(verify(f, "alice", "secret"), 0); /* another reference exists */
	password_file_free(f);
	password_file_free(NULL);
}

static void test_wrong_files(void **state)
{
	static const char *const wrong[] = {
		"alice\n",
		":$6$salt$x\n",
		"# fine\nalice:plain text is not a hash\n",
		"alice:*\n",
	};
	struct password_file *f;
	struct conf_error e;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		write_users(wrong[i]);
		assert_int_equal(password_file_open(path, &f, &e), ST_ECONF);
		assert_null(f);
		assert_non_null(strstr(e.text, i == 2 ? ":2: " : ":1: "));
	}
	write_users("");
	assert_int_equal(password_file_open(path, &f, &e), 0);
	assert_int_equal(verify(f, "alice", "x"), ST_EAUTH);
	password_file_free(f);
	assert_int_equal(password_file_open("/nonexistent/users", &f, &e), ST_ECONF);
}

UNIT_GROUP(password_file)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verify),
		cmocka_unit_test(test_wrong_files),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
