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

/* A bucket that is not full. It is full again at refilled_at. */
struct bucket {
	UT_hash_handle hh;
	int64_t refilled_at;
	char key[];
};

struct rate_limit {
	pthread_mutex_t lock;
	struct bucket *buckets; /* in the order of the last charge */
	int64_t cost;           /* refill time of an assessment, us */
};

int rate_limit_open(uint32_t per_minute, struct rate_limit **out)
{
	struct rate_limit *limit = calloc(1, sizeof(*limit));

	*out = limit;
	if (!limit)
		return ST_ENOMEM;
	pthread_mutex_init(&limit->lock, NULL);
	rate_limit_set_rate(limit, per_minute);
	return 0;
}

static void bucket_drop(struct rate_limit *limit, struct bucket *bucket)
{
	HASH_DEL(limit->buckets, bucket);
	free(bucket);
}

void rate_limit_close(struct rate_limit *limit)
{
	if (!limit)
		return;
	while (limit->buckets)
		bucket_drop(limit, limit->buckets);
	pthread_mutex_destroy(&limit->lock);
	free(limit);
}

void rate_limit_set_rate(struct rate_limit *limit, uint32_t per_minute)
{
	pthread_mutex_lock(&limit->lock);
	limit->cost = MINUTE_US / per_minute;
	pthread_mutex_unlock(&limit->lock);
}

/* Appends a bucket. NULL when out of memory; the bucket is freed then. */
static struct bucket *bucket_add(struct rate_limit *limit, struct bucket *bucket)
{
	unsigned before = HASH_COUNT(limit->buckets);

	HASH_ADD_STR(limit->buckets, key, bucket);
	if (HASH_COUNT(limit->buckets) > before)
		return bucket;
	free(bucket);
	return NULL;
}

static struct bucket *bucket_get(struct rate_limit *limit, const char *key)
{
	size_t n = strlen(key) + 1;
	struct bucket *bucket;

	HASH_FIND_STR(limit->buckets, key, bucket);
	if (bucket)
		HASH_DEL(limit->buckets, bucket);
	else if ((bucket = calloc(1, sizeof(*bucket) + n)))
		memcpy(bucket->key, key, n);
	return bucket ? bucket_add(limit, bucket) : NULL;
}

void rate_limit_charge(struct rate_limit *limit, const char *key, int64_t now)
{
	struct bucket *bucket;

	pthread_mutex_lock(&limit->lock);
	/* frees up to two full buckets for each charge, so that full ones do not accumulate */
	for (int i = 0; i < 2 && limit->buckets && limit->buckets->refilled_at <= now; i++)
		bucket_drop(limit, limit->buckets);
	if ((bucket = bucket_get(limit, key)))
		bucket->refilled_at =
			(bucket->refilled_at > now ? bucket->refilled_at : now) + limit->cost;
	pthread_mutex_unlock(&limit->lock);
}

int64_t rate_limit_wait(struct rate_limit *limit, const char *key, int64_t now)
{
	int64_t wait = 0;
	struct bucket *bucket;

	pthread_mutex_lock(&limit->lock);
	HASH_FIND_STR(limit->buckets, key, bucket);
	if (bucket && bucket->refilled_at - now > MINUTE_US)
		wait = bucket->refilled_at - now - MINUTE_US;
	pthread_mutex_unlock(&limit->lock);
	return wait;
}

size_t rate_limit_count(struct rate_limit *limit)
{
	size_t n;

	pthread_mutex_lock(&limit->lock);
	n = HASH_COUNT(limit->buckets);
	pthread_mutex_unlock(&limit->lock);
	return n;
}
