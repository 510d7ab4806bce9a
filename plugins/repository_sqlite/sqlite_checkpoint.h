/* SPDX-License-Identifier: BSD-2-Clause */
/* The write-ahead log, and the thread that moves it into the file. */
#ifndef STANCE_PLUGINS_SQLITE_CHECKPOINT_H
#define STANCE_PLUGINS_SQLITE_CHECKPOINT_H

#include "sqlite_db.h"

/* A transaction of the writer thread.
 *   - sqlite_begin waits while a checkpoint needs the log to rest.
 *   - After it succeeds, sqlite_end commits (err 0) or rolls back (err not 0). It returns err,
 *     or the error of the commit.
 *   - err_msg is empty or NULL. It receives SQLite's message. */
int sqlite_begin(struct repository *r, char *err_msg, size_t err_msg_len);
int sqlite_end(struct repository *r, int err, char *err_msg, size_t err_msg_len);

/* Starts and stops the thread that moves the log once it has wal_pages pages. */
int sqlite_checkpoint_start(struct repository *r, char *err_msg, size_t err_msg_len);
void sqlite_checkpoint_stop(struct repository *r);

#endif
