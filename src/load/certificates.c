/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/certificates.h"

#include "base/err.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400L

static int pki_fail(struct tls_error *e, const char *file, const char *err_msg)
{
	(void)snprintf(e->text, sizeof(e->text), "%s: %s", file, err_msg);
	return ST_ECONF;
}

static int pki_read(const char *file, X509 **certificate, EVP_PKEY **key, struct tls_error *e)
{
	FILE *f = fopen(file, "re");
	bool ok;

	if (!f)
		return pki_fail(e, file, strerror(errno));
	if (certificate)
		ok = (*certificate = PEM_read_X509(f, NULL, NULL, NULL)) != NULL;
	else
		ok = (*key = PEM_read_PrivateKey(f, NULL, NULL, NULL)) != NULL;
	fclose(f);
	return ok ? 0 : pki_fail(e, file, certificate ? "no certificate" : "no private key");
}

int load_pki_issuer(struct load_pki *p, const char *ca, const char *ca_key, const char *domain,
		    struct tls_error *e)
{
	int err = pki_read(ca, &p->ca, NULL, e);

	p->domain = domain;
	if (!err)
		err = pki_read(ca_key, NULL, &p->ca_key, e);
	if (!err && X509_check_private_key(p->ca, p->ca_key) != 1)
		err = pki_fail(e, ca_key, "is not the key of the authority");
	if (!err && !(p->key = EVP_EC_gen("P-256")))
		err = ST_ENOMEM;
	return err;
}

/* NAME.crt in entry: reads it and NAME.key. */
static int pki_found(struct load_pki *p, const char *dir, const char *entry,
		     struct tls_error *e)
{
	struct load_identity *more = realloc(p->found, (p->n + 1) * sizeof(*more)), *id;
	size_t n = strlen(entry) - 4;
	char path[PATH_MAX];
	int err;

	if (!more)
		return ST_ENOMEM;
	p->found = more;
	id = &more[p->n++];
	*id = (struct load_identity){ 0 };
	(void)snprintf(path, sizeof(path), "%s/%.*s.crt", dir, (int)n, entry);
	if ((err = pki_read(path, &id->certificate, NULL, e)) < 0)
		return err;
	(void)snprintf(path, sizeof(path), "%s/%.*s.key", dir, (int)n, entry);
	return pki_read(path, NULL, &id->key, e);
}

int load_pki_directory(struct load_pki *p, const char *dir, struct tls_error *e)
{
	struct dirent **names = NULL;
	int n = scandir(dir, &names, NULL, alphasort), err = 0;

	if (n < 0)
		return pki_fail(e, dir, strerror(errno));
	for (int i = 0; i < n; i++) {
		size_t len = strlen(names[i]->d_name);

		if (!err && len > 4 && strcmp(names[i]->d_name + len - 4, ".crt") == 0)
			err = pki_found(p, dir, names[i]->d_name, e);
		free(names[i]);
	}
	free(names);
	return err || p->n ? err : pki_fail(e, dir, "holds no certificate (NAME.crt)");
}

void load_pki_close(struct load_pki *p)
{
	for (size_t i = 0; i < p->n; i++)
		load_identity_reset(&p->found[i]);
	free(p->found);
	X509_free(p->ca);
	EVP_PKEY_free(p->ca_key);
	EVP_PKEY_free(p->key);
	*p = (struct load_pki){ 0 };
}

void load_identity_reset(struct load_identity *id)
{
	X509_free(id->certificate);
	EVP_PKEY_free(id->key);
	*id = (struct load_identity){ 0 };
}

/* --- issuing ----------------------------------------------------------------------------- */

static bool pki_extension(const struct load_pki *p, X509 *x, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;
	bool ok;

	X509V3_set_ctx(&ctx, p->ca, x, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = extension && X509_add_ext(x, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

static bool pki_serial(X509 *x)
{
	uint64_t serial;

	return RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1 &&
	       ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial >> 1 | 1) == 1;
}

void load_pki_name(const struct load_pki *p, uint32_t number, char name[LOAD_NAME])
{
	(void)snprintf(name, LOAD_NAME, "load-%06u.%s", number, p->domain);
}

bool load_pki_number(const struct load_pki *p, const char *name, uint32_t *number)
{
	char whole[LOAD_NAME];

	if (!p->domain || sscanf(name, "load-%u.", number) != 1)
		return false;
	load_pki_name(p, *number, whole);
	return strcmp(name, whole) == 0;
}

static bool pki_fill(const struct load_pki *p, uint32_t number, X509 *x)
{
	char name[LOAD_NAME], alt[LOAD_NAME + 4];
	bool ok = X509_set_version(x, X509_VERSION_3) == 1 && pki_serial(x) &&
		  X509_gmtime_adj(X509_getm_notBefore(x), -DAY_S) &&
		  X509_gmtime_adj(X509_getm_notAfter(x), 30 * DAY_S) &&
		  X509_set_issuer_name(x, X509_get_subject_name(p->ca)) == 1 &&
		  X509_set_pubkey(x, p->key) == 1;

	load_pki_name(p, number, name);
	(void)snprintf(alt, sizeof(alt), "DNS:%s", name);
	return ok &&
	       X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
					  (const unsigned char *)"stance-load", -1, -1,
					  0) == 1 &&
	       pki_extension(p, x, NID_subject_alt_name, alt) &&
	       pki_extension(p, x, NID_key_usage, "critical,digitalSignature") &&
	       pki_extension(p, x, NID_ext_key_usage, "clientAuth") &&
	       pki_extension(p, x, NID_authority_key_identifier, "keyid");
}

int load_pki_issue(const struct load_pki *p, uint32_t number, struct load_identity *id)
{
	id->key = p->key;
	EVP_PKEY_up_ref(id->key);
	if ((id->certificate = X509_new()) && pki_fill(p, number, id->certificate) &&
	    X509_sign(id->certificate, p->ca_key, EVP_sha256()) > 0)
		return 0;
	load_identity_reset(id);
	return ST_ENOMEM;
}

int load_pki_identity(const struct load_pki *p, uint32_t number, struct load_identity *id)
{
	if (!p->n)
		return load_pki_issue(p, number, id);
	*id = p->found[number % p->n];
	X509_up_ref(id->certificate);
	EVP_PKEY_up_ref(id->key);
	return 0;
}
