/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration files, read with libConfuse. Each consumer declares its own cfg_opt_t table;
 * unknown keys and values out of range are errors that name file and line.
 *
 * The configuration directory holds one file per consumer: stance.conf (manager), agent.conf
 * (agent), and one for each module or plugin that has settings, named after it
 * (imv-swima.conf, repository-sqlite.conf). A module therefore finds its settings the same
 * way in every host.
 *
 * libConfuse has one lexer for the whole process; defaults of lists go through it, and freeing
 * a configuration destroys it: threads take turns here. Nobody else makes, parses or frees a
 * cfg_t; looking into one and printing it need no turn.
 *
 * The lock is in libstance.so, and there is one of those in a process, as there is one
 * libConfuse: programs, modules and plugins are linked to it and have no copy of this file, a
 * module of another make that uses the kit (libstance-imc.a, libstance-imv.a) neither, and it
 * does not matter whether a foreign host loads them with RTLD_LOCAL. (dlmopen makes a second
 * one of both.) A host that uses libConfuse itself takes no turns with us: it should not do so
 * while it loads, reloads or unloads modules, or while they serve connections. */
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
