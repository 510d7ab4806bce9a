/* SPDX-License-Identifier: BSD-2-Clause */
/* The TLS sessions that a server allows to resume: the last one of each peer. A ticket (RFC
 * 8446, 4.6.1) is the random name of a session. So there is no ticket key to leak or rotate, a
 * ticket is used once, and none outlives the process.
 *
 * Why not sealed tickets, which hold the session itself and need no memory for absent peers:
 * they contain the peer's certificate, which OpenSSL 3.0 decodes twice in each handshake.
 * Server side, P-256, us of processor time:
 *
 *	                    no ticket    name    sealed ticket
 *	full handshake            885     955             1160
 *	resumed                     -     225              640
 *
 * They could also be used more than once, and their key would admit its holder as any peer.
 *
 * One cache for the process, shared by all contexts and threads. Sessions survive a reload
 * that does not change the trust (tls.h). */
#ifndef STANCE_NET_TLS_CACHE_H
#define STANCE_NET_TLS_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#define TLS_CACHE_ID 32   /* octets of a session's name */
#define TLS_CACHE_PEER 32 /* octets of the digest that identifies the peer */

struct tls_cache;

/* Keeps at most max sessions, for lifetime_s each. ST_ENOMEM. */
int tls_cache_open(uint32_t lifetime_s, size_t max, struct tls_cache **c);
struct tls_cache *tls_cache_ref(struct tls_cache *c); /* c may be NULL */
void tls_cache_free(struct tls_cache *c);             /* c may be NULL */

/* Changes both limits. */
void tls_cache_limit(struct tls_cache *c, uint32_t lifetime_s, size_t max);
uint32_t tls_cache_seconds(struct tls_cache *c);

/* Stores a session, which replaces an earlier one of the peer, and takes over the reference.
 * `now`: monotonic us. ST_EVALUE (a name of another length) or ST_ENOMEM: the caller keeps the
 * reference. */
int tls_cache_put(struct tls_cache *c, int64_t now, const uint8_t peer[TLS_CACHE_PEER],
		  SSL_SESSION *session);

/* Removes the session with this name and gives it to the caller. NULL: there is none. */
SSL_SESSION *tls_cache_take(struct tls_cache *c, int64_t now, const uint8_t *id, size_t n);

size_t tls_cache_count(struct tls_cache *c);

#endif
