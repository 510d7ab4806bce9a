/* SPDX-License-Identifier: BSD-2-Clause */
/* Followers receive every committed change, in order. */
#ifndef STANCE_POSTURE_FOLLOWER_H
#define STANCE_POSTURE_FOLLOWER_H

#include "base/api.h"

#include <stdint.h>

ST_API_BEGIN

struct change;
struct follower;
struct posture;

/* Calls fn(ctx, change) for each change after from_seq (0: all), on a thread of the follower's
 * own.
 *
 *   - fn returns 0 when it has processed the change. It keeps change->seq itself, durably if a
 *     restart is to continue from there.
 *   - Another value: the same change is delivered again after a pause.
 *   - A slow fn delays neither the writer nor other followers.
 *
 * Returns 0 or ST_ENOMEM. The follower holds a reference to p until posture_unfollow. */
int posture_follow(struct posture *p, uint64_t from_seq,
		   int (*fn)(void *ctx, const struct change *c), void *ctx,
		   struct follower **f);

/* Ends the follower; when it returns, fn is not running. f may be NULL. */
void posture_unfollow(struct follower *f);

ST_API_END

#endif
