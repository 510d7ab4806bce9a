/* SPDX-License-Identifier: BSD-2-Clause */
/* imv-os as a host sees it, fed with what strongSwan's collector has said, and with our
 * own. */
#include "unit.h"
#include "unit/kit/fake_host.h"
#include "unit/kit/fake_posture.h"
#include "unit/kit/pa_build.h"
#include "pa_recorded.h"
#include "base/conf.h"
#include "base/log.h"
#include "wire/pa_ietf.h"

#include <stdio.h>
#include <unistd.h>

#define CONN 5UL

static char dir[] = "/tmp/stance-imv-os-XXXXXX", file[64];
static struct wr msg;

static void start(const char *settings)
{
	TNC_Version v;
	FILE *f = fopen(file, "w");

	fake_reset();
	fake_posture_reset();
	assert_non_null(f);
	fputs(settings, f);
	fclose(f);
	assert_int_equal(TNC_IMV_Initialize(FAKE_ID, 1, 1, &v), TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMV_ProvideBindFunction(FAKE_ID, fake_bind), TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMV_NotifyConnectionChange(FAKE_ID, CONN, 0), TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMV_NotifyConnectionChange(FAKE_ID, CONN, 1), TNC_RESULT_SUCCESS);
}

static void stop(void)
{
	assert_int_equal(TNC_IMV_NotifyConnectionChange(FAKE_ID, CONN, 5), TNC_RESULT_SUCCESS);
	assert_int_equal(TNC_IMV_Terminate(FAKE_ID), TNC_RESULT_SUCCESS);
	assert_int_equal(fake_posture.open, 0);
}

static void give(uint32_t subtype, struct span s)
{
	assert_int_equal(TNC_IMV_ReceiveMessageLong(FAKE_ID, CONN, 0, (TNC_BufferReference)s.p,
						    s.n, 0, subtype, 21, 0xffff),
			 TNC_RESULT_SUCCESS);
}

static void end_batch(void)
{
	assert_int_equal(TNC_IMV_BatchEnding(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
}

static void play(void *ctx, size_t batch, struct span s)
{
	(void)ctx;
	(void)batch;
	give(PA_SUBTYPE_OS, s);
	end_batch();
}

/* Which IETF types the module's next message requests, as a set of bits. */
static unsigned requested(uint32_t subtype)
{
	const struct fake_message *m = fake_next();
	struct pa_ref_list list;
	struct pa_ref ref;
	struct pa_attr a;
	unsigned set = 0;

	assert_non_null(m);
	assert_int_equal(m->subtype, subtype);
	assert_true(pa_nth(m, 0, &a) && pa_attr_is(&a, PEN_TCG, PA_SEG_CONTRACT_REQUEST));
	assert_true(pa_nth(m, 1, &a) && pa_attr_is(&a, PEN_IETF, PA_ATTR_REQUEST));
	assert_int_equal(pa_ref_list_begin(&list, &a), 0);
	while (pa_ref_next(&list, &ref) > 0)
		set |= 1u << ref.type;
	return set;
}

static bool reported(const char *line)
{
	return strstr(fake_posture.log, line) != NULL;
}

static void test_recorded(void **state)
{
	(void)state;
	start("request = { installed-packages }\npackage openssl { }");
	assert_int_equal(pa_recorded("os", 'C', PA_SUBTYPE_OS, play, NULL), 2);
	assert_int_equal(requested(PA_SUBTYPE_OS), 1u << PA_PACKAGES);
	assert_int_equal(fake.recommendations, 1);
	assert_int_equal(fake.evaluation, PA_RESULT_COMPLIANT);
	assert_true(reported("os.vendor = 9586\n"));
	assert_true(reported("os.product = Debian\n"));
	assert_true(reported("os.version.string = 12 x86_64\n"));
	assert_true(reported("os.version = 12\n"));
	assert_true(reported("os.arch = x86_64\n"));
	assert_true(reported("os.status = operational\n"));
	assert_true(reported("os.last_use = 2026-11-21T19:07:35Z\n"));
	assert_true(reported("os.forwarding = disabled\n"));
	assert_true(reported("os.default_password = no\n"));
	assert_true(reported("os.platform = Debian 12 x86_64\n"));
	assert_true(reported("os.default_password: 0 \n"));
	assert_true(reported("os.package.openssl: 0 \n"));
	assert_true(reported("results end os.\n"));
	stop();
}

static void test_recorded_failure(void **state)
{
	static const char *const names[] = { "os-fail", "os-fail-de" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct fake_message *m;
		struct pa_remediation r;
		struct pa_attr a;
		struct rd rd;

		start("request = { }\n"
		      "reason = { \"en:Improper settings\", \"de:Falsche Einstellungen\" }\n"
		      "recommend_major = no-access\n"
		      "default_password { text = { \"en:Change it\", \"de:Wechseln\" }\n"
		      "uri = \"https://remediation.example/os\" }");
		fake.language = i ? "de" : "en";
		assert_int_equal(pa_recorded(names[i], 'C', PA_SUBTYPE_OS, play, NULL), 1);
		assert_int_equal(fake.action, 1);
		assert_int_equal(fake.evaluation, PA_RESULT_SIGNIFICANT);
		assert_string_equal(fake.reason,
				    i ? "Falsche Einstellungen" : "Improper settings");
		assert_string_equal(fake.reason_language, i ? "de" : "en");
		assert_non_null(m = fake_next());
		assert_true(pa_nth(m, 0, &a) && pa_attr_is(&a, PEN_IETF, PA_REMEDIATION));
		rd = a.value;
		assert_int_equal(pa_remediation_decode(&rd, &r), 0);
		assert_true(span_eq(r.text, span_str(i ? "Wechseln" : "Change it")));
		assert_true(pa_nth(m, 1, &a) && pa_attr_is(&a, PEN_IETF, PA_REMEDIATION));
		assert_true(reported("os.default_password = yes\n"));
		assert_true(reported("os.default_password: 2 a factory default password"));
		stop();
	}
}

/* Everything is asked for once, the ports under their own subtype; silence is no reason to go
 * on for ever. */
static void test_silent_endpoint(void **state)
{
	(void)state;
	start("");
	end_batch();
	assert_int_equal(requested(PA_SUBTYPE_OS),
			 1u << PA_PRODUCT_INFO | 1u << PA_NUMERIC_VERSION |
				 1u << PA_STRING_VERSION | 1u << PA_OP_STATUS |
				 1u << PA_FORWARDING | 1u << PA_DEFAULT_PASSWORD);
	assert_int_equal(requested(PA_SUBTYPE_FIREWALL), 1u << PA_PORT_FILTER);
	end_batch();
	assert_int_equal(fake.recommendations, 1);
	assert_int_equal(fake.action, 3);
	assert_int_equal(fake.evaluation, PA_RESULT_UNKNOWN);
	assert_false(reported("os.platform"));
	stop();
}

static size_t silences(void)
{
	const char *at = fake_posture.log;
	size_t n = 0;

	while ((at = strstr(at, "notice os.silent"))) {
		n++;
		at++;
	}
	return n;
}

static void again(void)
{
	assert_int_equal(TNC_IMV_NotifyConnectionChange(FAKE_ID, CONN, 1), TNC_RESULT_SUCCESS);
	end_batch();
	end_batch();
}

/* It told once, and does not on this connection: said once. */
static void test_fell_silent(void **state)
{
	(void)state;
	start("");
	fake_posture.fact = (struct fact_row){ SPAN_LIT(FACT_PLATFORM), SPAN_LIT("Debian") };
	end_batch();
	end_batch();
	assert_int_equal(silences(), 1);
	again();
	assert_int_equal(silences(), 1);
	stop();
	start("");
	assert_int_equal(silences(), 0);
	again();
	assert_int_equal(silences(), 0); /* one that nothing is known of */
	stop();
}

static void test_ports(void **state)
{
	static const uint8_t entries[] = { 0, 6, 0, 22, 0, 6, 0, 23, 1, 17, 0, 53 };

	(void)state;
	start("request = { }\nports { forbidden = { tcp/23 } }");
	end_batch();
	assert_int_equal(requested(PA_SUBTYPE_OS), 1u << PA_DEFAULT_PASSWORD);
	assert_int_equal(requested(PA_SUBTYPE_FIREWALL), 1u << PA_PORT_FILTER);
	pa_begin(&msg);
	/* the firewall's product is not the system's */
	pa_add(&msg, 0, PEN_IETF, PA_PRODUCT_INFO, "\0\0\0\0\0netfilter", 14);
	pa_add(&msg, 0, PEN_IETF, PA_PORT_FILTER, entries, sizeof(entries));
	give(PA_SUBTYPE_FIREWALL, wr_span(&msg));
	end_batch();
	assert_int_equal(fake.evaluation, PA_RESULT_MINOR);
	assert_int_equal(fake.action, 2);
	assert_true(reported("os.port.tcp/22 = allowed\n"));
	assert_true(reported("os.port.udp/53 = blocked\n"));
	assert_true(reported("facts end os.port.\n"));
	assert_true(reported("os.ports: 1 open ports: tcp/23\n"));
	assert_false(reported("netfilter"));
	stop();
}

/* Port Filters without end: no more facts than one of them may make. */
static void test_many_ports(void **state)
{
	uint8_t entries[4 * 512];
	size_t n = 0;

	(void)state;
	start("request = { }");
	end_batch();
	(void)requested(PA_SUBTYPE_OS);
	for (uint8_t protocol = 20; protocol < 24; protocol++) {
		for (unsigned i = 0; i < sizeof(entries) / 4; i++)
			memcpy(entries + 4 * i,
			       ((uint8_t[]){ 0, protocol, (uint8_t)(i >> 8), (uint8_t)i }), 4);
		pa_begin(&msg);
		pa_add(&msg, 0, PEN_IETF, PA_PORT_FILTER, entries, sizeof(entries));
		give(PA_SUBTYPE_FIREWALL, wr_span(&msg));
	}
	end_batch();
	for (const char *s = fake_posture.log; (s = strstr(s, " = allowed\n")); s++)
		n++;
	assert_int_equal(n, 1024);
	stop();
}

/* What may not come from a collector, and broken values: answered, and nothing kept. */
static void test_hostile(void **state)
{
	(void)state;
	start("");
	pa_begin(&msg);
	pa_add(&msg, 0, PEN_IETF, PA_PRODUCT_INFO, "\0\0\0\0\0Name", 9);
	pa_add(&msg, 0, PEN_IETF, PA_FORWARDING, "\0\0\0\7", 4);
	give(PA_SUBTYPE_OS, wr_span(&msg));
	assert_int_equal(TNC_IMV_SolicitRecommendation(FAKE_ID, CONN), TNC_RESULT_SUCCESS);
	assert_int_equal(fake.evaluation, PA_RESULT_UNKNOWN);
	assert_false(reported("os.product"));
	/* the next assessment starts from nothing */
	assert_int_equal(TNC_IMV_NotifyConnectionChange(FAKE_ID, CONN, 1), TNC_RESULT_SUCCESS);
	pa_begin(&msg);
	pa_add(&msg, 0, PEN_IETF, PA_PRODUCT_INFO, "\0\0\0\0\0Name", 9);
	for (size_t n = 0; n < msg.len; n++) {
		uint8_t *copy = malloc(n ? n : 1);

		memcpy(copy, msg.p, n);
		give(PA_SUBTYPE_OS, span_of(copy, n));
		free(copy);
	}
	end_batch();
	assert_false(reported("os.product"));
	stop();
}

static int group_setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(file, sizeof(file), "%s/imv-os.conf", dir);
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

UNIT_GROUP(imv_os)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_recorded_failure),
		cmocka_unit_test(test_silent_endpoint),
		cmocka_unit_test(test_fell_silent),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_many_ports),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
