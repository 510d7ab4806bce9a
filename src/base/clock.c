/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* timegm */
#include "base/clock.h"
#include "base/err.h"

#include <ctype.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* 0000-01-01 and 9999-12-31T23:59:59 */
#define YEAR_0 INT64_C(-62167219200)
#define YEAR_9999 INT64_C(253402300799)

static _Atomic int64_t faked;

static int64_t clock_read(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * CLOCK_SEC + ts.tv_nsec / 1000;
}

int64_t clock_wall_us(void)
{
	int64_t us = atomic_load_explicit(&faked, memory_order_relaxed);

	return us ? us : clock_read(CLOCK_REALTIME);
}

int64_t clock_mono_us(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

void clock_fake(int64_t us)
{
	atomic_store_explicit(&faked, us, memory_order_relaxed);
}

static void clock_print(int64_t us, bool fraction, char out[CLOCK_TEXT])
{
	int64_t sec = us / CLOCK_SEC, rest = us % CLOCK_SEC;
	struct tm tm;
	time_t t;

	if (rest < 0) {
		rest += CLOCK_SEC;
		sec--;
	}
	t = (time_t)(sec < YEAR_0 ? YEAR_0 : sec > YEAR_9999 ? YEAR_9999 : sec);
	gmtime_r(&t, &tm);
	/* not strftime: glibc's %Y does not pad */
	(void)snprintf(out, CLOCK_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u",
		       (unsigned)(tm.tm_year + 1900) % 10000u,
		       (unsigned)(tm.tm_mon + 1) % 100u, (unsigned)tm.tm_mday % 100u,
		       (unsigned)tm.tm_hour % 100u, (unsigned)tm.tm_min % 100u,
		       (unsigned)tm.tm_sec % 100u);
	if (fraction && rest)
		(void)snprintf(out + 19, CLOCK_TEXT - 19, ".%06uZ", (unsigned)rest);
	else
		strcpy(out + 19, "Z");
}

void clock_format(int64_t us, char out[CLOCK_TEXT])
{
	clock_print(us, true, out);
}

void clock_format_sec(int64_t us, char out[CLOCK_TEXT])
{
	clock_print(us, false, out);
}

/* n digits at *p as a number within [lo, hi]; *p moves behind them. */
static bool clock_digits(const char **p, int n, int lo, int hi, int *out)
{
	int v = 0;

	for (int i = 0; i < n; i++, (*p)++) {
		if (!isdigit((unsigned char)**p))
			return false;
		v = v * 10 + (**p - '0');
	}
	*out = v;
	return v >= lo && v <= hi;
}

static bool clock_lit(const char **p, char c)
{
	if (toupper((unsigned char)**p) != c)
		return false;
	(*p)++;
	return true;
}

static bool clock_fraction(const char **p, int64_t *us)
{
	int64_t unit = CLOCK_SEC / 10;

	*us = 0;
	if (**p != '.')
		return true;
	if (!isdigit((unsigned char)*++(*p)))
		return false;
	for (; isdigit((unsigned char)**p); (*p)++, unit /= 10)
		*us += unit * (**p - '0');
	return true;
}

static bool clock_zone(const char **p, int64_t *offset)
{
	int h, m, sign = **p == '-' ? -1 : 1;

	*offset = 0;
	if (clock_lit(p, 'Z'))
		return true;
	if (**p != '+' && **p != '-')
		return false;
	(*p)++;
	if (!clock_digits(p, 2, 0, 23, &h) || !clock_lit(p, ':') ||
	    !clock_digits(p, 2, 0, 59, &m))
		return false;
	*offset = sign * (int64_t)(h * 3600 + m * 60);
	return true;
}

static int clock_days_in(int year, int month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

int clock_parse(const char *text, int64_t *us)
{
	const char *p = text;
	struct tm tm = { 0 };
	int64_t fraction = 0, offset = 0;

	if (!clock_digits(&p, 4, 0, 9999, &tm.tm_year) || !clock_lit(&p, '-') ||
	    !clock_digits(&p, 2, 1, 12, &tm.tm_mon) || !clock_lit(&p, '-') ||
	    !clock_digits(&p, 2, 1, clock_days_in(tm.tm_year, tm.tm_mon), &tm.tm_mday))
		return ST_EVALUE;
	if (*p && (!clock_lit(&p, 'T') || !clock_digits(&p, 2, 0, 23, &tm.tm_hour) ||
		   !clock_lit(&p, ':') || !clock_digits(&p, 2, 0, 59, &tm.tm_min) ||
		   !clock_lit(&p, ':') || !clock_digits(&p, 2, 0, 60, &tm.tm_sec) ||
		   !clock_fraction(&p, &fraction) || !clock_zone(&p, &offset) || *p))
		return ST_EVALUE;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	*us = ((int64_t)timegm(&tm) - offset) * CLOCK_SEC + fraction;
	return 0;
}
