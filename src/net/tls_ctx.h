/* SPDX-License-Identifier: BSD-2-Clause */
/* TLS contexts: certificates, keys, trust anchors and revocation lists of one side. */
#ifndef STANCE_NET_TLS_CTX_H
#define STANCE_NET_TLS_CTX_H

#include <stdbool.h>

struct tls_conf;
struct tls_ctx;
struct tls_error;

/* Reads every file of c, and keeps nothing of c. ST_ECONF with e filled: a file is missing or
 * unusable, key and certificate do not match, or a server's own certificate has expired.
 * Caller: tls_ctx_free. */
int tls_ctx_open(const struct tls_conf *c, struct tls_ctx **ctx, struct tls_error *e);

/* Adds a reference; each owner calls tls_ctx_free once. */
struct tls_ctx *tls_ctx_ref(struct tls_ctx *ctx);
void tls_ctx_free(struct tls_ctx *ctx);

bool tls_ctx_is_server(const struct tls_ctx *ctx);

#endif
