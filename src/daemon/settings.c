/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "daemon/settings.h"
#include "base/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIB 1024L
#define MIB (1024L * KIB)
#define DAY 86400L

/* clang-format off */
static const struct limit_key {
	const char *name, *range_key;
	size_t at;
	long min, max;
	bool manager; /* not in the agent */
} limit_keys[] = {
#define KEY(field, ...) { #field, "limits|" #field, offsetof(struct limits, field), __VA_ARGS__ }
#define LIMIT(field, min, max) KEY(field, min, max, false)
#define MANAGER_LIMIT(field, min, max) KEY(field, min, max, true)
	LIMIT(setup_message,   1 * KIB,  16 * MIB),
	LIMIT(batch,           64 * KIB, 1024 * MIB),
	LIMIT(batch_out,       4 * KIB,  1024 * MIB),
	LIMIT(attribute,       64 * KIB, 1024 * MIB),
	LIMIT(segment,         1 * KIB,  1024 * MIB),
	LIMIT(identifiers,     1,        16 * MIB),
	LIMIT(records,         1,        16 * MIB),
	LIMIT(messages,        1,        MIB),
	LIMIT(rounds,          1,        MIB),
	LIMIT(unknown,         0,        MIB),
	LIMIT(sasl_rounds,     1,        1000),
	LIMIT(sasl_runs,       1,        1000),
	LIMIT(handshake_s,     1,        DAY),
	LIMIT(negotiation_s,   1,        DAY),
	LIMIT(assessment_s,    1,        DAY),
	LIMIT(idle_s,          0,        365 * DAY),
	LIMIT(close_s,         1,        3600),
	LIMIT(output,          64 * KIB, 1024 * MIB),
	LIMIT(waiting_s,       1,        DAY),
	LIMIT(assessments_per_minute, 6, 60000),
	MANAGER_LIMIT(sessions,              1,        16 * MIB),
	MANAGER_LIMIT(sessions_per_ip,       1,        16 * MIB),
	MANAGER_LIMIT(assessments,           1,        16 * MIB),
	MANAGER_LIMIT(sessions_per_identity, 1,        16 * MIB),
	MANAGER_LIMIT(penalized_handshakes_per_second,   0,        60000),
	MANAGER_LIMIT(memory,                64 * KIB, 4095 * MIB),
#undef LIMIT
#undef MANAGER_LIMIT
#undef KEY
};
/* clang-format on */
#define N_LIMITS (sizeof(limit_keys) / sizeof(limit_keys[0]))

_Static_assert(N_LIMITS == sizeof(struct limits) / sizeof(uint32_t), "a key for each limit");

static const struct limits standard_limits = LIMITS_DEFAULT;

static uint32_t *limit_field(const struct limits *l, const struct limit_key *k)
{
	return (uint32_t *)((char *)(uintptr_t)l + k->at);
}

static bool limit_of(const struct limit_key *k, enum settings_daemon daemon)
{
	return daemon == SETTINGS_OF_MANAGER || !k->manager;
}

cfg_opt_t *settings_limits_opts(enum settings_daemon daemon)
{
	static cfg_opt_t opts[SETTINGS_OF_AGENT + 1][N_LIMITS + 1];
	const cfg_opt_t end = CFG_END();
	cfg_opt_t *o = opts[daemon];

	for (const struct limit_key *k = limit_keys; k < limit_keys + N_LIMITS; k++) {
		const cfg_opt_t opt =
			CFG_INT((char *)(uintptr_t)k->name,
				(long)*limit_field(&standard_limits, k), CFGF_NONE);

		if (limit_of(k, daemon))
			*o++ = opt;
	}
	*o = end;
	return opts[daemon];
}

void settings_limits_read(cfg_t *section, enum settings_daemon daemon, struct limits *l)
{
	*l = standard_limits;
	for (const struct limit_key *k = limit_keys; k < limit_keys + N_LIMITS; k++)
		if (limit_of(k, daemon))
			*limit_field(l, k) = (uint32_t)cfg_getint(section, k->name);
}

struct conf_range *settings_ranges(enum settings_daemon daemon,
				   const struct conf_range *const *extra)
{
	struct conf_range *out;
	size_t n = N_LIMITS;

	for (size_t i = 0; extra[i]; i++)
		for (const struct conf_range *r = extra[i]; r->key; r++)
			n++;
	if (!(out = calloc(n + 1, sizeof(*out))))
		return NULL;
	n = 0;
	for (const struct limit_key *k = limit_keys; k < limit_keys + N_LIMITS; k++)
		if (limit_of(k, daemon))
			out[n++] = (struct conf_range){ k->range_key, k->min, k->max };
	for (size_t i = 0; extra[i]; i++)
		for (const struct conf_range *r = extra[i]; r->key; r++)
			out[n++] = *r;
	return out;
}

static int parse_level(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	(void)opt;
	if (log_level_of(value) < 0) {
		cfg_error(cfg, "level must be error, warn, info or debug, not %s", value);
		return -1;
	}
	*(const char **)result = value;
	return 0;
}

cfg_opt_t *settings_log_opts(void)
{
	static cfg_opt_t opts[] = {
		CFG_STR_CB("level", "info", CFGF_NONE, parse_level),
		CFG_END(),
	};

	return opts;
}

enum log_level settings_log_level(cfg_t *section)
{
	int level = log_level_of(cfg_getstr(section, "level"));

	return level < 0 ? LOG_L_INFO : (enum log_level)level;
}

void settings_dir(const char *conf_file, char out[PATH_MAX])
{
	char absolute[PATH_MAX];
	char *slash;

	if (!realpath(conf_file, absolute))
		(void)snprintf(absolute, sizeof(absolute), "%s", conf_file);
	if ((slash = strrchr(absolute, '/')))
		*(slash == absolute ? slash + 1 : slash) = '\0';
	(void)snprintf(out, PATH_MAX, "%s", slash ? absolute : ".");
}

char *settings_path(const char *conf_file, const char *path)
{
	char dir[PATH_MAX], *out;

	if (!path || !*path)
		return NULL;
	if (*path == '/')
		return strdup(path);
	settings_dir(conf_file, dir);
	return asprintf(&out, "%s/%s", dir, path) < 0 ? NULL : out;
}

int settings_fail(struct conf_error *e, const char *conf_file, const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(e->text, sizeof(e->text), "%s: ", conf_file);

	va_start(ap, fmt);
	if (n > 0 && (size_t)n < sizeof(e->text))
		(void)vsnprintf(e->text + n, sizeof(e->text) - (size_t)n, fmt, ap);
	va_end(ap);
	return ST_ECONF;
}
