/* SPDX-License-Identifier: BSD-2-Clause */
/* Groups of endpoints that the administrator has named in stance.conf:
 *
 *	group web { endpoints = {"web-*", "dns:db*"} platform = "Debian*" }
 *
 * An endpoint belongs to a group when its name or its identity matches one of the patterns (case
 * does not matter in names) and its platform the other one; a key that is not there does not
 * narrow. Groups go by what endpoints are called now, also in questions about the past.
 *
 * A command that takes --group G and --platform GLOB gets its endpoints from ask_begin: the
 * arguments are GROUP_ARGS (commands.c), and ask->among (posture/among.h) says who is meant. */
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

/* The groups of one reading of the file; never changes. */
struct group_list;

/* The section of stance.conf, for the table of whoever reads that file:
 *	CFG_SEC("group", groups_opts(), CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES)
 * Static storage. */
cfg_opt_t *groups_opts(void);

/* The groups of cfg, read from file: 0, ST_ENOMEM, or ST_ECONF with e filled. Caller:
 * group_list_drop. */
int groups_read(cfg_t *cfg, const char *file, struct group_list **l, struct conf_error *e);

size_t group_list_size(const struct group_list *l); /* NULL has none */
const struct group *group_list_at(const struct group_list *l, size_t i);
const struct group *group_find(const struct group_list *l, const char *name); /* or NULL */

/* A list lives until nobody holds it any more; NULL is fine. */
struct group_list *group_list_hold(struct group_list *l);
void group_list_drop(struct group_list *l);

/* The list that counts now. Any thread. */
struct groups;
struct groups *groups_new(void); /* an empty list counts; NULL: out of memory */
void groups_free(struct groups *g);
void groups_set(struct groups *g, struct group_list *l); /* takes l; for those who ask next */
struct group_list *groups_hold(struct groups *g);        /* g may be NULL; group_list_drop */

/* Whether fnmatch can be trusted with it: time grows with the power of its stars. */
bool group_pattern_ok(const char *glob);

/* Who belongs to g (NULL: everybody) and has a platform that matches (NULL: any). 0, or what
 * among_new returned. */
int group_members(struct posture *p, const struct group *g, const char *platform,
		  struct endpoint_filter **a);

#endif
