/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "base/err.h"
#include "load/certificate_cache.h"

#include <dirent.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/test_load_cache.XXXXXX";

/* An authority in memory; its own certificate is signed by itself. */
static void authority(struct load_pki *p, EVP_PKEY *key, const char *domain)
{
	X509_EXTENSION *id;
	X509 *x = X509_new();
	X509V3_CTX ctx;

	*p = (struct load_pki){ .domain = domain, .ca = x, .ca_key = key };
	EVP_PKEY_up_ref(key);
	assert_non_null(x);
	X509_set_version(x, X509_VERSION_3);
	X509_set_pubkey(x, key);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	id = X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_key_identifier, "hash");
	assert_int_equal(X509_add_ext(x, id, -1), 1);
	X509_EXTENSION_free(id);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	p->key = EVP_EC_gen("P-256");
	assert_non_null(p->key);
}

static uint64_t serial(const struct load_pki *p, size_t i)
{
	uint64_t v = 0;

	assert_int_equal(
		ASN1_INTEGER_get_uint64(&v, X509_get0_serialNumber(p->found[i].certificate)),
		1);
	return v;
}

static void kept_path(char path[600])
{
	DIR *d = opendir(dir);
	const struct dirent *entry;
	unsigned n = 0;

	while ((entry = readdir(d)))
		if (entry->d_name[0] != '.') {
			(void)snprintf(path, 600, "%s/%s", dir, entry->d_name);
			n++;
		}
	closedir(d);
	assert_int_equal(n, 1);
}

static void forget(void)
{
	char path[600];

	kept_path(path);
	assert_int_equal(unlink(path), 0);
}

static void test_kept_and_more(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct load_pki a, b;
	struct tls_error e;
	struct stat st;
	char path[600];

	(void)state;
	authority(&a, key, "a.invalid");
	b = a;
	X509_up_ref(b.ca);
	EVP_PKEY_up_ref(b.ca_key);
	b.key = EVP_EC_gen("P-256");
	assert_int_equal(load_cache(&a, dir, 3, &e), 0);
	assert_int_equal(a.n, 3);
	kept_path(path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(load_cache(&b, dir, 5, &e), 0);
	assert_int_equal(b.n, 5);
	for (size_t i = 0; i < 3; i++)
		assert_true(serial(&a, i) == serial(&b, i));
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(
			X509_check_private_key(b.found[i].certificate, b.found[i].key), 1);
		assert_int_equal(X509_verify(b.found[i].certificate, key), 1);
	}
	load_pki_close(&a);
	load_pki_close(&b);
	EVP_PKEY_free(key);
	forget();
}

static void test_not_of_another_domain(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct load_pki a, b;
	struct tls_error e;

	(void)state;
	authority(&a, key, "a.invalid");
	assert_int_equal(load_cache(&a, dir, 1, &e), 0);
	forget();
	authority(&b, key, "b.invalid");
	assert_int_equal(load_cache(&b, dir, 1, &e), 0);
	assert_int_equal(
		X509_check_host(b.found[0].certificate, "load-000000.b.invalid", 0, 0, NULL),
		1);
	load_pki_close(&a);
	load_pki_close(&b);
	EVP_PKEY_free(key);
	forget();
}

/* Cut anywhere: what is whole is used, the rest is issued anew. */
static void test_damaged(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct load_pki a;
	struct tls_error e;
	struct stat st;
	char path[600];

	(void)state;
	authority(&a, key, "a.invalid");
	assert_int_equal(load_cache(&a, dir, 2, &e), 0);
	kept_path(path);
	assert_int_equal(stat(path, &st), 0);
	for (off_t cut = st.st_size - 1; cut >= 0; cut -= 97) {
		struct load_pki b = a;

		assert_int_equal(truncate(path, cut), 0);
		X509_up_ref(b.ca);
		EVP_PKEY_up_ref(b.ca_key);
		b.key = EVP_EC_gen("P-256");
		b.found = NULL;
		b.n = 0;
		assert_int_equal(load_cache(&b, dir, 2, &e), 0);
		assert_int_equal(b.n, 2);
		assert_int_equal(
			X509_check_private_key(b.found[1].certificate, b.found[1].key), 1);
		load_pki_close(&b);
	}
	load_pki_close(&a);
	EVP_PKEY_free(key);
	forget();
}

static void test_no_directory(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct load_pki a;
	struct tls_error e = { { 0 } };

	(void)state;
	authority(&a, key, "a.invalid");
	assert_int_equal(load_cache(&a, "/nonexistent/cache", 1, &e), ST_ECONF);
	assert_non_null(strstr(e.text, "/nonexistent/cache"));
	load_pki_close(&a);
	EVP_PKEY_free(key);
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

UNIT_GROUP(certificate_cache)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept_and_more),
		cmocka_unit_test(test_not_of_another_domain),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_no_directory),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
