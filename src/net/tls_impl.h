/* SPDX-License-Identifier: BSD-2-Clause */
/* struct tls_ctx and struct tls. Private to tls.c, tls_ctx.c and tls_resume.c. */
#ifndef STANCE_NET_TLS_IMPL_H
#define STANCE_NET_TLS_IMPL_H

#include "net/tls.h"
#include "net/tls_cache.h"

#include <openssl/ssl.h>

struct tls_ctx {
	SSL_CTX *ssl;
	BIO_METHOD *bio;
	char *peer_name;
	struct tls_cache *cache;         /* server: sessions that can be resumed, or NULL */
	uint8_t trust[TLS_TRUST_OCTETS]; /* digest of anchors, revocation lists and rules */
	int64_t lists_until;             /* wall us: when the first revocation list expires */
	unsigned refs;
	bool server, anonymous;
};

struct tls {
	struct tls_ctx *ctx;
	SSL *ssl;
	X509 *peer;
	struct span in; /* ciphertext that the BIO has not consumed */
	struct wr out;
	char *reason; /* NULL: st_strerror(err) */
	int err;
	bool established, shut, forgotten;
	struct tls_memory *memory; /* client: receives tickets, or NULL */
	int64_t proved;            /* wall us: when the chain of the peer was verified */
	int64_t until; /* wall us: when its first certificate, or a revocation list, expires */
};

#endif
