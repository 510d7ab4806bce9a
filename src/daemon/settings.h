/* SPDX-License-Identifier: BSD-2-Clause */
/* What the configuration files of both daemons have in common: where relative paths start,
 * the sections `limits`, `tls` and `log`. */
#ifndef STANCE_DAEMON_SETTINGS_H
#define STANCE_DAEMON_SETTINGS_H

#include "base/conf.h"
#include "base/limits.h"
#include "base/log.h"
#include "net/tls.h"

#include <limits.h>

enum settings_of { SETTINGS_OF_MANAGER, SETTINGS_OF_AGENT };

/* The section `limits`: one key for each field of struct limits that the daemon has a use for,
 * with its default. Static storage, made on the first call (main thread). */
cfg_opt_t *settings_limits_opts(enum settings_of of);
/* Fields that the daemon has no key for have their default. */
void settings_limits_read(cfg_t *section, enum settings_of of, struct limits *l);

/* The section `tls`, as far as both ends have it; own: the file name of our certificate. */
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

/* Ranges of all integers above and of `extra` (which ends with a NULL key). Caller: free. */
struct conf_range *settings_ranges(enum settings_of of, const struct conf_range *const *extra);

/* path as seen from the directory of the configuration file; NULL or empty gives NULL.
 * Caller: free. */
char *settings_path(const char *conf_file, const char *path);

/* Marks an error in e as being about conf_file ("FILE: text") and returns ST_ECONF. */
int settings_fail(struct conf_error *e, const char *conf_file, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The directory that holds conf_file, absolute. */
void settings_dir(const char *conf_file, char out[PATH_MAX]);

#endif
