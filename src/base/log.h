/* SPDX-License-Identifier: BSD-2-Clause */
/* The log: one clear line for what a person should know, in key=value form so that it can be
 * searched. Codecs and sessions do not log; the place that knows the peer does.
 *
 * error  someone must act        warn   a peer misbehaved
 * info   one line an assessment  debug  one line a message */
#ifndef STANCE_BASE_LOG_H
#define STANCE_BASE_LOG_H

#include "base/api.h"
#include "base/span.h"

ST_API_BEGIN

enum log_level { LOG_L_ERROR, LOG_L_WARN, LOG_L_INFO, LOG_L_DEBUG, LOG_N_LEVELS };

/* What keeps a peer from filling the disk with lines about itself: after so many of level
 * warn and info in a period one says that the rest of them is left out. Zeroed by its owner,
 * who has it as long as the logs that point to it are used; any thread. */
#define LOG_LIMIT_LINES 100
#define LOG_LIMIT_S 60

struct log_limit {
	int64_t until; /* monotonic us: the end of the period; 0: none has begun */
	unsigned lines;
};

/* Who speaks: goes in front of every line, for example "peer=192.0.2.7 session=12". Zeroed by
 * its owner. */
struct log {
	char ctx[96];
	struct log_limit *limit; /* NULL: none */
};

void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* The level called name ("error" ... "debug"), or -1. */
int log_level_of(const char *name);

/* Sends lines to fn instead of standard error (NULL: back again). line has no newline and no
 * control characters: what peers put into a value is escaped. */
void log_set_sink(void (*fn)(void *ctx, enum log_level level, const char *line), void *ctx);

/* Fills l->ctx; too long is cut. */
void log_name(struct log *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Any thread; l may be NULL. */
void log_write(enum log_level level, const struct log *l, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#define log_error(l, ...) log_write(LOG_L_ERROR, l, __VA_ARGS__)
#define log_warn(l, ...) log_write(LOG_L_WARN, l, __VA_ARGS__)
#define log_info(l, ...) log_write(LOG_L_INFO, l, __VA_ARGS__)
#define log_debug(l, ...) log_write(LOG_L_DEBUG, l, __VA_ARGS__)

ST_API_END

#endif
