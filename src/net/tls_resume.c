/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* timegm */
/* Session resumption of TLS 1.3 (RFC 8446, 2.2): a peer that authenticated recently, under
 * rules that still hold, does not send its certificates again. The key exchange is always new,
 * and there is no early data. TLS 1.2 is never resumed: its channel binding (tls-unique) is
 * weak for resumed sessions. */
#include "net/tls_impl.h"
#include "base/clock.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

/* What is kept with a session. */
struct session_note {
	int64_t proved; /* wall us: when the certificates were verified */
	int64_t until;  /* wall us: when the first of them, or a revocation list, expires */
};

static int64_t time_us(const ASN1_TIME *at)
{
	struct tm tm;

	if (!at || ASN1_TIME_to_tm(at, &tm) != 1)
		return 0;
	return (int64_t)timegm(&tm) * CLOCK_SEC;
}

static void earlier(int64_t *until, const ASN1_TIME *at)
{
	int64_t t = time_us(at);

	if (t < *until)
		*until = t;
}

/* --- the digest of the trust ------------------------------------------------------------ */

static bool digest_object(EVP_MD_CTX *md, const X509_OBJECT *object)
{
	X509 *cert = X509_OBJECT_get0_X509(object);
	X509_CRL *crl = X509_OBJECT_get0_X509_CRL((X509_OBJECT *)(uintptr_t)object);
	uint8_t one[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (cert && X509_digest(cert, EVP_sha256(), one, &n) != 1)
		return false;
	if (crl && X509_CRL_digest(crl, EVP_sha256(), one, &n) != 1)
		return false;
	return EVP_DigestUpdate(md, one, n) == 1;
}

static bool digest_all(struct tls_ctx *ctx, EVP_MD_CTX *md)
{
	STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(SSL_CTX_get_cert_store(ctx->ssl));
	X509 *own = SSL_CTX_get0_certificate(ctx->ssl);
	const uint8_t rules[] = { ctx->server, ctx->anonymous };
	uint8_t one[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1 ||
	    EVP_DigestUpdate(md, rules, sizeof(rules)) != 1 ||
	    (own && X509_digest(own, EVP_sha256(), one, &n) != 1) ||
	    EVP_DigestUpdate(md, one, n) != 1)
		return false;
	if (ctx->peer_name &&
	    EVP_DigestUpdate(md, ctx->peer_name, strlen(ctx->peer_name)) != 1)
		return false;
	for (int i = 0; i < sk_X509_OBJECT_num(all); i++) {
		const X509_OBJECT *object = sk_X509_OBJECT_value(all, i);
		X509_CRL *crl = X509_OBJECT_get0_X509_CRL((X509_OBJECT *)(uintptr_t)object);

		if (!digest_object(md, object))
			return false;
		if (crl && X509_CRL_get0_nextUpdate(crl))
			earlier(&ctx->lists_until, X509_CRL_get0_nextUpdate(crl));
	}
	return EVP_DigestFinal_ex(md, ctx->trust, NULL) == 1;
}

int tls_resume_init(struct tls_ctx *ctx)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool done;

	ctx->lists_until = INT64_MAX;
	done = md && digest_all(ctx, md);
	EVP_MD_CTX_free(md);
	if (!done)
		return ST_ENOMEM;
	/* sessions of a context with another trust cannot be resumed with this one */
	return SSL_CTX_set_session_id_context(ctx->ssl, ctx->trust, TLS_TRUST_OCTETS) == 1
		       ? 0
		       : ST_EIO;
}

void tls_resume_note_chain(struct tls *t, X509_STORE_CTX *store)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(store);

	t->proved = clock_wall_us();
	t->until = t->ctx->lists_until;
	for (int i = 0; i < sk_X509_num(chain); i++)
		earlier(&t->until, X509_get0_notAfter(sk_X509_value(chain, i)));
}

/* --- the server ------------------------------------------------------------------------- */

static int on_session_made(SSL *ssl, SSL_SESSION *session)
{
	struct tls *t = SSL_get_app_data(ssl);
	const struct session_note note = { t->proved, t->until };
	X509 *peer = SSL_SESSION_get0_peer(session);
	uint8_t whose[EVP_MAX_MD_SIZE];
	unsigned n;

	if (SSL_version(ssl) < TLS1_3_VERSION || !peer ||
	    X509_digest(peer, EVP_sha256(), whose, &n) != 1)
		return 0;
	/* resumed sessions keep the times of the full handshake */
	if (!SSL_session_reused(ssl) &&
	    SSL_SESSION_set1_ticket_appdata(session, &note, sizeof(note)) != 1)
		return 0;
	tls_forget_keys(t); /* from now on the session may be shared */
	return tls_cache_put(t->ctx->cache, clock_mono_us(), whose, session) == 0;
}

static bool note_holds(const struct session_note *note, int64_t lifetime)
{
	int64_t now = clock_wall_us();

	return now < note->until && now >= note->proved && now - note->proved < lifetime;
}

static bool session_holds(const struct tls_ctx *ctx, SSL_SESSION *session)
{
	struct session_note note;
	void *data = NULL;
	size_t n = 0;

	if (SSL_SESSION_get0_ticket_appdata(session, &data, &n) != 1 || n != sizeof(note))
		return false;
	memcpy(&note, data, sizeof(note));
	return note_holds(&note, tls_cache_seconds(ctx->cache) * CLOCK_SEC);
}

/* NULL: a full handshake follows. */
static SSL_SESSION *on_session_wanted(SSL *ssl, const unsigned char *id, int n, int *copy)
{
	const struct tls *t = SSL_get_app_data(ssl);
	SSL_SESSION *session;

	*copy = 0; /* OpenSSL takes over the reference */
	if (SSL_version(ssl) < TLS1_3_VERSION || n <= 0)
		return NULL;
	session = tls_cache_take(t->ctx->cache, clock_mono_us(), id, (size_t)n);
	if (session && !session_holds(t->ctx, session)) {
		SSL_SESSION_free(session);
		return NULL;
	}
	return session;
}

int tls_resume_server(struct tls_ctx *ctx, struct tls_cache *cache)
{
	ctx->cache = tls_cache_ref(cache);
	/* with SSL_OP_NO_TICKET a ticket is the name of a session */
	SSL_CTX_set_session_cache_mode(ctx->ssl, SSL_SESS_CACHE_SERVER |
							 SSL_SESS_CACHE_NO_INTERNAL |
							 SSL_SESS_CACHE_NO_AUTO_CLEAR);
	SSL_CTX_set_timeout(ctx->ssl, (long)tls_cache_seconds(cache));
	SSL_CTX_sess_set_new_cb(ctx->ssl, on_session_made);
	SSL_CTX_sess_set_get_cb(ctx->ssl, on_session_wanted);
	return SSL_CTX_set_num_tickets(ctx->ssl, 1) == 1 ? 0 : ST_EIO;
}

/* --- the client ------------------------------------------------------------------------- */

static int on_ticket_received(SSL *ssl, SSL_SESSION *session)
{
	struct tls *t = SSL_get_app_data(ssl);
	struct tls_memory *m = t->memory;

	if (!m || SSL_version(ssl) < TLS1_3_VERSION)
		return 0;
	SSL_SESSION_free(m->session);
	m->session = session;
	memcpy(m->trust, t->ctx->trust, sizeof(m->trust));
	m->proved = t->proved;
	m->until = t->until;
	return 1;
}

void tls_resume_client(struct tls_ctx *ctx)
{
	SSL_CTX_clear_options(ctx->ssl, SSL_OP_NO_TICKET);
	SSL_CTX_set_session_cache_mode(ctx->ssl,
				       SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx->ssl, on_ticket_received);
}

void tls_memory_reset(struct tls_memory *m)
{
	SSL_SESSION_free(m->session);
	memset(m, 0, sizeof(*m));
}

/* OpenSSL checks the age of the ticket; this is the age of the verification. */
static bool memory_holds(const struct tls *t, const struct tls_memory *m)
{
	const struct session_note note = { m->proved, m->until };
	unsigned long lifetime = SSL_SESSION_get_ticket_lifetime_hint(m->session);

	return memcmp(m->trust, t->ctx->trust, sizeof(m->trust)) == 0 &&
	       note_holds(&note, (int64_t)lifetime * CLOCK_SEC);
}

void tls_remember(struct tls *t, struct tls_memory *m)
{
	t->memory = m;
	if (!m || !m->session)
		return;
	if (!t->ctx->server && memory_holds(t, m)) {
		(void)SSL_set_session(t->ssl, m->session);
		/* for the next ticket, unless the manager sends certificates after all */
		t->proved = m->proved;
		t->until = m->until;
	}
	ERR_clear_error();
	tls_memory_reset(m); /* each ticket is used once (RFC 8446, C.4) */
}
