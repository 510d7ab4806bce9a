/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "base/clock.h"
#include "net/address_penalty.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#define REGAIN (STANDING_REGAIN_S * CLOCK_SEC)
#define START (1000 * CLOCK_SEC)

static struct sockaddr_in address(uint32_t host)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(host) };
}

static struct sockaddr_in6 address6(const char *text)
{
	struct sockaddr_in6 out = { .sin6_family = AF_INET6 };

	assert_int_equal(inet_pton(AF_INET6, text, &out.sin6_addr), 1);
	return out;
}

static struct address_penalty *open_one(void)
{
	struct address_penalty *s;

	assert_int_equal(address_penalty_open(&s), 0);
	return s;
}

/* How often one of n was what brought the address into doubt. */
static unsigned waste(struct address_penalty *s, uint32_t host, unsigned n, int64_t now)
{
	struct sockaddr_in from = address(host);
	unsigned told = 0;

	for (unsigned i = 0; i < n; i++)
		told += address_penalty_failed(s, (struct sockaddr *)&from, now);
	return told;
}

static void earn(struct address_penalty *s, uint32_t host, unsigned n, int64_t now)
{
	struct sockaddr_in from = address(host);

	for (unsigned i = 0; i < n; i++)
		address_penalty_succeeded(s, (struct sockaddr *)&from, now);
}

static uint32_t doubt(struct address_penalty *s, uint32_t host, int64_t now)
{
	struct sockaddr_in from = address(host);

	return address_penalty_class(s, (struct sockaddr *)&from, now);
}

static void test_doubt(void **state)
{
	struct address_penalty *s = open_one();

	(void)state;
	assert_int_equal(doubt(NULL, 1, START), 0);
	assert_int_equal(doubt(s, 1, START), 0);
	assert_int_equal(waste(s, 1, STANDING_DOUBT - 1, START), 0);
	assert_int_equal(doubt(s, 1, START), 0);
	assert_int_equal(waste(s, 1, 5, START), 1); /* told once */
	assert_int_not_equal(doubt(s, 1, START), 0);
	assert_int_equal(doubt(s, 2, START), 0);
	assert_int_equal(waste(s, 2, STANDING_DOUBT, START), 1);
	assert_int_not_equal(doubt(s, 1, START), doubt(s, 2, START));
	address_penalty_close(s);
	address_penalty_close(NULL);
}

/* However much harm was done: it is forgotten within minutes. */
static void test_time_heals(void **state)
{
	struct address_penalty *s = open_one();
	int64_t now = START;

	(void)state;
	(void)waste(s, 1, 100000, now);
	now += (STANDING_MOST - STANDING_DOUBT) * REGAIN;
	assert_int_not_equal(doubt(s, 1, now), 0);
	now += REGAIN;
	assert_int_equal(doubt(s, 1, now), 0);
	assert_int_equal(waste(s, 1, 1, now), 1); /* it has not been forgotten altogether */
	now += STANDING_DOUBT * REGAIN;
	assert_int_equal(waste(s, 1, STANDING_DOUBT - 1, now), 0);
	assert_int_equal(waste(s, 1, 1, now), 1);
	address_penalty_close(s);
}

/* An address behind which most mean well is not in doubt for long. */
static void test_good_sessions_count(void **state)
{
	struct address_penalty *s = open_one();

	(void)state;
	earn(s, 1, 1, START); /* nobody is remembered for that */
	assert_int_equal(address_penalty_count(s), 0);
	(void)waste(s, 1, 1000, START);
	earn(s, 1, STANDING_MOST - STANDING_DOUBT, START);
	assert_int_not_equal(doubt(s, 1, START), 0);
	earn(s, 1, 1, START);
	assert_int_equal(doubt(s, 1, START), 0);
	earn(s, 1, 100, START);
	assert_int_equal(address_penalty_count(s), 0);
	for (int i = 0; i < 1000; i++) {
		(void)waste(s, 1, 1, START);
		earn(s, 1, 1, START);
		assert_int_equal(doubt(s, 1, START), 0);
	}
	address_penalty_close(s);
}

/* All of an IPv6 network are one. */
static void test_network(void **state)
{
	struct sockaddr_in6 one = address6("2001:db8:1:2::1"),
			    same = address6("2001:db8:1:2:f::"),
			    other = address6("2001:db8:1:3::1"),
			    mapped = address6("::ffff:0.0.0.1");
	struct address_penalty *s = open_one();

	(void)state;
	for (int i = 0; i < STANDING_DOUBT; i++)
		(void)address_penalty_failed(s, (struct sockaddr *)(i % 2 ? &one : &same),
					     START);
	assert_int_not_equal(address_penalty_class(s, (struct sockaddr *)&one, START), 0);
	assert_int_equal(address_penalty_class(s, (struct sockaddr *)&one, START),
			 address_penalty_class(s, (struct sockaddr *)&same, START));
	assert_int_equal(address_penalty_class(s, (struct sockaddr *)&other, START), 0);
	(void)waste(s, 1, STANDING_DOUBT, START);
	assert_int_equal(address_penalty_class(s, (struct sockaddr *)&mapped, START),
			 doubt(s, 1, START));
	address_penalty_close(s);
}

static void test_bounded(void **state)
{
	struct address_penalty *s = open_one();

	(void)state;
	(void)waste(s, 1, STANDING_MOST, START);
	for (uint32_t i = 2; i <= STANDING_ADDRESSES; i++)
		(void)waste(s, i, 1, START);
	assert_int_equal(address_penalty_count(s), STANDING_ADDRESSES);
	(void)waste(s, 1, 1, START); /* the latest now */
	(void)waste(s, STANDING_ADDRESSES + 1, 1, START);
	assert_int_equal(address_penalty_count(s), STANDING_ADDRESSES);
	assert_int_not_equal(doubt(s, 1, START), 0);
	/* those that are clear go as others come; 1 is not, nor is who came after it looked
	 * at */
	for (uint32_t i = 0; i < STANDING_ADDRESSES; i++)
		(void)waste(s, 0x10000000 + i % 4, 1, START + 2 * REGAIN);
	assert_int_equal(address_penalty_count(s), 6);
	address_penalty_close(s);
}

UNIT_GROUP(address_penalty)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_doubt),
		cmocka_unit_test(test_time_heals),
		cmocka_unit_test(test_good_sessions_count),
		cmocka_unit_test(test_network),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
