/* SPDX-License-Identifier: BSD-2-Clause */
/* Transitions of software from the index. */
#ifndef STANCE_PLUGINS_REPOSITORY_SQLITE_SOFTWARE_TRANSITION_H
#define STANCE_PLUGINS_REPOSITORY_SQLITE_SOFTWARE_TRANSITION_H

#include "sqlite_db.h"

/* repository_plugin.turns. */
int sqlite_turns(struct repository *r, const struct repository_filter *f, int64_t as_of,
		 int (*fn)(void *ctx, const struct software_transition *t), void *ctx);

#endif
