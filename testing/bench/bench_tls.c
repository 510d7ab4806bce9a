/* SPDX-License-Identifier: BSD-2-Clause */
/* The floor: what a bare mutual TLS 1.3 handshake (ECDSA P-256, X25519) costs each side, with
 * both in one process and no socket in between. Everything Stance does is measured against it.
 *
 *	bench_tls CA.crt MANAGER.crt MANAGER.key ENDPOINT.crt ENDPOINT.key [COUNT]
 *
 * Prints "server_us client_us", processor time for one handshake, averaged. */
#include <openssl/ssl.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static SSL_CTX *context(const SSL_METHOD *method, const char *ca, const char *crt,
			const char *key)
{
	SSL_CTX *ctx = SSL_CTX_new(method);

	if (!ctx || SSL_CTX_load_verify_locations(ctx, ca, NULL) != 1 ||
	    SSL_CTX_use_certificate_chain_file(ctx, crt) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1) {
		fprintf(stderr, "bench_tls: cannot use %s, %s, %s\n", ca, crt, key);
		exit(2);
	}
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(ctx, 0);
	return ctx;
}

/* One step of one side; the time it takes goes to *spent. */
static int step(SSL *ssl, double *spent)
{
	double t = cpu_us();
	int rc = SSL_do_handshake(ssl);

	*spent += cpu_us() - t;
	return rc == 1;
}

static void handshake(SSL_CTX *server_ctx, SSL_CTX *client_ctx, double *server_us,
		      double *client_us)
{
	SSL *server = SSL_new(server_ctx), *client = SSL_new(client_ctx);
	BIO *a = NULL, *b = NULL;
	int done = 0;

	if (!server || !client || BIO_new_bio_pair(&a, 0, &b, 0) != 1)
		abort();
	SSL_set_bio(server, a, a);
	SSL_set_bio(client, b, b);
	SSL_set_accept_state(server);
	SSL_set_connect_state(client);
	for (int i = 0; i < 16 && done != 3; i++) {
		done = step(client, client_us) ? done | 1 : done;
		done = step(server, server_us) ? done | 2 : done;
	}
	if (done != 3) {
		fprintf(stderr, "bench_tls: the handshake does not end\n");
		exit(1);
	}
	SSL_free(server);
	SSL_free(client);
}

int main(int argc, char **argv)
{
	double server_us = 0, client_us = 0;
	long n = argc > 6 ? strtol(argv[6], NULL, 10) : 500;

	if (argc < 6 || n < 1) {
		fprintf(stderr, "usage: bench_tls CA MANAGER.crt MANAGER.key ENDPOINT.crt "
				"ENDPOINT.key [COUNT]\n");
		return 2;
	}
	SSL_CTX *server = context(TLS_server_method(), argv[1], argv[2], argv[3]);
	SSL_CTX *client = context(TLS_client_method(), argv[1], argv[4], argv[5]);

	for (long i = 0; i < n; i++)
		handshake(server, client, &server_us, &client_us);
	printf("%.0f %.0f\n", server_us / (double)n, client_us / (double)n);
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	return 0;
}
