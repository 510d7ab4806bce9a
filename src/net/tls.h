/* SPDX-License-Identifier: BSD-2-Clause */
/* TLS 1.2 and 1.3 by OpenSSL, without sockets: ciphertext in, plaintext out, and the reverse.
 * RFC 6876, 3.1 and 3.5.
 *
 *   - Both ends authenticate with certificates under trust anchors of their own; the system's
 *     are never loaded.
 *   - No renegotiation, compression, early data, wildcards, or common-name fallback.
 *   - TLS 1.3 sessions can be resumed if both ends are configured for it (tls_cache.h), with a
 *     new key exchange.
 *
 * A session can no longer be resumed when trust anchors, revocation lists or the own
 * certificate changed, when a certificate of the peer's chain or a revocation list expired, or
 * when its lifetime, counted from the last full handshake, has passed. */
#ifndef STANCE_NET_TLS_H
#define STANCE_NET_TLS_H

#include "base/span.h"
#include "base/wr.h"
#include "net/tls_ctx.h"
#include "net/tls_resume.h"

#include <openssl/x509.h>

struct tls_cache;

struct tls_conf {
	bool server;         /* accept connections, otherwise open them */
	bool anonymous;      /* server: accept peers without a certificate (they authenticate
				    by SASL) */
	bool rsa_aes128_cbc; /* add TLS_RSA_WITH_AES_128_CBC_SHA, which RFC 6876 requires and which
				    has no forward secrecy; default off */
	const char *ca;      /* PEM file: the trust anchors */
	const char
		*certificate;  /* PEM file: our certificate, then intermediate ones; NULL: none
				    (client that uses SASL only) */
	const char *key;       /* PEM file: its key */
	const char *crl;       /* PEM file of revocation lists, or NULL */
	const char *peer_name; /* client: the DNS-ID the manager's certificate must carry */
	struct tls_cache *cache; /* server: sessions that can be resumed; NULL: none */
	bool resumption;         /* client: accept tickets, for tls_remember */
};

/* What a client keeps to resume a session. Zero-initialise; one thread; tls_memory_reset at
 * the end. */
#define TLS_TRUST_OCTETS 32
struct tls_memory {
	struct ssl_session_st *session;  /* of the last ticket, or NULL */
	uint8_t trust[TLS_TRUST_OCTETS]; /* digest of the trust under which it was issued */
	int64_t proved; /* wall us: when the manager's certificates were verified */
	int64_t until;  /* wall us: when the first of them, or a revocation list, expires */
};

/* The reason of an error, for people. */
struct tls_error {
	char text[320];
};

/* Certificates and rules of one side. Connections and threads share it. */
struct tls_ctx;

/* One connection, used by one thread. Holds a reference to its context. */
struct tls;

int tls_open(struct tls_ctx *ctx, struct tls **t);
void tls_free(struct tls *t);

/* Before the handshake: uses this certificate and key instead of those of the context. Takes
 * references of its own. ST_EVALUE when they do not match. */
int tls_show(struct tls *t, X509 *certificate, EVP_PKEY *key);

/* Reads ciphertext from *in, which it advances, and writes plaintext to buf. Runs the
 * handshake; a client starts it with an empty *in. Call until it returns 0. After an error
 * tls_reason has the reason, and tls_output may hold an alert to be sent.
 *
 *	> 0         octets in buf
 *	0           *in is used up
 *	ST_ECLOSED  the peer sent close_notify
 *	ST_EAUTH    the peer's certificate was refused
 *	ST_EVALUE   the input is not TLS
 *	ST_EIO      TLS failed */
int tls_read(struct tls *t, struct span *in, uint8_t *buf, size_t cap);

/* Encrypts all of plain into tls_output. ST_ESTATE before the end of the handshake;
 * ST_ENOMEM. */
int tls_write(struct tls *t, struct span plain);

/* Appends close_notify to tls_output (once). */
void tls_shutdown(struct tls *t);

/* Ciphertext for the peer. The caller removes what it has sent (wr_consume), or moves all of
 * it. */
struct wr *tls_output(struct tls *t);

bool tls_established(const struct tls *t);

/* True when the handshake resumed a session. */
bool tls_resumed(const struct tls *t);

/* After the handshake: the verified certificate of the peer, borrowed until tls_free; NULL
 * when it has none. Its public key has been freed: do not call X509_get0_pubkey. */
X509 *tls_peer(const struct tls *t);

/* The reason of the last error, for the log, with the subject of the certificate if known.
 * Never NULL. */
const char *tls_reason(const struct tls *t);

/* "TLSv1.3": a static string. */
const char *tls_version(const struct tls *t);

/* Channel binding: tls-unique (RFC 5929) with TLS 1.2, tls-exporter (RFC 9266) with TLS 1.3.
 * Returns its length in octets; 0: none. */
#define TLS_BINDING_OCTETS 64
size_t tls_binding(const struct tls *t, uint8_t out[TLS_BINDING_OCTETS]);

/* --- for tls_ctx.c and tls_resume.c --- */

/* The BIO that reads a span and writes a struct wr. */
BIO_METHOD *tls_bio_method(void);

/* Frees what only the handshake needed; called when it is complete. */
void tls_forget_keys(struct tls *t);

/* Verification callback: records an error in the struct tls that is the SSL's app data. */
int tls_on_verify(int ok, X509_STORE_CTX *store);

/* Verifies a chain; keeps only its end certificate. */
int tls_verify_chain(X509_STORE_CTX *store, void *unused);

#endif
