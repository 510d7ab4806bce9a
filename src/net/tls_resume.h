/* SPDX-License-Identifier: BSD-2-Clause */
/* Resuming TLS 1.3 sessions. */
#ifndef STANCE_NET_TLS_RESUME_H
#define STANCE_NET_TLS_RESUME_H

#include <openssl/ssl.h>

struct tls;
struct tls_cache;
struct tls_ctx;
struct tls_memory;

/* Client, before the handshake: offers the session in m, which is then empty, and stores there
 * what the server gives for the next time. m is borrowed until tls_free. */
void tls_remember(struct tls *t, struct tls_memory *m);
void tls_memory_reset(struct tls_memory *m);

/* --- for tls_ctx.c and tls.c --- */

/* Computes ctx->trust and what follows from it; everything else of ctx is set. */
int tls_resume_init(struct tls_ctx *ctx);

void tls_resume_client(struct tls_ctx *ctx);
int tls_resume_server(struct tls_ctx *ctx, struct tls_cache *cache);

/* Records the verified chain of the peer, which limits how long its session can be resumed. */
void tls_resume_note_chain(struct tls *t, X509_STORE_CTX *store);

#endif
