/* SPDX-License-Identifier: BSD-2-Clause */
/* TLS sessions that a server lets be resumed, the last one of each peer. A ticket (RFC 8446,
 * 4.6.1) is nothing but the random name of one, so there is no key that could leak or would have
 * to be rotated, each is good for one use, and none outlives the process.
 *
 * Tickets that hold the session itself, sealed with a key of ours, would need no memory for peers
 * that are gone. But they would hold the peer's certificate, which OpenSSL 3.0 then decodes twice
 * for each handshake, and there is no way to leave it out. Measured beside each other (server
 * side, P-256, us of processor time): full handshake without a ticket 885, with a name 955, with
 * a sealed ticket 1160; resumed by name 225, by a sealed ticket 640. They could also be used any
 * number of times, and whoever gets hold of the key could come in as anybody. While
 * the peer is connected, its session is in memory anyway.
 *
 * One for the process, shared by all contexts and threads: a reload that changes nothing which
 * matters costs nobody its session (tls.h says what matters). */
#ifndef STANCE_NET_TLS_CACHE_H
#define STANCE_NET_TLS_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#define TLS_CACHE_ID 32   /* octets of a session's name */
#define TLS_CACHE_PEER 32 /* of what says whose it is: a digest */

struct tls_cache;

/* Sessions are kept for lifetime_s, at most max of them. ST_ENOMEM. */
int tls_cache_open(uint32_t lifetime_s, size_t max, struct tls_cache **c);
struct tls_cache *tls_cache_ref(struct tls_cache *c); /* NULL is fine */
void tls_cache_free(struct tls_cache *c);             /* NULL is fine */

/* New bounds. */
void tls_cache_limit(struct tls_cache *c, uint32_t lifetime_s, size_t max);
uint32_t tls_cache_seconds(struct tls_cache *c);

/* Takes over a reference to session, instead of an earlier one of the peer. `now`: monotonic us.
 * ST_EVALUE when its name is not of the length above, ST_ENOMEM: it is not taken. */
int tls_cache_put(struct tls_cache *c, int64_t now, const uint8_t peer[TLS_CACHE_PEER],
		  SSL_SESSION *session);

/* The session of that name, which is the caller's and in the cache no more; or NULL. */
SSL_SESSION *tls_cache_take(struct tls_cache *c, int64_t now, const uint8_t *id, size_t n);

size_t tls_cache_count(struct tls_cache *c);

#endif
