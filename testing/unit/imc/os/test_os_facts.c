/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts that imc-os reads: with fixture directories as root. */
#include "unit.h"
#include "imc/os/os_product.h"
#include "imc/os/os_state.h"
#include "imc/os/os_facts.h"
#include "imc/os/os_text.h"

#define DEBIAN TESTING_DIR "/fixtures/root-debian12"
#define HOSTILE TESTING_DIR "/fixtures/root-hostile"
#define NOTHING TESTING_DIR "/fixtures/root-nothing"

static void test_product(void **state)
{
	struct os_product p;

	(void)state;
	os_product_read(DEBIAN, &p);
	assert_int_equal(p.vendor, 9586);
	assert_string_equal(p.name, "Debian GNU/Linux");
	assert_string_equal(p.version, "12.11");
	assert_string_equal(p.arch, "x86_64");
	assert_string_equal(p.kernel, "6.1.0-37-amd64");
	assert_int_equal(p.major, 12);
	assert_int_equal(p.minor, 11);
}

static void test_nothing_there(void **state)
{
	const char *pair = "admin:admin";
	struct os_product p;
	struct os_ports ports;

	(void)state;
	os_product_read(NOTHING, &p);
	assert_int_equal(p.vendor, 0);
	assert_string_equal(p.name, "Linux");
	assert_string_equal(p.version, "");
	assert_int_equal(os_boot_time(NOTHING), 0);
	assert_int_equal(os_forwarding(NOTHING), -1);
	assert_false(os_ports_read(NOTHING, &ports));
	assert_int_equal(os_password_check(NOTHING, &pair, 1), -1);
	assert_int_equal(os_password_check(NOTHING, NULL, 0), 0);
}

static void test_state(void **state)
{
	(void)state;
	assert_int_equal(os_boot_time(DEBIAN), 1763755655);
	assert_int_equal(os_forwarding(DEBIAN), 1); /* IPv6 only */
}

static size_t count(const uint8_t set[65536 / 8])
{
	size_t n = 0;

	for (unsigned port = 0; port < 65536; port++)
		n += os_port_is(set, port);
	return n;
}

static void test_ports(void **state)
{
	struct os_ports ports;

	(void)state;
	assert_true(os_ports_read(DEBIAN, &ports));
	assert_int_equal(count(ports.tcp), 2);
	assert_true(os_port_is(ports.tcp, 22));
	assert_true(os_port_is(ports.tcp, 8080));
	assert_int_equal(count(ports.udp), 1);
	assert_true(os_port_is(ports.udp, 68));
}

static int opens(const char *pair)
{
	return os_password_check(DEBIAN, &pair, 1);
}

static void test_passwords(void **state)
{
	static const char *const several[] = { "root:toor", "nobody:x", "admin:admin" };

	(void)state;
	assert_int_equal(opens("admin:admin"), 1);
	assert_int_equal(opens("admin:other"), 0);
	assert_int_equal(opens("admin:"), 0);
	assert_int_equal(opens("adm:admin"), 0);
	assert_int_equal(opens("locked:admin"), 0);
	assert_int_equal(opens("guest:"), 1);
	assert_int_equal(opens("guest:guest"), 0);
	assert_int_equal(os_password_check(DEBIAN, several, 3), 1);
	assert_int_equal(os_password_check(DEBIAN, several, 2), 0);
}

static void test_hostile(void **state)
{
	const char *pair = "admin:admin";
	struct os_product p;
	struct os_ports ports;

	(void)state;
	os_product_read(HOSTILE, &p);
	assert_string_equal(p.name, "B?(? \\");
	assert_int_equal(p.vendor, 0);
	assert_int_equal(p.major, 0); /* does not fit into 32 bits */
	assert_true(strlen(p.kernel) < sizeof(p.kernel));
	assert_int_equal(os_boot_time(HOSTILE), 0);
	assert_true(os_ports_read(HOSTILE, &ports));
	assert_int_equal(count(ports.tcp), 1);
	assert_true(os_port_is(ports.tcp, 65535));
	assert_int_equal(os_password_check(HOSTILE, &pair, 1), 0);
}

static void test_text(void **state)
{
	char text[64];

	(void)state;
	strcpy(text, "  a\tb\x7f\xc3\xa4 \xff\xc2\x85  ");
	os_clean(text);
	assert_string_equal(text, "a?b?\xc3\xa4 ??");
	assert_int_equal(os_cut("abc", 5).n, 3);
	assert_int_equal(os_cut("ab\xc3\xa4", 3).n, 2); /* characters are not split */
	assert_int_equal(os_cut("\x80\x80\x80", 2).n, 0);
}

UNIT_GROUP(os_facts)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_product),   cmocka_unit_test(test_nothing_there),
		cmocka_unit_test(test_state),     cmocka_unit_test(test_ports),
		cmocka_unit_test(test_passwords), cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
