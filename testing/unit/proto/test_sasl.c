/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "proto/sasl.h"

static int verify(void *ctx, struct span user, struct span password)
{
	(void)ctx;
	if (span_eq(user, span_str("broken")))
		return ST_EDB;
	if (user.p[0] == 'x') /* whose passwords are all right */
		return 0;
	return span_eq(user, span_str("alice")) && span_eq(password, span_str("secret"))
		       ? 0
		       : ST_EAUTH;
}

static const char *user_name = "alice";

static int credentials(void *ctx, unsigned attempt, struct span *user, struct span *password)
{
	(void)ctx;
	*user = span_str(user_name);
	*password = span_str("secret");
	return attempt ? ST_ENOENT : 0;
}

static const struct sasl_config config = { .verify = verify, .credentials = credentials };
static const struct sasl_config external = { .external = true };

static int serve(const struct sasl_config *c, enum sasl_mech mech, const char *p, size_t n)
{
	struct sasl s = { .mech = mech };
	struct wr out = { 0 };
	int status = sasl_server_step(&s, c, span_of(p, n), &out);

	assert_int_equal(out.len, 0);
	return status;
}
#define PLAIN(text) serve(&config, SASL_PLAIN, text, sizeof(text) - 1)

static void test_plain_server(void **state)
{
	char big[600];

	(void)state;
	assert_int_equal(PLAIN("\0alice\0secret"), SASL_DONE);
	assert_int_equal(PLAIN("alice\0alice\0secret"), SASL_DONE);
	assert_int_equal(PLAIN("bob\0alice\0secret"), ST_EAUTH);
	assert_int_equal(PLAIN("\0alice\0wrong"), ST_EAUTH);
	assert_int_equal(PLAIN("\0broken\0secret"), ST_EDB);
	assert_int_equal(PLAIN("\0alice\0secret\0"), ST_EAUTH);
	assert_int_equal(PLAIN("\0alice\0"), ST_EAUTH);
	assert_int_equal(PLAIN("\0\0secret"), ST_EAUTH);
	assert_int_equal(PLAIN("\0xena\0any"), SASL_DONE);
	assert_int_equal(PLAIN("\0xena\0any\0thing"), ST_EAUTH);
	assert_int_equal(PLAIN("alice secret"), ST_EAUTH);
	assert_int_equal(PLAIN("\0alice"), ST_EAUTH);
	assert_int_equal(PLAIN("\0"), ST_EAUTH);
	memset(big, 'x', sizeof(big));
	big[0] = big[300] = '\0'; /* a name of 299 octets */
	assert_int_equal(serve(&config, SASL_PLAIN, big, 310), ST_EAUTH);
	big[300] = 'x';
	big[2] = '\0'; /* a long password */
	assert_int_equal(serve(&config, SASL_PLAIN, big, sizeof(big)), ST_EAUTH);
}

static void test_plain_longest_parts(void **state)
{
	char text[1 + 255 + 1 + 255];
	struct sasl s = { .mech = SASL_PLAIN };
	struct sasl_config c = config;
	struct wr out = { 0 };

	(void)state;
	memset(text, 'x', sizeof(text));
	text[0] = text[256] = '\0';
	assert_int_equal(sasl_server_step(&s, &c, span_of(text, sizeof(text)), &out),
			 SASL_DONE);
	assert_int_equal(strlen(s.user), SASL_PART);
	text[256] = 'y'; /* now one name without a password */
	assert_int_equal(sasl_server_step(&s, &c, span_of(text, sizeof(text)), &out),
			 ST_EAUTH);
}

static void test_plain_server_asks(void **state)
{
	struct sasl s = { .mech = SASL_PLAIN };
	struct wr out = { 0 };

	(void)state;
	assert_int_equal(sasl_server_step(&s, &config, (struct span){ 0 }, &out), SASL_MORE);
	assert_int_equal(sasl_server_step(&s, &config, span_of("\0alice\0secret", 13), &out),
			 SASL_DONE);
	assert_string_equal(s.user, "alice");
	s = (struct sasl){ .mech = SASL_PLAIN };
	assert_int_equal(sasl_server_step(&s, &config, (struct span){ 0 }, &out), SASL_MORE);
	assert_int_equal(sasl_server_step(&s, &config, (struct span){ 0 }, &out), ST_EAUTH);
}

static void test_plain_client(void **state)
{
	struct sasl s = { .mech = SASL_PLAIN };
	struct wr out = { 0 };

	(void)state;
	assert_int_equal(sasl_client_step(&s, &config, (struct span){ 0 }, &out), 0);
	assert_true(span_eq(wr_span(&out), span_of("\0alice\0secret", 13)));
	assert_int_equal(sasl_client_step(&s, &config, (struct span){ 0 }, &out), ST_ESTATE);
	wr_truncate(&out, 0);
	s = (struct sasl){ .mech = SASL_PLAIN, .attempt = 1 };
	assert_int_equal(sasl_client_step(&s, &config, (struct span){ 0 }, &out), ST_ENOENT);
	s = (struct sasl){ .mech = SASL_PLAIN };
	user_name = "";
	assert_int_equal(sasl_client_step(&s, &config, (struct span){ 0 }, &out), ST_EVALUE);
	user_name = "alice";
	assert_int_equal(out.len, 0);
	wr_reset(&out);
}

static void test_external(void **state)
{
	struct sasl s = { .mech = SASL_EXTERNAL };
	struct wr out = { 0 };

	(void)state;
	assert_int_equal(serve(&external, SASL_EXTERNAL, NULL, 0), SASL_DONE);
	assert_int_equal(serve(&external, SASL_EXTERNAL, "bob", 3), ST_EAUTH);
	assert_int_equal(serve(&config, SASL_EXTERNAL, NULL, 0), ST_EAUTH);
	assert_int_equal(sasl_client_step(&s, &external, (struct span){ 0 }, &out), 0);
	assert_int_equal(sasl_client_step(&s, &external, (struct span){ 0 }, &out), 0);
	assert_int_equal(sasl_client_step(&s, &external, span_str("?"), &out), ST_ESTATE);
	assert_int_equal(out.len, 0);
}

static void test_table(void **state)
{
	const uint32_t both = SASL_BIT(SASL_PLAIN) | SASL_BIT(SASL_EXTERNAL);
	const struct sasl_config none = { 0 };

	(void)state;
	assert_int_equal(sasl_mech_of(span_str("PLAIN")), SASL_PLAIN);
	assert_int_equal(sasl_mech_of(span_str("EXTERNAL")), SASL_EXTERNAL);
	assert_int_equal(sasl_mech_of(span_str("PLAI")), ST_ENOENT);
	assert_int_equal(sasl_mech_of(span_str("plain")), ST_ENOENT);
	assert_string_equal(sasl_mech_name(SASL_EXTERNAL), "EXTERNAL");
	assert_int_equal(sasl_usable(&config, both, true), SASL_BIT(SASL_PLAIN));
	assert_int_equal(sasl_usable(&external, both, false), SASL_BIT(SASL_EXTERNAL));
	assert_int_equal(sasl_usable(&config, SASL_BIT(SASL_EXTERNAL), true), 0);
	assert_int_equal(sasl_usable(&none, both, true), 0);
}

UNIT_GROUP(sasl)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_server),
		cmocka_unit_test(test_plain_longest_parts),
		cmocka_unit_test(test_plain_server_asks),
		cmocka_unit_test(test_plain_client),
		cmocka_unit_test(test_external),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
