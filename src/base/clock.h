/* SPDX-License-Identifier: BSD-2-Clause */
/* Time. Wall time is microseconds since 1970-01-01T00:00:00Z in an int64_t; durations come
 * from the monotonic clock. Text is RFC 3339, always UTC when we write it. */
#ifndef STANCE_BASE_CLOCK_H
#define STANCE_BASE_CLOCK_H

#include "base/api.h"

#include <stdint.h>

ST_API_BEGIN

#define CLOCK_SEC INT64_C(1000000)
#define CLOCK_TEXT 28 /* "YYYY-MM-DDTHH:MM:SS.ffffffZ" and NUL */

int64_t clock_wall_us(void);
int64_t clock_mono_us(void);

/* Tests only: from now on clock_wall_us returns us (0: the real clock again). */
void clock_fake(int64_t us);

/* Writes t with six digits of fraction, or without a fraction when it is zero. Years 0000 to
 * 9999; what lies outside is clamped. */
void clock_format(int64_t us, char out[CLOCK_TEXT]);

/* Whole seconds: the twenty octets of RFC 5792, 4.2.5 and RFC 8412, 3.7.1. */
void clock_format_sec(int64_t us, char out[CLOCK_TEXT]);

/* Reads RFC 3339 ("2026-11-21T19:26:55Z", fraction and numeric offset allowed, second 60
 * allowed) or a plain date (midnight UTC). 0, or ST_EVALUE and *us untouched. */
int clock_parse(const char *text, int64_t *us);

ST_API_END

#endif
