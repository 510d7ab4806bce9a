/* SPDX-License-Identifier: BSD-2-Clause */
/* How many assessments each endpoint may have in a minute, on however many sessions. Any thread;
 * nothing ticks, and only endpoints of the last minute or so are remembered. */
#ifndef STANCE_DAEMON_RATE_LIMIT_H
#define STANCE_DAEMON_RATE_LIMIT_H

#include <stddef.h>
#include <stdint.h>

struct rate_limit;

/* As many at once after a quiet minute. */
int rate_limit_open(uint32_t per_minute, struct rate_limit **q);
/* NULL is fine. */
void rate_limit_close(struct rate_limit *q);
void rate_limit_set_rate(struct rate_limit *q, uint32_t per_minute);

/* An assessment of the endpoint (identity.key) has begun, at `now` (monotonic us). It may be one
 * too many: that is owed, and waited for by whoever asks quota_wait before the next. */
void rate_limit_charge(struct rate_limit *q, const char *key, int64_t now);

/* Microseconds until the endpoint owes nothing; 0: now. */
int64_t rate_limit_wait(struct rate_limit *q, const char *key, int64_t now);

/* Endpoints that are remembered. */
size_t rate_limit_count(struct rate_limit *q);

#endif
