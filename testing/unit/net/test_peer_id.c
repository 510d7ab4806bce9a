/* SPDX-License-Identifier: BSD-2-Clause */
#include "net_lab.h"

#include "base/rd.h"
#include "net/peer_id.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

struct record {
	uint32_t type, subject, auth;
	char text[PEER_ID_OCTETS + 1];
};

static uint32_t read_type(struct rd *r)
{
	assert_int_equal(rd_u8(r), 0);
	assert_int_equal(rd_u24(r), 0x005597);
	return rd_u32(r);
}

static size_t read_list(struct peer_ids *l, struct record *out, size_t max)
{
	struct rd r = rd_over(wr_span(&l->out));
	uint32_t n = rd_u32(&r);
	struct span text;

	assert_true(n <= max);
	for (uint32_t i = 0; i < n; i++) {
		out[i].type = read_type(&r);
		text = rd_bytes(&r, rd_u32(&r));
		memcpy(out[i].text, text.p, text.n);
		out[i].text[text.n] = '\0';
		out[i].subject = read_type(&r);
		out[i].auth = read_type(&r);
	}
	rd_end(&r);
	assert_int_equal(r.err, 0);
	return n;
}

static X509 *read_cert(const char *file)
{
	FILE *f = fopen(lab_path(file), "r");
	X509 *cert = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;

	assert_non_null(cert);
	(void)fclose(f);
	return cert;
}

static void test_names(void **state)
{
	static const struct record expected[] = {
		{ AR_ID_FQDN, AR_SUBJECT_MACHINE, AR_AUTH_X509, "A.example" },
		{ AR_ID_FQDN, AR_SUBJECT_MACHINE, AR_AUTH_X509, "b.example" },
		{ AR_ID_IPV4, AR_SUBJECT_MACHINE, AR_AUTH_X509, "192.0.2.7" },
		{ AR_ID_IPV6, AR_SUBJECT_MACHINE, AR_AUTH_X509, "2001:db8::7" },
		{ AR_ID_EMAIL, AR_SUBJECT_USER, AR_AUTH_X509, "root@example.org" },
		{ AR_ID_URI, AR_SUBJECT_MACHINE, AR_AUTH_X509, "urn:uuid:1" },
	};
	X509 *cert = read_cert("many.crt");
	struct peer_ids ids = { 0 };
	struct record got[8];

	(void)state;
	peer_ids_begin(&ids);
	assert_int_equal(peer_ids_add_cert(&ids, cert), 0);
	assert_int_equal(read_list(&ids, got, 8), 6);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(got[i].type, expected[i].type);
		assert_int_equal(got[i].subject, expected[i].subject);
		assert_int_equal(got[i].auth, expected[i].auth);
		assert_string_equal(got[i].text, expected[i].text);
	}
	X509_free(cert);
	wr_reset(&ids.out);
}

static void test_subject(void **state)
{
	X509 *cert = read_cert("cn-only.crt");
	struct peer_ids ids = { 0 };
	struct record got[2];
	char text[8];

	(void)state;
	peer_ids_begin(&ids);
	assert_int_equal(peer_ids_add_cert(&ids, cert), 0);
	assert_int_equal(read_list(&ids, got, 2), 1);
	assert_int_equal(got[0].type, AR_ID_DN);
	assert_string_equal(got[0].text, "CN=localhost,O=Example");
	peer_id_subject(cert, text, sizeof(text));
	assert_string_equal(text, "CN=loca"); /* cut, not overrun */
	X509_free(cert);
	wr_reset(&ids.out);
}

/* A name that two programs would read differently makes the certificate useless. */
static void test_nul_in_name(void **state)
{
	static const char evil[] = "good.example\0.evil.example";
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *ia5 = ASN1_IA5STRING_new();
	struct peer_ids ids = { 0 };
	X509 *cert = X509_new();

	(void)state;
	ASN1_STRING_set(ia5, evil, sizeof(evil) - 1);
	GENERAL_NAME_set0_value(name, GEN_DNS, ia5);
	sk_GENERAL_NAME_push(names, name);
	assert_int_equal(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0), 1);
	peer_ids_begin(&ids);
	assert_int_equal(peer_ids_add_cert(&ids, cert), ST_EAUTH);
	assert_int_equal(ids.n, 0);
	GENERAL_NAMES_free(names);
	X509_free(cert);
	cert = X509_new(); /* neither names nor a subject */
	assert_int_equal(peer_ids_add_cert(&ids, cert), ST_EAUTH);
	X509_free(cert);
	wr_reset(&ids.out);
}

static void test_refused_text(void **state)
{
	static char longest[PEER_ID_OCTETS + 1];
	struct peer_ids ids = { 0 };
	size_t before;

	(void)state;
	memset(longest, 'x', sizeof(longest));
	peer_ids_begin(&ids);
	before = ids.out.len;
	assert_int_equal(peer_ids_add(&ids, AR_ID_USER, AR_SUBJECT_USER, AR_AUTH_PASSWORD,
				      span_of("", 0)),
			 ST_EVALUE);
	assert_int_equal(peer_ids_add(&ids, AR_ID_USER, AR_SUBJECT_USER, AR_AUTH_PASSWORD,
				      span_str("two\nlines")),
			 ST_EVALUE);
	assert_int_equal(peer_ids_add(&ids, AR_ID_USER, AR_SUBJECT_USER, AR_AUTH_PASSWORD,
				      span_of(longest, sizeof(longest))),
			 ST_EVALUE);
	assert_int_equal(ids.out.len, before);
	assert_int_equal(peer_ids_add(&ids, AR_ID_USER, AR_SUBJECT_USER, AR_AUTH_PASSWORD,
				      span_of(longest, PEER_ID_OCTETS)),
			 0);
	assert_int_equal(ids.out.len, before + 28 + PEER_ID_OCTETS);
	wr_reset(&ids.out);
}

static void test_addresses(void **state)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET, .sin_port = htons(7) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(8) };
	struct sockaddr other = { .sa_family = AF_UNIX };
	struct peer_ids ids = { 0 };
	struct record got[3];

	(void)state;
	inet_pton(AF_INET, "192.0.2.9", &in4.sin_addr);
	inet_pton(AF_INET6, "::ffff:192.0.2.10", &in6.sin6_addr);
	peer_ids_begin(&ids);
	assert_int_equal(peer_ids_add_address(&ids, (struct sockaddr *)&in4), 0);
	assert_int_equal(peer_ids_add_address(&ids, (struct sockaddr *)&in6), 0);
	inet_pton(AF_INET6, "2001:db8::1", &in6.sin6_addr);
	assert_int_equal(peer_ids_add_address(&ids, (struct sockaddr *)&in6), 0);
	assert_int_equal(peer_ids_add_address(&ids, &other), ST_EVALUE);
	assert_int_equal(read_list(&ids, got, 3), 3);
	assert_string_equal(got[0].text, "192.0.2.9");
	assert_string_equal(got[1].text, "192.0.2.10");
	assert_int_equal(got[1].type, AR_ID_IPV4);
	assert_string_equal(got[2].text, "2001:db8::1");
	assert_int_equal(got[2].type, AR_ID_IPV6);
	assert_int_equal(got[2].auth, AR_AUTH_UNKNOWN);
	assert_int_equal(peer_id_port((struct sockaddr *)&in4), 7);
	assert_int_equal(peer_id_port((struct sockaddr *)&in6), 8);
	assert_int_equal(peer_id_port(&other), 0);
	wr_reset(&ids.out);
}

UNIT_GROUP(peer_id)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),       cmocka_unit_test(test_subject),
		cmocka_unit_test(test_nul_in_name), cmocka_unit_test(test_refused_text),
		cmocka_unit_test(test_addresses),
	};

	return cmocka_run_group_tests(tests, lab_setup, lab_teardown);
}
