/* SPDX-License-Identifier: BSD-2-Clause */
#include "sha256.h"

#include "base/err.h"

#include <stdlib.h>

#include <openssl/evp.h>

struct sha256 {
	EVP_MD *md; /* fetched once: a fetch costs more than a short hash */
	EVP_MD_CTX *ctx;
	bool ok;
};

struct sha256 *sha256_new(void)
{
	struct sha256 *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	s->ctx = EVP_MD_CTX_new();
	if (s->md && s->ctx)
		return s;
	sha256_free(s);
	return NULL;
}

void sha256_free(struct sha256 *s)
{
	if (!s)
		return;
	EVP_MD_CTX_free(s->ctx);
	EVP_MD_free(s->md);
	free(s);
}

void sha256_begin(struct sha256 *s)
{
	s->ok = EVP_DigestInit_ex(s->ctx, s->md, NULL) == 1;
}

static void sha256_add(struct sha256 *s, const void *p, size_t n)
{
	if (n)
		s->ok = s->ok && EVP_DigestUpdate(s->ctx, p, n) == 1;
}

void sha256_number(struct sha256 *s, uint64_t v)
{
	uint8_t b[8];

	for (int i = 7; i >= 0; i--, v >>= 8)
		b[i] = (uint8_t)v;
	sha256_add(s, b, sizeof(b));
}

void sha256_blob(struct sha256 *s, struct span v)
{
	sha256_number(s, v.n);
	sha256_add(s, v.p, v.n);
}

void sha256_octets(struct sha256 *s, struct span v)
{
	sha256_add(s, v.p, v.n);
}

int sha256_end(struct sha256 *s, uint8_t out[SHA256_SIZE])
{
	unsigned int n = 0;

	s->ok = s->ok && EVP_DigestFinal_ex(s->ctx, out, &n) == 1 && n == SHA256_SIZE;
	return s->ok ? 0 : ST_EIO;
}

void sha256_text(const uint8_t sum[SHA256_SIZE], char text[SHA256_TEXT])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_SIZE; i++) {
		text[2 * i] = digits[sum[i] >> 4];
		text[2 * i + 1] = digits[sum[i] & 15];
	}
	text[2 * SHA256_SIZE] = '\0';
}

int sha256_of(struct span octets, char text[SHA256_TEXT])
{
	uint8_t sum[SHA256_SIZE];

	if (EVP_Q_digest(NULL, "SHA256", NULL, octets.p, octets.n, sum, NULL) != 1)
		return ST_EIO;
	sha256_text(sum, text);
	return 0;
}
