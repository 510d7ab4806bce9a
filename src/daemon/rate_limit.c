/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/rate_limit.h"
#include "base/clock.h"
#include "base/err.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include "base/table.h"

#define MINUTE_US (60 * (int64_t)CLOCK_SEC)

/* One that has spent something; what it has spent is regained when the clock shows paid_at. */
struct bucket {
	UT_hash_handle hh;
	int64_t paid_at;
	char key[];
};

struct rate_limit {
	pthread_mutex_t lock;
	struct bucket *buckets; /* who has spent last is the last of them */
	int64_t cost;           /* of an assessment, us */
};

int rate_limit_open(uint32_t per_minute, struct rate_limit **out)
{
	struct rate_limit *q = calloc(1, sizeof(*q));

	*out = q;
	if (!q)
		return ST_ENOMEM;
	pthread_mutex_init(&q->lock, NULL);
	rate_limit_set_rate(q, per_minute);
	return 0;
}

static void bucket_drop(struct rate_limit *q, struct bucket *p)
{
	HASH_DEL(q->buckets, p);
	free(p);
}

void rate_limit_close(struct rate_limit *q)
{
	if (!q)
		return;
	while (q->buckets)
		bucket_drop(q, q->buckets);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

void rate_limit_set_rate(struct rate_limit *q, uint32_t per_minute)
{
	pthread_mutex_lock(&q->lock);
	q->cost = MINUTE_US / per_minute;
	pthread_mutex_unlock(&q->lock);
}

/* Puts p at the end; NULL when out of memory, and p is gone. */
static struct bucket *bucket_add(struct rate_limit *q, struct bucket *p)
{
	unsigned before = HASH_COUNT(q->buckets);

	HASH_ADD_STR(q->buckets, key, p);
	if (HASH_COUNT(q->buckets) > before)
		return p;
	free(p);
	return NULL;
}

static struct bucket *bucket_get(struct rate_limit *q, const char *key)
{
	size_t n = strlen(key) + 1;
	struct bucket *p;

	HASH_FIND_STR(q->buckets, key, p);
	if (p)
		HASH_DEL(q->buckets, p);
	else if ((p = calloc(1, sizeof(*p) + n)))
		memcpy(p->key, key, n);
	return p ? bucket_add(q, p) : NULL;
}

void rate_limit_charge(struct rate_limit *q, const char *key, int64_t now)
{
	struct bucket *p;

	pthread_mutex_lock(&q->lock);
	/* more go than come, as long as there are any that owe nothing */
	for (int i = 0; i < 2 && q->buckets && q->buckets->paid_at <= now; i++)
		bucket_drop(q, q->buckets);
	if ((p = bucket_get(q, key)))
		p->paid_at = (p->paid_at > now ? p->paid_at : now) + q->cost;
	pthread_mutex_unlock(&q->lock);
}

int64_t rate_limit_wait(struct rate_limit *q, const char *key, int64_t now)
{
	int64_t wait = 0;
	struct bucket *p;

	pthread_mutex_lock(&q->lock);
	HASH_FIND_STR(q->buckets, key, p);
	if (p && p->paid_at - now > MINUTE_US)
		wait = p->paid_at - now - MINUTE_US;
	pthread_mutex_unlock(&q->lock);
	return wait;
}

size_t rate_limit_count(struct rate_limit *q)
{
	size_t n;

	pthread_mutex_lock(&q->lock);
	n = HASH_COUNT(q->buckets);
	pthread_mutex_unlock(&q->lock);
	return n;
}
