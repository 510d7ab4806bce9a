/* SPDX-License-Identifier: BSD-2-Clause */
/* imc-os as a host sees it: attributes sent unrequested, on request, and never. */
#include "unit.h"
#include "unit/kit/fake_host.h"
#include "unit/kit/pa_build.h"
#include "pa_recorded.h"
#include "base/conf.h"
#include "base/log.h"
#include "wire/pa_ietf.h"

#include <stdio.h>
#include <unistd.h>

#define CONN 5UL

static char dir[] = "/tmp/stance-imc-os-XXXXXX", file[64];
static struct wr msg;

static TNC_Result load(const char *settings, const char *root)
{
	TNC_Version v;
	FILE *f = fopen(file, "w");

	fake_reset();
	assert_non_null(f);
	fprintf(f, "root = \"" TESTING_DIR "/fixtures/%s\"\n%s\n", root, settings);
	fclose(f);
	return TNC_IMC_Initialize(FAKE_ID, 1, 1, &v);
}

static void start(const char *settings, const char *root)
{
	assert_int_equal(load(settings, root), TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMC_ProvideBindFunction(FAKE_ID, fake_bind), TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMC_NotifyConnectionChange(FAKE_ID, CONN, 0), TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMC_BeginHandshake(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
}

static void stop(void)
{
	assert_int_equal(TNC_IMC_Terminate(FAKE_ID), TNC_RESULT_SUCCESS);
}

static void receive(uint32_t subtype, struct span s)
{
	assert_int_equal(TNC_IMC_ReceiveMessageLong(FAKE_ID, CONN, 0, (TNC_BufferReference)s.p,
						    s.n, 0, subtype, 21, 0xffff),
			 TNC_RESULT_SUCCESS);
}

static const struct fake_message *request_attr(uint32_t subtype, uint32_t type)
{
	struct pa_ref ref = { PEN_IETF, type };
	size_t begin;

	pa_begin(&msg);
	begin = pa_attr_begin(&msg, 0, PEN_IETF, PA_ATTR_REQUEST);
	pa_ref_encode(&msg, &ref);
	ref.vendor = 77; /* unknown vendor */
	pa_ref_encode(&msg, &ref);
	pa_attr_end(&msg, begin);
	receive(subtype, wr_span(&msg));
	assert_int_equal(TNC_IMC_BatchEnding(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
	return fake_next();
}

static void test_unasked(void **state)
{
	static const uint32_t types[] = { PA_PRODUCT_INFO,   PA_NUMERIC_VERSION,
					  PA_STRING_VERSION, PA_OP_STATUS,
					  PA_FORWARDING,     PA_DEFAULT_PASSWORD };
	const struct fake_message *m;
	struct pa_string_version v;
	struct pa_op_status st;
	struct pa_attr a;
	size_t at;
	struct rd r;

	(void)state;
	start("", "root-debian12");
	assert_non_null(m = fake_next());
	assert_int_equal(m->subtype, PA_SUBTYPE_OS);
	for (size_t i = 0; i < 6; i++) {
		assert_true(pa_nth(m, i, &a) && pa_attr_is(&a, PEN_IETF, types[i]));
		assert_int_equal(pa_attr_check(&a, &at), 0);
	}
	assert_false(pa_nth(m, 6, &a));
	assert_null(fake_next());
	assert_true(pa_nth(m, 2, &a));
	r = a.value;
	assert_int_equal(pa_string_version_decode(&r, &v), 0);
	assert_true(span_eq(v.version, span_str("12.11 x86_64")));
	assert_true(span_eq(v.build, span_str("6.1.0-37-amd64")));
	assert_int_equal(v.config.n, 0);
	assert_true(pa_nth(m, 3, &a));
	r = a.value;
	assert_int_equal(pa_op_status_decode(&r, &st), 0);
	assert_true(span_eq(st.last_use, span_str("2025-11-21T20:07:35Z")));
	stop();
}

static void test_requests(void **state)
{
	const struct fake_message *m;
	struct pa_package_list list;
	struct pa_port_list ports;
	struct pa_port port;
	struct pa_attr a;

	(void)state;
	start("send = { }", "root-debian12");
	assert_null(fake_next());
	assert_non_null(m = request_attr(PA_SUBTYPE_OS, PA_PACKAGES));
	assert_int_equal(m->to, 21);
	assert_true(pa_nth(m, 0, &a) && !pa_attr_is(&a, PEN_IETF, PA_ERROR));
	assert_int_equal(pa_package_list_begin(&list, &a), 0);
	assert_int_equal(list.count, 4);
	/* ports belong to the component Firewall */
	assert_null(request_attr(PA_SUBTYPE_OS, PA_PORT_FILTER));
	assert_non_null(m = request_attr(PA_SUBTYPE_FIREWALL, PA_PORT_FILTER));
	assert_int_equal(m->subtype, PA_SUBTYPE_FIREWALL);
	assert_true(pa_nth(m, 0, &a));
	assert_int_equal(pa_port_list_begin(&ports, &a), 0);
	assert_int_equal(pa_port_next(&ports, &port), 1);
	assert_int_equal(port.port, 22);
	assert_false(port.blocked);
	assert_int_equal(pa_port_next(&ports, &port), 1);
	assert_int_equal(port.port, 8080);
	assert_int_equal(pa_port_next(&ports, &port), 1);
	assert_int_equal(port.protocol, 17);
	assert_int_equal(pa_port_next(&ports, &port), 0);
	assert_non_null(request_attr(PA_SUBTYPE_FIREWALL, PA_PRODUCT_INFO));
	assert_null(request_attr(PA_SUBTYPE_FIREWALL, PA_PACKAGES));
	/* what may not be requested */
	(void)pa_error_of(request_attr(PA_SUBTYPE_OS, PA_ERROR), PA_E_INVALID);
	stop();
}

static void put(const char *path, const char *text)
{
	char name[128];
	FILE *f;

	snprintf(name, sizeof(name), "%s/root/var/lib/dpkg/%s", dir, path);
	f = fopen(name, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

#define STANZA(name, version, state)                                                          \
	"Package: " name "\nStatus: install ok " state                                        \
	"\nArchitecture: all\nVersion: " version "\n\n"

/* Checks the list of installed packages. */
static void packages_are(const char *want)
{
	const struct fake_message *m = request_attr(PA_SUBTYPE_OS, PA_PACKAGES);
	struct pa_package_list list;
	struct pa_package p;
	struct wr w = { 0 };
	struct pa_attr a;

	assert_non_null(m);
	assert_true(pa_nth(m, 0, &a));
	assert_int_equal(pa_package_list_begin(&list, &a), 0);
	while (pa_package_next(&list, &p) == 1) {
		wr_bytes(&w, p.name);
		wr_u8(&w, '=');
		wr_bytes(&w, p.version);
		wr_u8(&w, ' ');
	}
	wr_u8(&w, 0);
	assert_string_equal((const char *)w.p, want);
	wr_reset(&w);
}

/* While dpkg is running, its journal overrides its database. */
static void test_packages(void **state)
{
	char cmd[160], root[80];

	(void)state;
	snprintf(cmd, sizeof(cmd), "mkdir -p %s/root/var/lib/dpkg/updates", dir);
	assert_int_equal(system(cmd), 0);
	put("status", STANZA("a", "1", "installed") STANZA("b", "1", "installed")
			      STANZA("c", "1", "installed"));
	put("updates/0000", STANZA("b", "2", "unpacked"));
	put("updates/0001", STANZA("c", "2", "half-installed"));
	put("updates/tmp.i", STANZA("x", "1", "installed"));
	snprintf(root, sizeof(root), "root = \"%s/root\"\nsend = { }", dir);
	start(root, "root-nothing");
	packages_are("a=1 b=2 ");
	packages_are("a=1 b=2 ");
	put("updates/0002", STANZA("d", "1", "half-configured"));
	packages_are("a=1 b=2 d=1 ");
	put("updates/0003", "Package: e\n"); /* an unreadable entry does not hide the others */
	packages_are("a=1 b=2 d=1 ");
	snprintf(cmd, sizeof(cmd), "rm -r %s/root/var/lib/dpkg/updates", dir);
	assert_int_equal(system(cmd), 0);
	packages_are("a=1 b=1 c=1 ");
	stop();
	snprintf(cmd, sizeof(cmd), "rm -r %s/root", dir);
	assert_int_equal(system(cmd), 0);
}

static void test_forbidden(void **state)
{
	struct pa_attr a;

	(void)state;
	start("send = { product, forwarding }\nforbid = { product, installed-packages }",
	      "root-debian12");
	assert_true(pa_nth(fake_next(), 0, &a) && pa_attr_is(&a, PEN_IETF, PA_FORWARDING));
	assert_null(request_attr(PA_SUBTYPE_OS, PA_PACKAGES));
	assert_null(request_attr(PA_SUBTYPE_OS, PA_PRODUCT_INFO));
	assert_null(request_attr(PA_SUBTYPE_FIREWALL, PA_PRODUCT_INFO));
	stop();
}

static bool default_password(void)
{
	const struct fake_message *m = request_attr(PA_SUBTYPE_OS, PA_DEFAULT_PASSWORD);
	struct pa_attr a;
	struct rd r;
	bool on;

	assert_non_null(m);
	assert_true(pa_nth(m, 0, &a));
	r = a.value;
	assert_int_equal(pa_default_password_decode(&r, &on), 0);
	return on;
}

static void test_default_password(void **state)
{
	(void)state;
	start("send = { }", "root-debian12");
	assert_false(default_password());
	stop();
	start("send = { }\ndefault_passwords = { \"root:toor\", \"admin:admin\" }",
	      "root-debian12");
	assert_true(default_password());
	assert_true(default_password()); /* cached */
	stop();
	start("send = { }\ndefault_passwords = { \"a:b\" }", "root-nothing");
	assert_null(request_attr(PA_SUBTYPE_OS, PA_DEFAULT_PASSWORD)); /* unknown: not sent */
	stop();
}

static void test_hostile_machine(void **state)
{
	const struct fake_message *m;
	struct pa_package_list list;
	struct pa_attr a;
	size_t at;

	(void)state;
	start("send = { product, numeric-version, string-version, operational-status, "
	      "forwarding, default-password, port-filter, installed-packages }",
	      "root-hostile");
	while ((m = fake_next())) {
		for (size_t i = 0; pa_nth(m, i, &a); i++) {
			assert_int_equal(pa_attr_check(&a, &at), 0);
			if (!pa_attr_is(&a, PEN_IETF, PA_PACKAGES))
				continue;
			assert_int_equal(pa_package_list_begin(&list, &a), 0);
			assert_int_equal(list.count, 1); /* "fine" */
		}
	}
	stop();
}

static void test_settings(void **state)
{
	(void)state;
	assert_int_equal(load("send = { colour }", "root-debian12"), TNC_RESULT_FATAL);
	assert_int_equal(load("default_passwords = { admin }", "root-debian12"),
			 TNC_RESULT_FATAL);
	assert_int_equal(load("sent = { }", "root-debian12"), TNC_RESULT_FATAL);
}

static void play(void *ctx, size_t batch, struct span s)
{
	(void)ctx;
	(void)batch;
	receive(PA_SUBTYPE_OS, s);
	assert_int_equal(TNC_IMC_BatchEnding(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
}

/* Recorded requests of strongSwan's validator. */
static void test_recorded(void **state)
{
	static const char *const names[] = { "os", "os-sasl", "os-nodb", "os-fail",
					     "os-fail-de" };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		const struct fake_message *m;
		bool packages = false;
		struct pa_attr a;

		start("", "root-debian12");
		assert_non_null(fake_next());
		assert_true(pa_recorded(names[i], 'S', PA_SUBTYPE_OS, play, NULL) > 0);
		while ((m = fake_next()))
			for (size_t k = 0; pa_nth(m, k, &a); k++) {
				assert_false(pa_attr_is(&a, PEN_IETF, PA_ERROR));
				packages |= pa_attr_is(&a, PEN_IETF, PA_PACKAGES);
			}
		assert_int_equal(packages, i < 2); /* requested in the first two */
		stop();
	}
}

static int group_setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(file, sizeof(file), "%s/imc-os.conf", dir);
	conf_dir_set(dir);
	log_set_level(LOG_L_ERROR);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	fake_reset();
	wr_reset(&msg);
	unlink(file);
	rmdir(dir);
	return 0;
}

UNIT_GROUP(imc_os)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unasked),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_packages),
		cmocka_unit_test(test_forbidden),
		cmocka_unit_test(test_default_password),
		cmocka_unit_test(test_hostile_machine),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_recorded),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
