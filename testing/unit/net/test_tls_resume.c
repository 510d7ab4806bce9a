/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_lab.h"

#include "base/clock.h"
#include "net/tls_cache.h"
#include "net/tls_impl.h"

#include <pthread.h>
#include <stdio.h>

#define LIFETIME 3600

static struct tls_cache *cache;
static struct tls_ctx *server_ctx, *client_ctx;
static struct tls_memory memory;

static struct tls_ctx *server_of(const char *name, const char *crl, bool anonymous)
{
	char crt[64], key[64];
	struct tls_conf conf = { .server = true, .anonymous = anonymous, .cache = cache };
	struct tls_error e;
	struct tls_ctx *ctx;

	(void)snprintf(crt, sizeof(crt), "%s.crt", name);
	(void)snprintf(key, sizeof(key), "%s.key", name);
	conf.ca = lab_path("ca.crt");
	conf.certificate = lab_path(crt);
	conf.key = lab_path(key);
	conf.crl = crl ? lab_path(crl) : NULL;
	if (tls_ctx_open(&conf, &ctx, &e) < 0)
		fail_msg("%s", e.text);
	return ctx;
}

static struct tls_ctx *client_of(const char *name, const char *crl)
{
	char crt[64], key[64];
	struct tls_conf conf = { .peer_name = "localhost", .resumption = true };
	struct tls_error e;
	struct tls_ctx *ctx;

	conf.ca = lab_path("ca.crt");
	if (name) {
		(void)snprintf(crt, sizeof(crt), "%s.crt", name);
		(void)snprintf(key, sizeof(key), "%s.key", name);
		conf.certificate = lab_path(crt);
		conf.key = lab_path(key);
	}
	conf.crl = crl ? lab_path(crl) : NULL;
	if (tls_ctx_open(&conf, &ctx, &e) < 0)
		fail_msg("%s", e.text);
	return ctx;
}

static int setup(void **state)
{
	(void)state;
	assert_int_equal(tls_cache_open(LIFETIME, 100, &cache), 0);
	server_ctx = server_of("manager", NULL, false);
	client_ctx = client_of("endpoint", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	clock_fake(0);
	tls_memory_reset(&memory);
	tls_ctx_free(server_ctx);
	tls_ctx_free(client_ctx);
	tls_cache_free(cache);
	return 0;
}

/* One connection of these two: 1 it was resumed, 0 it was not, or the server's error. */
static int meet(struct tls_ctx *s, struct tls_ctx *c)
{
	uint8_t a[TLS_BINDING_OCTETS], b[TLS_BINDING_OCTETS];
	struct end server = { 0 }, client = { 0 };
	int result;

	assert_int_equal(tls_open(s, &server.tls), 0);
	assert_int_equal(tls_open(c, &client.tls), 0);
	tls_remember(client.tls, &memory);
	assert_null(memory.session); /* it is used once */
	shuttle(&server, &client);
	result = server.err;
	if (!result) {
		assert_true(tls_established(server.tls) && tls_established(client.tls));
		result = tls_resumed(server.tls);
		assert_int_equal(tls_resumed(client.tls), result);
		assert_non_null(tls_peer(client.tls));
		assert_int_equal(tls_binding(server.tls, a), tls_binding(client.tls, b));
		assert_memory_equal(a, b, 12);
		assert_int_equal(tls_write(client.tls, span_str("hello")), 0);
		shuttle(&server, &client);
		assert_int_equal(server.n, 5);
	}
	if (result == 1)
		assert_non_null(tls_peer(server.tls)); /* who it is is known as ever */
	tls_shutdown(client.tls);
	shuttle(&server, &client);
	tls_free(server.tls);
	tls_free(client.tls);
	return result;
}

static void test_again_and_again(void **state)
{
	(void)state;
	assert_int_equal(meet(server_ctx, client_ctx), 0);
	for (int i = 0; i < 5; i++) {
		assert_non_null(memory.session);
		assert_int_equal(tls_cache_count(cache), 1);
		assert_int_equal(meet(server_ctx, client_ctx), 1);
	}
	tls_memory_reset(&memory);
	assert_int_equal(meet(server_ctx, client_ctx), 0);
	assert_int_equal(tls_cache_count(cache), 1); /* the last one of each peer */
}

/* A ticket that was seen on its way, or comes from a copied client, is of no use. */
static void test_used_once(void **state)
{
	struct tls_memory copy;

	(void)state;
	assert_int_equal(meet(server_ctx, client_ctx), 0);
	copy = memory;
	SSL_SESSION_up_ref(copy.session);
	assert_int_equal(meet(server_ctx, client_ctx), 1);
	tls_memory_reset(&memory);
	memory = copy;
	assert_int_equal(meet(server_ctx, client_ctx), 0);
}

/* A reload that changes nothing costs nobody its session; one that changes what trust rests on
 * costs everybody's. */
static void test_reload(void **state)
{
	struct tls_ctx *same = server_of("manager", NULL, false);
	struct tls_ctx *others[] = {
		server_of("manager", "ca.crl", false),
		server_of("manager", NULL, true),
		server_of("wild", NULL, false),
	};

	(void)state;
	assert_int_equal(meet(server_ctx, client_ctx), 0);
	assert_int_equal(meet(same, client_ctx), 1);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(meet(others[i], client_ctx), 0);
		assert_int_equal(meet(others[i], client_ctx), 1);
	}
	assert_memory_not_equal(others[2]->trust, same->trust, TLS_TRUST_OCTETS);
	for (size_t i = 0; i < 3; i++)
		tls_ctx_free(others[i]);
	tls_ctx_free(same);
}

/* Who is revoked meanwhile does not come in by a ticket of before. */
static void test_revoked(void **state)
{
	struct tls_ctx *strict = server_of("manager", "ca.crl", false);
	struct tls_ctx *client = client_of("revoked", NULL);

	(void)state;
	assert_int_equal(meet(server_ctx, client), 0);
	assert_int_equal(meet(server_ctx, client), 1);
	assert_int_equal(meet(strict, client), ST_EAUTH);
	tls_ctx_free(strict);
	tls_ctx_free(client);
}

/* The lifetime counts from the full handshake, whatever was resumed since. */
static void test_lifetime(void **state)
{
	int64_t now = clock_wall_us();

	(void)state;
	clock_fake(now);
	assert_int_equal(meet(server_ctx, client_ctx), 0);
	clock_fake(now + (LIFETIME - 1) * CLOCK_SEC);
	assert_int_equal(meet(server_ctx, client_ctx), 1);
	clock_fake(now + (LIFETIME + 1) * CLOCK_SEC);
	assert_int_equal(meet(server_ctx, client_ctx), 0);
	clock_fake(now); /* before it was proved: the clock was set back */
	assert_int_equal(meet(server_ctx, client_ctx), 0);
}

static void test_expired(void **state)
{
	struct tls_ctx *strict = server_of("manager", "ca.crl", false);

	(void)state;
	tls_cache_limit(cache, UINT32_MAX / 2, 100);
	assert_int_equal(meet(server_ctx, client_ctx), 0);
	clock_fake(clock_wall_us() + 40 * 365 * 86400 * CLOCK_SEC);
	assert_int_equal(meet(server_ctx, client_ctx), 0);
	clock_fake(0);
	assert_true(strict->lists_until < INT64_MAX);
	clock_fake(strict->lists_until - 1200 * CLOCK_SEC);
	assert_int_equal(meet(strict, client_ctx), 0);
	clock_fake(strict->lists_until - 600 * CLOCK_SEC); /* the certificate is a bit older */
	assert_int_equal(meet(strict, client_ctx), 1);
	clock_fake(strict->lists_until + CLOCK_SEC);
	assert_int_equal(meet(strict, client_ctx), 0);
	tls_ctx_free(strict);
}

static void test_not_tls12(void **state)
{
	(void)state;
	SSL_CTX_set_max_proto_version(client_ctx->ssl, TLS1_2_VERSION);
	for (int i = 0; i < 2; i++)
		assert_int_equal(meet(server_ctx, client_ctx), 0);
	assert_null(memory.session);
	assert_int_equal(tls_cache_count(cache), 0);
}

/* Who has shown no certificate has proved nothing that could hold. */
static void test_not_anonymous(void **state)
{
	struct tls_ctx *open = server_of("manager", NULL, true);
	struct tls_ctx *nobody = client_of(NULL, NULL);

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(meet(open, nobody), 0);
	assert_int_equal(tls_cache_count(cache), 0);
	tls_ctx_free(open);
	tls_ctx_free(nobody);
}

/* A client that trusts differently, or is somebody else, offers nothing. */
static void test_client(void **state)
{
	struct tls_ctx *strict = client_of("endpoint", "ca.crl");
	struct tls_ctx *other = client_of("many", NULL);

	(void)state;
	assert_int_equal(meet(server_ctx, client_ctx), 0);
	assert_int_equal(meet(server_ctx, strict), 0);
	assert_int_equal(meet(server_ctx, other), 0);
	assert_int_equal(meet(server_ctx, other), 1);
	tls_ctx_free(strict);
	tls_ctx_free(other);
}

/* The client, too, goes by all that the manager's certificates rested on, and by when they
 * were shown, however often the session was resumed since. */
static void test_client_looks_again(void **state)
{
	struct tls_ctx *strict = client_of("endpoint", "ca.crl");
	int64_t now = clock_wall_us(), proved, until;

	(void)state;
	clock_fake(now);
	assert_int_equal(meet(server_ctx, strict), 0);
	assert_true(memory.proved == now);
	assert_true(memory.until > now && memory.until <= strict->lists_until);
	proved = memory.proved;
	until = memory.until;
	clock_fake(now + 60 * CLOCK_SEC);
	assert_int_equal(meet(server_ctx, strict), 1);
	assert_true(memory.proved == proved && memory.until == until);

	memory.until = now; /* a certificate has expired that the manager does not look at */
	assert_int_equal(meet(server_ctx, strict), 0);
	assert_int_equal(meet(server_ctx, strict), 1);
	memory.proved = clock_wall_us() - LIFETIME * CLOCK_SEC;
	assert_int_equal(meet(server_ctx, strict), 0);
	memory.proved = clock_wall_us() + CLOCK_SEC; /* the clock was set back */
	assert_int_equal(meet(server_ctx, strict), 0);
	tls_ctx_free(strict);
}

static SSL_SESSION *session_called(uint8_t name)
{
	uint8_t id[TLS_CACHE_ID] = { name };
	SSL_SESSION *s = SSL_SESSION_new();

	assert_int_equal(SSL_SESSION_set1_id(s, id, sizeof(id)), 1);
	return s;
}

static void test_cache(void **state)
{
	uint8_t peer[TLS_CACHE_PEER] = { 0 }, id[TLS_CACHE_ID] = { 1 };
	SSL_SESSION *nameless = SSL_SESSION_new(), *s;

	(void)state;
	assert_int_equal(tls_cache_put(cache, 1, peer, nameless), ST_EVALUE);
	SSL_SESSION_free(nameless);
	for (unsigned i = 0; i < 200; i++) {
		peer[0] = (uint8_t)i;
		assert_int_equal(tls_cache_put(cache, i, peer, session_called((uint8_t)i)), 0);
	}
	assert_int_equal(tls_cache_count(cache), 100);
	id[0] = 99;
	assert_null(tls_cache_take(cache, 200, id, sizeof(id))); /* too old */
	id[0] = 100;
	assert_null(tls_cache_take(cache, 200, id, sizeof(id) - 1));
	assert_non_null(s = tls_cache_take(cache, 200, id, sizeof(id)));
	SSL_SESSION_free(s);
	assert_null(tls_cache_take(cache, 200, id, sizeof(id)));
	assert_int_equal(tls_cache_count(cache), 99);
	id[0] = 199;
	assert_null(tls_cache_take(cache, 199 + LIFETIME * CLOCK_SEC, id, sizeof(id)));
	assert_true(tls_cache_count(cache) < 99); /* others are forgotten on the way */
}

#define ROUNDS 500

struct taker {
	pthread_t thread;
	uint8_t first; /* of the names it puts */
	unsigned taken;
};

/* Puts sessions of its own, and takes everybody's. */
static void *put_and_take(void *ctx)
{
	struct taker *t = ctx;

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint8_t name = (uint8_t)(t->first + i % 4), peer[TLS_CACHE_PEER] = { name };

		if (tls_cache_put(cache, 1, peer, session_called(name)) < 0)
			return NULL;
		for (uint8_t other = 0; other < 16; other++) {
			uint8_t id[TLS_CACHE_ID] = { other };
			SSL_SESSION *s = tls_cache_take(cache, 1, id, sizeof(id));

			t->taken += s != NULL;
			SSL_SESSION_free(s);
		}
	}
	return t;
}

/* Every loop has it, and a session that two of them want goes to one. */
static void test_cache_threads(void **state)
{
	struct taker takers[4] = { 0 };
	unsigned taken = 0;
	void *done;

	(void)state;
	for (uint8_t i = 0; i < 4; i++) {
		takers[i].first = (uint8_t)(4 * i);
		assert_int_equal(
			pthread_create(&takers[i].thread, NULL, put_and_take, &takers[i]), 0);
	}
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(takers[i].thread, &done), 0);
		assert_non_null(done);
		taken += takers[i].taken;
	}
	assert_int_equal(taken, 4 * ROUNDS); /* each once: none is left, none came twice */
	assert_int_equal(tls_cache_count(cache), 0);
}

UNIT_GROUP_THREADED(tls_resume)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_again_and_again),
		CASE(test_used_once),
		CASE(test_reload),
		CASE(test_revoked),
		CASE(test_lifetime),
		CASE(test_expired),
		CASE(test_not_tls12),
		CASE(test_not_anonymous),
		CASE(test_client),
		CASE(test_cache),
		CASE(test_client_looks_again),
		CASE(test_cache_threads),
	};

	return cmocka_run_group_tests(tests, lab_setup, lab_teardown);
}
