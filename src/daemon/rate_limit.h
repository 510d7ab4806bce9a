/* SPDX-License-Identifier: BSD-2-Clause */
/* How many assessments each endpoint may have in a minute, on however many sessions. Any thread;
 * nothing ticks, and only endpoints of the last minute or so are remembered. */
#ifndef STANCE_DAEMON_RATE_LIMIT_H
#define STANCE_DAEMON_RATE_LIMIT_H

#include <stddef.h>
#include <stdint.h>

struct quota;

/* As many at once after a quiet minute. */
int quota_open(uint32_t per_minute, struct quota **q);
/* NULL is fine. */
void quota_close(struct quota *q);
void quota_rate(struct quota *q, uint32_t per_minute);

/* An assessment of the endpoint (identity.key) has begun, at `now` (monotonic us). It may be one
 * too many: that is owed, and waited for by whoever asks quota_wait before the next. */
void quota_spend(struct quota *q, const char *key, int64_t now);

/* Microseconds until the endpoint owes nothing; 0: now. */
int64_t quota_wait(struct quota *q, const char *key, int64_t now);

/* Endpoints that are remembered. */
size_t quota_count(struct quota *q);

#endif
