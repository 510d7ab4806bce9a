/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the journal: repository_plugin.read and seq_at. */
#ifndef STANCE_PLUGINS_REPOSITORY_SQLITE_SQLITE_READ_H
#define STANCE_PLUGINS_REPOSITORY_SQLITE_SQLITE_READ_H

#include "sqlite_db.h"

int sqlite_read(struct repository *r, const struct repository_filter *f,
		int (*fn)(void *ctx, const struct change *c), void *ctx);
int sqlite_seq_at(struct repository *r, int64_t at, uint64_t *seq);

#endif
