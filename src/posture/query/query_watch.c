/* SPDX-License-Identifier: BSD-2-Clause */
#include "posture/query_watch.h"

#include <stddef.h>

/* One for each thread. */
static _Thread_local struct {
	int (*look)(void *ctx);
	void *ctx;
} watch;

void query_watch(int (*look)(void *ctx), void *ctx)
{
	watch.look = look;
	watch.ctx = ctx;
}

int query_interrupted(void)
{
	return watch.look ? watch.look(watch.ctx) : 0;
}
