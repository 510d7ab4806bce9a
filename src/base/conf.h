/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration files, read with libConfuse. Each consumer declares its own cfg_opt_t table;
 * unknown keys and values out of range are errors that name file and line.
 *
 * The configuration directory holds one file per consumer: stance.conf (manager), agent.conf
 * (agent), and one for each module or plugin that has settings, named after it
 * (imv-swima.conf, repository-sqlite.conf). A module therefore finds its settings the same
 * way in every host.
 *
 * Threads. libConfuse has one lexer for the process; defaults of lists use it, and freeing a
 * configuration destroys it.
 *
 *   - Create, parse and free a cfg_t only with the functions below: they hold a lock.
 *   - Reading and printing a cfg_t need no lock.
 *   - The lock is in libstance.so, of which a process has one, like libConfuse: programs, plugins
 *     and modules, also those built elsewhere with the kit, link to it. RTLD_LOCAL in a foreign
 *     host makes no difference; dlmopen makes a second copy of both libraries.
 *   - A foreign host that uses libConfuse itself does not hold the lock. It must not use it while
 *     it loads, reloads or unloads modules, or while they serve connections. */
#ifndef STANCE_BASE_CONF_H
#define STANCE_BASE_CONF_H

#include "base/api.h"

#include <confuse.h>
#include <stddef.h>

ST_API_BEGIN

struct conf_error {
	char text[512]; /* "FILE:LINE: what is wrong" */
};

/* Bounds for one integer key, inclusive. In a section: "section|key". */
struct conf_range {
	const char *key; /* NULL ends a table */
	long min, max;
};

/* Reads path into a new *cfg (caller: conf_free). ranges may be NULL. A missing file is
 * ST_ENOENT, with e filled too; everything else wrong is ST_ECONF. */
int conf_load(const char *path, cfg_opt_t *opts, const struct conf_range *ranges, cfg_t **cfg,
	      struct conf_error *e);

/* Reads conf_dir()/name; a missing file yields the defaults. What modules and plugins call. */
int conf_load_named(const char *name, cfg_opt_t *opts, const struct conf_range *ranges,
		    cfg_t **cfg, struct conf_error *e);

/* Reads text that is no file of its own. ST_ECONF without a word about what is wrong. */
int conf_load_text(const char *text, cfg_opt_t *opts, cfg_t **cfg);

/* Any thread may do it. NULL is fine. */
void conf_free(cfg_t *cfg);

/* The configuration directory: what conf_dir_set was given, else the environment's
 * STANCE_CONF_DIR, else the compiled-in one. Process-wide; set it before modules load. */
const char *conf_dir(void);
void conf_dir_set(const char *dir);

/* Likewise for run-time state (repository, ledgers): STANCE_STATE_DIR. */
const char *state_dir(void);
void state_dir_set(const char *dir);

ST_API_END

#endif
