/* SPDX-License-Identifier: BSD-2-Clause */
#include "manager/heap_trim.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdlib.h>
#include <uv.h>

struct heap_trim {
	uv_thread_t thread;
	uv_mutex_t lock;
	uv_cond_t cond;
	void (*release)(void);
	uint64_t pause_ns;
	bool asked, closing;
};

/* Under the lock. */
static void heap_trim_rest(struct heap_trim *t)
{
	uint64_t until = uv_hrtime() + t->pause_ns, now;

	while (!t->closing && (now = uv_hrtime()) < until)
		(void)uv_cond_timedwait(&t->cond, &t->lock, until - now);
}

static void heap_trim_main(void *ctx)
{
	struct heap_trim *t = ctx;

	uv_mutex_lock(&t->lock);
	while (!t->closing) {
		if (!t->asked) {
			uv_cond_wait(&t->cond, &t->lock);
			continue;
		}
		t->asked = false;
		uv_mutex_unlock(&t->lock);
		t->release();
		uv_mutex_lock(&t->lock);
		heap_trim_rest(t);
	}
	uv_mutex_unlock(&t->lock);
}

int heap_trim_open(void (*release)(void), unsigned pause_ms, struct heap_trim **out)
{
	struct heap_trim *t = calloc(1, sizeof(*t));

	*out = NULL;
	if (!t)
		return ST_ENOMEM;
	t->release = release;
	t->pause_ns = (uint64_t)pause_ms * 1000000;
	if (uv_mutex_init(&t->lock) < 0)
		goto out;
	if (uv_cond_init(&t->cond) < 0)
		goto out_lock;
	if (uv_thread_create(&t->thread, heap_trim_main, t) < 0)
		goto out_cond;
	*out = t;
	return 0;
out_cond:
	uv_cond_destroy(&t->cond);
out_lock:
	uv_mutex_destroy(&t->lock);
out:
	free(t);
	return ST_EIO;
}

void heap_trim_request(struct heap_trim *t)
{
	if (!t)
		return;
	uv_mutex_lock(&t->lock);
	t->asked = true;
	uv_cond_signal(&t->cond);
	uv_mutex_unlock(&t->lock);
}

void heap_trim_close(struct heap_trim *t)
{
	if (!t)
		return;
	uv_mutex_lock(&t->lock);
	t->closing = true;
	uv_cond_signal(&t->cond);
	uv_mutex_unlock(&t->lock);
	uv_thread_join(&t->thread);
	uv_cond_destroy(&t->cond);
	uv_mutex_destroy(&t->lock);
	free(t);
}
