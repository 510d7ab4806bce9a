/* SPDX-License-Identifier: BSD-2-Clause */
/* What tls_ctx.c and tls.c share. */
#ifndef STANCE_NET_TLS_IMPL_H
#define STANCE_NET_TLS_IMPL_H

#include "net/tls.h"
#include "net/tls_cache.h"

#include <openssl/ssl.h>

struct tls_ctx {
	SSL_CTX *ssl;
	BIO_METHOD *bio;
	char *peer_name;
	struct tls_cache *cache;         /* server that lets sessions be resumed, or NULL */
	uint8_t trust[TLS_TRUST_OCTETS]; /* of all that decides whom we believe */
	int64_t lists_until;             /* wall us: when the first revocation list expires */
	unsigned refs;
	bool server, anonymous;
};

struct tls {
	struct tls_ctx *ctx;
	SSL *ssl;
	X509 *peer;
	struct span in; /* ciphertext that the BIO has not taken yet */
	struct wr out;
	char *reason; /* NULL: st_strerror(err) */
	int err;
	bool established, shut, forgotten;
	struct tls_memory *memory; /* client: where tickets go, or NULL */
	int64_t proved;            /* wall us: when the peer's chain was verified */
	int64_t until; /* wall us: when its first certificate, or a revocation list, expires */
};

/* X509_verify_cert found something: notes it in the struct tls that is the SSL's app data. */
int tls_on_verify(int ok, X509_STORE_CTX *store);

/* X509_verify_cert, and then all that is kept of the chain is its end. */
int tls_verify_chain(X509_STORE_CTX *store, void *unused);

/* Both have proved who they are and have their secrets: what only the handshake needed goes. */
void tls_forget_keys(struct tls *t);

/* tls_resume.c: ctx->trust and what follows from it, once everything else is set. */
int tls_resume_init(struct tls_ctx *ctx);
int tls_resume_server(struct tls_ctx *ctx, struct tls_cache *cache);
void tls_resume_client(struct tls_ctx *ctx);
void tls_resume_note_chain(struct tls *t, X509_STORE_CTX *store);

/* The BIO that reads a span and writes a struct wr. */
BIO_METHOD *tls_bio_method(void);

#endif
