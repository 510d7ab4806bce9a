/* SPDX-License-Identifier: BSD-2-Clause */
/* Groups of endpoints, defined in stance.conf:
 *
 *	group web { endpoints = {"web-*", "dns:db*"} platform = "Debian*" }
 *
 *   - An endpoint belongs to a group if its name (not case-sensitive) or its identity matches
 *     one of the patterns, and its platform matches `platform`. A key that is not set matches
 *     all.
 *   - Membership depends on current names and platforms, also in questions about the past.
 *
 * A command with --group and --platform has GROUP_ARGS (commands.c) in its table;
 * question_begin sets question->filter from them (posture/endpoint_filter.h). */
#ifndef STANCE_ADMIN_SERVER_GROUP_H
#define STANCE_ADMIN_SERVER_GROUP_H

#include "base/span.h"

#include <confuse.h>

struct endpoint_filter;
struct conf_error;
struct posture;

struct group {
	char *name;
	char **endpoints; /* none: all */
	size_t n_endpoints;
	char *platform; /* NULL: any */
};

/* The groups of one version of the configuration; immutable and reference-counted. */
struct group_list;

/* The options of the section, for the option table of stance.conf:
 *	CFG_SEC("group", groups_opts(), CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES)
 * Static storage. */
cfg_opt_t *groups_opts(void);

/* Reads the groups of cfg (file: its path, for messages). 0, ST_ENOMEM, or ST_ECONF with *e
 * filled. The caller owns *l: group_list_drop. */
int groups_read(cfg_t *cfg, const char *file, struct group_list **l, struct conf_error *e);

size_t group_list_size(const struct group_list *l); /* NULL: 0 */
const struct group *group_list_at(const struct group_list *l, size_t i);
const struct group *group_find(const struct group_list *l,
			       const char *name); /* NULL if not found */

/* Adds and drops a reference; NULL is allowed. */
struct group_list *group_list_hold(struct group_list *l);
void group_list_drop(struct group_list *l);

/* The current list. Any thread. */
struct groups;
struct groups *groups_new(void); /* with an empty list; NULL: out of memory */
void groups_free(struct groups *g);
void groups_set(struct groups *g, struct group_list *l); /* takes l; used by later questions */
struct group_list *groups_hold(struct groups *g); /* g may be NULL; caller: group_list_drop */

/* Whether the pattern is cheap enough for fnmatch, whose time is exponential in the number of
 * '*'. */
bool group_pattern_ok(const char *glob);

/* The endpoints that belong to g (NULL: all) and have a matching platform (NULL: any). 0, or
 * the error of endpoint_filter_new. The caller frees *a. */
int group_members(struct posture *p, const struct group *g, const char *platform,
		  struct endpoint_filter **a);

#endif
