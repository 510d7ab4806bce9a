/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_lab.h"

#include "net/peer_id.h"
#include "net/tls_impl.h"

#include <stdio.h>

static void begin(struct end *server, struct tls_ctx *s, struct end *client, struct tls_ctx *c)
{
	*server = *client = (struct end){ 0 };
	assert_int_equal(tls_open(s, &server->tls), 0);
	assert_int_equal(tls_open(c, &client->tls), 0);
	tls_ctx_free(s); /* the connections hold theirs */
	tls_ctx_free(c);
	shuttle(server, client);
}

static void finish(struct end *server, struct end *client)
{
	tls_free(server->tls);
	tls_free(client->tls);
}

static bool key_is_there(EVP_PKEY *key)
{
	return key && EVP_PKEY_get0_provider(key);
}

/* Who is connected for days does not hold for days what only the handshake needed. */
static void check_forgotten(const struct tls *t)
{
	EVP_PKEY *key = NULL;

	assert_false(key_is_there(X509_get0_pubkey(tls_peer(t))));
	if (SSL_get_tmp_key(t->ssl, &key))
		assert_false(key_is_there(key));
	EVP_PKEY_free(key);
	key = NULL;
	if (SSL_get_peer_tmp_key(t->ssl, &key))
		assert_false(key_is_there(key));
	EVP_PKEY_free(key);
	/* and that of the context, which all others use, too, is as it was */
	assert_true(key_is_there(SSL_CTX_get0_privatekey(t->ctx->ssl)));
	assert_true(key_is_there(X509_get0_pubkey(SSL_CTX_get0_certificate(t->ctx->ssl))));
}

static void test_good(void **state)
{
	static const uint8_t waiter[] = "hello", world[] = "world";
	uint8_t a[TLS_BINDING_OCTETS], b[TLS_BINDING_OCTETS];
	struct end server, client;
	size_t n;

	(void)state;
	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
		struct tls_ctx *s = lab_tls(true, "manager", NULL);
		struct tls_ctx *c = lab_tls(false, "endpoint", "localhost");

		SSL_CTX_set_max_proto_version(c->ssl, version);
		begin(&server, s, &client, c);
		assert_true(tls_established(server.tls) && tls_established(client.tls));
		assert_string_equal(tls_version(server.tls),
				    version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
		assert_non_null(tls_peer(server.tls));
		assert_non_null(tls_peer(client.tls));
		check_forgotten(server.tls);
		check_forgotten(client.tls);
		n = tls_binding(server.tls, a);
		assert_int_equal(n, version == TLS1_2_VERSION ? 12 : 32);
		assert_int_equal(tls_binding(client.tls, b), n);
		assert_memory_equal(a, b, n);
		assert_int_equal(tls_write(client.tls, span_of(waiter, 5)), 0);
		assert_int_equal(tls_write(server.tls, span_of(world, 5)), 0);
		shuttle(&server, &client);
		assert_int_equal(server.n, 5);
		assert_memory_equal(server.got, waiter, 5);
		assert_int_equal(client.n, 5);
		assert_memory_equal(client.got, world, 5);
		tls_shutdown(client.tls);
		tls_shutdown(client.tls);
		shuttle(&server, &client);
		assert_int_equal(server.err, ST_ECLOSED);
		assert_int_equal(tls_write(client.tls, span_of(waiter, 5)), ST_ESTATE);
		finish(&server, &client);
	}
}

static int chain_length(struct tls_ctx *ctx)
{
	STACK_OF(X509) *chain = NULL;

	assert_true(SSL_CTX_get_mode(ctx->ssl) & SSL_MODE_NO_AUTO_CHAIN);
	assert_int_equal(SSL_CTX_get0_chain_certs(ctx->ssl, &chain), 1);
	return sk_X509_num(chain) > 0 ? sk_X509_num(chain) : 0;
}

/* An authority below the other, and both of them in one file: sub.key, both.crt. */
static void make_sub_authority(void)
{
	char command[1024];

	(void)snprintf(
		command, sizeof(command),
		"d='%s' && pki=%s/../scripts/pki && $pki ca $d sub && "
		"openssl x509 -in $d/sub.crt -CA $d/ca.crt -CAkey $d/ca.key -set_serial 77 "
		"-days 30 -out $d/sub2.crt && mv $d/sub2.crt $d/sub.crt && "
		"cat $d/ca.crt $d/sub.crt >$d/both.crt && "
		"$pki cert $d below --ca sub --usage server --dns localhost",
		lab_path(""), TESTING_DIR);
	assert_int_equal(system(command), 0);
}

/* With our certificate goes what leads to an anchor, and not the anchor; found out once. */
static void test_chain(void **state)
{
	struct tls_conf conf = { .server = true };
	struct end server, client;
	struct tls_error e;
	struct tls_ctx *s = lab_tls(true, "manager", NULL);

	(void)state;
	assert_int_equal(chain_length(s), 0);
	tls_ctx_free(s);
	make_sub_authority();
	conf.ca = lab_path("both.crt");
	conf.certificate = lab_path("below.crt");
	conf.key = lab_path("below.key");
	assert_int_equal(tls_ctx_open(&conf, &s, &e), 0);
	assert_int_equal(chain_length(s), 1);
	/* who knows the upper authority only is told of the other */
	begin(&server, s, &client, lab_tls(false, "endpoint", "localhost"));
	assert_true(tls_established(server.tls) && tls_established(client.tls));
	finish(&server, &client);
}

/* One context, many clients: each shows a certificate of its own. */
static void test_show(void **state)
{
	struct tls_ctx *s = lab_tls(true, "manager", NULL);
	struct tls_ctx *c = lab_tls(false, NULL, "localhost");
	struct tls_ctx *own = lab_tls(false, "endpoint", "localhost");
	X509 *certificate = SSL_CTX_get0_certificate(own->ssl);
	struct end server = { 0 }, client = { 0 };

	(void)state;
	assert_int_equal(tls_open(s, &server.tls), 0);
	assert_int_equal(tls_open(c, &client.tls), 0);
	assert_int_equal(tls_show(client.tls, certificate, SSL_CTX_get0_privatekey(s->ssl)),
			 ST_EVALUE);
	assert_int_equal(tls_show(client.tls, certificate, SSL_CTX_get0_privatekey(own->ssl)),
			 0);
	shuttle(&server, &client);
	assert_true(tls_established(server.tls));
	assert_int_equal(X509_cmp(tls_peer(server.tls), certificate), 0);
	finish(&server, &client);
	tls_ctx_free(own);
	tls_ctx_free(s);
	tls_ctx_free(c);
}

static void test_refused(void **state)
{
	static const struct {
		const char *server, *client, *name;
		int server_err, client_err;
		const char *server_why, *client_why;
	} cases[] = {
		/* endpoints that the manager does not want */
		{ "manager", NULL, "localhost", ST_EAUTH, ST_EDENIED, "no certificate",
		  "certificate required" },
		{ "manager", "foreign", "localhost", ST_EAUTH, ST_EDENIED,
		  "subject=CN=foreign", "unknown CA" },
		{ "manager", "old", "localhost", ST_EAUTH, ST_EDENIED, "has expired",
		  "expired" },
		{ "manager", "future", "localhost", ST_EAUTH, ST_EDENIED, "not yet valid",
		  "certificate" },
		{ "manager", "server-only", "localhost", ST_EAUTH, ST_EDENIED, "purpose",
		  "certificate" },
		/* managers that the endpoint does not want */
		{ "manager", "endpoint", "other.example", ST_EDENIED, ST_EAUTH, "certificate",
		  "does not name the manager" },
		{ "other", "endpoint", "localhost", ST_EDENIED, ST_EAUTH, "certificate",
		  "does not name the manager" },
		{ "wild", "endpoint", "host.example", ST_EDENIED, ST_EAUTH, "certificate",
		  "does not name the manager" },
		{ "cn-only", "endpoint", "localhost", ST_EDENIED, ST_EAUTH, "certificate",
		  "does not name the manager" },
		{ "endpoint", "endpoint", "host.example", ST_EDENIED, ST_EAUTH, "certificate",
		  "purpose" },
	};
	struct end server, client;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(&server, lab_tls(true, cases[i].server, NULL), &client,
		      lab_tls(false, cases[i].client, cases[i].name));
		assert_int_equal(server.err, cases[i].server_err);
		assert_int_equal(client.err, cases[i].client_err);
		if (!strstr(tls_reason(server.tls), cases[i].server_why))
			fail_msg("case %zu server: %s", i, tls_reason(server.tls));
		if (!strstr(tls_reason(client.tls), cases[i].client_why))
			fail_msg("case %zu client: %s", i, tls_reason(client.tls));
		assert_int_equal(tls_write(server.tls, span_of("x", 1)), ST_ESTATE);
		finish(&server, &client);
	}
}

static void test_anonymous(void **state)
{
	const struct tls_conf conf = {
		.server = true,
		.anonymous = true,
		.ca = lab_path("ca.crt"),
		.certificate = lab_path("manager.crt"),
		.key = lab_path("manager.key"),
	};
	struct end server, client;
	struct tls_error e;
	struct tls_ctx *s;

	(void)state;
	assert_int_equal(tls_ctx_open(&conf, &s, &e), 0);
	begin(&server, tls_ctx_ref(s), &client, lab_tls(false, NULL, "localhost"));
	assert_true(tls_established(server.tls));
	assert_null(tls_peer(server.tls));
	finish(&server, &client);
	/* but a bad certificate is still a bad one */
	begin(&server, s, &client, lab_tls(false, "foreign", "localhost"));
	assert_int_equal(server.err, ST_EAUTH);
	finish(&server, &client);
}

static void test_revoked(void **state)
{
	const struct tls_conf conf = {
		.server = true,
		.ca = lab_path("ca.crt"),
		.certificate = lab_path("manager.crt"),
		.key = lab_path("manager.key"),
		.crl = lab_path("ca.crl"),
	};
	struct end server, client;
	struct tls_error e;
	struct tls_ctx *s;

	(void)state;
	assert_int_equal(tls_ctx_open(&conf, &s, &e), 0);
	begin(&server, tls_ctx_ref(s), &client, lab_tls(false, "revoked", "localhost"));
	assert_int_equal(server.err, ST_EAUTH);
	assert_non_null(strstr(tls_reason(server.tls), "revoked"));
	finish(&server, &client);
	begin(&server, s, &client, lab_tls(false, "endpoint", "localhost"));
	assert_int_equal(server.err, 0);
	assert_true(tls_established(server.tls));
	finish(&server, &client);
}

/* A second connection from the same context proves itself anew. */
static void test_no_resumption(void **state)
{
	struct tls_ctx *s = lab_tls(true, "manager", NULL);
	struct tls_ctx *c = lab_tls(false, "endpoint", "localhost");
	struct end server, client;

	(void)state;
	SSL_CTX_set_session_cache_mode(c->ssl, SSL_SESS_CACHE_CLIENT);
	for (int i = 0; i < 2; i++) {
		begin(&server, tls_ctx_ref(s), &client, tls_ctx_ref(c));
		assert_true(tls_established(server.tls));
		assert_non_null(tls_peer(server.tls));
		finish(&server, &client);
	}
	assert_int_equal(SSL_CTX_sess_hits(s->ssl), 0);
	assert_int_equal(SSL_CTX_sess_number(s->ssl), 0);
	assert_int_equal(SSL_CTX_sess_number(c->ssl), 0);
	tls_ctx_free(s);
	tls_ctx_free(c);
}

static void test_not_tls(void **state)
{
	static const char *const inputs[] = {
		"GET / HTTP/1.1\r\n\r\n",
		"\x16\x03\x01\xff\xff garbage",
		"\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x14\x00\x00\x00\x00\x01\x01\x01",
		"SSH-2.0-OpenSSH_9.2\r\n",
	};
	struct tls_ctx *ctx = lab_tls(true, "manager", NULL);
	uint8_t buf[256];
	struct tls *t;

	(void)state;
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		struct span in = span_of(inputs[i], i == 2 ? 20 : strlen(inputs[i]));

		assert_int_equal(tls_open(ctx, &t), 0);
		assert_int_equal(tls_read(t, &in, buf, sizeof(buf)), ST_EVALUE);
		assert_non_null(strstr(tls_reason(t), "tls: "));
		assert_int_equal(tls_read(t, &in, buf, sizeof(buf)), ST_EVALUE); /* for good */
		assert_false(tls_established(t));
		assert_int_equal(tls_binding(t, buf), 0);
		tls_free(t);
	}
	tls_ctx_free(ctx);
}

static void test_files(void **state)
{
	const struct {
		const char *ca, *crt, *key, *crl, *says;
	} cases[] = {
		{ "none.crt", "manager.crt", "manager.key", NULL, "none.crt" },
		{ "ca.crt", "none.crt", "manager.key", NULL, "none.crt" },
		{ "ca.crt", "manager.crt", "none.key", NULL, "none.key" },
		{ "ca.crt", "manager.crt", "endpoint.key", NULL, "endpoint.key" },
		{ "ca.crt", "manager.key", "manager.key", NULL, "manager.key" },
		{ "manager.key", "manager.crt", "manager.key", NULL, "manager.key" },
		{ "ca.crt", "old.crt", "old.key", NULL, "expired" },
		{ "ca.crt", "manager.crt", "manager.key", "none.crl", "none.crl" },
		{ "ca.crt", "manager.crt", "manager.key", "ca.crt", "revocation list" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tls_conf conf = {
			.server = true,
			.ca = lab_path(cases[i].ca),
			.certificate = lab_path(cases[i].crt),
			.key = lab_path(cases[i].key),
			.crl = cases[i].crl ? lab_path(cases[i].crl) : NULL,
		};
		struct tls_error e;
		struct tls_ctx *ctx;

		assert_int_equal(tls_ctx_open(&conf, &ctx, &e), ST_ECONF);
		assert_null(ctx);
		if (!strstr(e.text, cases[i].says))
			fail_msg("case %zu: %s", i, e.text);
	}
}

static void test_client_needs_name(void **state)
{
	struct tls_conf conf = { .ca = lab_path("ca.crt") };
	struct tls_error e;
	struct tls_ctx *ctx;

	(void)state;
	assert_int_equal(tls_ctx_open(&conf, &ctx, &e), ST_ECONF);
	conf.peer_name = "";
	assert_int_equal(tls_ctx_open(&conf, &ctx, &e), ST_ECONF);
	tls_ctx_free(NULL);
	tls_free(NULL);
}

UNIT_GROUP(tls)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),          cmocka_unit_test(test_chain),
		cmocka_unit_test(test_show),          cmocka_unit_test(test_refused),
		cmocka_unit_test(test_anonymous),     cmocka_unit_test(test_revoked),
		cmocka_unit_test(test_no_resumption), cmocka_unit_test(test_not_tls),
		cmocka_unit_test(test_files),         cmocka_unit_test(test_client_needs_name),
	};

	return cmocka_run_group_tests(tests, lab_setup, lab_teardown);
}
