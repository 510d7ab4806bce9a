/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tls_cache.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/table.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

struct entry {
	UT_hash_handle by_id, by_peer;
	struct entry *prev, *next; /* oldest first */
	uint8_t id[TLS_CACHE_ID], peer[TLS_CACHE_PEER];
	SSL_SESSION *session;
	int64_t since; /* monotonic us */
};

struct tls_cache {
	pthread_mutex_t lock;
	struct entry *ids, *peers, *oldest;
	int64_t lifetime; /* us */
	size_t n, max;
	unsigned refs;
};

int tls_cache_open(uint32_t lifetime_s, size_t max, struct tls_cache **out)
{
	struct tls_cache *c = calloc(1, sizeof(*c));

	*out = c;
	if (!c)
		return ST_ENOMEM;
	pthread_mutex_init(&c->lock, NULL);
	c->refs = 1;
	c->lifetime = lifetime_s * CLOCK_SEC;
	c->max = max;
	return 0;
}

struct tls_cache *tls_cache_ref(struct tls_cache *c)
{
	if (c)
		__atomic_add_fetch(&c->refs, 1, __ATOMIC_RELAXED);
	return c;
}

/* Removes e; the caller owns its session. */
static SSL_SESSION *cache_remove(struct tls_cache *c, struct entry *e)
{
	SSL_SESSION *session = e->session;

	HASH_DELETE(by_id, c->ids, e);
	HASH_DELETE(by_peer, c->peers, e);
	DL_DELETE(c->oldest, e);
	c->n--;
	free(e);
	return session;
}

/* Most sessions that are freed under the lock at a time. */
static void cache_trim(struct tls_cache *c, int64_t now, unsigned most)
{
	while (c->oldest && most-- && (c->n > c->max || now - c->oldest->since >= c->lifetime))
		SSL_SESSION_free(cache_remove(c, c->oldest));
}

void tls_cache_free(struct tls_cache *c)
{
	if (!c || __atomic_sub_fetch(&c->refs, 1, __ATOMIC_ACQ_REL))
		return;
	while (c->oldest)
		SSL_SESSION_free(cache_remove(c, c->oldest));
	pthread_mutex_destroy(&c->lock);
	free(c);
}

void tls_cache_limit(struct tls_cache *c, uint32_t lifetime_s, size_t max)
{
	pthread_mutex_lock(&c->lock);
	c->lifetime = lifetime_s * CLOCK_SEC;
	c->max = max;
	pthread_mutex_unlock(&c->lock);
}

uint32_t tls_cache_seconds(struct tls_cache *c)
{
	uint32_t s;

	pthread_mutex_lock(&c->lock);
	s = (uint32_t)(c->lifetime / CLOCK_SEC);
	pthread_mutex_unlock(&c->lock);
	return s;
}

/* False: out of memory, and e is in neither table. */
static bool cache_insert(struct tls_cache *c, struct entry *e)
{
	unsigned before = HASH_CNT(by_id, c->ids);

	HASH_ADD(by_id, c->ids, id, sizeof(e->id), e);
	if (HASH_CNT(by_id, c->ids) == before)
		return false;
	before = HASH_CNT(by_peer, c->peers);
	HASH_ADD(by_peer, c->peers, peer, sizeof(e->peer), e);
	if (HASH_CNT(by_peer, c->peers) == before) {
		HASH_DELETE(by_id, c->ids, e);
		return false;
	}
	DL_APPEND(c->oldest, e);
	c->n++;
	return true;
}

int tls_cache_put(struct tls_cache *c, int64_t now, const uint8_t peer[TLS_CACHE_PEER],
		  SSL_SESSION *session)
{
	unsigned n = 0;
	const uint8_t *id = SSL_SESSION_get_id(session, &n);
	struct entry *e, *before;
	bool taken;

	if (n != TLS_CACHE_ID)
		return ST_EVALUE;
	if (!(e = calloc(1, sizeof(*e))))
		return ST_ENOMEM;
	memcpy(e->id, id, n);
	memcpy(e->peer, peer, sizeof(e->peer));
	e->session = session;
	e->since = now;
	pthread_mutex_lock(&c->lock);
	HASH_FIND(by_peer, c->peers, peer, TLS_CACHE_PEER, before);
	if (before)
		SSL_SESSION_free(cache_remove(c, before));
	taken = cache_insert(c, e);
	cache_trim(c, now, 4);
	pthread_mutex_unlock(&c->lock);
	if (taken)
		return 0;
	free(e);
	return ST_ENOMEM;
}

SSL_SESSION *tls_cache_take(struct tls_cache *c, int64_t now, const uint8_t *id, size_t n)
{
	SSL_SESSION *session = NULL;
	struct entry *e = NULL;

	pthread_mutex_lock(&c->lock);
	cache_trim(c, now, 4);
	if (n == TLS_CACHE_ID)
		HASH_FIND(by_id, c->ids, id, TLS_CACHE_ID, e);
	if (e && now - e->since < c->lifetime)
		session = cache_remove(c, e);
	pthread_mutex_unlock(&c->lock);
	return session;
}

size_t tls_cache_count(struct tls_cache *c)
{
	size_t n;

	pthread_mutex_lock(&c->lock);
	n = c->n;
	pthread_mutex_unlock(&c->lock);
	return n;
}
