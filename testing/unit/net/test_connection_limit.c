/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "base/err.h"
#include "net/connection_limit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static struct sockaddr_storage address(const char *text)
{
	struct sockaddr_storage out = { 0 };
	struct sockaddr_in *in4 = (void *)&out;
	struct sockaddr_in6 *in6 = (void *)&out;

	if (inet_pton(AF_INET, text, &in4->sin_addr) == 1) {
		in4->sin_family = AF_INET;
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
		in6->sin6_family = AF_INET6;
	}
	return out;
}

static int enter(struct connection_limit *a, const char *text)
{
	struct sockaddr_storage from = address(text);
	const char *err_msg = "unset";
	int err = connection_limit_enter(a, (struct sockaddr *)&from, &err_msg);

	assert_true(err ? err_msg != NULL : err_msg == NULL);
	return err;
}

static void leave(struct connection_limit *a, const char *text)
{
	struct sockaddr_storage from = address(text);

	connection_limit_leave(a, (struct sockaddr *)&from);
}

static void test_limits(void **state)
{
	struct connection_limit *a;

	(void)state;
	assert_int_equal(connection_limit_open(&a), 0);
	connection_limit_set(a, 4, 2);
	assert_int_equal(enter(a, "192.0.2.1"), 0);
	assert_int_equal(enter(a, "192.0.2.1"), 0);
	assert_int_equal(enter(a, "192.0.2.1"), ST_ELIMIT);
	assert_int_equal(enter(a, "::ffff:192.0.2.1"), ST_ELIMIT); /* the same machine */
	assert_int_equal(enter(a, "192.0.2.2"), 0);
	assert_int_equal(enter(a, "2001:db8::1"), 0);
	assert_int_equal(connection_limit_count(a), 4);
	assert_int_equal(enter(a, "192.0.2.3"), ST_ELIMIT); /* in all */
	assert_int_equal(connection_limit_refused(a), 3);
	leave(a, "192.0.2.1");
	assert_int_equal(enter(a, "::ffff:192.0.2.1"), 0);
	assert_int_equal(enter(a, "192.0.2.1"), ST_ELIMIT);
	connection_limit_set(a, 100, 3); /* a reload */
	assert_int_equal(enter(a, "192.0.2.1"), 0);
	assert_int_equal(connection_limit_count(a), 5);
	connection_limit_close(a);
	connection_limit_close(NULL);
}

/* Whoever has an IPv6 address has all of its network. */
static void test_network(void **state)
{
	struct connection_limit *a;

	(void)state;
	assert_int_equal(connection_limit_open(&a), 0);
	connection_limit_set(a, 16, 2);
	assert_int_equal(enter(a, "2001:db8:1:2::1"), 0);
	assert_int_equal(enter(a, "2001:db8:1:2:ffff::2"), 0);
	assert_true(enter(a, "2001:db8:1:2:3:4:5:6") < 0);
	assert_int_equal(enter(a, "2001:db8:1:3::1"), 0);
	assert_int_equal(enter(a, "::ffff:192.0.2.1"), 0);
	assert_int_equal(enter(a, "::ffff:192.0.2.2"), 0);
	assert_int_equal(enter(a, "192.0.2.2"), 0);
	assert_true(enter(a, "192.0.2.2") < 0);
	leave(a, "2001:db8:1:2:7::7");
	assert_int_equal(enter(a, "2001:db8:1:2:3:4:5:6"), 0);
	connection_limit_close(a);
}

static void test_leave_is_exact(void **state)
{
	struct connection_limit *a;

	(void)state;
	assert_int_equal(connection_limit_open(&a), 0);
	connection_limit_set(a, 1, 1);
	leave(a, "192.0.2.1"); /* who was never there takes nothing away */
	assert_int_equal(connection_limit_count(a), 0);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(enter(a, "192.0.2.1"), 0);
		assert_int_equal(enter(a, "192.0.2.2"), ST_ELIMIT);
		leave(a, "192.0.2.1");
	}
	assert_int_equal(connection_limit_count(a), 0);
	connection_limit_close(a);
}

UNIT_GROUP(connection_limit)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_network),
		cmocka_unit_test(test_leave_is_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
