/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the present at start. */
#ifndef STANCE_PLUGINS_REPOSITORY_SQLITE_SQLITE_LOAD_H
#define STANCE_PLUGINS_REPOSITORY_SQLITE_SQLITE_LOAD_H

#include "sqlite_db.h"

/* repository_plugin.load. */
int sqlite_load(struct repository *r, const struct repository_loader *l, void *ctx);

#endif
