/* SPDX-License-Identifier: BSD-2-Clause */
/* Common parts of the configuration files of both daemons: paths, and the sections `limits`,
 * `tls` and `log`. */
#ifndef STANCE_DAEMON_SETTINGS_H
#define STANCE_DAEMON_SETTINGS_H

#include "base/conf.h"
#include "base/limits.h"
#include "base/log.h"
#include "net/tls.h"

#include <limits.h>

enum settings_daemon { SETTINGS_OF_MANAGER, SETTINGS_OF_AGENT };

/* The section `limits`: one setting for each field of struct limits that the daemon uses, with
 * its default. Static storage, filled by the call. Main thread. */
cfg_opt_t *settings_limits_opts(enum settings_daemon daemon);
/* Fields without a setting in this daemon get their default. */
void settings_limits_read(cfg_t *section, enum settings_daemon daemon, struct limits *l);

/* The section `tls`, the settings of both daemons. own: base name of the default
 * certificate. */
#define SETTINGS_TLS_OPTS(own)                                                                \
	CFG_STR("ca", "pki/ca.crt", CFGF_NONE),                                               \
		CFG_STR("certificate", "pki/" own ".crt", CFGF_NONE),                         \
		CFG_STR("key", "pki/" own ".key", CFGF_NONE),                                 \
		CFG_STR("crl", NULL, CFGF_NONE),                                              \
		CFG_BOOL("rsa_aes128_cbc", cfg_false, CFGF_NONE),                             \
		CFG_BOOL("resumption", cfg_true, CFGF_NONE)

/* The section `log`. */
cfg_opt_t *settings_log_opts(void);
enum log_level settings_log_level(cfg_t *section);

/* Ranges of all integers above and of the tables in `extra`, which ends with NULL. Each table
 * ends with a NULL key. NULL: out of memory. Caller: free. */
struct conf_range *settings_ranges(enum settings_daemon daemon,
				   const struct conf_range *const *extra);

/* Resolves path relative to the directory of conf_file. NULL for a path that is NULL or empty,
 * and when out of memory. Caller: free. */
char *settings_path(const char *conf_file, const char *path);

/* Writes "CONF_FILE: text" to e and returns ST_ECONF. */
int settings_fail(struct conf_error *e, const char *conf_file, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The absolute directory of conf_file. */
void settings_dir(const char *conf_file, char out[PATH_MAX]);

#endif
