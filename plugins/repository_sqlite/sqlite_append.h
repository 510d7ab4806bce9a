/* SPDX-License-Identifier: BSD-2-Clause */
/* Appending a batch. */
#ifndef STANCE_PLUGINS_REPOSITORY_SQLITE_SQLITE_APPEND_H
#define STANCE_PLUGINS_REPOSITORY_SQLITE_SQLITE_APPEND_H

#include "sqlite_db.h"

/* repository_plugin.append. */
int sqlite_append(struct repository *r, const struct repository_batch *b, char *err_msg,
		  size_t err_msg_len);

/* Prepares the statements of r->append, at open. */
int sqlite_append_prepare(struct repository *r);

#endif
