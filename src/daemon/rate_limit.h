/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits the assessments of each endpoint in a minute, on all of its sessions: one token
 * bucket for each endpoint. No timers; a full bucket is not kept. Any thread. Times are
 * monotonic us. */
#ifndef STANCE_DAEMON_RATE_LIMIT_H
#define STANCE_DAEMON_RATE_LIMIT_H

#include <stddef.h>
#include <stdint.h>

struct rate_limit;

/* per_minute: the rate, at least 1, and the size of a bucket. ST_ENOMEM. Caller:
 * rate_limit_close. */
int rate_limit_open(uint32_t per_minute, struct rate_limit **limit);
/* limit may be NULL. */
void rate_limit_close(struct rate_limit *limit);
void rate_limit_set_rate(struct rate_limit *limit, uint32_t per_minute);

/* An assessment of the endpoint key (identity.key) has begun. The bucket can become overdrawn;
 * the caller then waits for rate_limit_wait before the next assessment. */
void rate_limit_charge(struct rate_limit *limit, const char *key, int64_t now);

/* Microseconds until the bucket of the endpoint is not overdrawn any more; 0: now. */
int64_t rate_limit_wait(struct rate_limit *limit, const char *key, int64_t now);

/* Number of buckets in memory. */
size_t rate_limit_count(struct rate_limit *limit);

#endif
