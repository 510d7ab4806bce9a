/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tls_impl.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Forward secrecy and authenticated encryption only (TLS 1.3 suites are all of that kind). */
#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"
#define CIPHERS_RFC6876 CIPHERS ":AES128-SHA"
#define CHAIN_DEPTH 8

static int conf_fail(struct tls_error *e, const char *what, const char *err_msg)
{
	(void)snprintf(e->text, sizeof(e->text), "%s: %s", what, err_msg);
	return ST_ECONF;
}

/* For a file that cannot be read the first OpenSSL error has the reason, otherwise the
 * last. */
static int conf_fail_ssl(struct tls_error *e, const char *what)
{
	unsigned long first = ERR_peek_error();
	const char *err_msg = ERR_reason_error_string(ERR_peek_last_error());

	if (ERR_SYSTEM_ERROR(first))
		err_msg = strerror(ERR_GET_REASON(first));
	return conf_fail(e, what, err_msg ? err_msg : "not usable");
}

/* A daemon cannot ask for a passphrase: an encrypted key is an error. */
static int no_password(char *buf, int size, int rwflag, void *ctx)
{
	(void)buf, (void)size, (void)rwflag, (void)ctx;
	return -1;
}

static int ctx_protocol(struct tls_ctx *ctx, const struct tls_conf *c)
{
	SSL_CTX *ssl = ctx->ssl;

	SSL_CTX_set_default_passwd_cb(ssl, no_password);
	SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					 SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
	SSL_CTX_set_security_level(ssl, 2);
	if (!SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) ||
	    !SSL_CTX_set_num_tickets(ssl, 0) ||
	    !SSL_CTX_set_cipher_list(ssl, c->rsa_aes128_cbc ? CIPHERS_RFC6876 : CIPHERS))
		return ST_EIO;
	return 0;
}

static int ctx_own(struct tls_ctx *ctx, const struct tls_conf *c, struct tls_error *e)
{
	X509 *own;

	if (!c->certificate)
		return 0;
	if (SSL_CTX_use_certificate_chain_file(ctx->ssl, c->certificate) != 1)
		return conf_fail_ssl(e, c->certificate);
	if (SSL_CTX_use_PrivateKey_file(ctx->ssl, c->key, SSL_FILETYPE_PEM) != 1)
		return conf_fail_ssl(e, c->key);
	if (SSL_CTX_check_private_key(ctx->ssl) != 1)
		return conf_fail(e, c->key, "is not the key of the certificate");
	own = SSL_CTX_get0_certificate(ctx->ssl);
	/* every client would refuse such a server; a client notices when the server refuses
	 * it */
	if (c->server && X509_cmp_current_time(X509_get0_notAfter(own)) < 0)
		return conf_fail(e, c->certificate, "has expired");
	return 0;
}

static int ctx_crl(struct tls_ctx *ctx, const char *path, struct tls_error *e)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx->ssl);
	BIO *file = BIO_new_file(path, "r");
	X509_CRL *crl;
	int n = 0;

	if (!file)
		return conf_fail_ssl(e, path);
	while ((crl = PEM_read_bio_X509_CRL(file, NULL, no_password, NULL))) {
		n += X509_STORE_add_crl(store, crl);
		X509_CRL_free(crl);
	}
	BIO_free(file);
	if (!n)
		return conf_fail(e, path, "no certificate revocation list in it");
	X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
	return 0;
}

static int ctx_anchors(struct tls_ctx *ctx, const struct tls_conf *c, struct tls_error *e)
{
	int mode = SSL_VERIFY_PEER;

	if (SSL_CTX_load_verify_file(ctx->ssl, c->ca) != 1)
		return conf_fail_ssl(e, c->ca);
	if (c->server) /* names of the accepted authorities */
		SSL_CTX_set_client_CA_list(ctx->ssl, SSL_load_client_CA_file(c->ca));
	if (!c->anonymous)
		mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	SSL_CTX_set_verify(ctx->ssl, mode, tls_on_verify);
	SSL_CTX_set_cert_verify_callback(ctx->ssl, tls_verify_chain, NULL);
	SSL_CTX_set_verify_depth(ctx->ssl, CHAIN_DEPTH);
	/* every certificate in the file is an anchor, self-signed or not */
	X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx->ssl), X509_V_FLAG_PARTIAL_CHAIN);
	return c->crl ? ctx_crl(ctx, c->crl, e) : 0;
}

/* Completes the chain of our certificate, without its anchor, if its file has no other
 * certificates. Otherwise OpenSSL would build and verify the chain in every handshake, and
 * send the anchor. */
static void ctx_chain(struct tls_ctx *ctx)
{
	STACK_OF(X509) *chain = NULL;

	if (SSL_CTX_get0_certificate(ctx->ssl) && SSL_CTX_get0_chain_certs(ctx->ssl, &chain) &&
	    sk_X509_num(chain) <= 0)
		(void)SSL_CTX_build_cert_chain(ctx->ssl,
					       SSL_BUILD_CHAIN_FLAG_NO_ROOT |
						       SSL_BUILD_CHAIN_FLAG_IGNORE_ERROR);
	ERR_clear_error();
}

/* RFC 6876, 3.5: the manager's name is a DNS-ID, without wildcards, never the common name. A
 * numeric name has to be an IP-ID (RFC 9525). */
static int ctx_name(struct tls_ctx *ctx, const struct tls_conf *c, struct tls_error *e)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx->ssl);

	if (c->server)
		return 0;
	if (!c->peer_name || !*c->peer_name)
		return conf_fail(e, "tls", "the name of the manager is missing");
	if (!(ctx->peer_name = strdup(c->peer_name)))
		return ST_ENOMEM;
	if (X509_VERIFY_PARAM_set1_ip_asc(param, c->peer_name))
		return 0;
	ERR_clear_error();
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_WILDCARDS |
						       X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	return X509_VERIFY_PARAM_set1_host(param, c->peer_name, 0) ? 0 : ST_ENOMEM;
}

static int ctx_resumption(struct tls_ctx *ctx, const struct tls_conf *c)
{
	int err = tls_resume_init(ctx);

	if (!err && c->server && c->cache)
		err = tls_resume_server(ctx, c->cache);
	else if (!err && !c->server && c->resumption)
		tls_resume_client(ctx);
	return err;
}

int tls_ctx_open(const struct tls_conf *c, struct tls_ctx **out, struct tls_error *e)
{
	struct tls_ctx *ctx = calloc(1, sizeof(*ctx));
	int err;

	*out = NULL;
	e->text[0] = '\0';
	if (!ctx)
		return ST_ENOMEM;
	ERR_clear_error();
	ctx->refs = 1;
	ctx->server = c->server;
	ctx->anonymous = c->anonymous;
	ctx->ssl = SSL_CTX_new(c->server ? TLS_server_method() : TLS_client_method());
	ctx->bio = tls_bio_method();
	err = ctx->ssl && ctx->bio ? ctx_protocol(ctx, c) : ST_ENOMEM;
	if (!err)
		err = ctx_own(ctx, c, e);
	if (!err)
		err = ctx_anchors(ctx, c, e);
	if (!err)
		ctx_chain(ctx);
	if (!err)
		err = ctx_name(ctx, c, e);
	if (!err)
		err = ctx_resumption(ctx, c);
	if (err) {
		if (!e->text[0])
			(void)conf_fail_ssl(e, "tls");
		tls_ctx_free(ctx);
		ERR_clear_error();
		return err;
	}
	*out = ctx;
	return 0;
}

struct tls_ctx *tls_ctx_ref(struct tls_ctx *ctx)
{
	__atomic_add_fetch(&ctx->refs, 1, __ATOMIC_RELAXED);
	return ctx;
}

void tls_ctx_free(struct tls_ctx *ctx)
{
	if (!ctx || __atomic_sub_fetch(&ctx->refs, 1, __ATOMIC_ACQ_REL))
		return;
	SSL_CTX_free(ctx->ssl);
	BIO_meth_free(ctx->bio);
	tls_cache_free(ctx->cache);
	free(ctx->peer_name);
	free(ctx);
}

bool tls_ctx_is_server(const struct tls_ctx *ctx)
{
	return ctx->server;
}
