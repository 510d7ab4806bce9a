/* SPDX-License-Identifier: BSD-2-Clause */
/* The read handle of a posture: what queries see of it. Private to src/posture.
 *
 * Reading the index takes its lock; reading the journal needs no lock. */
#ifndef STANCE_POSTURE_POSTURE_READ_H
#define STANCE_POSTURE_POSTURE_READ_H

#include "posture/repository.h"
#include "posture/state/index.h"

#include <stdatomic.h>

struct posture;

struct posture_read {
	struct index ix; /* with its own lock */
	const struct repository_plugin *rp;
	struct repository *repo;
	_Atomic int64_t oldest; /* the past begins at this moment */
};

/* The handle lives as long as p. */
struct posture_read *posture_read(struct posture *p);

static inline void index_read_lock(struct posture_read *r)
{
	pthread_rwlock_rdlock(&r->ix.lock);
}

static inline void index_unlock(struct posture_read *r)
{
	pthread_rwlock_unlock(&r->ix.lock);
}

#endif
