/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/certificate_cache.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LEFT_S (2 * 86400L) /* who is good for less is issued anew */

static int cache_fail(struct tls_error *e, const char *what, const char *err_msg)
{
	(void)snprintf(e->text, sizeof(e->text), "%.200s: %s", what, err_msg);
	return ST_ECONF;
}

/* One file for each authority and domain: the key in PEM, then certificates in DER. */
static int cache_path(const struct load_pki *p, const char *dir, char path[PATH_MAX])
{
	unsigned char md[SHA256_DIGEST_LENGTH], ca[SHA256_DIGEST_LENGTH + LOAD_NAME];
	unsigned int n = 0;

	if (X509_digest(p->ca, EVP_sha256(), ca, &n) != 1)
		return ST_ENOMEM;
	(void)snprintf((char *)ca + n, LOAD_NAME, "%s", p->domain);
	SHA256(ca, n + strlen((char *)ca + n), md);
	(void)snprintf(path, PATH_MAX, "%s/stance-load-%02x%02x%02x%02x%02x%02x", dir, md[0],
		       md[1], md[2], md[3], md[4], md[5]);
	return 0;
}

static bool cache_usable(const struct load_pki *p, X509 *x)
{
	time_t then = time(NULL) + LEFT_S;

	return X509_cmp_time(X509_get0_notAfter(x), &then) > 0 &&
	       X509_check_private_key(x, p->key) == 1;
}

/* Takes what is there and of use, at most n. */
static void cache_read(struct load_pki *p, const char *path, uint32_t n)
{
	BIO *file = BIO_new_file(path, "r");
	EVP_PKEY *key = file ? PEM_read_bio_PrivateKey(file, NULL, NULL, NULL) : NULL;
	X509 *x;

	if (key) {
		EVP_PKEY_free(p->key);
		p->key = key;
	}
	while (key && p->n < n && (x = d2i_X509_bio(file, NULL))) {
		if (!cache_usable(p, x)) {
			X509_free(x);
			break;
		}
		p->found[p->n++] = (struct load_identity){ x, p->key };
		EVP_PKEY_up_ref(p->key);
	}
	BIO_free(file);
}

static int cache_write(const struct load_pki *p, const char *path, struct tls_error *e)
{
	char temp[PATH_MAX + 8];
	FILE *f;
	int fd;
	bool ok;

	(void)snprintf(temp, sizeof(temp), "%s.new", path);
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (!(f = fd >= 0 ? fdopen(fd, "w") : NULL)) {
		(void)cache_fail(e, path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return ST_ECONF;
	}
	ok = PEM_write_PrivateKey(f, p->key, NULL, NULL, 0, NULL, NULL) == 1;
	for (size_t i = 0; i < p->n && ok; i++)
		ok = i2d_X509_fp(f, p->found[i].certificate) == 1;
	ok = fclose(f) == 0 && ok && rename(temp, path) == 0;
	if (ok)
		return 0;
	(void)unlink(temp);
	return cache_fail(e, path, "cannot be written");
}

int load_cache(struct load_pki *p, const char *dir, uint32_t n, struct tls_error *e)
{
	char path[PATH_MAX];
	size_t had;
	int err = cache_path(p, dir, path);

	if (err < 0)
		return err;
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return cache_fail(e, dir, strerror(errno));
	if (!(p->found = calloc(n + 1, sizeof(*p->found))))
		return ST_ENOMEM;
	cache_read(p, path, n);
	had = p->n;
	while (p->n < n && !err)
		if ((err = load_pki_issue(p, (uint32_t)p->n, &p->found[p->n])) == 0)
			p->n++;
	return err || had == n ? err : cache_write(p, path, e);
}
