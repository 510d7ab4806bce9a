/* SPDX-License-Identifier: BSD-2-Clause */
/* The log, and who moves it into the file. */
#ifndef STANCE_PLUGINS_SQLITE_CHECKPOINT_H
#define STANCE_PLUGINS_SQLITE_CHECKPOINT_H

#include "sqlite_db.h"

/* A transaction of the thread that writes, between two checkpoints that need him to wait.
 * After sqlite_begin has succeeded, sqlite_end commits it (err 0) or undoes it, and returns
 * what came of it. why, an empty text or NULL, gets SQLite's words for a failure. */
int sqlite_begin(struct repository *r, char *err_msg, size_t err_msg_len);
int sqlite_end(struct repository *r, int err, char *err_msg, size_t err_msg_len);

/* The thread that moves the log once it has wal_pages pages. */
int sqlite_checkpoint_start(struct repository *r, char *err_msg, size_t err_msg_len);
void sqlite_checkpoint_stop(struct repository *r);

#endif
