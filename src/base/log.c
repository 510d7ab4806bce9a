/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"
#include "base/clock.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define LINE_MAX_OCTETS 1024

static const char *const level_names[LOG_N_LEVELS] = { "error", "warn", "info", "debug" };
/* sd-daemon(3) prefixes, understood when systemd reads our standard error. */
static const char *const level_marks[LOG_N_LEVELS] = { "<3>", "<4>", "<6>", "<7>" };

static atomic_int log_threshold = LOG_L_INFO;
static pthread_mutex_t sink_lock = PTHREAD_MUTEX_INITIALIZER;
static void (*sink)(void *ctx, enum log_level level, const char *line);
static void *sink_ctx;

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&log_threshold, (int)level, memory_order_relaxed);
}

enum log_level log_get_level(void)
{
	return (enum log_level)atomic_load_explicit(&log_threshold, memory_order_relaxed);
}

int log_level_of(const char *name)
{
	for (int i = 0; i < LOG_N_LEVELS; i++)
		if (strcmp(name, level_names[i]) == 0)
			return i;
	return -1;
}

void log_set_sink(void (*fn)(void *, enum log_level, const char *), void *ctx)
{
	pthread_mutex_lock(&sink_lock);
	sink = fn;
	sink_ctx = ctx;
	pthread_mutex_unlock(&sink_lock);
}

void log_name(struct log *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(l->ctx, sizeof(l->ctx), fmt, ap);
	va_end(ap);
}

/* The second octet of a character from U+0080 to U+009F, which terminals obey, too. */
static bool log_is_c1(unsigned char before, unsigned char c)
{
	return before == 0xc2 && c >= 0x80 && c < 0xa0;
}

/* A peer's text must not start a line of its own or steer a terminal. */
static void log_escape(char *out, size_t cap, const char *in)
{
	unsigned char c, before = 0;
	size_t n = 0;

	for (; *in && n + 5 < cap; in++, before = c) {
		c = (unsigned char)*in;
		if (c < 0x20 || c == 0x7f || log_is_c1(before, c))
			n += (size_t)snprintf(out + n, cap - n, "\\x%02x", c);
		else
			out[n++] = (char)c;
	}
	out[n] = '\0';
}

static void log_stderr(enum log_level level, const char *line)
{
	char when[CLOCK_TEXT];

	if (getenv("JOURNAL_STREAM")) {
		fprintf(stderr, "%s%s\n", level_marks[level], line);
		return;
	}
	clock_format(clock_wall_us(), when);
	fprintf(stderr, "%s %-5s %s\n", when, level_names[level], line);
}

/* Lines of the period, with this one. What must be acted upon, and what somebody has asked to
 * see, does not count. */
static unsigned log_count(enum log_level level, const struct log *l)
{
	int64_t now = clock_mono_us();
	unsigned n;

	if (!l || !l->limit || (level != LOG_L_WARN && level != LOG_L_INFO))
		return 0;
	pthread_mutex_lock(&sink_lock);
	if (now >= l->limit->until) {
		l->limit->until = now + LOG_LIMIT_S * CLOCK_SEC;
		l->limit->lines = 0;
	}
	l->limit->lines += l->limit->lines <= LOG_LIMIT_LINES + 1;
	n = l->limit->lines;
	pthread_mutex_unlock(&sink_lock);
	return n;
}

void log_write(enum log_level level, const struct log *l, const char *fmt, ...)
{
	char raw[LINE_MAX_OCTETS], line[LINE_MAX_OCTETS + 64];
	unsigned count;
	size_t n = 0;
	va_list ap;

	if (level > log_get_level() || (count = log_count(level, l)) > LOG_LIMIT_LINES + 1)
		return;
	if (count > LOG_LIMIT_LINES)
		fmt = "too many lines: the rest of this minute's are left out";
	if (l && l->ctx[0])
		n = (size_t)snprintf(raw, sizeof(raw), "%s ", l->ctx);
	va_start(ap, fmt);
	(void)vsnprintf(raw + n, sizeof(raw) - n, fmt, ap);
	va_end(ap);
	log_escape(line, sizeof(line), raw);
	pthread_mutex_lock(&sink_lock);
	if (sink)
		sink(sink_ctx, level, line);
	else
		log_stderr(level, line);
	pthread_mutex_unlock(&sink_lock);
}
