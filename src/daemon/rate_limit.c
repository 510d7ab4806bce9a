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
struct purse {
	UT_hash_handle hh;
	int64_t paid_at;
	char key[];
};

struct quota {
	pthread_mutex_t lock;
	struct purse *purses; /* who has spent last is the last of them */
	int64_t price;        /* of an assessment, us */
};

int quota_open(uint32_t per_minute, struct quota **out)
{
	struct quota *q = calloc(1, sizeof(*q));

	*out = q;
	if (!q)
		return ST_ENOMEM;
	pthread_mutex_init(&q->lock, NULL);
	quota_rate(q, per_minute);
	return 0;
}

static void purse_drop(struct quota *q, struct purse *p)
{
	HASH_DEL(q->purses, p);
	free(p);
}

void quota_close(struct quota *q)
{
	if (!q)
		return;
	while (q->purses)
		purse_drop(q, q->purses);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

void quota_rate(struct quota *q, uint32_t per_minute)
{
	pthread_mutex_lock(&q->lock);
	q->price = MINUTE_US / per_minute;
	pthread_mutex_unlock(&q->lock);
}

/* Puts p at the end; NULL when out of memory, and p is gone. */
static struct purse *purse_add(struct quota *q, struct purse *p)
{
	unsigned before = HASH_COUNT(q->purses);

	HASH_ADD_STR(q->purses, key, p);
	if (HASH_COUNT(q->purses) > before)
		return p;
	free(p);
	return NULL;
}

static struct purse *purse_get(struct quota *q, const char *key)
{
	size_t n = strlen(key) + 1;
	struct purse *p;

	HASH_FIND_STR(q->purses, key, p);
	if (p)
		HASH_DEL(q->purses, p);
	else if ((p = calloc(1, sizeof(*p) + n)))
		memcpy(p->key, key, n);
	return p ? purse_add(q, p) : NULL;
}

void quota_spend(struct quota *q, const char *key, int64_t now)
{
	struct purse *p;

	pthread_mutex_lock(&q->lock);
	/* more go than come, as long as there are any that owe nothing */
	for (int i = 0; i < 2 && q->purses && q->purses->paid_at <= now; i++)
		purse_drop(q, q->purses);
	if ((p = purse_get(q, key)))
		p->paid_at = (p->paid_at > now ? p->paid_at : now) + q->price;
	pthread_mutex_unlock(&q->lock);
}

int64_t quota_wait(struct quota *q, const char *key, int64_t now)
{
	int64_t wait = 0;
	struct purse *p;

	pthread_mutex_lock(&q->lock);
	HASH_FIND_STR(q->purses, key, p);
	if (p && p->paid_at - now > MINUTE_US)
		wait = p->paid_at - now - MINUTE_US;
	pthread_mutex_unlock(&q->lock);
	return wait;
}

size_t quota_count(struct quota *q)
{
	size_t n;

	pthread_mutex_lock(&q->lock);
	n = HASH_COUNT(q->purses);
	pthread_mutex_unlock(&q->lock);
	return n;
}
