/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tls_impl.h"

#include "net/peer_id.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORTER_LABEL "EXPORTER-Channel-Binding" /* RFC 9266 */
#define EXPORTER_OCTETS 32

/* --- the BIO -------------------------------------------------------------------------- */

static int bio_read(BIO *bio, char *buf, int cap)
{
	struct tls *t = BIO_get_data(bio);
	size_t n = t->in.n < (size_t)cap ? t->in.n : (size_t)cap;

	BIO_clear_retry_flags(bio);
	if (!n) {
		BIO_set_retry_read(bio);
		return -1;
	}
	memcpy(buf, t->in.p, n);
	t->in = span_of(t->in.p + n, t->in.n - n);
	return (int)n;
}

static int bio_write(BIO *bio, const char *buf, int n)
{
	struct tls *t = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	wr_bytes(&t->out, span_of(buf, (size_t)n));
	return t->out.err ? -1 : n;
}

static long bio_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
	(void)bio, (void)num, (void)ptr;
	return cmd == BIO_CTRL_FLUSH;
}

BIO_METHOD *tls_bio_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "stance");

	if (m && BIO_meth_set_read(m, bio_read) && BIO_meth_set_write(m, bio_write) &&
	    BIO_meth_set_ctrl(m, bio_ctrl))
		return m;
	BIO_meth_free(m);
	return NULL;
}

/* --- reasons -------------------------------------------------------------------------- */

static int tls_fail(struct tls *t, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Only the first reason is kept. */
static int tls_fail(struct tls *t, int err, const char *fmt, ...)
{
	char text[sizeof(((struct tls_error *)0)->text)];
	va_list ap;

	if (!t->reason) {
		va_start(ap, fmt);
		(void)vsnprintf(text, sizeof(text), fmt, ap);
		va_end(ap);
		t->reason = strdup(text);
	}
	return t->err = t->err ? t->err : err;
}

int tls_on_verify(int ok, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *t = SSL_get_app_data(ssl);
	X509 *leaf = X509_STORE_CTX_get0_cert(store),
	     *at = X509_STORE_CTX_get_current_cert(store);
	char subject[160] = "?", where[200] = "";
	int verify = X509_STORE_CTX_get_error(store);

	if (ok)
		return ok;
	if (leaf)
		peer_id_subject(leaf, subject, sizeof(subject));
	if (at && leaf && at != leaf) {
		(void)snprintf(where, sizeof(where), " at=");
		peer_id_subject(at, where + 4, sizeof(where) - 4);
	}
	(void)tls_fail(t, ST_EAUTH, "certificate refused: %s, subject=%s%s",
		       verify == X509_V_ERR_HOSTNAME_MISMATCH
			       ? "it does not name the manager"
			       : X509_verify_cert_error_string(verify),
		       subject, where);
	return 0;
}

int tls_verify_chain(X509_STORE_CTX *store, void *unused)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	int ok = X509_verify_cert(store);

	(void)unused;
	if (ok == 1)
		tls_resume_note_chain(SSL_get_app_data(ssl), store);
	/* not needed after the handshake, and connections last for days */
	X509_STORE_CTX_set0_verified_chain(store, NULL);
	return ok;
}

/* Alerts by which a peer refuses our certificate (RFC 8446, 6.2). */
static bool alert_is_denial(int alert)
{
	static const uint8_t denials[] = {
		SSL_AD_HANDSHAKE_FAILURE,
		SSL_AD_BAD_CERTIFICATE,
		SSL_AD_UNSUPPORTED_CERTIFICATE,
		SSL_AD_CERTIFICATE_REVOKED,
		SSL_AD_CERTIFICATE_EXPIRED,
		SSL_AD_CERTIFICATE_UNKNOWN,
		SSL_AD_UNKNOWN_CA,
		SSL_AD_ACCESS_DENIED,
		SSL_AD_CERTIFICATE_REQUIRED,
	};

	return memchr(denials, alert, sizeof(denials)) != NULL;
}

static int tls_fail_ssl(struct tls *t, int code)
{
	unsigned long e = ERR_peek_error();
	int reason = ERR_GET_REASON(e), alert = reason - SSL_AD_REASON_OFFSET;
	const char *text = ERR_reason_error_string(e);

	if (t->out.err)
		return tls_fail(t, t->out.err, "%s", st_strerror(t->out.err));
	if (code == SSL_ERROR_SYSCALL || ERR_GET_LIB(e) != ERR_LIB_SSL)
		return tls_fail(t, ST_EIO, "tls: %s", text ? text : "failed");
	if (alert > 0 && alert < 256)
		return tls_fail(t, alert_is_denial(alert) ? ST_EDENIED : ST_EIO,
				"the peer refused: %s",
				/* OpenSSL has no name for this alert of TLS 1.3 */
				alert == SSL_AD_CERTIFICATE_REQUIRED
					? "certificate required"
					: SSL_alert_desc_string_long(alert));
	if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
		return tls_fail(t, ST_EAUTH, "the peer sent no certificate");
	return tls_fail(t, ST_EVALUE, "tls: %s", text ? text : "failed");
}

const char *tls_reason(const struct tls *t)
{
	return t->reason ? t->reason : st_strerror(t->err);
}

/* --- a connection --------------------------------------------------------------------- */

/* Server Name Indication has names only, no addresses (RFC 6066, 3). */
static bool tls_set_name(struct tls *t)
{
	const char *name = t->ctx->peer_name;
	ASN1_OCTET_STRING *ip = name ? a2i_IPADDRESS(name) : NULL;

	if (ip)
		ASN1_OCTET_STRING_free(ip);
	ERR_clear_error();
	return !name || ip || SSL_set_tlsext_host_name(t->ssl, name) == 1;
}

int tls_open(struct tls_ctx *ctx, struct tls **out)
{
	struct tls *t = calloc(1, sizeof(*t));
	BIO *bio;

	*out = NULL;
	if (!t)
		return ST_ENOMEM;
	t->ctx = tls_ctx_ref(ctx);
	if (!(t->ssl = SSL_new(ctx->ssl)) || !(bio = BIO_new(ctx->bio))) {
		tls_free(t);
		return ST_ENOMEM;
	}
	BIO_set_data(bio, t);
	BIO_set_init(bio, 1);
	SSL_set_bio(t->ssl, bio, bio);
	SSL_set_app_data(t->ssl, t);
	if (ctx->server) {
		SSL_set_accept_state(t->ssl);
	} else {
		SSL_set_connect_state(t->ssl);
		if (!tls_set_name(t)) {
			tls_free(t);
			return ST_ENOMEM;
		}
	}
	*out = t;
	return 0;
}

int tls_show(struct tls *t, X509 *certificate, EVP_PKEY *key)
{
	if (SSL_use_certificate(t->ssl, certificate) == 1 &&
	    SSL_use_PrivateKey(t->ssl, key) == 1 && SSL_check_private_key(t->ssl) == 1)
		return 0;
	ERR_clear_error();
	return ST_EVALUE;
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	X509_free(t->peer);
	/* a session may be resumed after a lost connection, too; OpenSSL would forbid it */
	if (t->ssl && t->established && !t->err)
		SSL_set_shutdown(t->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_free(t->ssl);
	wr_reset(&t->out);
	tls_ctx_free(t->ctx);
	free(t->reason);
	free(t);
}

/* Leaves an empty key. It is never used: there is no renegotiation and no post-handshake
 * authentication. */
static void key_empty(EVP_PKEY *key)
{
	if (key)
		(void)EVP_PKEY_set_type(key, EVP_PKEY_get_id(key));
}

/* OpenSSL would keep these keys, with the secret of the key exchange, for the life of the
 * connection: an eighth of its memory. */
void tls_forget_keys(struct tls *t)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(t->ssl);
	X509 *peer = SSL_get0_peer_certificate(t->ssl);
	EVP_PKEY *key = NULL;

	if (t->forgotten)
		return;
	t->forgotten = true;
	if (SSL_get_tmp_key(t->ssl, &key))
		key_empty(key);
	EVP_PKEY_free(key);
	key = NULL;
	if (SSL_get_peer_tmp_key(t->ssl, &key))
		key_empty(key);
	EVP_PKEY_free(key);
	/* certificates of a resumed session are shared, and were handled in the full
	 * handshake */
	if (peer && !SSL_session_reused(t->ssl)) {
		key_empty(X509_get0_pubkey(peer));
		for (int i = 0; i < sk_X509_num(chain); i++)
			key_empty(X509_get0_pubkey(sk_X509_value(chain, i)));
	}
	ERR_clear_error();
}

static int tls_handshake(struct tls *t)
{
	int rc = SSL_do_handshake(t->ssl), code;

	if (rc == 1) {
		tls_forget_keys(t);
		t->peer = SSL_get1_peer_certificate(t->ssl);
		t->established = true;
		return 1;
	}
	code = SSL_get_error(t->ssl, rc);
	return code == SSL_ERROR_WANT_READ ? 0 : tls_fail_ssl(t, code);
}

static int tls_pull(struct tls *t, uint8_t *buf, size_t cap)
{
	int rc = SSL_read(t->ssl, buf, (int)cap), code;

	if (rc > 0)
		return rc;
	code = SSL_get_error(t->ssl, rc);
	if (code == SSL_ERROR_WANT_READ)
		return 0;
	if (code == SSL_ERROR_ZERO_RETURN)
		return ST_ECLOSED;
	return tls_fail_ssl(t, code);
}

int tls_read(struct tls *t, struct span *in, uint8_t *buf, size_t cap)
{
	int n = 1;

	if (t->err)
		return t->err;
	ERR_clear_error();
	t->in = *in;
	if (!t->established)
		n = tls_handshake(t);
	if (n > 0)
		n = tls_pull(t, buf, cap);
	*in = t->in;
	t->in = (struct span){ 0 };
	return n;
}

int tls_write(struct tls *t, struct span plain)
{
	size_t done;

	if (!t->established || t->err || t->shut)
		return ST_ESTATE;
	if (!plain.n)
		return 0;
	ERR_clear_error();
	if (SSL_write_ex(t->ssl, plain.p, plain.n, &done) == 1)
		return 0;
	return tls_fail_ssl(t, SSL_ERROR_SSL);
}

void tls_shutdown(struct tls *t)
{
	if (!t->established || t->err || t->shut)
		return;
	t->shut = true;
	ERR_clear_error();
	(void)SSL_shutdown(t->ssl);
}

struct wr *tls_output(struct tls *t)
{
	return &t->out;
}

bool tls_established(const struct tls *t)
{
	return t->established;
}

bool tls_resumed(const struct tls *t)
{
	return SSL_session_reused(t->ssl) == 1;
}

X509 *tls_peer(const struct tls *t)
{
	return t->peer;
}

const char *tls_version(const struct tls *t)
{
	return SSL_get_version(t->ssl);
}

/* RFC 5929, 3.1: the first Finished message. TLS 1.2 sessions are never resumed, so it is the
 * client's. */
size_t tls_binding(const struct tls *t, uint8_t out[TLS_BINDING_OCTETS])
{
	size_t n;

	if (!t->established)
		return 0;
	if (SSL_version(t->ssl) >= TLS1_3_VERSION)
		return SSL_export_keying_material(t->ssl, out, EXPORTER_OCTETS, EXPORTER_LABEL,
						  sizeof(EXPORTER_LABEL) - 1,
						  (const uint8_t *)"", 0, 1) == 1
			       ? EXPORTER_OCTETS
			       : 0;
	n = t->ctx->server ? SSL_get_peer_finished(t->ssl, out, TLS_BINDING_OCTETS)
			   : SSL_get_finished(t->ssl, out, TLS_BINDING_OCTETS);
	return n <= TLS_BINDING_OCTETS ? n : 0;
}
