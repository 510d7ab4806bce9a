/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/tls_baseline.h"

#include <openssl/ssl.h>
#include <time.h>

#define STEPS 16 /* more than a handshake has */

static double cpu_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* Neither tickets nor a cache; the server looks at the client's certificate. */
static SSL_CTX *tls_baseline_context(const struct load_pki *p, const struct load_identity *id,
				     bool server)
{
	SSL_CTX *ctx = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());

	if (!ctx)
		return NULL;
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(ctx, 0);
	if (server)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
				   NULL);
	if (SSL_CTX_use_certificate(ctx, id->certificate) == 1 &&
	    SSL_CTX_use_PrivateKey(ctx, id->key) == 1 &&
	    X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), p->ca) == 1 &&
	    X509_STORE_set_flags(SSL_CTX_get_cert_store(ctx), X509_V_FLAG_PARTIAL_CHAIN) == 1)
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

/* The server's time; negative when it cannot be done. */
static double tls_baseline_once(SSL_CTX *server_ctx, SSL_CTX *client_ctx)
{
	SSL *server = SSL_new(server_ctx), *client = SSL_new(client_ctx);
	BIO *a = NULL, *b = NULL;
	bool there = false, here = false;
	double spent = 0, since;

	if (!server || !client || BIO_new_bio_pair(&a, 0, &b, 0) != 1) {
		SSL_free(server);
		SSL_free(client);
		return -1;
	}
	SSL_set_bio(server, a, a);
	SSL_set_bio(client, b, b);
	SSL_set_accept_state(server);
	SSL_set_connect_state(client);
	for (int i = 0; i < STEPS && !(here && there); i++) {
		there = SSL_do_handshake(client) == 1;
		since = cpu_ms();
		here = SSL_do_handshake(server) == 1;
		spent += cpu_ms() - since;
	}
	SSL_free(server);
	SSL_free(client);
	return here && there ? spent : -1;
}

double tls_baseline_handshake_ms(const struct load_pki *p, unsigned count)
{
	struct load_identity id = { 0 };
	SSL_CTX *server = NULL, *client = NULL;
	double all = 0, one = -1;
	unsigned done = 0;

	if (p->ca_key && load_pki_identity(p, 0, &id) == 0) {
		server = tls_baseline_context(p, &id, true);
		client = tls_baseline_context(p, &id, false);
	}
	while (server && client && done < count &&
	       (one = tls_baseline_once(server, client)) >= 0) {
		all += one;
		done++;
	}
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	load_identity_reset(&id);
	return done ? all / done : 0;
}
