/* What tls_ctx.c and tls.c share. */
#ifndef STANCE_NET_TLS_IMPL_H
#define STANCE_NET_TLS_IMPL_H

#include "net/tls.h"

#include <openssl/ssl.h>

struct tls_ctx {
	SSL_CTX *ssl;
	BIO_METHOD *bio;
	char *peer_name;
	unsigned refs;
	bool server;
};

/* X509_verify_cert found something: notes it in the struct tls that is the SSL's app data. */
int tls_on_verify(int ok, X509_STORE_CTX *store);

/* The BIO that reads a span and writes a struct wr. */
BIO_METHOD *tls_bio_method(void);

#endif
