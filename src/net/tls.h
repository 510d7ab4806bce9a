/* SPDX-License-Identifier: BSD-2-Clause */
/* TLS 1.2 and 1.3 by OpenSSL, driven by memory: ciphertext in, plaintext out and the other
 * way round; no sockets. RFC 6876, 3.1 and 3.5.
 *
 * Both ends prove who they are with certificates of a trust anchor set that is ours alone
 * (the system's is never loaded). No renegotiation, no compression, no early data, no
 * wildcards, no common-name fallback.
 *
 * Sessions of TLS 1.3 may be resumed, if both ends are set up for it (tls_cache.h), with a new
 * key exchange and without early data. A session is only good as long as the trust it was
 * made under: not after another set of anchors, revocation lists or own certificate was
 * loaded, nor when a certificate of the peer's chain or a revocation list has expired, nor
 * longer than its lifetime counted from the last full handshake, however often it was used. */
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
	bool anonymous;      /* server: a peer without a certificate may come in (and must
				    authenticate by SASL) */
	bool rsa_aes128_cbc; /* also TLS_RSA_WITH_AES_128_CBC_SHA, which RFC 6876 demands and
				    today's practice refuses; default off */
	const char *ca;      /* PEM file: the trust anchors */
	const char
		*certificate;  /* PEM file: our certificate, then intermediate ones; NULL: none
				    (client that uses SASL only) */
	const char *key;       /* PEM file: its key */
	const char *crl;       /* PEM file of revocation lists, or NULL */
	const char *peer_name; /* client: the DNS-ID the manager's certificate must carry */
	struct tls_cache *cache; /* server: of sessions that may be resumed; NULL: never */
	bool resumption;         /* client: take tickets, for tls_remember */
};

/* What a client keeps to resume a session. Zero-initialise; one thread; tls_memory_reset in
 * the end. */
#define TLS_TRUST_OCTETS 32
struct tls_memory {
	struct ssl_session_st *session;  /* of the last ticket that came, or NULL */
	uint8_t trust[TLS_TRUST_OCTETS]; /* and under which context it came */
	int64_t proved; /* wall us: when the manager showed its certificates */
	int64_t until;  /* wall us: when the first of them, or a revocation list, expires */
};

/* Why something was refused, for people. */
struct tls_error {
	char text[320];
};

/* Certificates and rules; any number of connections and threads use one at once. */
struct tls_ctx;

/* One connection; one thread. Holds a reference to ctx. */
struct tls;

int tls_open(struct tls_ctx *ctx, struct tls **t);
void tls_free(struct tls *t);

/* Before the handshake: shows this certificate, proved by its key, instead of that of the
 * context. Keeps references of its own. ST_EVALUE when they do not belong together. */
int tls_show(struct tls *t, X509 *certificate, EVP_PKEY *key);

/* Starts the handshake where we speak first, and goes on with it: consumes *in (advancing
 * it) and gives the next plaintext. Call until it returns 0.
 * > 0 octets in buf; 0 *in is used up, more must come; ST_ECLOSED the peer said
 * close_notify; ST_EAUTH the peer's certificate was refused; ST_EVALUE, ST_EIO its bytes
 * are not TLS or broke it. After an error tls_reason tells why, and tls_output may hold an
 * alert that should still be sent. */
int tls_read(struct tls *t, struct span *in, uint8_t *buf, size_t cap);

/* Encrypts all of plain into tls_output. ST_ESTATE before the handshake is done, ST_ENOMEM. */
int tls_write(struct tls *t, struct span plain);

/* Appends close_notify to tls_output (once). */
void tls_shutdown(struct tls *t);

/* Ciphertext for the peer; the caller takes it out with wr_consume or moves it away whole. */
struct wr *tls_output(struct tls *t);

bool tls_established(const struct tls *t);

/* The handshake was a resumption. */
bool tls_resumed(const struct tls *t);

/* The handshake is done and the name, purpose and chain of the peer were accepted: its
 * certificate, borrowed until tls_free, or NULL when it showed none. It says who the peer is;
 * the key in it has served and is gone (X509_get0_pubkey must not be called). */
X509 *tls_peer(const struct tls *t);

/* Why the last call failed, for a log line: what was wrong and, when known, the subject it
 * was wrong with. Never NULL. */
const char *tls_reason(const struct tls *t);

/* "TLSv1.3": a static string. */
const char *tls_version(const struct tls *t);

/* Channel binding: tls-unique (RFC 5929) up to TLS 1.2, tls-exporter (RFC 9266) with 1.3.
 * The number of octets, or 0 when there is none. */
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
