/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"
#include "posture/identity.h"
#include "base/err.h"
#include "base/wr.h"

struct one {
	enum identity_type type;
	const char *value;
	enum identity_subject subject;
	enum identity_auth auth;
};

static const struct {
	struct one ids[4];      /* type 0 ends */
	const char *key, *name; /* NULL: no usable identity */
} cases[] = {
	{ { { IDENTITY_FQDN, "Host.Example.", SUBJECT_MACHINE, AUTH_X509 } },
	  "dns:host.example",
	  "host.example" },
	/* a certificate's host name before its other names, whatever the order */
	{ { { IDENTITY_DN, "CN=host, O=Example", SUBJECT_MACHINE, AUTH_X509 },
	    { IDENTITY_EMAIL, "ops@example.org", SUBJECT_USER, AUTH_X509 },
	    { IDENTITY_FQDN, "host.example", SUBJECT_MACHINE, AUTH_X509 } },
	  "dns:host.example",
	  "host.example" },
	{ { { IDENTITY_IPV4, "192.0.2.7", SUBJECT_MACHINE, AUTH_UNKNOWN },
	    { IDENTITY_USER, "alice", SUBJECT_USER, AUTH_PASSWORD } },
	  "user:alice",
	  "alice" },
	/* what charon says about a certificate for a host */
	{ { { IDENTITY_USER, "Host.example", SUBJECT_USER, AUTH_X509 },
	    { IDENTITY_IPV4, "192.0.2.7", SUBJECT_MACHINE, AUTH_UNKNOWN } },
	  "dns:host.example",
	  "host.example" },
	{ { { IDENTITY_USER, "alice", SUBJECT_USER, AUTH_X509 },
	    { IDENTITY_FQDN, "host.example", SUBJECT_MACHINE, AUTH_UNKNOWN } },
	  "dns:alice",
	  "alice" },
	{ { { IDENTITY_DN, "C=CH, O=Example Org , CN=host.example", SUBJECT_USER,
	      AUTH_X509 } },
	  "dn:CN=host.example,O=Example Org,C=CH",
	  "CN=host.example,O=Example Org,C=CH" },
	{ { { IDENTITY_DN, "cn=a\\, b,o=\"x, y\"", SUBJECT_USER, AUTH_X509 } },
	  "dn:CN=a\\, b,O=\"x, y\"",
	  "CN=a\\, b,O=\"x, y\"" },
	{ { { IDENTITY_URI, "urn:uuid:1", SUBJECT_MACHINE, AUTH_X509 },
	    { IDENTITY_DN, "CN=x", SUBJECT_MACHINE, AUTH_X509 } },
	  "uri:urn:uuid:1",
	  "urn:uuid:1" },
	{ { { IDENTITY_EMAIL, "Ops@Example.ORG", SUBJECT_USER, AUTH_X509 } },
	  "email:Ops@example.org",
	  "Ops@example.org" },
	{ { { IDENTITY_IPV6, "2001:DB8:0:0::1", SUBJECT_MACHINE, AUTH_UNKNOWN } },
	  "ip:2001:db8::1",
	  "2001:db8::1" },
	{ { { IDENTITY_IPV6, "::ffff:192.0.2.7", SUBJECT_MACHINE, AUTH_UNKNOWN } },
	  "ip:192.0.2.7",
	  "192.0.2.7" },
	/* passed over: control octets, not UTF-8, not an address, not a DN, unknown type */
	{ { { IDENTITY_FQDN, "host\n.example", SUBJECT_MACHINE, AUTH_X509 },
	    { IDENTITY_FQDN, "host\xff", SUBJECT_MACHINE, AUTH_UNKNOWN },
	    { IDENTITY_IPV4, "192.0.2.7", SUBJECT_MACHINE, AUTH_UNKNOWN } },
	  NULL,
	  NULL },
	{ { { IDENTITY_FQDN, "host\xff", SUBJECT_MACHINE, AUTH_UNKNOWN },
	    { IDENTITY_IPV4, "192.0.2.7", SUBJECT_MACHINE, AUTH_UNKNOWN } },
	  "ip:192.0.2.7",
	  "192.0.2.7" },
	{ { { IDENTITY_FQDN, ".", SUBJECT_MACHINE, AUTH_X509 },
	    { IDENTITY_IPV4, "192.0.2.7", SUBJECT_MACHINE, AUTH_X509 } },
	  "ip:192.0.2.7",
	  "192.0.2.7" },
	{ { { IDENTITY_IPV4, "300.1.1.1", SUBJECT_MACHINE, AUTH_UNKNOWN } }, NULL, NULL },
	{ { { IDENTITY_DN, "no equals", SUBJECT_MACHINE, AUTH_X509 } }, NULL, NULL },
	{ { { IDENTITY_DN, "=", SUBJECT_MACHINE, AUTH_X509 } }, NULL, NULL },
	{ { { IDENTITY_DN, "CN=a,", SUBJECT_MACHINE, AUTH_X509 } }, NULL, NULL },
	{ { { IDENTITY_EMAIL, "nobody", SUBJECT_USER, AUTH_X509 } }, NULL, NULL },
	{ { { (enum identity_type)99, "what", SUBJECT_MACHINE, AUTH_X509 } }, NULL, NULL },
	{ { { 0 } }, NULL, NULL },
};
#define N_CASES (sizeof(cases) / sizeof(cases[0]))

static void list_of(struct wr *w, const struct one *ids)
{
	size_t at = identity_list_begin(w);

	for (int i = 0; i < 4 && ids[i].type; i++)
		identity_list_add(w, ids[i].type, span_str(ids[i].value), ids[i].subject,
				  ids[i].auth);
	identity_list_end(w, at);
	assert_int_equal(w->err, 0);
}

static void test_choice(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_CASES; i++) {
		struct identity id;
		struct wr w = { 0 };

		list_of(&w, cases[i].ids);
		int err = identity_from_ar(wr_span(&w), &id);
		assert_int_equal(err, cases[i].key ? 0 : ST_ENOENT);
		if (cases[i].key) {
			assert_string_equal(id.key, cases[i].key);
			assert_string_equal(id.name, cases[i].name);
		} else {
			assert_null(id.key);
		}
		identity_free(&id);
		wr_reset(&w);
	}
}

static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_CASES; i++) {
		struct wr w = { 0 };

		list_of(&w, cases[i].ids);
		for (size_t n = 0; n < w.len; n++) {
			uint8_t *exact = malloc(n + !n);
			struct identity id;

			memcpy(exact, w.p, n);
			assert_true(identity_from_ar(span_of(exact, n), &id) < 0);
			assert_null(id.key);
			free(exact);
		}
		wr_u8(&w, 0); /* one octet too many */
		struct identity id;
		assert_int_equal(identity_from_ar(wr_span(&w), &id), ST_ELENGTH);
		wr_reset(&w);
	}
}

static void test_hostile_count(void **state)
{
	static const uint8_t many[] = { 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0 };
	struct identity id;

	(void)state;
	assert_int_equal(identity_from_ar(span_of(many, sizeof(many)), &id), ST_ELENGTH);
}

static void test_long_values(void **state)
{
	char value[IDENTITY_MAX + 2];
	struct identity id;

	(void)state;
	memset(value, 'a', sizeof(value));
	assert_int_equal(identity_from_value(IDENTITY_USER, span_of(value, IDENTITY_MAX), &id),
			 0);
	assert_int_equal(strlen(id.name), IDENTITY_MAX);
	identity_free(&id);
	assert_int_equal(
		identity_from_value(IDENTITY_USER, span_of(value, IDENTITY_MAX + 1), &id),
		ST_ENOENT);
	memcpy(value, "CN=", 3);
	for (size_t i = 3; i + 4 < IDENTITY_MAX; i += 4)
		memcpy(value + i, ",A= ", 4);
	assert_int_equal(identity_from_value(IDENTITY_DN, span_of(value, IDENTITY_MAX), &id),
			 ST_ENOENT); /* more parts than anybody has */
}

static void test_key(void **state)
{
	struct identity id;

	(void)state;
	assert_int_equal(identity_from_key("dns:host.example", &id), 0);
	assert_string_equal(id.key, "dns:host.example");
	assert_string_equal(id.name, "host.example");
	identity_free(&id);
	assert_int_equal(identity_from_key("host.example", &id), ST_EVALUE);
	assert_int_equal(identity_from_key("dns:", &id), ST_EVALUE);
	identity_free(NULL);
}

UNIT_GROUP(identity)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choice),        cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_hostile_count), cmocka_unit_test(test_long_values),
		cmocka_unit_test(test_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
