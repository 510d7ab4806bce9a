/* SPDX-License-Identifier: BSD-2-Clause */
/* Octets that many may use together, whatever their threads: who wants more than is left is
 * refused. */
#ifndef STANCE_BASE_BUDGET_H
#define STANCE_BASE_BUDGET_H

#include "base/api.h"
#include "base/err.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct budget {
	atomic_size_t used, max;
};

ST_API_BEGIN

/* What the process may keep for all of its peers together, modules included: without a bound
 * until a daemon sets one by budget_limit. Never NULL. */
struct budget *budget_process(void);

ST_API_END

static inline void budget_init(struct budget *b, size_t max)
{
	atomic_init(&b->used, 0);
	atomic_init(&b->max, max);
}

/* A new ceiling; what is used stays. */
static inline void budget_limit(struct budget *b, size_t max)
{
	atomic_store_explicit(&b->max, max, memory_order_relaxed);
}

/* The caller uses `now` octets instead of *charged, which follows. 0, or ST_ELIMIT when there
 * is no room for more: nothing changes then. b may be NULL: no bound. */
static inline int budget_charge(struct budget *b, size_t *charged, size_t now)
{
	size_t more = now - *charged, used;

	if (!b || now == *charged)
		return 0;
	if (now < *charged) {
		(void)atomic_fetch_sub_explicit(&b->used, *charged - now,
						memory_order_relaxed);
	} else {
		used = atomic_fetch_add_explicit(&b->used, more, memory_order_relaxed);
		if (used + more > atomic_load_explicit(&b->max, memory_order_relaxed)) {
			(void)atomic_fetch_sub_explicit(&b->used, more, memory_order_relaxed);
			return ST_ELIMIT;
		}
	}
	*charged = now;
	return 0;
}

#endif
